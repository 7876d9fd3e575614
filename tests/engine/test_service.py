"""Services of other packages live as long as a team, and no longer."""

import pytest

from fakes.world import World
from kinos.domain import event as ev
from kinos.domain.errors import SetupError, SurvivedError
from kinos.domain.state import TeamState
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends


async def test_services_are_started_with_a_team_and_ended_with_it() -> None:
    world = World()
    world.services.processes = 3
    await world.session.open()
    assert world.services.started == 0
    await world.session.start_team(Start("crew"))
    assert world.services.running
    assert await world.session.stop_team() == 4
    assert not world.services.running


async def test_services_end_with_a_run_that_ends_by_itself() -> None:
    world = World()
    await world.session.open()
    await world.session.start_team(Start("crew", ends=Ends(cycles=1)))
    await world.session.finished()
    assert (world.services.started, world.services.running) == (1, False)


async def test_what_a_service_fails_of_is_told_and_the_team_goes_on() -> None:
    world = World()
    await world.session.open()
    await world.session.start_team(Start("crew", ends=Ends(cycles=3)))
    world.services.say("warning", "The service bell failed")
    await world.session.finished()
    assert ("warning", "The service bell failed") in [(note.level, note.message) for note in world.of(ev.Noted)]
    assert world.session.tally.cycles == 3


async def test_a_worker_that_cannot_be_ended_does_not_keep_services_alive() -> None:
    world = World()
    await world.session.open()
    await world.session.start_team(Start("crew"))
    world.workers.unkillable = (4711,)
    with pytest.raises(SurvivedError, match="4711"):
        await world.session.stop_team()
    assert not world.services.running
    world.workers.unkillable = ()


async def test_a_team_that_cannot_start_starts_no_services() -> None:
    world = World()
    world.workers.missing = "aider is missing."
    await world.session.open()
    with pytest.raises(SetupError):
        await world.session.start_team(Start("crew"))
    assert world.services.started == 0
    assert world.session.state.team.state is TeamState.STOPPED
