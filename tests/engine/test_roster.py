"""A team as its files say it: what is wrong with them is told, and what changes while it runs is taken up."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from fakes.catalog import agent
from fakes.clock import BEGINNING, InlineExecutor
from fakes.world import World
from kinos.domain import event as ev
from kinos.domain.endpoint import unasked
from kinos.domain.errors import ContentError, FailureKind
from kinos.domain.message import Failed, PlanCall
from kinos.domain.state import AgentState
from kinos.domain.task import NothingToDo
from kinos.domain.usage import PRICES, Price, Usage
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends

ANN, BOB = agent("ann"), agent("bob")


async def run(world: World, ends: Ends, start: str = "crew", **after: Callable[[], object]) -> None:
    """Run the crew; `s100` and the like is what happens after so many seconds."""
    asyncio.get_running_loop().set_default_executor(InlineExecutor())
    await world.session.open()
    for at, action in after.items():
        world.clock.later(float(at.removeprefix("s")), action)
    await world.session.start_team(Start(start, ends=ends))
    await world.over()


def notes(world: World, level: str = "") -> list[str]:
    return [note.message for note in world.of(ev.Noted) if level in {note.level, ""}]


def spoken(world: World, name: str) -> list[PlanCall]:
    return [call for call in world.workers.plans if call.agent == name]


def begun_between(world: World, first: float, last: float) -> list[ev.CycleStarted]:
    """Cycles that began so many seconds after the beginning."""
    return [e for e in world.of(ev.CycleStarted) if first <= (e.time - BEGINNING).total_seconds() <= last]


async def test_what_was_not_taken_from_a_teams_file_is_told_when_it_starts() -> None:
    world = World()
    world.catalog.mistakes = ("config.json:3: 'manager' is not among this team's agents: it is left out",)
    await run(world, Ends(cycles=1))
    assert notes(world, "warning") == [world.catalog.mistakes[0]]


async def test_a_changed_prompt_is_what_the_agents_next_cycle_goes_by() -> None:
    world = World()
    other = replace(ANN, prompt="You are another.", model="claude-opus-5-5")
    await run(world, Ends(cycles=9), s100=lambda: world.catalog.put(other))
    prompts = ["You are another." in call.system for call in spoken(world, "ann")]
    assert prompts == sorted(prompts)
    assert set(prompts) == {False, True}
    assert {call.model for call in spoken(world, "ann") if "another" in call.system} == {"claude-opus-5-5"}
    assert not any("another" in call.system for call in spoken(world, "bob"))
    assert notes(world) == ["The prompt file of ann changed: it goes by it from its next cycle on."]


async def test_what_an_agent_may_edit_now_holds_for_its_next_cycle() -> None:
    world = World()
    await run(world, Ends(cycles=9), s100=lambda: world.catalog.put(replace(ANN, edits=("docs/**",))))
    refused = [e for e in world.of(ev.CycleRested) if "ann may not edit ann.md: it keeps to docs/**." in e.reason]
    assert refused
    assert world.disk.text("ann.md").count("line") >= 1


async def test_an_agent_with_a_new_prompt_is_asked_again_soon_however_long_it_was_to_rest() -> None:
    world = World(teams={"crew": {"ann": (1.0, 1.0)}})
    world.workers.planner = lambda call: NothingToDo("all is well")
    await run(world, Ends(cycles=6), s700=lambda: world.catalog.put(replace(ANN, prompt="Look again.")))
    first = next(i for i, call in enumerate(world.workers.plans) if "Look again." in call.system)
    begun = [event.time for event in world.of(ev.CycleStarted)]
    changed = next(event.time for event in world.of(ev.Noted))
    assert (begun[first] - changed).total_seconds() < 5
    assert max((b - a).total_seconds() for a, b in itertools.pairwise(begun)) > 100


async def test_a_run_until_idle_wants_the_word_of_an_agent_with_a_new_prompt_again() -> None:
    world = World()
    world.workers.planner = lambda call: NothingToDo("all is well")
    world.workers.slow["bob"] = 100
    await run(world, Ends(idle=True), s50=lambda: world.catalog.put(replace(ANN, prompt="Look again.")))
    assert ["Look again." in call.system for call in spoken(world, "ann")] == [False, True]


async def test_an_agent_that_went_round_in_circles_is_let_go_by_a_new_prompt() -> None:
    world = World(teams={"crew": {"ann": (1.0, 1.0)}})
    world.workers.hand = lambda folder, call: None
    await run(world, Ends(cycles=6), s700=lambda: world.catalog.put(replace(ANN, prompt="Look again.")))
    held = world.of(ev.AgentHeld)[0].time
    changed = next(event.time for event in world.of(ev.Noted))
    first = next(i for i, call in enumerate(world.workers.plans) if "Look again." in call.system)
    begun = [event.time for event in world.of(ev.CycleStarted)][first]
    assert held < changed <= begun
    assert (begun - changed).total_seconds() < 5


async def test_changed_weights_are_taken_up() -> None:
    world = World(teams={"crew": {"ann": (1.0, 1.0), "bob": (1.0, 1.0)}})
    await run(world, Ends(cycles=20), s100=lambda: world.catalog.put(crew={"ann": (1.0, 1.0), "bob": (0.0, 2.0)}))
    told = next(i for i, event in enumerate(world.events) if isinstance(event, ev.Noted))
    later = Counter(event.agent for event in world.events[told:] if isinstance(event, ev.CycleStarted))
    assert later.keys() == {"ann"}
    assert notes(world) == ["The file of the team crew changed: bob weighs 0 in EXPANSION and 2 in CONVERGENCE."]
    assert world.of(ev.WeightsSet)[-1].weights == {"ann": 1.0, "bob": 0.0}


async def test_a_new_member_joins_and_one_that_was_taken_out_stops() -> None:
    world = World()
    eve = agent("eve")

    def write() -> None:
        world.catalog.put(eve, crew={"ann": (2.0, 1.0), "eve": (1.0, 1.0)})

    await run(world, Ends(cycles=12), s60=write)
    told = next(i for i, event in enumerate(world.events) if isinstance(event, ev.Noted))
    later = Counter(event.agent for event in world.events[told:] if isinstance(event, ev.CycleStarted))
    assert later.keys() == {"ann", "eve"}
    assert [event.agent for event in world.of(ev.AgentStopped)] == ["bob"]
    assert notes(world) == ["The file of the team crew changed: eve joins; bob leaves."]
    assert "eve.md" in world.disk.files


async def test_an_agent_that_was_stopped_by_hand_stays_so_when_the_files_change() -> None:
    world = World()
    await world.session.open()
    await world.session.start_team(Start("crew", ends=Ends(cycles=6)))
    await world.session.stop_agent("bob")
    world.catalog.put(replace(BOB, prompt="Again."), crew={"ann": (1.0, 1.0), "bob": (5.0, 5.0)})
    await world.session.finished()
    assert world.session.state.agents["bob"].state is AgentState.STOPPED
    assert not any("Again." in call.system for call in spoken(world, "bob"))


async def test_a_file_with_a_mistake_keeps_its_last_good_version_and_is_told_once_and_when_it_is_mended() -> None:
    world = World()

    def spoil_again() -> None:
        world.catalog.spoil("ann", "role is missing")

    await run(
        world,
        Ends(cycles=20),
        s60=lambda: world.catalog.spoil("ann", "role is missing"),
        s120=spoil_again,
        s180=lambda: world.catalog.put(ANN),
    )
    assert notes(world, "warning") == [
        "prompts/ann.md:2: role is missing. Until this is mended, ann goes on as it was."
    ]
    assert notes(world, "info") == ["What was wrong with ann is mended: it goes by its file again."]
    assert all(ANN.prompt in call.system for call in spoken(world, "ann"))
    assert not world.of(ev.CycleFailed)


async def test_a_file_is_taken_up_once_it_stands_still() -> None:
    world = World()
    halves = {f"s{60 + tenth / 10}": lambda: world.catalog.spoil("ann", "it is empty") for tenth in range(50)}
    await run(world, Ends(cycles=9), **halves, s65=lambda: world.catalog.put(replace(ANN, prompt="You are whole.")))
    assert notes(world) == ["The prompt file of ann changed: it goes by it from its next cycle on."]
    assert any("You are whole." in call.system for call in spoken(world, "ann"))


async def test_a_team_file_with_a_mistake_leaves_the_team_as_it_was() -> None:
    world = World()
    await run(world, Ends(cycles=12), s60=lambda: world.catalog.spoil("crew", "unknown key 'x'"))
    assert notes(world) == [
        "teams/crew.toml:2: unknown key 'x'. Until this is mended, the team crew goes on as it was."
    ]
    assert {call.agent for call in world.workers.plans[-6:]} == {"ann", "bob"}


async def test_a_member_whose_prompt_is_wrong_joins_once_it_is_right() -> None:
    world = World()

    def join() -> None:
        world.catalog.spoil("eve", "the prompt is empty")
        world.catalog.put(crew={"ann": (2.0, 1.0), "bob": (1.0, 0.0), "eve": (1.0, 1.0)})

    await run(world, Ends(cycles=20), s60=join, s150=lambda: world.catalog.put(agent("eve")))
    assert notes(world) == [
        "prompts/eve.md:2: the prompt is empty. Until this is mended, eve stays out.",
        "What was wrong with eve is mended: it goes by its file again.",
        "The file of the team crew changed: eve joins.",
    ]
    assert spoken(world, "eve")


async def test_a_member_that_does_not_exist_stays_out_and_is_told_by_the_file_that_names_it() -> None:
    world = World()
    members = {"ann": (2.0, 1.0), "annie": (1.0, 1.0)}
    await run(world, Ends(cycles=12), s60=lambda: world.catalog.put(crew=members))
    (warning,) = notes(world, "warning")
    assert warning == (
        "teams/crew.toml: it names the agent 'annie', which does not exist (there is 'ann'). "
        "Until this is mended, annie stays out."
    )
    assert {call.agent for call in world.workers.plans[-4:]} == {"ann"}


async def test_a_team_file_of_which_nobody_exists_leaves_the_team_as_it_was_until_it_is_mended() -> None:
    world = World()
    nobody = {"xavier": (1.0, 1.0), "yves": (1.0, 1.0)}
    await run(
        world,
        Ends(cycles=20),
        s60=lambda: world.catalog.put(crew=nobody),
        s300=lambda: world.catalog.put(crew={"ann": (1.0, 1.0)}),
    )
    told = notes(world)
    assert told[0] == (
        "teams/crew.toml: none of its agents can run: teams/crew.toml: it names the agent 'xavier', which does not exist; "
        "teams/crew.toml: it names the agent 'yves', which does not exist. Until this is mended, the team crew goes on as "
        "it was."
    )
    assert told[1] == "What was wrong with the team crew is mended: it goes by its file again."
    assert {event.agent for event in begun_between(world, 70, 300)} == {"ann", "bob"}
    assert [event.agent for event in world.of(ev.AgentStopped)] == ["bob"]


async def test_a_team_that_names_an_agent_that_does_not_exist_does_not_start_and_says_where() -> None:
    world = World()
    world.catalog.put(crew={"ann": (1.0, 1.0), "annie": (1.0, 1.0)})
    await world.session.open()
    with pytest.raises(ContentError, match=r"^teams/crew\.toml: it names the agent 'annie'"):
        await world.session.start_team(Start("crew"))


async def test_an_agent_that_was_started_alone_takes_up_its_prompt_too() -> None:
    world = World()
    await world.session.open()
    await world.session.start_team(Start(only="ann", ends=Ends(cycles=6)))
    world.catalog.put(replace(ANN, prompt="Look again."))
    await world.session.finished()
    assert "Look again." in world.workers.plans[-1].system
    assert world.session.state.team.name == "only ann"


async def test_an_agent_that_joined_by_hand_takes_up_its_prompt_too() -> None:
    world = World(agents={"eve": agent("eve")})
    await world.session.open()
    await world.session.start_team(Start("crew", ends=Ends(cycles=20)))
    await world.session.start_agent("eve")
    world.catalog.put(replace(agent("eve"), prompt="Look again."))
    await world.session.finished()
    assert "Look again." in spoken(world, "eve")[-1].system


# -- agents that cannot be asked ---------------------------------------------------------------------------------------

PRICED = {"openai": Price(1, 1, 1, 1)}
"""So that a key is all that models of OpenAI lack."""


async def test_an_agent_whose_new_model_has_no_key_does_not_run_and_the_others_go_on_until_it_is_mended() -> None:
    world = World(model_prices={**PRICES, **PRICED})
    other = replace(BOB, model="openai/gpt-x")
    await run(world, Ends(cycles=20), s60=lambda: world.catalog.put(other), s300=lambda: world.catalog.put(BOB))
    assert notes(world) == [
        "The prompt file of bob changed: it goes by it from its next cycle on.",
        f"bob does not run: {unasked('openai/gpt-x', world.settings)}.",
        "The prompt file of bob changed: it goes by it from its next cycle on.",
        "What kept bob from running is mended.",
    ]
    between = [event.agent for event in begun_between(world, 60, 300)]
    assert between
    assert "bob" not in between
    assert "bob" in [event.agent for event in begun_between(world, 302, 10_000)]
    assert not world.of(ev.CycleFailed)
    assert not world.of(ev.TeamPaused)
    assert {call.model for call in spoken(world, "bob")} == {"claude-sonnet-5-5"}


async def test_an_agent_that_joins_without_a_key_or_a_price_for_its_model_is_left_out_by_name() -> None:
    world = World(model_prices={**PRICES, **PRICED})
    members = {"ann": (2.0, 1.0), "bob": (1.0, 0.0), "eve": (1.0, 1.0), "zoe": (1.0, 1.0)}
    world.clock.later(
        60,
        lambda: world.catalog.put(
            agent("eve", model="openai/gpt-x"), agent("zoe", model="claude-of-somebody"), crew=members
        ),
    )
    await run(world, Ends(cycles=20))
    told = notes(world, "warning")
    assert [text.partition(":")[0] for text in told] == ["zoe does not run", "eve does not run"]
    assert "the price of claude-of-somebody is not known" in told[0]
    assert {call.agent for call in world.workers.plans} == {"ann", "bob"}
    assert not world.of(ev.CycleFailed)
    assert not world.of(ev.TeamPaused)


async def test_a_team_of_which_nobody_can_be_asked_any_more_pauses_and_goes_on_once_somebody_can_be() -> None:
    world = World(teams={"crew": {"ann": (1.0, 1.0)}})
    other = replace(ANN, model="openai/gpt-x")
    await run(world, Ends(cycles=6), s60=lambda: world.catalog.put(other), s300=lambda: world.catalog.put(ANN))
    assert [event.reason for event in world.of(ev.TeamPaused)] == ["no agent of it can be asked"]
    assert len(world.of(ev.TeamResumed)) == 1
    assert begun_between(world, 300, 400)


async def test_an_agent_left_out_at_the_start_for_its_price_joins_once_its_file_names_another_model() -> None:
    world = World(agents={"bob": replace(BOB, model="somebodys-model")})
    await run(world, Ends(cycles=12), s60=lambda: world.catalog.put(BOB))
    assert "What kept bob from running is mended." in notes(world, "info")
    assert spoken(world, "bob")


async def test_an_agent_left_out_for_its_price_joins_once_dollars_are_not_capped() -> None:
    world = World(agents={"bob": replace(BOB, model="somebodys-model")})
    await world.session.open()
    await world.session.start_team(Start("crew", ends=Ends(cycles=12)))
    await world.session.set_budget({"usd": 0.0, "usd_per_day": 0.0})
    await world.session.finished()
    assert spoken(world, "bob")


async def test_an_agent_whose_key_is_refused_is_left_out_while_others_ask_somebody_else() -> None:
    world = World(
        agents={"bob": replace(BOB, model="openai/gpt-x")}, model_prices={**PRICES, **PRICED}, model_openai_key="wrong"
    )
    appending = world.script.plan
    world.workers.planner = lambda call: (
        Failed(FailureKind.AUTHENTICATION, "The key was refused.", "", Usage())
        if "gpt" in call.model
        else appending(call)
    )
    await run(
        world,
        Ends(cycles=12),
        s60=lambda: world.catalog.put(replace(ANN, prompt="Another.")),
        s100=lambda: world.catalog.put(BOB),
    )
    assert "bob does not run any more: The key was refused. The others go on." in notes(world, "warning")
    assert len(world.of(ev.CycleFailed)) == 1
    assert len(begun_between(world, 61, 99)) > 0
    assert "bob" not in [event.agent for event in begun_between(world, 1, 99)]
    assert "What kept bob from running is mended." in notes(world, "info")


async def test_an_agent_whose_model_is_forbidden_to_the_key_is_left_out_while_others_ask_another_model() -> None:
    world = World(agents={"bob": replace(BOB, model="claude-opus-5-5")})
    appending = world.script.plan
    world.workers.planner = lambda call: (
        Failed(FailureKind.PERMISSION, "That model is not for you.", "", Usage())
        if "opus" in call.model
        else appending(call)
    )
    await run(world, Ends(cycles=8))
    assert notes(world, "warning") == ["bob does not run any more: That model is not for you. The others go on."]
    assert len(world.of(ev.CycleFailed)) == 1
    assert not world.of(ev.TeamPaused)


# -- looking, whatever the team does -----------------------------------------------------------------------------------


async def test_a_paused_team_takes_up_what_changed() -> None:
    world = World()
    await world.session.open()
    await world.session.start_team(Start("crew"))
    world.session.pause_team()
    await world.clock.passing(100)
    world.catalog.put(replace(ANN, prompt="You are another."))
    await world.clock.passing(5)
    assert notes(world) == ["The prompt file of ann changed: it goes by it from its next cycle on."]
    await world.session.stop_team()


async def test_a_change_is_taken_up_while_every_slot_is_busy() -> None:
    world = World(team_parallel=1)
    world.workers.slow["ann"] = 1000
    await world.session.open()
    await world.session.start_team(Start("crew"))
    await world.clock.passing(100)
    world.catalog.put(replace(BOB, prompt="You are another."))
    await world.clock.passing(5)
    assert notes(world) == ["The prompt file of bob changed: it goes by it from its next cycle on."]
    await world.session.stop_team()


async def test_a_team_of_which_everybody_is_asleep_wakes_by_its_file() -> None:
    world = World(teams={"crew": {"ann": (0.0, 1.0)}})
    await world.session.open()
    await world.session.start_team(Start("crew"))
    await world.clock.passing(100)
    assert not world.of(ev.CycleStarted)
    world.catalog.put(crew={"ann": (1.0, 1.0)})
    await world.clock.passing(5)
    assert world.of(ev.CycleStarted)
    await world.session.stop_team()
