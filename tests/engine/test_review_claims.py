"""What a waiting change keeps to itself, and when it lets go."""

from fakes.world import World
from kinos.engine.history import Selection
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends


async def proposed(world: World) -> None:
    """ann has proposed a change of ann.md."""
    await world.session.open()
    await world.session.start_team(Start("crew", landing="review", ends=Ends(cycles=1)))
    await world.session.finished()


async def test_a_rejected_change_gives_its_files_back() -> None:
    world = World(teams={"crew": {"ann": (1.0, 1.0)}})
    await proposed(world)
    await world.session.reject(world.change().id, "no")
    await world.session.start_team(Start("crew", landing="auto", ends=Ends(cycles=1)))
    await world.session.finished()
    assert world.disk.text("ann.md") == "ann\nline 2\n"


async def test_one_redo_puts_one_change_back_the_last_that_was_undone() -> None:
    world = World(teams={"crew": {"ann": (1.0, 1.0)}})
    await world.session.open()
    await world.session.start_team(Start("crew", ends=Ends(cycles=3)))
    await world.session.finished()
    first, second, third = (change.id for change in world.session.changes())
    assert (await world.session.undo(Selection())).changes == (third,)
    assert (await world.session.undo(Selection())).changes == (second,)
    assert (await world.session.redo(Selection())).changes == (second,)
    assert world.disk.text("ann.md") == "ann\nline 1\nline 2\n"
    assert (await world.session.undo(Selection(everything=True))).changes == (second, first)
