"""A running team: who goes next, when it is over, what makes it pause."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from fakes.catalog import agent
from fakes.clock import settled
from fakes.workers import failed, nothing
from fakes.world import World
from kinos.domain import event as ev
from kinos.domain.errors import BudgetError, FailureKind, UsageError
from kinos.domain.message import EditCall, Failed, PlanCall
from kinos.domain.setting import Settings
from kinos.domain.state import AgentState, TeamState
from kinos.domain.task import NothingToDo, Task
from kinos.engine.lifecycle import Start
from kinos.engine.pause import WAITING_LIMIT
from kinos.engine.run import Ends


async def run(world: World, ends: Ends, landing: str = "") -> None:
    """Start the crew and wait for the end."""
    await world.session.open()
    await world.session.start_team(Start("crew", ends=ends, landing=landing))
    await world.over()


def cycles(world: World) -> Counter[str]:
    """How many cycles each agent began."""
    return Counter(event.agent for event in world.of(ev.CycleStarted))


@pytest.mark.parametrize("number", [1, 2, 5])
async def test_a_run_ends_after_so_many_cycles(number: int) -> None:
    world = World()
    await run(world, Ends(cycles=number))
    assert cycles(world).total() == number
    assert world.session.tally.cycles == world.session.tally.landed == number
    assert world.session.state.team.state is TeamState.STOPPED
    assert world.session.state.team.reason == "the run is over"


async def test_a_run_until_idle_ends_once_everybody_has_said_so_since_the_last_change() -> None:
    world = World()
    world.script.times = 2
    await run(world, Ends(idle=True))
    assert world.disk.text("ann.md") == "ann\nline 1\nline 2\n"
    assert world.disk.text("bob.md") == "bob\nline 1\nline 2\n"
    last = max(index for index, event in enumerate(world.events) if isinstance(event, ev.ChangeMoved))
    said = {e.agent for e in world.events[last:] if isinstance(e, ev.CycleRested) and e.result == "nothing to do"}
    assert said == {"ann", "bob"}


async def test_a_word_given_on_an_older_workspace_does_not_count_as_idle() -> None:
    world = World()
    world.script.times = 1
    world.script.planned["bob"] = 1
    # bob looks before ann's change is there, and speaks after it has landed.
    world.workers.slow["bob"] = 60.0
    await run(world, Ends(idle=True))
    landed = next(i for i, e in enumerate(world.events) if isinstance(e, ev.ChangeMoved) and e.change.state == "landed")
    looked = [i for i, e in enumerate(world.events) if isinstance(e, ev.CycleStarted) and e.agent == "bob"]
    assert looked[0] < landed < looked[-1]


async def test_a_run_until_idle_ends_at_once_when_nobody_is_awake() -> None:
    world = World(teams={"crew": {"ann": (0.0, 1.0)}})
    await run(world, Ends(idle=True))
    assert cycles(world).total() == 0


async def test_agents_work_side_by_side_but_never_one_twice() -> None:
    world = World(teams={"crew": dict.fromkeys(["ann", "bob", "eve", "sam"], (1.0, 1.0))})
    most = 0

    def plan(call: PlanCall) -> Task | NothingToDo:
        nonlocal most
        views = world.session.state.agents.values()
        most = max(most, sum(view.state is AgentState.PLANNING for view in views))
        return NothingToDo("all is well")

    world.workers.planner = plan
    await run(world, Ends(cycles=12))
    assert most == Settings().team_parallel == 2
    ran: set[str] = set()
    for event in world.events:
        if isinstance(event, ev.CycleStarted):
            assert event.agent not in ran
            ran.add(event.agent)
        elif isinstance(event, ev.CycleRested):
            ran.remove(event.agent)


async def test_shares_follow_the_weights_through_the_whole_engine() -> None:
    world = World(teams={"crew": {"ann": (4.0, 1.0), "bob": (2.0, 1.0), "eve": (1.0, 1.0)}}, budget_runs=0)
    await run(world, Ends(cycles=140))
    assert cycles(world)["ann"] == pytest.approx(80, rel=0.1)
    assert cycles(world)["bob"] == pytest.approx(40, rel=0.1)
    assert cycles(world)["eve"] == pytest.approx(20, rel=0.1)


async def test_an_agent_sleeps_in_the_phase_in_which_its_weight_is_0() -> None:
    world = World()
    await world.session.open()
    world.session.set_phase("convergence")
    await world.session.start_team(Start("crew", ends=Ends(cycles=4)))
    assert world.session.state.agents["bob"].state is AgentState.ASLEEP
    await world.session.finished()
    assert cycles(world) == {"ann": 4}


async def test_a_phase_that_moves_weighs_the_agents_anew() -> None:
    world = World(phase_limit=100)
    world.disk.put("big.md", "word " * 55)

    def edit(folder: object, call: EditCall) -> Failed | None:
        world.disk.put("big.md", "word " * 80)
        return None

    world.workers.hand = edit
    await run(world, Ends(cycles=9))
    moved = next(
        i for i, e in enumerate(world.events) if isinstance(e, ev.PhaseMoved) and e.phase.name == "CONVERGENCE"
    )
    later = [e.agent for e in world.events[moved:] if isinstance(e, ev.CycleStarted)]
    assert later
    assert set(later) == {"ann"}


async def test_a_change_wakes_who_watches_it_and_nobody_else() -> None:
    members = dict.fromkeys(["ann", "bob"], (1.0, 1.0))
    agents = {"ann": agent("ann", watches=("docs/**",)), "bob": agent("bob", watches=("src/**",))}
    world = World(teams={"crew": members}, agents=agents)
    world.workers.planner = nothing
    await world.session.open()
    await world.session.start_team(Start("crew"))
    await world.clock.passing(3000)
    before = cycles(world)
    world.disk.put("docs/new.md", "new\n")
    await world.session.did_change_on_disk(["docs/new.md"])
    await world.clock.passing(30)
    await world.session.stop_team()
    assert cycles(world) - before == {"ann": 1}


async def test_a_change_during_an_agents_own_cycle_is_not_slept_over() -> None:
    world = World()
    world.script.times = 1
    world.script.planned["bob"] = 1
    world.workers.slow["bob"] = 60.0
    await world.session.open()
    await world.session.start_team(Start("crew"))
    await world.clock.passing(160)
    await world.session.stop_team()
    # bob looks at 0 s, ann's change lands at 25 s, bob finds nothing at 65 s: it looks again after its pace, not after 40 s.
    begun = [(e.time - world.events[0].time).total_seconds() for e in world.of(ev.CycleStarted) if e.agent == "bob"]
    assert begun == [0.0, 85.0]


async def test_an_agents_own_change_does_not_wake_it() -> None:
    world = World(teams={"crew": {"ann": (1.0, 1.0)}})
    world.script.times = 1
    await world.session.open()
    await world.session.start_team(Start("crew"))
    await world.clock.passing(300)
    await world.session.stop_team()
    # Its work at 0 s, then its pace of 20 s; nothing to do, so 40 s, 80 s, 160 s.
    begun = [(e.time - world.events[0].time).total_seconds() for e in world.of(ev.CycleStarted)]
    assert begun == [0.0, 45.0, 90.0, 175.0]


async def test_at_the_cap_of_runs_the_team_pauses_and_says_so() -> None:
    world = World(budget_runs=3)
    await world.session.open()
    await world.session.start_team(Start("crew"))
    await world.clock.passing(1000)
    assert cycles(world).total() == 3
    assert world.session.tally.landed == 3, "the last run is carried out, not refused its calls"
    assert world.session.state.team.state is TeamState.PAUSED
    assert world.session.state.team.reason == "the cap of 3 runs is reached: raise budget.runs, or start again"
    await world.session.stop_team()


@pytest.mark.parametrize(
    ("caps", "why"),
    [
        ({"budget_runs": 3}, "3 runs"),
        ({"budget_tokens": 12_000}, "would pass the cap of 12,000"),
        ({"budget_usd": 0.2}, "US dollars"),
        ({"budget_minutes": 2.0}, "2 minutes"),
    ],
    ids=["runs", "tokens", "dollars", "minutes"],
)
async def test_a_run_in_a_terminal_ends_at_a_cap(caps: dict[str, Any], why: str) -> None:
    world = World(**caps)
    await run(world, Ends(at_cap=True))
    assert why in world.session.tally.budget
    assert not world.journal.pending()


async def test_no_call_is_made_when_the_price_is_unknown_and_dollars_are_capped() -> None:
    world = World(model_plan="somebodys-model", model_edit="somebodys-model")
    with pytest.raises(BudgetError, match="price of somebodys-model is not known"):
        await run(world, Ends(at_cap=True))
    assert not world.workers.plans
    assert not world.folder.made


@pytest.mark.parametrize("kind", [FailureKind.AUTHENTICATION, FailureKind.PERMISSION])
async def test_a_failure_no_further_try_can_mend_pauses_the_team(kind: FailureKind) -> None:
    world = World()
    world.workers.planner = lambda call: failed(kind, "The key was refused.")
    await world.session.open()
    await world.session.start_team(Start("crew"))
    await world.clock.passing(2000)
    assert world.session.state.team.state is TeamState.PAUSED
    assert world.session.state.team.reason == "The key was refused."
    assert len(world.workers.plans) <= Settings().team_parallel
    await world.session.stop_team()


async def test_a_hopeless_failure_ends_a_run_in_a_terminal() -> None:
    world = World()
    world.workers.planner = lambda call: failed(FailureKind.AUTHENTICATION, "The key was refused.")
    await run(world, Ends(at_cap=True))
    assert world.session.tally.last_failure == "The key was refused."
    assert world.session.tally.failed == 2


async def test_a_failed_agent_rests_longer_each_time_then_tries_again_and_recovers() -> None:
    world = World(teams={"crew": {"ann": (1.0, 1.0)}})
    world.script.times = 1
    broken = [FailureKind.OVERLOADED, FailureKind.TIMEOUT, FailureKind.SERVER]

    def plan(call: PlanCall) -> Task | NothingToDo | Failed:
        return failed(broken.pop(0)) if broken else world.script.plan(call)

    world.workers.planner = plan
    await run(world, Ends(cycles=4))
    begun = [(e.time - world.of(ev.CycleStarted)[0].time).total_seconds() for e in world.of(ev.CycleStarted)]
    assert begun == [0.0, 45.0, 130.0, 295.0]
    assert [e.kind for e in world.of(ev.CycleFailed)] == ["overloaded", "timeout", "server-error"]
    assert world.session.tally.landed == 1


async def test_landed_changes_do_not_count_as_waiting() -> None:
    world = World()
    await run(world, Ends(cycles=WAITING_LIMIT + 5))
    assert world.session.tally.landed == WAITING_LIMIT + 5
    assert world.session.state.waiting == 0
    assert not world.of(ev.TeamPaused)


async def waiting(world: World) -> None:
    """A team in review, each of whose tasks makes another file, until it pauses."""
    numbers = iter(range(1000))
    world.workers.planner = lambda call: Task(f"Say {next(numbers)}", "because", (f"new{next(numbers)}.md",), "Write.")
    await world.session.open()
    await world.session.start_team(Start("crew", landing="review"))
    await world.clock.passing(3000)


async def test_above_ten_waiting_changes_the_team_pauses_and_goes_on_once_some_were_looked_at() -> None:
    world = World(budget_minutes=0)
    await waiting(world)
    number = world.session.state.waiting
    assert number > WAITING_LIMIT
    assert world.session.picture()["team"]["state"] == "paused"
    assert "changes wait for review" in world.session.state.team.reason
    for change in world.journal.changes()[: number - WAITING_LIMIT]:
        await world.session.reject(change.id, "no")
    await world.clock.passing(1)
    assert world.session.picture()["team"]["state"] == "running"
    assert world.of(ev.TeamResumed)[-1].reason == f"{WAITING_LIMIT} changes wait for review now"
    await world.session.stop_team()


async def test_a_team_paused_for_another_reason_is_not_resumed_by_a_review() -> None:
    world = World(budget_runs=2)
    await waiting(world)
    assert world.session.state.team.state is TeamState.PAUSED
    await world.session.reject(world.change().id, "no")
    await world.clock.passing(1)
    assert world.session.state.team.state is TeamState.PAUSED
    await world.session.stop_team()


async def test_a_stopped_agent_is_cut_off_and_the_others_go_on() -> None:
    world = World()
    world.workers.stuck = "plan"
    await world.session.open()
    await world.session.start_team(Start("crew"))
    await world.workers.reached.wait()
    assert await world.session.stop_agent("ann") == "stopped"
    assert world.session.state.agents["bob"].state is AgentState.PLANNING
    assert world.session.state.team.state is TeamState.RUNNING
    await world.session.stop_team()


async def test_stopping_the_last_agent_stops_the_team() -> None:
    world = World()
    await world.session.open()
    await world.session.start_agent("ann")
    assert world.session.state.team.name == "only ann"
    assert await world.session.stop_agent("ann") == "stopped"
    assert world.session.state.team.state is TeamState.STOPPED
    assert world.workers.alive == 0


async def test_an_agent_the_team_does_not_have_can_be_added() -> None:
    world = World(agents={"eve": agent("eve")})
    await world.session.open()
    await world.session.start_team(Start("crew", ends=Ends(cycles=9)))
    assert await world.session.start_agent("eve") == "resting"
    await world.session.finished()
    assert cycles(world)["eve"]


async def test_a_team_that_is_still_starting_cannot_be_paused_and_says_so() -> None:
    world = World()
    world.workers.stuck = "start"
    await world.session.open()
    starting = asyncio.create_task(world.session.start_team(Start("crew")))
    await world.workers.reached.wait()
    with pytest.raises(UsageError, match="crew is still starting"):
        world.session.pause_team()
    await world.session.stop_team()
    with pytest.raises(UsageError):
        await starting
    with pytest.raises(UsageError, match="No team runs here"):
        world.session.pause_team()


async def test_agents_that_are_started_at_once_run_together() -> None:
    world = World()
    await world.session.open()
    await asyncio.gather(world.session.start_agent("ann"), world.session.start_agent("bob"))
    assert world.session.state.team.name == "only ann"
    assert [await world.session.stop_agent(name) for name in ("ann", "bob")] == ["stopped", "stopped"]


async def test_a_stopped_agent_holds_up_nobody() -> None:
    world = World(teams={"crew": {"ann": (9.0, 1.0), "bob": (1.0, 1.0)}})
    await world.session.open()
    await world.session.start_team(Start("crew", ends=Ends(cycles=6)))
    await world.session.stop_agent("ann")
    await world.session.finished()
    assert cycles(world)["bob"] >= 5


async def test_a_disk_that_fails_under_a_cycle_is_a_failure_of_that_agent() -> None:
    world = World(teams={"crew": {"ann": (1.0, 1.0)}})
    broken = [True]

    def edit(folder: object, call: EditCall) -> None:
        if broken:
            broken.clear()
            raise OSError(28, "No space left on device")

    world.workers.hand = edit
    await run(world, Ends(cycles=2))
    assert "No space left" in world.of(ev.CycleFailed)[0].message
    assert world.session.tally.cycles == 2


async def test_a_bug_ends_the_run_loudly_and_leaves_nothing_alive() -> None:
    world = World()

    def plan(call: PlanCall) -> Task:
        raise ZeroDivisionError

    world.workers.planner = plan
    await world.session.open()
    await world.session.start_team(Start("crew"))
    with pytest.raises(ZeroDivisionError):
        await world.session.finished()
    assert world.session.state.team.state is TeamState.STOPPED
    assert "ZeroDivisionError" in world.session.state.team.reason
    assert world.workers.alive == 0
    assert not world.folder.held


async def test_a_paused_team_starts_no_cycle_and_goes_on_when_told() -> None:
    world = World()
    await world.session.open()
    await world.session.start_team(Start("crew"))
    world.session.pause_team()
    await world.clock.passing(1000)
    began = cycles(world).total()
    await world.clock.passing(1000)
    assert cycles(world).total() == began
    await world.session.resume_team()
    await world.clock.passing(100)
    assert cycles(world).total() > began
    await world.session.stop_team()


async def test_a_stop_in_the_middle_of_everything_ends_it() -> None:
    world = World()
    await world.session.open()
    await world.session.start_team(Start("crew"))
    waiting = asyncio.create_task(world.session.finished())
    await world.clock.passing(33)
    assert await world.session.stop_team() == 1
    await settled(waiting)
    assert all(view.state is AgentState.STOPPED for view in world.session.state.agents.values())


@pytest.mark.parametrize("record", ["image", "change"])
async def test_a_team_whose_journal_cannot_be_written_asks_no_more_models(record: str) -> None:
    world = World()
    await world.session.open()
    world.journal.full = {record}
    await world.session.start_team(Start("crew"))
    await world.clock.passing(300)
    assert world.session.state.team.state is TeamState.PAUSED
    assert "The journal cannot be written" in world.session.state.team.reason
    assert len(world.workers.plans) <= 2, "those that were under way"
    world.journal.full = set()
    await world.session.resume_team()
    await world.clock.passing(300)
    assert world.session.tally.landed > 0
    await world.session.stop_team()
