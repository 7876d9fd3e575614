"""An agent that goes round in circles, in a team that runs: it rests, says why, is told, and a person wakes it."""

from pathlib import Path

import pytest

from fakes.catalog import agent
from fakes.workers import nothing, untouched
from fakes.world import World
from kinos.domain import event as ev
from kinos.domain.message import EditCall, PlanCall
from kinos.domain.state import AgentState
from kinos.domain.task import NothingToDo, Task
from kinos.engine.history import Selection
from kinos.engine.run import Ends
from kinos.engine.schedule import LONGEST_HOLD, LONGEST_REST
from kinos.engine.session import Start

MEND = Task("Mend the links", "because", ("ann.md",), "Mend them.")


def begun(world: World, name: str) -> list[float]:
    """When each cycle of an agent began, in seconds after the start."""
    return [(e.time - world.events[0].time).total_seconds() for e in world.of(ev.CycleStarted) if e.agent == name]


async def started(world: World, *, ends: Ends | None = None, landing: str = "") -> None:
    await world.session.open()
    await world.session.start_team(Start("crew", ends=ends or Ends(), landing=landing))


def alone(**more: object) -> World:
    """One agent that takes up the same task in vain, over and over."""
    world = World(teams={"crew": {"ann": (1.0, 1.0)}}, budget_minutes=0, budget_runs=0, **more)
    world.workers.planner = lambda call: MEND
    world.workers.hand = untouched
    return world


async def test_an_agent_in_a_loop_rests_for_long_and_says_exactly_why() -> None:
    world = alone()
    await started(world)
    await world.clock.passing(400)
    (held,) = world.of(ev.AgentHeld)
    assert (held.agent, held.reason) == ("ann", "it took up “Mend the links” for the third time, to no change")
    assert (held.next_at - held.time).total_seconds() == LONGEST_REST
    (view,) = world.session.picture()["agents"]
    assert view["state"] == AgentState.RESTING
    assert view["lastResult"] == f"rests: {held.reason}"
    assert view["nextAt"] == held.next_at.isoformat()
    await world.session.stop_team()


async def test_its_rest_grows_while_it_goes_on_so() -> None:
    world = alone()
    await started(world)
    await world.clock.passing(5 * LONGEST_HOLD)
    rests = [(held.next_at - held.time).total_seconds() for held in world.of(ev.AgentHeld)]
    assert rests[:6] == [LONGEST_REST, 2 * LONGEST_REST, 4 * LONGEST_REST, 8 * LONGEST_REST, LONGEST_HOLD, LONGEST_HOLD]
    await world.session.stop_team()


async def test_its_next_brief_tells_it_and_no_later_one_once_it_does_something_else() -> None:
    world = alone()
    told = "ann was made to rest: it took up “Mend the links” for the third time"
    await started(world)
    await world.clock.passing(400)
    assert not any(told in call.brief for call in world.workers.plans)
    world.workers.planner, world.workers.hand = world.script.plan, world.script.edit
    before = len(world.workers.plans)
    await world.clock.passing(2 * LONGEST_REST)
    first, *later = world.workers.plans[before:]
    assert told in first.brief
    assert later
    assert not any(told in call.brief for call in later)
    await world.session.stop_team()


@pytest.mark.parametrize("path", ["demande.md", "docs/a.md"], ids=["the request", "a watched file"])
async def test_a_person_who_changes_what_it_works_from_wakes_it(path: str) -> None:
    world = alone(agents={"ann": agent("ann", watches=("docs/**",))})
    await started(world)
    await world.clock.passing(400)
    before = len(begun(world, "ann"))
    world.disk.put(path, "Something else.\n")
    await world.session.did_change_on_disk([path])
    await world.clock.passing(25)
    assert len(begun(world, "ann")) == before + 1
    await world.session.stop_team()


async def test_a_person_who_changes_something_else_does_not_wake_it() -> None:
    world = alone(agents={"ann": agent("ann", watches=("docs/**",))})
    await started(world)
    await world.clock.passing(400)
    before = len(begun(world, "ann"))
    world.disk.put("src/b.md", "Something else.\n")
    await world.session.did_change_on_disk(["src/b.md"])
    await world.clock.passing(100)
    assert len(begun(world, "ann")) == before
    await world.session.stop_team()


async def test_a_person_who_changes_something_while_it_works_keeps_it_from_being_held() -> None:
    world = alone()
    await started(world)
    while len(begun(world, "ann")) < 3 or world.session.state.agents["ann"].state is not AgentState.EDITING:
        await world.clock.passing(1)
    world.disk.put("demande.md", "Something else.\n")
    await world.session.did_change_on_disk(["demande.md"])
    await world.clock.passing(100)
    assert not world.of(ev.AgentHeld)
    await world.session.stop_team()


async def test_another_agents_work_does_not_wake_it() -> None:
    world = World(teams={"crew": {"ann": (1.0, 1.0), "bob": (1.0, 1.0)}}, budget_minutes=0, budget_runs=0)
    world.workers.planner = lambda call: MEND if call.agent == "ann" else world.script.plan(call)
    world.workers.hand = lambda folder, call: None if call.agent == "ann" else world.script.edit(folder, call)
    await started(world)
    await world.clock.passing(900)
    held = world.of(ev.AgentHeld)[0]
    at = (held.time - world.events[0].time).total_seconds()
    assert len([start for start in begun(world, "bob") if start > at]) > 3
    assert not [start for start in begun(world, "ann") if at < start < at + LONGEST_REST]
    await world.session.stop_team()


def flips(folder: Path, call: EditCall) -> None:
    """ann writes one content, bob the other."""
    (folder / "ann.md").write_text(f"as {call.agent} likes it\n", encoding="utf-8")


async def test_two_agents_that_undo_each_other_are_both_stopped_in_it() -> None:
    world = World(teams={"crew": {"ann": (1.0, 1.0), "bob": (1.0, 1.0)}}, budget_minutes=0, budget_runs=0)
    numbers = iter(range(1000))
    world.workers.planner = lambda call: Task(f"Put right {next(numbers)}", "because", ("ann.md",), "Do.")
    world.workers.hand = flips
    await started(world)
    await world.clock.passing(700)
    held = world.of(ev.AgentHeld)
    assert {event.agent for event in held} == {"ann", "bob"}
    assert "ann.md went back and forth between two contents 2 times, by ann and bob" in {e.reason for e in held}
    assert len([e for e in world.of(ev.ChangeMoved) if e.change.state == "landed"]) <= 6
    await world.session.stop_team()


async def test_a_change_the_person_took_back_makes_it_rest_when_it_comes_again() -> None:
    world = alone()
    world.workers.planner = lambda call: Task(f"Say it, {len(world.workers.plans)}", "because", ("ann.md",), "Say it.")
    world.workers.hand = lambda folder, call: (folder / "ann.md").write_text("said\n", encoding="utf-8") and None
    await started(world)
    await world.clock.passing(30)
    assert world.disk.text("ann.md") == "said\n"
    await world.session.undo(Selection(change=world.change().id))
    assert world.disk.text("ann.md") == "ann\n"
    await world.clock.passing(60)
    assert [e.reason for e in world.of(ev.AgentHeld)] == ["it made a change of ann.md again that the person took back"]
    await world.session.stop_team()


async def test_a_run_until_idle_does_not_wait_for_who_goes_round_in_circles() -> None:
    world = World(teams={"crew": {"ann": (1.0, 1.0), "bob": (1.0, 1.0)}}, budget_minutes=0, budget_runs=0)
    numbers = iter(range(1000))

    def plan(call: PlanCall) -> Task | NothingToDo:
        return nothing(call) if call.agent == "bob" else Task(f"Put right {next(numbers)}", "why", ("ann.md",), "Do.")

    def edit(folder: Path, call: EditCall) -> None:
        file = folder / "ann.md"
        file.write_text("one\n" if file.read_text(encoding="utf-8") != "one\n" else "two\n", encoding="utf-8")

    world.workers.planner, world.workers.hand = plan, edit
    await started(world, ends=Ends(idle=True))
    await world.over()
    assert [e.agent for e in world.of(ev.AgentHeld)] == ["ann"]
    assert begun(world, "bob")[-1] > begun(world, "ann")[-1], "bob was asked again after the last change"


async def test_honest_work_under_one_title_is_never_held() -> None:
    world = World(teams={"crew": {"ann": (1.0, 1.0)}}, budget_minutes=0, budget_runs=0)
    world.workers.planner = lambda call: Task("Write the log: Say 1", "because", ("journal.md",), "Add a line.")
    world.workers.hand = world.script.edit
    await started(world, ends=Ends(cycles=60))
    await world.session.finished()
    assert world.disk.text("journal.md") == "line 1\n" * 60
    assert not world.of(ev.AgentHeld)


async def test_a_person_who_stops_and_starts_it_gives_it_a_new_start() -> None:
    world = World(teams={"crew": {"ann": (1.0, 1.0), "bob": (1.0, 1.0)}}, budget_minutes=0, budget_runs=0)
    world.workers.planner = lambda call: nothing(call) if call.agent == "bob" else MEND
    world.workers.hand = untouched
    await started(world)
    while not world.of(ev.AgentHeld):
        await world.clock.passing(10)
    before = len(begun(world, "ann"))
    await world.session.stop_agent("ann")
    await world.session.start_agent("ann")
    await world.clock.passing(100)
    assert len(begun(world, "ann")) > before
    assert len(world.of(ev.AgentHeld)) == 1
    await world.session.stop_team()


async def test_what_a_person_changed_during_the_cycle_that_shows_a_loop_counts_for_more() -> None:
    world = alone()
    world.workers.planner = lambda call: Task(f"Say it, {len(world.workers.plans)}", "because", ("ann.md",), "Say it.")

    def says(folder: Path, call: EditCall) -> None:
        (folder / "ann.md").write_text("said\n", encoding="utf-8")

    world.workers.hand = says
    await started(world)
    await world.clock.passing(30)
    await world.session.undo(Selection(change=world.change().id))
    while len(begun(world, "ann")) < 2 or world.session.state.agents["ann"].state is not AgentState.EDITING:
        await world.clock.passing(1)
    world.disk.put("demande.md", "Something else.\n")
    await world.session.did_change_on_disk(["demande.md"])
    await world.clock.passing(30)
    assert world.disk.text("ann.md") == "said\n"
    assert not world.of(ev.AgentHeld)
    await world.session.stop_team()


async def test_who_is_at_work_when_it_shows_is_held_once_it_is_done() -> None:
    world = World(teams={"crew": {"ann": (1.0, 1.0), "bob": (1.0, 1.0)}}, budget_minutes=0, budget_runs=0)
    flipped = 0

    def plan(call: PlanCall) -> Task | NothingToDo:
        # They take turns; after two rounds ann looks for long, and finds nothing.
        if flipped >= 4 or call.agent != ("ann", "bob")[flipped % 2]:
            return NothingToDo("all is well")
        return Task(f"Put right {flipped}", "because", ("ann.md",), "Do.")

    def edit(folder: Path, call: EditCall) -> None:
        nonlocal flipped
        flipped += 1
        if flipped == 3:
            world.workers.slow["ann"] = 300.0
        (folder / "ann.md").write_text("as ann likes it\n" if flipped % 2 else "ann\n", encoding="utf-8")

    world.workers.planner, world.workers.hand = plan, edit
    await started(world)
    while not world.of(ev.AgentHeld):
        await world.clock.passing(1)
    assert [event.agent for event in world.of(ev.AgentHeld)] == ["bob"]
    assert world.session.state.agents["ann"].state is AgentState.PLANNING
    await world.clock.passing(400)
    assert [event.agent for event in world.of(ev.AgentHeld)] == ["bob", "ann"]
    assert world.of(ev.CycleRested)[-1].result == "nothing to do"
    await world.session.stop_team()
