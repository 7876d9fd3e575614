"""What a person takes back with the editor's own undo is undone in the history too, once it is saved."""

from fakes.world import World
from kinos.domain.change import ChangeState
from kinos.engine.history import Selection
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends

S = ChangeState


async def landed(cycles: int = 1) -> World:
    """So many changes of ann have landed in her open document, and are saved."""
    world = World({"ann.md": "one\ntwo\nthree\n", "bob.md": "bob\n"}, editor=True, teams={"crew": {"ann": (1.0, 1.0)}})
    await world.session.open()
    world.open("ann.md")
    await world.session.start_team(Start("crew", landing="auto", ends=Ends(cycles=cycles)))
    await world.session.finished()
    world.save("ann.md")
    assert set(states(world)) == {S.LANDED}
    return world


def states(world: World) -> list[ChangeState]:
    return [change.state for change in world.journal.changes()]


def saved(world: World, text: str) -> list[ChangeState]:
    """The person makes `text` of the document and saves it: what is said of each change then."""
    assert world.editor is not None
    world.editor.replace("ann.md", text)
    world.save("ann.md")
    return states(world)


async def test_what_is_back_as_it_was_when_it_is_saved_is_undone_and_can_be_redone() -> None:
    world = await landed()
    assert saved(world, "one\ntwo\nthree\n") == [S.UNDONE]
    assert not world.change().undo_unsaved
    assert (await world.session.redo(Selection())).changes == (world.change().id,)
    assert world.editor is not None
    assert world.editor.text("ann.md") == "one\ntwo\nthree\nline 1\n"


async def test_before_it_is_saved_the_file_has_it_and_the_history_says_so() -> None:
    world = await landed()
    assert world.editor is not None
    world.editor.replace("ann.md", "one\ntwo\nthree\n")
    assert states(world) == [S.LANDED]


async def test_what_the_person_typed_elsewhere_meanwhile_does_not_matter() -> None:
    assert saved(await landed(), "mine\none\ntwo\nthree\n") == [S.UNDONE]


async def test_the_last_change_is_taken_back_first_then_the_one_before_it() -> None:
    world = await landed(cycles=2)
    assert saved(world, "one\ntwo\nthree\nline 1\n") == [S.LANDED, S.UNDONE]
    assert saved(world, "one\ntwo\nthree\n") == [S.UNDONE, S.UNDONE]


async def test_two_changes_that_are_taken_back_at_once_are_both_undone() -> None:
    assert saved(await landed(cycles=2), "one\ntwo\nthree\n") == [S.UNDONE, S.UNDONE]


async def test_what_the_editor_puts_there_again_has_landed_again() -> None:
    world = await landed()
    saved(world, "one\ntwo\nthree\n")
    assert saved(world, "one\ntwo\nthree\nline 1\n") == [S.LANDED]


async def test_a_line_that_the_person_wrote_in_its_place_is_no_undo() -> None:
    assert saved(await landed(), "one\ntwo\nthree\nline 1, as I put it\n") == [S.LANDED]
    assert saved(await landed(), "one\ntwo\nthree\nsomething else\n") == [S.LANDED]


async def test_what_was_taken_back_by_us_and_typed_by_the_person_stays_undone() -> None:
    world = await landed()
    await world.session.undo(Selection())
    world.save("ann.md")
    assert saved(world, "one\ntwo\nthree\nline 1\n") == [S.UNDONE]
