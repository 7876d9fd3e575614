"""How much of the history is kept: said by the settings, minded at each start of a team."""

from datetime import timedelta

from fakes.clock import BEGINNING
from fakes.world import World
from kinos.domain import event as ev
from kinos.engine.history import Selection
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends


async def ran(world: World) -> World:
    await world.session.open()
    await world.session.start_team(Start("crew", ends=Ends(cycles=1)))
    await world.session.finished()
    return world


async def test_a_start_prunes_by_the_settings() -> None:
    world = await ran(World(history_days=3, history_bytes=500))
    assert world.journal.pruned == [(BEGINNING - timedelta(days=3), 500)]
    assert not world.of(ev.Noted)


async def test_what_was_removed_is_said() -> None:
    world = World()
    world.journal.old = 7
    await ran(world)
    assert [note.level for note in world.of(ev.Noted)] == ["info"]
    assert "7 old images" in world.of(ev.Noted)[0].message


async def test_undo_says_what_it_can_no_longer_do() -> None:
    world = await ran(World())
    world.journal.images.clear()
    undone = await world.session.undo(Selection())
    assert not undone.changes
    assert "no longer kept (see history.days and history.bytes)" in undone.set_aside[0][1]
