"""An agent that searches the web: what it is told and given, what it may not write, and what becomes of it without a search."""

from pathlib import Path

from fakes.catalog import agent
from fakes.workers import failed, nothing
from fakes.world import World
from kinos.domain import event as ev
from kinos.domain.brief import SEARCH_RULES
from kinos.domain.errors import FailureKind
from kinos.domain.message import EditCall, Failed, PlanCall
from kinos.domain.state import AgentState, TeamState
from kinos.domain.task import NothingToDo, Task
from kinos.domain.team import Agent
from kinos.engine.call import PLAN_TIMEOUT
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends

TIDES = "https://example.org/tides"
FINDING = Task("How high?", "R3", ("research.md",), f"Add: 7 m ({TIDES}).", (f"Tides — {TIDES}",))


def searching(name: str = "research", search: int = 3) -> Agent:
    made = agent(name)
    return Agent(made.name, made.role, made.prompt, made.watches, made.edits, made.pace, search=search)


def library(text: str = "", *, search: int = 3) -> World:
    """A team of one that searches, and its editor, which writes `text`."""
    world = World(
        {"research.md": "# Research\n\nSee https://example.net/known.\n"},
        teams={"crew": {"research": (1.0, 1.0)}},
        agents={"research": searching(search=search)},
    )

    def edit(folder: Path, call: EditCall) -> None:
        with (folder / "research.md").open("a", encoding="utf-8") as file:
            file.write(text)

    world.workers.planner, world.workers.hand = (lambda call: FINDING), edit
    return world


async def once(world: World) -> ev.CycleRested:
    await world.session.open()
    await world.session.start_team(Start("crew", ends=Ends(cycles=1)))
    await world.session.finished()
    return world.of(ev.CycleRested)[-1]


async def test_its_planner_may_search_and_is_told_the_rules_of_it() -> None:
    world = library(f"It rises to 7 m ({TIDES}).\n")
    await once(world)
    (call,) = world.workers.plans
    assert call.searches == 3
    assert call.system.endswith(SEARCH_RULES)
    assert call.timeout > PLAN_TIMEOUT
    assert "never orders" in SEARCH_RULES


async def test_who_does_not_search_is_offered_none() -> None:
    world = library("x\n", search=0)
    await once(world)
    (call,) = world.workers.plans
    assert (call.searches, call.timeout) == (0, PLAN_TIMEOUT)
    assert SEARCH_RULES not in call.system


async def test_its_editor_is_given_the_sources_and_told_to_write_no_other() -> None:
    world = library(f"It rises to 7 m ({TIDES}).\n")
    await once(world)
    (call,) = world.workers.edits
    assert f"- Tides — {TIDES}\n" in call.message
    assert "Write no web address that is neither here" in call.message
    assert TIDES in (world.journal.image(world.change().files[0].result or "") or b"").decode()


async def test_an_address_its_editor_made_up_is_refused_and_nothing_changes() -> None:
    world = library("It rises to 7 m (https://example.org/made-up).\n")
    rested = await once(world)
    assert (rested.result, rested.reason) == (
        "refused",
        "research.md would cite https://example.org/made-up, which no search returned: nothing was changed.",
    )
    assert not world.journal.changes()
    assert world.disk.text("research.md") == "# Research\n\nSee https://example.net/known.\n"


async def test_addresses_of_other_agents_are_not_its_searches_concern() -> None:
    world = library("See https://example.org/made-up.\n", search=0)
    assert (await once(world)).result != "refused"


async def test_without_a_search_it_rests_and_says_why_and_the_others_go_on() -> None:
    world = World(
        teams={"crew": {"research": (1.0, 1.0), "ann": (1.0, 1.0)}}, agents={"research": searching()}, budget_minutes=0
    )
    why = "No web search with claude-sonnet-5-5 at https://api.anthropic.com: it is not enabled."

    def plan(call: PlanCall) -> Task | NothingToDo | Failed:
        return failed(FailureKind.NO_SEARCH, why) if call.searches else world.script.plan(call)

    world.workers.planner = plan
    await world.session.open()
    await world.session.start_team(Start("crew"))
    await world.clock.passing(1000)
    view = world.session.state.agents["research"]
    assert view.state is AgentState.FAILED
    assert why in view.last_error
    assert {event.kind for event in world.of(ev.CycleFailed)} == {"no-web-search"}
    assert world.session.state.team.state is TeamState.RUNNING
    assert world.session.state.agents["ann"].landed > 10
    tries = [event for event in world.of(ev.CycleStarted) if event.agent == "research"]
    assert 3 <= len(tries) <= 6, "it rests longer each time"
    assert not [call for call in world.workers.edits if call.agent == "research"]
    await world.session.stop_team()


async def test_a_run_until_idle_ends_though_nobody_can_search() -> None:
    world = library()
    world.workers.planner = lambda call: failed(FailureKind.NO_SEARCH, "No web search.")
    await world.session.open()
    await world.session.start_team(Start("crew", ends=Ends(idle=True)))
    await world.over()
    assert world.session.tally.last_failure.startswith("No web search.")
    assert world.session.tally.landed == 0


async def test_a_search_that_found_nothing_is_nothing_to_do() -> None:
    world = library()
    world.workers.planner = nothing
    assert (await once(world)).result == "nothing to do"
