from contextlib import suppress

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from domain.markdown.generated import lines
from kinos.domain.markdown import text_of
from kinos.worker.rehearsal.reply import UnwritableError, blocks, hunks, is_unsafe, settled
from worker.rehearsal.stage import applied

FENCE = ("```", "```")


def made(path: str, old: str, new: str) -> str:
    return applied(blocks(path, old, new, FENCE), {path: old})[path]


@given(lines, lines)
@example(["a", "", "b"], ["a", "b"])
@example(["x", "x", "x"], ["x", "x"])
@example(["a.md", "one"], ["a.md", "two"])
@example(["", "", "one"], ["one"])
def test_the_blocks_make_the_intended_text_or_there_are_none(before: list[str], after: list[str]) -> None:
    old, new = text_of(before), text_of(after)
    new = settled(old, new)
    assume(old.strip() and new.strip() and old != new)
    with suppress(UnwritableError):
        assert made("docs/a.md", old, new) == new


@given(
    st.lists(st.integers(0, 60), unique=True, min_size=1),
    st.lists(st.one_of(st.integers(0, 60), st.none()), min_size=1),
)
def test_a_text_of_different_lines_can_always_be_changed(before: list[int], after: list[int | None]) -> None:
    old = text_of([f"line {number}" for number in before])
    new = settled(old, text_of(["" if number is None else f"line {number}" for number in after]))
    assume(new.strip())
    assert made("docs/a.md", old, new) == new


@given(lines)
def test_a_new_file_reads_as_intended_or_is_declined(after: list[str]) -> None:
    new = text_of(after).rstrip("\n") + "\n"
    assume(new.strip())
    try:
        assert applied(blocks("docs/a.md", None, new, FENCE), {})["docs/a.md"] == new
    except UnwritableError:
        assert any(map(is_unsafe, after)) or after[0].strip().endswith("a.md") or after[0].startswith("```")


def test_a_small_change_makes_a_small_block() -> None:
    old = text_of([f"line {n}" for n in range(100)])
    (hunk,) = hunks("a.md", old, old.replace("line 50\n", "line fifty\n"), FENCE)
    assert hunk.search == ("line 50",)


def test_context_makes_an_ambiguous_search_unique() -> None:
    old = "same\none\nsame\ntwo\nsame\n"
    (hunk,) = hunks("a.md", old, "same\none\nSAME\ntwo\nsame\n", FENCE)
    assert len(hunk.search) > 1
    assert made("a.md", old, "same\none\nSAME\ntwo\nsame\n") == "same\none\nSAME\ntwo\nsame\n"


@pytest.mark.parametrize(
    "line", ["=======", "  =====", "<<<<<<< SEARCH", ">>>>>>> REPLACE", "a\x0cb", "a\u2028b", "a\x85"]
)
def test_a_line_aider_would_misread_is_never_written(line: str) -> None:
    assert is_unsafe(line)
    with pytest.raises(UnwritableError):
        blocks("a.md", None, f"# New\n\n{line}\n\nend\n", FENCE)
    with pytest.raises(UnwritableError):
        blocks("a.md", f"# Old\n\n{line}\n\nend\n", "# Old\n\nend\n", FENCE)


@pytest.mark.parametrize("line", ["==", "====", "==========", "= = = =", "-----", "SEARCH", "text ======="])
def test_other_lines_are_safe(line: str) -> None:
    assert not is_unsafe(line)
    assert made("a.md", f"# Old\n\n{line}\n\nend\n", "# Old\n\nend\n") == "# Old\n\nend\n"


def test_changes_around_a_line_aider_would_misread_leave_it_alone() -> None:
    old = "Title\n=======\n\none\n\ntwo\n"
    assert made("a.md", old, "Title\n=======\n\nONE\n\ntwo\n") == "Title\n=======\n\nONE\n\ntwo\n"
    assert "Title\n=======" not in blocks("a.md", old, "Title\n=======\n\nONE\n\ntwo\n", FENCE).replace("SEARCH", "")


def test_blank_lines_at_the_end_of_a_file_stay() -> None:
    assert settled("a\n\n\n", "a\nb\n") == "a\nb\n\n\n"
    assert made("a.md", "a\n\n\n", "a\nb\n\n\n") == "a\nb\n\n\n"
