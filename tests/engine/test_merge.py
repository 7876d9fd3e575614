"""The merge: both sides' words are kept, or the whole is refused; the raw form of what is there stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.texts import raws
from kinos.domain.errors import ConflictError
from kinos.engine.merge import holds, hunks, merged, onto, remains
from kinos.engine.text import parse


def merge(base: str, result: str, current: str) -> str:
    """The merge of texts, as a text."""
    after = merged("a.md", base.encode(), result.encode(), current.encode())
    assert after is not None
    return after.decode()


@st.composite
def disjoint(draw: st.DrawFn) -> tuple[list[str], list[str], list[str], list[str]]:
    """Base, the agent's edit, the person's edit, and both: every other line of the base is touched by nobody."""
    base, agent, person, both = [], [], [], []
    for number in range(draw(st.integers(1, 8))):
        anchor, line = f"anchor {number}", f"line {number}"
        what = draw(st.sampled_from(["keep", "change", "delete", "insert"]))
        mine = draw(st.booleans())
        new = {"keep": [line], "change": [f"{line}!"], "delete": [], "insert": [line, f"{line} and more"]}[what]
        base += [anchor, line]
        agent += [anchor, *(new if mine else [line])]
        person += [anchor, *([line] if mine else new)]
        both += [anchor, *new]
    return base, agent, person, both


@given(disjoint(), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans(), st.booleans())
def test_edits_of_different_lines_are_both_kept(
    lines: tuple[list[str], list[str], list[str], list[str]], end: str, final: bool, bom: bool
) -> None:
    def raw(part: list[str]) -> str:
        return ("\ufeff" if bom else "") + end.join([*part, "the end"]) + (end if final else "")

    base, agent, person, both = (raw(part) for part in lines)
    assert merge(base, agent, person) == both


@given(raws(), raws())
def test_whatever_was_made_of_an_untouched_file_is_taken_as_it_is(base: str, result: str) -> None:
    assert merge(base, result, base) == result


@given(raws(), raws())
def test_a_change_that_is_already_there_changes_nothing(base: str, result: str) -> None:
    assert merge(base, result, result) == result


@given(raws(), raws())
def test_no_change_leaves_what_the_person_wrote(base: str, current: str) -> None:
    assert merge(base, base, current) == current


@given(raws(), raws(), raws())
def test_no_line_of_the_person_is_lost(base: str, result: str, current: str) -> None:
    try:
        after = merge(base, result, current)
    except ConflictError:
        return
    was, mine = list(parse(base).lines), list(parse(current).lines)
    lines = list(parse(after).lines)
    for line in {line for line in mine if mine.count(line) > was.count(line)}:
        assert lines.count(line) >= mine.count(line) - was.count(line)


@pytest.mark.parametrize(
    ("result", "current", "both"),
    [
        ("A\nb\nc\n", "a\nB\nc\n", "A\nB\nc\n"),
        ("a\nB\nc\n", "A\nb\nc\n", "A\nB\nc\n"),
        ("b\nc\n", "a\nmine\nb\nc\n", "mine\nb\nc\n"),
        ("b\nc\n", "a\nB\nc\n", "B\nc\n"),
        ("a\nnew\nb\nc\n", "A\nb\nc\n", "A\nnew\nb\nc\n"),
        ("a\nB\nc\n", "a\nmine\nb\nyours\nc\n", "a\nmine\nB\nyours\nc\n"),
        ("a\nb\n", "a\nb\nC\nd\n", None),
        ("a\nB\nc\n", "a\nc\n", None),
    ],
)
def test_edits_of_neighbouring_lines_are_both_kept_those_of_one_line_are_not(
    result: str, current: str, both: str | None
) -> None:
    if both is None:
        with pytest.raises(ConflictError):
            merge("a\nb\nc\n", result, current)
    else:
        assert merge("a\nb\nc\n", result, current) == both


def test_lines_that_come_back_have_the_ends_they_had() -> None:
    before, after = "a\r\nb\nc\r\nd\n", "b\nd\n"
    assert merge(after, before, f"mine\n{after}") == f"mine\n{before}"


def test_lines_that_come_back_into_a_text_with_other_ends_get_those() -> None:
    assert merge("b\nd\n", "a\nb\nc\nd\n", "b\r\nd\r\n") == "a\r\nb\r\nc\r\nd\r\n"


def test_the_last_line_without_an_end_gets_back_the_one_it_had() -> None:
    assert merge("a\nb", "a\nb\r\nc", "mine\na\nb") == "mine\na\nb\r\nc"


def test_two_insertions_at_one_point_are_both_kept_the_persons_first() -> None:
    assert merge("a\nb\n", "a\nagent\nb\n", "a\nperson\nb\n") == "a\nperson\nagent\nb\n"


def test_two_appends_are_both_kept_the_persons_first() -> None:
    assert merge("a\n", "a\nagent\n", "a\nperson\n") == "a\nperson\nagent\n"


def test_the_same_edit_on_both_sides_is_made_once() -> None:
    assert merge("a\nb\nc\n", "a\nB\nc\n", "a\nB\nc\nd\n") == "a\nB\nc\nd\n"


def test_two_edits_of_one_line_conflict_and_name_it() -> None:
    with pytest.raises(ConflictError, match=r"a\.md: line 2 has been edited meanwhile"):
        merge("a\nb\nc\n", "a\nagent\nc\n", "a\nperson\nc\n")


def test_a_line_the_person_deleted_and_the_agent_edited_conflicts() -> None:
    with pytest.raises(ConflictError):
        merge("a\nb\nc\n", "a\nB\nc\n", "a\nc\n")


@pytest.mark.parametrize(
    ("base", "result", "current", "why"),
    [
        (None, b"new\n", b"other\n", "has been created by somebody else"),
        (b"old\n", None, b"edited\n", "was to be deleted, but has been changed"),
        (b"old\n", b"new\n", None, "has been deleted meanwhile"),
    ],
)
def test_files_that_come_or_go_on_both_sides_conflict(
    base: bytes | None, result: bytes | None, current: bytes | None, why: str
) -> None:
    with pytest.raises(ConflictError, match=why):
        merged("a.md", base, result, current)


def test_a_file_is_created_and_deleted_where_nobody_else_touched_it() -> None:
    assert merged("a.md", None, b"new\n", None) == b"new\n"
    assert merged("a.md", b"old\n", None, b"old\n") is None
    assert merged("a.md", b"old\n", None, None) is None


@given(raws())
def test_a_copy_that_comes_back_as_it_was_given_is_no_change(raw: str) -> None:
    assert onto("a.md", raw.encode(), parse(raw).unified()) == raw.encode()


@given(raws())
def test_a_copy_that_comes_back_with_other_line_ends_is_no_change(raw: str) -> None:
    assert onto("a.md", raw.encode(), parse(raw).unified().replace("\n", "\r\n")) == raw.encode()


@pytest.mark.parametrize(
    ("base", "after"),
    [
        (b"\xef\xbb\xbfa\r\nb\r\n", b"\xef\xbb\xbfa\r\nnew\r\nb\r\n"),
        (b"a\r\nb", b"a\r\nnew\r\nb"),
        (b"a\nb\r\n", b"a\nnew\nb\r\n"),
        (b"a\rb\r", b"a\rnew\rb\r"),
    ],
    ids=["BOM and CRLF", "no last newline", "mixed", "carriage returns"],
)
def test_an_agents_edit_keeps_the_files_raw_form(base: bytes, after: bytes) -> None:
    assert onto("a.md", base, "a\nnew\nb\n") == after


def test_a_new_file_is_what_the_agent_wrote() -> None:
    assert onto("a.md", None, "# New\n") == b"# New\n"
    assert onto("a.md", b"old\n", None) is None


@given(raws(), raws())
def test_hunks_turn_one_text_into_the_other(before: str, after: str) -> None:
    was, wanted = parse(before), parse(after)
    pairs = list(zip(was.lines, was.ends, strict=True))
    new = list(zip(wanted.lines, wanted.ends, strict=True))
    for first, last, new_first, new_last in reversed(list(hunks(was, wanted))):
        pairs[first:last] = new[new_first:new_last]
    assert pairs == new


@pytest.mark.parametrize(
    ("base", "result", "now", "left"),
    [
        ("a\n", "a\nb\nc\n", "a\n", False),
        ("a\n", "a\nb\nc\n", "a\nb, mended\nc\n", True),
        ("a\n", "a\nb\n", "a\nsomething else\n", False),
        ("a\nb\nc\n", "c\n", "a\nb\nc\nmine\n", False),
        ("a\nb\nc\n", "c\n", "b\nc\n", True),
        ("a\n", "a\n\n", "a\n", False),
    ],
    ids=["all taken back", "a word mended", "replaced", "deletion taken back", "half of a deletion", "an empty line"],
)
def test_a_change_remains_while_anything_of_it_is_there(base: str, result: str, now: str, left: bool) -> None:
    assert remains("a.md", base.encode(), result.encode(), parse(now)) is left


def test_a_line_that_was_to_go_and_that_the_person_edited_instead_is_not_gone() -> None:
    base, result = b"one\nthe second line\nthree\n", b"one\nthree\n"
    assert holds("a.md", base, result, parse("one\nthree\n"))
    assert holds("a.md", base, result, parse("one\ntyped beside it\nthree\n"))
    assert not holds("a.md", base, result, parse("one\nthe second longer line\nthree\n"))
