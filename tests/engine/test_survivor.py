"""A stop that cannot keep its word says so, and does all the rest."""

import pytest

from fakes.world import World
from kinos.domain import event as ev
from kinos.domain.errors import SurvivedError
from kinos.domain.state import TeamState
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends


async def test_a_process_that_outlives_the_stop_is_said_and_everything_else_is_ended() -> None:
    world = World()
    await world.session.open()
    await world.session.start_team(Start("crew", rehearse=True))
    world.workers.unkillable = (4711,)
    with pytest.raises(SurvivedError, match="1 process could not be ended: 4711"):
        await world.session.close()
    assert world.session.state.team.state is TeamState.STOPPED
    assert world.of(ev.TeamStopped)[-1].ended == 2
    assert "4711" in world.of(ev.Noted)[-1].message
    assert not world.rehearsal.running
    assert world.counting.closed
    assert world.folder.held == 0


async def test_a_run_that_ends_by_itself_says_who_outlived_it() -> None:
    world = World()
    await world.session.open()
    world.workers.unkillable = (4711, 4712)
    await world.session.start_team(Start("crew", ends=Ends(cycles=1)))
    with pytest.raises(SurvivedError, match="2 processes could not be ended: 4711, 4712"):
        await world.session.finished()
