import pytest

from kinos.worker.block import read


def block(before: str, after: str, name: str = "notes.md") -> str:
    return f"{name}\n```\n<<<<<<< SEARCH\n{before}=======\n{after}>>>>>>> REPLACE\n```\n"


def test_a_block_has_a_name_and_two_parts() -> None:
    (one,) = read("Sure.\n\n" + block("old\n", "new\n"))
    assert (one.name, one.readings) == ("notes.md", (("old\n", "new\n"),))


def test_blocks_keep_their_order() -> None:
    assert [one.name for one in read(block("a\n", "b\n", "x.md") + block("c\n", "d\n", "y.md"))] == ["x.md", "y.md"]


def test_words_hold_no_blocks() -> None:
    assert read("I would rather not.\n```bash\nrm -rf /\n```\n") == []


@pytest.mark.parametrize(
    "above", ["docs/a.md\n```\n", "**docs/a.md**\n```md\n", "### `docs/a.md`:\n```\n", "```docs/a.md\n", "docs/a.md\n"]
)
def test_a_name_is_found_in_what_models_put_around_it(above: str) -> None:
    (one,) = read(f"{above}<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n```\n")
    assert one.name == "docs/a.md"


def test_a_block_without_a_name_is_for_the_file_of_the_one_before() -> None:
    second = "```\n<<<<<<< SEARCH\nc\n=======\nd\n>>>>>>> REPLACE\n```\n"
    assert [one.name for one in read(block("a\n", "b\n") + "\n\n\n" + second)] == ["notes.md", "notes.md"]


def test_a_first_block_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="no file name"):
        read("```\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n```\n")


@pytest.mark.parametrize("text", ["<<<<<<< SEARCH\na\n=======\nb\n", "<<<<<<< SEARCH\na\n>>>>>>> REPLACE\n"])
def test_half_a_block_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not whole"):
        read(f"notes.md\n```\n{text}")


def test_an_underline_of_another_length_is_not_the_divider() -> None:
    (one,) = read(block("Old\n=====\n", "New\n=====\n"))
    assert one.readings == (("Old\n=====\n", "New\n=====\n"),)


def test_an_underline_like_the_divider_leaves_several_readings_the_longest_to_find_first() -> None:
    (one,) = read(block("Old\n=======\ntext\n", "New\n=======\n"))
    assert one.readings == (
        ("Old\n=======\ntext\n=======\nNew\n", ""),
        ("Old\n=======\ntext\n", "New\n=======\n"),
        ("Old\n", "text\n=======\nNew\n=======\n"),
    )


def test_a_new_file_may_start_with_an_underlined_heading() -> None:
    (one,) = read(block("", "Title\n=======\n"))
    assert not one.finds
    assert one.readings == (("", "Title\n=======\n"),)


@pytest.mark.parametrize("fence", ["source", "code", "pre", "codeblock", "sourcecode"])
def test_aiders_fences_of_tags_are_no_file_names(fence: str) -> None:
    answer = f"docs/a.md\n<{fence}>markdown\n<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n</{fence}>\n"
    assert [block.name for block in read(answer)] == ["docs/a.md"]
