"""The lines that an agent changed last in an open document."""

from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from fakes.world import World
from kinos.domain.message import EditCall
from kinos.engine.history import Selection
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends
from kinos.engine.text import parse
from kinos.engine.trace import trace, traced

TEXT = st.lists(st.sampled_from("abcdef"), max_size=8).map(lambda lines: "".join(f"{line}\n" for line in lines))


def shown(before: str, after: str, now: str | None = None) -> list[tuple[int, int]]:
    return traced(parse(before), parse(after), parse(after if now is None else now))


def test_lines_that_are_new_or_others_are_marked_as_passages() -> None:
    assert shown("a\nb\nc\n", "new\na\nB\nB2\nc\n") == [(0, 0), (2, 3)]


def test_what_was_taken_away_leaves_no_mark() -> None:
    assert shown("a\nb\nc\n", "a\nc\n") == []


def test_the_marks_move_with_what_the_person_types_above() -> None:
    assert shown("a\n", "a\nB\n", "mine\na\nB\n") == [(2, 2)]


def test_a_line_that_the_person_touched_is_marked_no_more() -> None:
    assert shown("a\n", "a\nB\nC\n", "a\nB, as I have it\nC\n") == [(2, 2)]


def test_a_whole_new_file_is_marked() -> None:
    assert shown("", "a\nb\n") == [(0, 1)]


@given(TEXT, TEXT, TEXT)
def test_marked_lines_are_lines_of_the_change_in_order(before: str, after: str, now: str) -> None:
    passages = shown(before, after, now)
    lines = now.split("\n")
    marked = [lines[at] for first, last in passages for at in range(first, last + 1)]
    assert all(last < following[0] - 1 for (_, last), following in pairwise(passages))
    wanted = iter(after.split("\n"))
    assert all(any(line == each for each in wanted) for line in marked)
    if after == before:
        assert passages == []


async def worked(landing: str, cycles: int = 2) -> World:
    world = World({"ann.md": "one\n"}, editor=True, teams={"crew": {"ann": (1.0, 1.0)}})
    await world.session.open()
    world.open("ann.md")
    await world.session.start_team(Start("crew", landing=landing, ends=Ends(cycles=cycles)))
    await world.session.finished()
    return world


async def test_it_is_the_change_that_landed_last_and_the_one_before_it_once_that_is_undone() -> None:
    world = await worked("auto")
    first, second = world.journal.changes()
    found = await trace(world.session, "ann.md")
    assert found is not None
    assert (found.change, found.lines) == (second, [(2, 2)])
    await world.session.undo(Selection())
    found = await trace(world.session, "ann.md")
    assert found is not None
    assert (found.change, found.lines) == (first, [(1, 1)])


async def test_of_two_changes_the_one_that_landed_last_is_the_last_though_it_was_made_first() -> None:
    middle = "".join(f"line {number} of mine\n" for number in range(9))
    world = World({"ann.md": middle}, editor=True, teams={"crew": {"ann": (1.0, 1.0)}})

    def hand(folder: Path, call: EditCall) -> None:
        text = (folder / "ann.md").read_text()
        (folder / "ann.md").write_text(f"first\n{text}" if "Say 1" in call.message else f"{text}second\n")

    world.workers.hand = hand
    await world.session.open()
    world.open("ann.md")
    await world.session.start_team(Start("crew", landing="auto", ends=Ends(cycles=2)))
    await world.session.finished()
    first, second = (change.id for change in world.journal.changes())
    assert world.session.last_landed("ann.md") == world.change(1)
    await world.session.undo(Selection(everything=True))
    assert world.session.last_landed("ann.md") is None
    for change in (second, first):
        assert (await world.session.redo(Selection(change=change))).changes == (change,)
    assert world.session.last_landed("ann.md") == world.change(0)


async def test_what_waits_or_is_closed_has_no_trace() -> None:
    world = await worked("review", cycles=1)
    found = await trace(world.session, "ann.md")
    assert found is not None
    assert (found.change, found.lines) == (None, ())
    assert await trace(world.session, "bob.md") is None
    await world.session.did_close("ann.md")
    assert await trace(world.session, "ann.md") is None
