from kinos.lsp.option import Options, options


def test_nothing_said_means_trusted_and_no_settings() -> None:
    assert options(None) == options({}) == Options(trusted=True, settings={}, problems=())


def test_what_is_said_is_taken() -> None:
    assert options({"trusted": False, "settings": {"map.write": "never"}}) == Options(
        trusted=False, settings={"map.write": "never"}
    )


def test_a_trust_that_is_no_truth_counts_as_no_trust() -> None:
    found = options({"trusted": "yes"})
    assert not found.trusted
    assert len(found.problems) == 1


def test_settings_that_are_no_object_are_named_and_left_alone() -> None:
    found = options({"settings": ["map.write"]})
    assert found.settings == {}
    assert "settings" in found.problems[0]


def test_options_that_are_no_object_are_named() -> None:
    assert options(["trusted"]).problems


def test_an_unknown_option_is_named() -> None:
    assert "trustd" in options({"trustd": True}).problems[0]
