"""What a person reads of a running team where the editor shows progress."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

import pytest

from fakes.clock import InlineExecutor
from fakes.world import World
from kinos.domain.phase import Phase, PhaseState
from kinos.domain.state import AgentState, AgentView, State, TeamState, TeamView
from kinos.engine.lifecycle import Start
from kinos.lsp.background import Background
from kinos.lsp.team_progress import TeamProgress, message, percentage
from lsp.stage import RecordingClient, idle

NOW = datetime.now(UTC)
RUNNING = State(team=TeamView("crew", TeamState.RUNNING), phase=PhaseState(Phase.EXPANSION))


def agents(**states: AgentState) -> dict[str, AgentView]:
    return {name: AgentView(name, state) for name, state in states.items()}


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (replace(RUNNING, team=TeamView("crew", TeamState.STARTING)), "starting"),
        (replace(RUNNING, team=TeamView("crew", TeamState.PAUSED, "cap reached")), "paused: cap reached"),
        (RUNNING, "EXPANSION"),
        (
            replace(
                RUNNING, waiting=1, agents=agents(ann=AgentState.EDITING, bob=AgentState.FAILED, cid=AgentState.RESTING)
            ),
            "EXPANSION · ann editing · bob failed · 1 change waits for review",
        ),
    ],
)
def test_it_says_what_the_team_does(state: State, text: str) -> None:
    assert message(state) == text


@pytest.mark.parametrize(
    ("usd", "runs", "share"),
    [((None, 5), (3, 10), 30), ((2.5, 5), (3, 10), 50), ((9, 5), (0, 0), 100), ((1, 0), (1, 0), None)],
)
def test_it_says_how_near_the_nearest_cap_is(
    usd: tuple[float | None, float], runs: tuple[int, int], share: int | None
) -> None:
    budget = {"usd": usd[0], "usdCap": usd[1], "runs": runs[0], "runsCap": runs[1]}
    assert percentage({**budget, "tokens": 0, "tokensCap": 0, "minutes": 0.0, "minutesCap": 0}) == share


class Soon:
    """Implements `Timer`: what shall be done later is done in the next turn of the loop."""

    def time(self) -> float:
        return 0.0

    def call_later(self, delay: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        return cast("asyncio.TimerHandle", asyncio.get_running_loop().call_soon(callback))


async def followed() -> tuple[World, RecordingClient, Background]:
    asyncio.get_running_loop().set_default_executor(InlineExecutor())
    world, client, background = World(), RecordingClient(), Background()
    world.session.subscribe(TeamProgress(world.session, client, background, Soon()).on_event)
    await world.session.open()
    return world, client, background


async def test_it_is_shown_from_the_start_to_the_end_of_the_last_process() -> None:
    world, client, _ = await followed()
    await world.session.start_team(Start("crew"))
    (progress,) = client.progresses
    assert progress.title == "KinOS: team crew"
    await world.clock.passing(100)
    assert ("EXPANSION · ann editing · bob editing", 1) in progress.reports
    assert progress.ends == []
    await world.session.stop_team()
    assert progress.ends == ["stopped by hand"]
    await world.session.start_team(Start("crew"))
    await world.session.stop_team()
    assert [each.ends for each in client.progresses] == [["stopped by hand"]] * 2


async def test_its_cancel_stops_the_team() -> None:
    world, client, background = await followed()
    await world.session.start_team(Start("crew"))
    client.progresses[0].cancel()
    await idle(background)
    assert world.session.state.team.state is TeamState.STOPPED
    assert world.workers.alive == 0


async def test_its_cancel_stops_a_team_that_is_still_starting() -> None:
    world, client, background = await followed()
    world.workers.stuck = "start"
    starting = asyncio.create_task(world.session.start_team(Start("crew")))
    await world.workers.reached.wait()
    client.progresses[0].cancel()
    with pytest.raises(Exception, match="stopped while it was starting"):
        await starting
    await idle(background)
    assert len(client.progresses[0].ends) == 1


async def test_it_ends_when_the_start_fails() -> None:
    world, client, _ = await followed()
    world.workers.missing = "aider is missing."
    with pytest.raises(Exception, match="aider is missing"):
        await world.session.start_team(Start("crew"))
    assert len(client.progresses[0].ends) == 1
