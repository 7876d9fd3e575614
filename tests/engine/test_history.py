"""Undo and redo: which changes are meant."""

import pytest

from fakes.clock import BEGINNING
from kinos.domain.change import Change, ChangeState, FileChange
from kinos.domain.errors import ConflictError, UsageError
from kinos.engine.difference import unified
from kinos.engine.history import Selection, revert, sides, to_redo, to_undo

S = ChangeState


def change(identity: str, state: ChangeState = S.LANDED, agent: str = "ann", session: str = "s1") -> Change:
    return Change(identity, f"y{identity[1:]}", session, agent, "t", "w", (), BEGINNING, state)


CHANGES = [
    change("c1", S.UNDONE, session="s0"),
    change("c2"),
    change("c3", S.UNDONE),
    change("c4", S.LANDED_UNSAVED, "bob", "s2"),
    change("c5", S.UNDONE, "bob", "s2"),
    change("c6", S.CONFLICTED, "bob", "s2"),
]


def ids(changes: list[Change]) -> list[str]:
    return [change.id for change in changes]


@pytest.mark.parametrize(
    ("selection", "undone", "redone"),
    [
        (Selection(), ["c4"], ["c1"]),
        (Selection(everything=True), ["c4", "c2"], ["c1", "c3", "c5"]),
        (Selection(session=True), ["c4"], ["c5"]),
        (Selection(agent="bob"), ["c4"], ["c5"]),
        (Selection(agent="ann"), ["c2"], ["c1", "c3"]),
    ],
    ids=["the last one", "all", "the last session", "bob", "ann"],
)
def test_undo_goes_from_the_newest_and_redo_from_the_oldest(
    selection: Selection, undone: list[str], redone: list[str]
) -> None:
    assert ids(to_undo(CHANGES, selection)) == undone
    assert ids(to_redo(CHANGES, selection)) == redone


def test_a_change_or_a_cycle_is_named() -> None:
    assert ids(to_undo(CHANGES, Selection(change="c2"))) == ["c2"]
    assert ids(to_undo(CHANGES, Selection(cycle="y2"))) == ["c2"]
    assert ids(to_redo(CHANGES, Selection(change="c3"))) == ["c3"]


@pytest.mark.parametrize("selection", [Selection(change="c6"), Selection(cycle="y1")])
def test_what_is_not_landed_cannot_be_undone(selection: Selection) -> None:
    with pytest.raises(UsageError, match="is not landed now"):
        to_undo(CHANGES, selection)


def test_a_name_that_does_not_exist_is_said() -> None:
    with pytest.raises(UsageError, match="There is no change, cycle or agent eve here"):
        to_redo(CHANGES, Selection(agent="eve"))


def test_nothing_is_chosen_from_nothing() -> None:
    for selection in (Selection(), Selection(session=True), Selection(everything=True)):
        assert to_undo([], selection) == to_redo([], selection) == []


async def test_one_that_cannot_be_done_does_not_hold_up_the_rest() -> None:
    recorded: list[tuple[str, ChangeState | None]] = []

    async def act(change: Change) -> Change:
        if change.id == "c2":
            raise ConflictError("it was edited")
        return change.to(S.UNDONE)

    done = await revert([change("c1"), change("c2"), change("c3")], act, lambda c, was: recorded.append((c.id, was)))
    assert done.changes == ("c1", "c3")
    assert done.set_aside == (("c2", "it was edited"),)
    assert recorded == [("c1", S.LANDED), ("c3", S.LANDED)]


IMAGES = {"old": b"one\ntwo", "new": b"one\nTWO\n", "e": b"\xff\n"}


def shown(*files: FileChange) -> str:
    made = Change("c1", "y1", "s1", "ann", "t", "w", files, BEGINNING)
    return unified(sides(made, IMAGES.get))


def test_a_diff_marks_a_missing_last_newline() -> None:
    assert shown(FileChange("a.md", "old", "new")) == (
        "--- a/a.md\n+++ b/a.md\n@@ -1,2 +1,2 @@\n one\n-two\n\\ No newline at end of file\n+TWO\n"
    )


def test_a_diff_of_a_landed_change_shows_what_it_found_and_left() -> None:
    assert "+one" in shown(FileChange("a.md", "new", "old", None, "old"))


def test_created_and_deleted_files_have_no_other_side() -> None:
    assert shown(FileChange("a.md", None, "new")).startswith("--- /dev/null\n+++ b/a.md\n")
    assert shown(FileChange("a.md", "new", None)).startswith("--- a/a.md\n+++ /dev/null\n")


def test_a_diff_says_when_an_image_is_no_longer_kept() -> None:
    assert shown(FileChange("a.md", "gone", "new")) == "--- a.md\n(what it was is no longer kept)\n"
