"""Who runs how often, through the whole engine on virtual time: the teams that ship, in both phases, and teams made up."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.catalog import agent
from fakes.clock import InlineExecutor
from fakes.workers import failed
from fakes.world import World
from kinos.domain import event as ev
from kinos.domain.errors import FailureKind
from kinos.domain.message import EditCall, Failed, PlanCall
from kinos.domain.phase import Phase
from kinos.domain.task import NothingToDo, Task
from kinos.domain.team import Agent, Team, read_agent, read_team
from kinos.engine.run import Ends
from kinos.engine.session import Start

ROOT = Path(__file__).parents[2]
TEAMS = sorted(path.stem for path in (ROOT / "teams").glob("*.toml"))
CYCLES = 1000
ASKED = {"demande.md": "Write.\n"}
"""A workspace in which nothing is but a request."""
FREE: Mapping[str, Any] = dict.fromkeys(["budget_runs", "budget_minutes", "budget_usd", "budget_tokens"], 0)


def shipped(name: str) -> Team:
    path = ROOT / "teams" / f"{name}.toml"
    return read_team(path.read_text(encoding="utf-8"), str(path), name)


def prompt(name: str) -> Agent:
    """The agent that ships, with its pace, free to edit what the test lets it."""
    path = ROOT / "prompts" / f"{name}.md"
    return replace(read_agent(path.read_text(encoding="utf-8"), str(path), name), edits=("**",), search=0)


def rewriting(world: World) -> None:
    """Every agent finds work at every turn: it writes its own file anew, with another content each time."""

    def edit(folder: Path, call: EditCall) -> None:
        (folder / call.files[0]).write_text(f"version {len(world.workers.edits)}\n", encoding="utf-8")

    world.workers.planner = lambda call: Task("Go on", "because", (f"{call.agent}.md",), "Write it.")
    world.workers.hand = edit


def cycles(world: World) -> Counter[str]:
    return Counter(event.agent for event in world.of(ev.CycleStarted))


@pytest.mark.parametrize("phase", list(Phase), ids=lambda phase: phase.value.lower())
@pytest.mark.parametrize("name", TEAMS)
async def test_over_1000_cycles_each_agents_share_is_its_weight(name: str, phase: Phase) -> None:
    team = shipped(name)
    weights = {member.agent: member.weight(phase) for member in team.members}
    world = World(
        ASKED,
        teams={name: {member.agent: (member.expansion, member.convergence) for member in team.members}},
        agents={member.agent: prompt(member.agent) for member in team.members},
        **FREE,
    )
    rewriting(world)
    await world.session.open()
    world.session.set_phase(phase.value.lower())
    await world.session.start_team(Start(name, ends=Ends(cycles=CYCLES)))
    await world.session.finished()
    ran = cycles(world)
    assert ran.total() == CYCLES
    assert world.session.tally.landed == CYCLES
    assert not world.of(ev.AgentHeld)
    for member, weight in weights.items():
        assert ran[member] / CYCLES == pytest.approx(weight / sum(weights.values()), rel=0.1), member


async def test_an_agent_of_weight_0_never_runs_and_one_that_sleeps_only_in_this_phase_runs_in_the_other() -> None:
    world = World(ASKED, teams={"crew": {"ann": (1.0, 1.0), "bob": (0.0, 1.0), "eve": (0.0, 0.0)}}, **FREE)
    rewriting(world)
    await world.session.open()
    world.session.set_phase("expansion")
    await world.session.start_team(Start("crew", ends=Ends(cycles=200)))
    await world.clock.passing(1000)
    assert set(cycles(world)) == {"ann"}
    world.session.set_phase("convergence")
    await world.session.finished()
    assert set(cycles(world)) == {"ann", "bob"}


type Mood = tuple[float, float, str]
"""Weight, pace and what an agent comes to each time."""

MOODS = st.tuples(st.floats(0.2, 10), st.floats(1, 60), st.sampled_from(["works", "finds nothing", "fails"]))


def in_a_loop(test: Any) -> None:
    """Run `test` in an event loop of its own, for hypothesis knows none."""
    import asyncio

    async def whole() -> None:
        asyncio.get_running_loop().set_default_executor(InlineExecutor())
        await test

    asyncio.run(whole())


@given(st.lists(MOODS, min_size=2, max_size=5), st.integers(1, 4))
@settings(max_examples=8, deadline=None)
def test_nobody_starves_whatever_the_others_come_to(moods: list[Mood], parallel: int) -> None:
    in_a_loop(nobody_starves(moods, parallel))


async def nobody_starves(moods: list[Mood], parallel: int) -> None:
    names = {f"agent{number}": mood for number, mood in enumerate(moods)}
    world = World(
        ASKED,
        teams={"crew": {name: (weight, weight) for name, (weight, _, _) in names.items()}},
        agents={name: agent(name, pace) for name, (_, pace, _) in names.items()},
        team_parallel=parallel,
        **FREE,
    )
    rewriting(world)

    def plan(call: PlanCall) -> Task | NothingToDo | Failed:
        mood = names[call.agent][2]
        if mood == "works":
            return Task("Go on", "because", (f"{call.agent}.md",), "Write it.")
        return NothingToDo("all is well") if mood == "finds nothing" else failed(FailureKind.OVERLOADED)

    world.workers.planner = plan
    await world.session.open()
    await world.session.start_team(Start("crew"))
    await world.clock.passing(4000)
    before = cycles(world)
    await world.clock.passing(4000)
    later = cycles(world) - before
    await world.session.stop_team()
    assert set(before) == set(later) == set(names)


@given(
    st.lists(
        st.lists(st.sets(st.integers(0, 4), min_size=1, max_size=3), min_size=3, max_size=3), min_size=4, max_size=4
    ),
    st.integers(2, 4),
)
@settings(max_examples=15, deadline=None)
def test_cycles_side_by_side_work_on_different_files(plans: list[list[set[int]]], parallel: int) -> None:
    in_a_loop(side_by_side(plans, parallel))


async def side_by_side(plans: list[list[set[int]]], parallel: int) -> None:
    names = [f"agent{number}" for number in range(len(plans))]
    world = World(ASKED, teams={"crew": dict.fromkeys(names, (1.0, 1.0))}, team_parallel=parallel, **FREE)
    turns: Counter[str] = Counter()

    def plan(call: PlanCall) -> Task:
        turns[call.agent] += 1
        files = plans[names.index(call.agent)][turns[call.agent] % 3]
        return Task(f"Task {turns.total()}", "because", tuple(f"{number}.md" for number in sorted(files)), "Write.")

    def edit(folder: Path, call: EditCall) -> None:
        for path in call.files:
            (folder / path).write_text(f"{call.agent} {turns[call.agent]}\n", encoding="utf-8")

    world.workers.planner, world.workers.hand = plan, edit
    await world.session.open()
    await world.session.start_team(Start("crew", ends=Ends(cycles=24)))
    await world.session.finished()
    held: dict[str, set[str]] = {}
    chosen: dict[str, set[str]] = {}
    most = 0
    for event in world.events:
        if isinstance(event, ev.TaskChosen):
            chosen[event.agent] = set(event.files)
        elif isinstance(event, ev.TaskClaimed):
            for other, files in held.items():
                assert not files & chosen[event.agent], f"{event.agent} and {other}"
            held[event.agent] = chosen[event.agent]
            most = max(most, len(held))
        elif isinstance(event, ev.CycleRested | ev.CycleFailed):
            held.pop(event.agent, None)
    assert 1 <= most <= parallel
    assert not held


SCRIPTS = st.dictionaries(
    st.sampled_from(["ann", "bob", "eve", "sam"]),
    st.tuples(st.integers(0, 3), st.floats(0, 90), st.floats(1, 60)),
    min_size=1,
)
"""By agent: how much work it has, how many seconds it is slower than others, its pace."""


@given(SCRIPTS, st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_until_idle_ends_exactly_when_everybody_awake_has_said_so_since_the_last_change(
    scripts: dict[str, tuple[int, float, float]], parallel: int
) -> None:
    in_a_loop(until_idle(scripts, parallel))


async def until_idle(scripts: dict[str, tuple[int, float, float]], parallel: int) -> None:
    world = World(
        ASKED,
        teams={"crew": {**dict.fromkeys(scripts, (1.0, 1.0)), "asleep": (0.0, 1.0)}},
        agents={name: agent(name, pace) for name, (_, _, pace) in scripts.items()},
        team_parallel=parallel,
        **FREE,
    )
    rewriting(world)
    left = {name: work for name, (work, _, _) in scripts.items()}
    world.workers.slow = {name: slow for name, (_, slow, _) in scripts.items()}

    def plan(call: PlanCall) -> Task | NothingToDo:
        if not left[call.agent]:
            return NothingToDo("all is said")
        left[call.agent] -= 1
        return Task("Go on", "because", (f"{call.agent}.md",), "Write it.")

    world.workers.planner = plan
    await world.session.open()
    await world.session.start_team(Start("crew", ends=Ends(idle=True)))
    await world.over()
    assert world.session.tally.landed == sum(work for work, _, _ in scripts.values())
    assert all_said(world.events, set(scripts)), "it ended too early"
    last = max(i for i, e in enumerate(world.events) if isinstance(e, ev.CycleRested))
    assert not all_said(world.events[:last], set(scripts)), "it went on though everybody had said so"


def all_said(events: list[ev.Event], awake: set[str]) -> bool:
    """Whether each of `awake` looked after the last change and found nothing to do."""
    changes = [i for i, e in enumerate(events) if isinstance(e, ev.ChangeMoved) and e.change.state == "landed"]
    looked: set[str] = set()
    said: set[str] = set()
    for event in events[changes[-1] if changes else 0 :]:
        if isinstance(event, ev.CycleStarted):
            looked.add(event.agent)
        elif isinstance(event, ev.CycleRested) and event.result == "nothing to do" and event.agent in looked:
            said.add(event.agent)
    return said == awake
