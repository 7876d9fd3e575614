"""A model's API that does not answer, seen by a whole team on a virtual clock."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from fakes.catalog import agent
from fakes.clock import FakeClock
from fakes.workers import failed
from fakes.world import World
from kinos.domain import event as ev
from kinos.domain.breaker import FIRST_PAUSE, THRESHOLD
from kinos.domain.errors import FailureKind
from kinos.domain.message import Failed, PlanCall
from kinos.domain.state import AgentState, TeamState
from kinos.domain.task import NothingToDo, Task
from kinos.domain.usage import Usage
from kinos.engine.circuit import Circuits
from kinos.engine.run import Ends
from kinos.engine.session import Start

FOUR = {"crew": dict.fromkeys(["ann", "bob", "eve", "sam"], (1.0, 1.0))}
ELSEWHERE = "openai/somewhere"


class Weather:
    """A planner whose model answers from `clear` seconds on."""

    def __init__(self, world: World, clear: float, kind: FailureKind = FailureKind.UNREACHABLE) -> None:
        self.world = world
        self.clear = clear
        self.kind = kind
        self.asked: list[tuple[float, str]] = []

    def plan(self, call: PlanCall) -> Task | NothingToDo | Failed:
        now = self.world.clock.monotonic()
        self.asked.append((now, call.agent))
        if now < self.clear and call.model != ELSEWHERE:
            return failed(self.kind)
        return self.world.script.plan(call)


def bad(world: World, clear: float, kind: FailureKind = FailureKind.UNREACHABLE) -> Weather:
    weather = Weather(world, clear, kind)
    world.workers.planner = weather.plan
    return weather


async def started(world: World, ends: Ends = Ends()) -> None:  # noqa: B008 - a value
    await world.session.open()
    await world.session.start_team(Start("crew", ends=ends))


def lost(world: World, host: str) -> None:
    """Others have found that `host` does not answer."""
    for number in range(THRESHOLD):
        world.session._circuits.of(host).heard(failed(FailureKind.OVERLOADED), f"elsewhere{number}")


def notes(world: World) -> Sequence[str]:
    return [event.message for event in world.of(ev.Noted)]


def deferred(world: World) -> dict[str, str]:
    return {name: view.deferred for name, view in world.session.state.agents.items() if view.deferred}


async def test_a_team_asks_no_more_once_three_calls_have_failed_in_a_row() -> None:
    world = World(teams=FOUR)
    weather = bad(world, 1e9)
    await started(world)
    await world.clock.passing(THRESHOLD * 5 + 10)
    # Two side by side: two calls fail at 5 s; of the next two, begun at once, one opens it and the other was under way.
    assert len(weather.asked) == 4
    opened = weather.asked[2][0]
    await world.clock.passing(opened + FIRST_PAUSE - 1 - world.clock.monotonic())
    assert len(weather.asked) == 4
    await world.session.stop_team()


async def test_after_the_pause_one_agent_tries_alone_and_then_all_work_again() -> None:
    world = World(teams=FOUR)
    weather = bad(world, 60.0)
    await started(world)
    await world.clock.passing(400)
    trials = [at for at, _ in weather.asked if 20 < at < 60]
    assert all(later - earlier >= FIRST_PAUSE for earlier, later in pairwise(trials))
    assert deferred(world) == {}
    working = {view.name for view in world.session.state.agents.values() if view.landed}
    assert working == {"ann", "bob", "eve", "sam"}
    assert {view.state for view in world.session.state.agents.values()} <= set(AgentState) - {AgentState.FAILED}
    await world.session.stop_team()


async def test_agents_rest_and_say_why_and_until_when() -> None:
    world = World(teams={"crew": dict.fromkeys(["ann", "bob", "eve", "sam", "tom"], (1.0, 1.0))})
    bad(world, 1e9)
    await started(world)
    await world.clock.passing(12)
    views = world.session.state.agents
    assert set(deferred(world)) == set(views)
    until = world.events[0].time + timedelta(seconds=10 + FIRST_PAUSE)
    assert views["tom"].next_at == until
    # tom has not even had its turn, and still does not ask.
    assert views["tom"].state is AgentState.RESTING
    assert views["tom"].deferred == (
        "The model's API at api.anthropic.com is not answering (unreachable, 3 calls in a row); "
        f"trying again at {until.astimezone():%H:%M}."
    )
    assert views["ann"].state is AgentState.FAILED
    assert views["ann"].last_error == "it failed"
    # It rests after its own failure for longer than the API is left alone, and says that time.
    assert views["ann"].next_at == world.events[0].time + timedelta(seconds=45)
    assert f"trying again at {views['ann'].next_at.astimezone():%H:%M}" in views["ann"].deferred
    assert "deferred" in world.session.picture()["agents"][0]
    await world.session.stop_team()
    assert deferred(world) == {}


async def test_opening_and_closing_are_told_once_each() -> None:
    world = World(teams=FOUR)
    bad(world, 300.0)
    await started(world)
    await world.clock.passing(290)
    assert len(notes(world)) == 1
    assert notes(world)[0].startswith("The model's API at api.anthropic.com is not answering (unreachable, 3 calls")
    await world.clock.passing(700)
    assert notes(world)[1:] == ["The model's API at api.anthropic.com answers again."]
    assert [event.level for event in world.of(ev.Noted)] == ["warning", "info"]
    await world.session.stop_team()


async def test_a_call_in_the_middle_of_a_cycle_is_denied_as_well() -> None:
    world = World(
        teams={"crew": {"ann": (1.0, 1.0)}},
        model_edit=ELSEWHERE,
        budget_usd=0.0,
        budget_usd_per_day=0.0,
        model_openai_key="key",
    )

    def plan(call: PlanCall) -> Task | NothingToDo:
        lost(world, "openai")
        return world.script.plan(call)

    world.workers.planner = plan
    await started(world, Ends(cycles=1))
    await world.session.finished()
    (failure,) = world.of(ev.CycleFailed)
    assert failure.kind == FailureKind.CIRCUIT_OPEN
    assert "The model's API at openai is not answering (overloaded, 3 calls in a row)" in failure.message
    assert "model.endpoint" in failure.message
    assert [event.usage.calls for event in world.of(ev.Spent)] == [1], "the edit was never made"


async def test_nobody_plans_what_could_not_be_carried_out() -> None:
    world = World(
        teams={"crew": {"ann": (1.0, 1.0)}},
        model_edit=ELSEWHERE,
        budget_usd=0.0,
        budget_usd_per_day=0.0,
        model_openai_key="key",
    )
    lost(world, "openai")
    await started(world, Ends(cycles=1))
    await world.clock.passing(FIRST_PAUSE - 1)
    assert not world.workers.plans
    await world.session.finished()
    assert len(world.workers.plans) == 1


async def test_an_agent_whose_model_is_elsewhere_goes_on() -> None:
    agents = {"bob": replace(agent("bob"), model=ELSEWHERE)}
    world = World(
        teams={"crew": dict.fromkeys(["ann", "bob"], (1.0, 1.0))},
        agents=agents,
        budget_usd=0.0,
        budget_usd_per_day=0.0,
        model_openai_key="key",
    )
    bad(world, 1e9)
    await started(world)
    await world.clock.passing(1000)
    views = world.session.state.agents
    assert views["ann"].landed == 0
    assert views["bob"].landed > 20
    assert set(deferred(world)) <= {"ann"}
    await world.session.stop_team()


async def test_a_heavy_agent_that_is_held_holds_up_nobody_elsewhere() -> None:
    agents = {"bob": replace(agent("bob"), model=ELSEWHERE)}
    world = World(
        teams={"crew": {"ann": (9.0, 1.0), "bob": (1.0, 1.0)}},
        agents=agents,
        budget_usd=0.0,
        budget_usd_per_day=0.0,
        model_openai_key="key",
    )
    for number in range(THRESHOLD):
        asks_to_wait = Failed(FailureKind.RATE_LIMIT, "too much", "", Usage(), 2000.0)
        world.session._circuits.of("api.anthropic.com").heard(asks_to_wait, f"elsewhere{number}")
    await started(world)
    await world.clock.passing(1000)
    assert world.session.state.agents["bob"].landed > 20
    assert world.session.state.agents["ann"].cycles == 0
    await world.session.stop_team()


async def test_the_teams_of_several_folders_share_what_they_know() -> None:
    clock = FakeClock()
    one, other = World(teams=FOUR), World(teams=FOUR)
    circuits = Circuits(clock)
    for world in (one, other):
        world.clock = world.workers.clock = clock
        world.circuits = circuits
        world.restart()
    bad(one, 1e9)
    asked = bad(other, 1e9).asked
    await started(one)
    await clock.passing(11)
    await started(other)
    await clock.passing(FIRST_PAUSE - 5)
    assert asked == []
    assert len(notes(other)) == 1
    assert set(deferred(other)) == {"ann", "bob", "eve", "sam"}
    await one.session.stop_team()
    await other.session.stop_team()


@pytest.mark.parametrize("kind", [FailureKind.AUTHENTICATION, FailureKind.PERMISSION])
async def test_a_refused_key_stops_the_team_and_is_no_outage(kind: FailureKind) -> None:
    world = World(teams=FOUR)
    bad(world, 1e9, kind)
    await started(world)
    await world.clock.passing(500)
    assert world.session.state.team.state is TeamState.PAUSED
    assert notes(world) == []
    await world.session.stop_team()


async def test_an_agent_does_not_come_back_before_the_api_asked_it_to() -> None:
    world = World(teams={"crew": {"ann": (1.0, 1.0)}})
    answers = [Failed(FailureKind.RATE_LIMIT, "too much", "", Usage(), 300.0)]
    world.workers.planner = lambda call: answers.pop() if answers else world.script.plan(call)
    await started(world, Ends(cycles=2))
    await world.session.finished()
    begun = [(event.time - world.events[0].time).total_seconds() for event in world.of(ev.CycleStarted)]
    assert begun == [0.0, 305.0]


async def test_of_agents_that_could_all_begin_one_tries_for_all() -> None:
    world = World(teams=FOUR, team_parallel=4)
    lost(world, "api.anthropic.com")
    weather = bad(world, 1e9)
    await started(world)
    await world.clock.passing(FIRST_PAUSE + 2)
    assert len(deferred(world)) == 3
    assert all("trying again now" in reason for reason in deferred(world).values())
    await world.clock.passing(60)
    assert [at for at, _ in weather.asked] == [FIRST_PAUSE + 5]
    assert not any("now" in reason for reason in deferred(world).values())
    weather.clear = 0.0
    await world.clock.passing(100)
    assert all(view.landed for view in world.session.state.agents.values())
    await world.session.stop_team()


async def test_a_trial_that_is_cut_off_lets_another_agent_try() -> None:
    world = World(teams=FOUR)
    lost(world, "api.anthropic.com")
    await started(world)
    await world.clock.passing(FIRST_PAUSE + 2)
    (trying,) = [view.name for view in world.session.state.agents.values() if view.state is AgentState.PLANNING]
    assert len(deferred(world)) == 3
    await world.session.stop_agent(trying)
    await world.clock.passing(100)
    assert [view.name for view in world.session.state.agents.values() if not view.landed] == [trying]
    await world.session.stop_team()


async def test_a_run_until_idle_ends_when_the_api_never_answers() -> None:
    world = World(teams=FOUR)
    bad(world, 1e9)
    await started(world, Ends(idle=True, at_cap=True))
    await world.over()
    assert world.session.tally.failed >= 4
    assert world.session.tally.landed == 0
