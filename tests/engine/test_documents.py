"""The table of documents: its running totals are what a recount would say."""

from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.size import Counted, Level, Limits, Size
from kinos.engine.documents import Documents, Touched

LIMITS = Limits(6, 12)
PATHS = st.sampled_from(["a.md", "b.md", "docs/c.md"])
SIZES = st.builds(Size, st.integers(0, 20), st.sampled_from([Counted.EXACT, Counted.UNCONFIRMED]))
STEPS = st.lists(st.tuples(st.sampled_from(["put", "drop", "fail"]), PATHS, SIZES))


@given(STEPS)
def test_totals_are_what_a_recount_says(steps: list[tuple[str, str, Size]]) -> None:
    table = Documents(LIMITS)
    for what, path, size in steps:
        if what == "put":
            table.put(path, size)
        elif what == "drop":
            table.drop(path)
        else:
            table.fail(path, "unreadable")
    sizes = table.sizes.values()
    assert table.total == sum(size.tokens for size in sizes)
    for level in Level:
        assert table.number(level) == sum(LIMITS.level(size.tokens) is level for size in sizes)
    unsure = any(size.counted is Counted.UNCONFIRMED for size in sizes)
    assert table.counted is (Counted.UNCONFIRMED if unsure else Counted.EXACT)
    assert not table.sizes.keys() & table.errors.keys()


def test_a_step_says_what_it_changed() -> None:
    table = Documents(LIMITS)
    assert table.put("a.md", Size(3)) == Touched("a.md", None, Size(3))
    assert table.put("a.md", Size(9)) == Touched("a.md", Size(3), Size(9))
    assert table.fail("a.md", "not UTF-8") == Touched("a.md", Size(9), None)
    assert table.errors == {"a.md": "not UTF-8"}
    assert table.drop("a.md") == Touched("a.md", None, None)
    assert table.errors == {}


def test_a_document_knows_its_level_and_one_without_a_size_has_none() -> None:
    table = Documents(LIMITS)
    table.put("a.md", Size(13))
    assert table.level("a.md") is Level.TOO_LONG
    assert table.level("unknown.md") is Level.OK
    assert table.limits is LIMITS


def test_what_is_gone_is_found_whether_it_had_a_size_or_not() -> None:
    table = Documents(LIMITS)
    table.put("a.md", Size(1))
    table.put("b.md", Size(1))
    table.fail("c.md", "binary")
    assert table.missing(["b.md"]) == ["a.md", "c.md"]
