"""Settings that become others while the engine runs: what follows at once, what with the next cycle, what has to wait."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from fakes.catalog import agent
from fakes.world import CREW, World
from kinos.domain import event as ev
from kinos.domain.change import ChangeState
from kinos.domain.count import Count, Terms
from kinos.domain.errors import SetupError
from kinos.domain.phase import Phase
from kinos.domain.project_map import MAP_NAME
from kinos.domain.setting import Settings
from kinos.domain.size import Level
from kinos.domain.usage import Price
from kinos.engine.lifecycle import Start
from kinos.tokens.document import Encoding

WORDS = {"a.md": "one two three\n", "docs/b.md": "four five\n", "drafts/c.md": "six\n"}


async def configure(world: World, **settings: Any) -> None:
    """The person changes these settings."""
    await world.session.configure(replace(world.session.settings, **settings))


async def until(world: World, fits: Any) -> None:
    """Let time pass until something is so."""
    while not fits():
        await world.clock.passing(1)


# -- sizes -----------------------------------------------------------------------------------------------------------


async def test_other_limits_judge_every_document_anew() -> None:
    world = World(WORDS)
    await world.session.open()
    await configure(world, tokens_warn=1, tokens_error=2)
    sizes = world.session.state.sizes
    assert (sizes.long, sizes.too_long) == (1, 1)
    assert world.session.sizes.documents.level("docs/b.md") is Level.LONG


async def test_another_limit_of_the_project_moves_the_phase() -> None:
    world = World(WORDS)
    await world.session.open()
    assert world.session.state.phase.name is Phase.EXPANSION
    await configure(world, phase_limit=6)
    assert world.session.state.phase.name is Phase.CONVERGENCE
    assert world.session.picture()["tokens"]["limit"] == 6


async def test_what_is_excluded_goes_and_comes_back() -> None:
    world = World(WORDS, editor=True)
    await world.session.open()
    world.open("drafts/c.md")
    await configure(world, documents_exclude=("drafts/**", "docs/**"))
    assert list(world.session.sizes.documents.sizes) == ["a.md"]
    assert world.session.state.sizes.total == 3
    await configure(world, documents_exclude=())
    assert sorted(world.session.sizes.documents.sizes) == sorted(WORDS)


async def test_another_tokenizer_counts_every_document_anew_and_says_why() -> None:
    world = World(WORDS, editor=True)
    await world.session.open()
    world.open("a.md")
    world.session.did_change("a.md", ["Été à Paris, naïveté"], 2, Encoding.UTF16)
    sizes = world.session.sizes.documents.sizes
    assert sizes["a.md"].tokens == 11
    world.counting.counted.clear()
    await configure(world, tokens_tokenizer="claude-v3")
    assert {*world.counting.counted} >= {"docs/b.md", "drafts/c.md"}
    assert sizes["a.md"].tokens == 9, "an open one is counted as it stands there"
    told = [(event.tokenizer, event.reason) for event in world.of(ev.TokenizerChanged)]
    assert told == [("claude-v3", "claude-v3 was set")]
    assert world.session.picture()["tokens"]["tokenizer"] == "claude-v3"


async def test_the_phase_waits_until_all_is_counted_anew() -> None:
    world = World({"a.md": "word " * 8, "b.md": "word " * 8}, phase_limit=20)
    await world.session.open()
    world.events.clear()
    await configure(world, documents_exclude=("a.md",))
    assert [event.phase.name for event in world.of(ev.PhaseMoved)] == [Phase.EXPANSION], "never half-way"


async def test_what_was_still_being_counted_on_former_terms_is_left_aside() -> None:
    world, reached, go = World(WORDS), asyncio.Event(), asyncio.Event()
    plain = world.counting.scan

    async def slow(terms: Terms) -> AsyncIterator[Sequence[Count]]:
        async for counts in plain(terms):
            if counts[0].path == "drafts/c.md":
                reached.set()
                await go.wait()
            yield counts

    world.counting.scan = slow  # type: ignore[method-assign]
    opening = asyncio.create_task(world.session.open())
    await reached.wait()
    await configure(world, documents_exclude=("drafts/**",))
    go.set()
    await opening
    assert sorted(world.session.sizes.documents.sizes) == ["a.md", "docs/b.md"]


async def test_a_smaller_bound_leaves_large_files_uncounted() -> None:
    world = World(WORDS)
    await world.session.open()
    await configure(world, documents_max_bytes=5)
    assert sorted(world.session.sizes.documents.errors) == ["a.md", "docs/b.md"]


async def test_the_disk_is_followed_on_the_new_terms() -> None:
    world = World(WORDS)
    await world.session.open(watch=True)
    await configure(world, documents_exclude=("drafts/**",))
    world.disk.put("new.md", "seven eight\n")
    world.counting.changes.put_nowait(["new.md"])
    await until(world, lambda: "new.md" in world.session.sizes.documents)
    await world.session.close()


async def test_the_map_is_written_once_that_is_wanted() -> None:
    world = World(WORDS)
    await world.session.open()
    await configure(world, map_write="always")
    assert MAP_NAME in world.disk.files


# -- a team ----------------------------------------------------------------------------------------------------------


async def running(**settings: Any) -> World:
    """A world in which a team runs, one cycle at a time."""
    world = World(teams={"crew": {"ann": (1.0, 1.0)}}, **({"team_parallel": 1} | settings))
    await world.session.open()
    await world.session.start_team(Start("crew"))
    return world


async def test_the_next_cycle_asks_the_new_model() -> None:
    world = await running()
    await until(world, lambda: world.workers.plans)
    await configure(world, model_plan="claude-opus-4-5", model_max_tokens=500)
    first = len(world.workers.plans)
    await until(world, lambda: len(world.workers.plans) > first)
    assert (world.workers.plans[-1].model, world.workers.plans[-1].max_tokens) == ("claude-opus-4-5", 500)
    await world.session.stop_team()


async def test_an_agent_without_a_key_for_the_new_model_is_left_out_until_there_is_one() -> None:
    world = await running(budget_usd=0, budget_usd_per_day=0)
    await configure(world, model_plan="openai/m", model_edit="openai/m")
    await until(world, lambda: world.session.state.team.state == "paused")
    assert "no API key" in " ".join(event.message for event in world.of(ev.Noted))
    await configure(world, model_openai_key="key")
    await until(world, lambda: world.session.state.team.state == "running")
    await world.session.stop_team()


async def test_changes_wait_for_review_from_the_next_cycle_on() -> None:
    world = await running(landing_mode="auto")
    await until(world, world.journal.changes)
    await configure(world, landing_mode="review")
    assert world.session.picture()["team"]["landing"] == "review"
    await until(world, lambda: world.change().state is ChangeState.PROPOSED)
    await world.session.stop_team()


async def test_how_changes_land_stays_as_it_was_said_at_the_start() -> None:
    world = World(landing_mode="auto")
    await world.session.open()
    await world.session.start_team(Start("crew", landing="review"))
    await configure(world, landing_mode="")
    assert world.session.picture()["team"]["landing"] == "review"
    await world.session.stop_team()


async def test_what_changes_while_the_worker_starts_holds_from_the_first_cycle_on() -> None:
    world, reached, go = World(landing_mode="auto"), asyncio.Event(), asyncio.Event()
    plain = world.workers.start

    async def slow() -> None:
        reached.set()
        await go.wait()
        await plain()

    world.workers.start = slow  # type: ignore[method-assign]
    await world.session.open()
    starting = asyncio.create_task(world.session.start_team(Start("crew")))
    await reached.wait()
    await configure(world, budget_runs=7, landing_mode="review")
    go.set()
    await starting
    picture = world.session.picture()
    assert (picture["budget"]["runsCap"], picture["team"]["landing"]) == (7, "review")
    await until(world, world.journal.changes)
    assert world.change().state is ChangeState.PROPOSED
    await world.session.stop_team()


async def test_a_lower_cap_pauses_the_team_and_a_higher_one_lets_it_go_on() -> None:
    world = await running()
    await until(world, lambda: world.session.state.spend.runs >= 2)
    await configure(world, budget_runs=1)
    await until(world, lambda: world.session.state.team.state == "paused")
    assert world.session.picture()["budget"]["runsCap"] == 1
    await configure(world, budget_runs=1000)
    await until(world, lambda: world.session.state.team.state == "running")
    await world.session.stop_team()


async def test_a_cap_that_a_person_set_for_the_session_outlives_other_settings() -> None:
    world = await running()
    await world.session.set_budget({"runs": 3})
    await configure(world, budget_runs=1000, budget_minutes=7.0)
    budget = world.session.picture()["budget"]
    assert (budget["runsCap"], budget["minutesCap"]) == (3, 7.0)
    await world.session.stop_team()


async def test_other_prices_hold_for_the_calls_from_then_on() -> None:
    world = await running()
    await until(world, lambda: world.session.state.spend.usd)
    free = {"claude-sonnet-5-5": Price(0, 0, 0, 0)}
    await configure(world, model_prices=free)
    calls = len(world.workers.plans) + len(world.workers.edits)
    await until(world, lambda: len(world.workers.plans) + len(world.workers.edits) > calls + 1)
    spent = world.session.state.spend.usd
    await until(world, lambda: len(world.workers.plans) + len(world.workers.edits) > calls + 4)
    assert world.session.state.spend.usd == spent
    await world.session.stop_team()


async def test_a_rehearsal_stays_free_whatever_the_caps() -> None:
    world = World()
    await world.session.open()
    await world.session.start_team(Start("crew", rehearse=True))
    await configure(world, budget_usd=1.0, budget_runs=9)
    budget = world.session.picture()["budget"]
    assert (budget["usdCap"], budget["runsCap"]) == (0, 9)
    await world.session.stop_team()


async def test_more_cycles_side_by_side_begin_at_once() -> None:
    world = World(teams=CREW, team_parallel=1)
    world.script.times = 4
    await world.session.open()
    await world.session.start_team(Start("crew"))
    await configure(world, team_parallel=2)
    await until(world, lambda: len(world.workers.plans) >= 4)
    running, most = 0, 0
    for event in world.events:
        running += isinstance(event, ev.CycleStarted) - isinstance(event, ev.CycleRested | ev.CycleFailed)
        most = max(most, running)
    assert most == 2
    await world.session.stop_team()


async def test_a_check_command_that_is_set_later_runs_after_the_next_landing() -> None:
    world = World(teams={"crew": {"ann": (1.0, 1.0)}}, agents={"ann": replace(agent("ann"), checks=True)})
    await world.session.open()
    await world.session.start_team(Start("crew"))
    await until(world, world.journal.changes)
    assert world.of(ev.CheckStarted) == []
    await configure(world, check_command=("make", "test"), check_unreviewed=True)
    await until(world, lambda: world.of(ev.CheckEnded))
    assert world.of(ev.CheckStarted)[0].command == ("make", "test")
    await world.session.stop_team()


async def test_what_has_to_wait_says_so() -> None:
    world = await running()
    await configure(world, agents_python="/usr/bin/python3", cache_days=3)
    notes = [event.message for event in world.of(ev.Noted)]
    assert "agents.python: taken when a team is started next, not before." in notes
    assert "cache.days: taken when KinOS is started next, not before." in notes
    await world.session.stop_team()
    world.events.clear()
    await configure(world, agents_python="")
    assert world.of(ev.Noted) == [], "no team runs: the next one takes it anyway"


# -- where they come from --------------------------------------------------------------------------------------------


class Told:
    """Implements `Origin`: what the files say."""

    def __init__(self) -> None:
        self.settings = replace(Settings(), model_key="key")
        self.problems: Sequence[str] = ()
        self.new = False

    def say(self, *problems: str, **settings: Any) -> None:
        self.settings, self.problems, self.new = replace(self.settings, **settings), problems, True

    def changed(self) -> bool:
        return self.new

    def read(self) -> tuple[Settings, Sequence[str]]:
        self.new = False
        return self.settings, self.problems


async def followed() -> tuple[World, Told]:
    world, told = World(WORDS), Told()
    world.origin = told
    world.settings = told.settings
    world.restart()
    await world.session.open(follow=True)
    return world, told


async def test_a_changed_file_is_taken_while_the_engine_runs() -> None:
    world, told = await followed()
    told.say(tokens_warn=1)
    await until(world, lambda: world.session.settings.tokens_warn == 1)
    assert [event.keys for event in world.of(ev.SettingsChanged)] == [("tokens.warn",)]
    assert world.session.state.sizes.long == 2
    await world.session.close()


async def test_what_is_wrong_is_told_once_and_when_it_is_mended() -> None:
    world, told = await followed()
    told.say("tokens.warn must be a whole number")
    await until(world, lambda: world.session.problems)
    told.say("tokens.warn must be a whole number")
    await until(world, lambda: not told.new)
    told.say()
    await until(world, lambda: not world.session.problems)
    assert [event.problems for event in world.of(ev.SettingsChanged)] == [("tokens.warn must be a whole number",), ()]
    await world.session.close()


async def test_what_cannot_be_followed_is_told_and_the_file_is_followed_on() -> None:
    world, told = await followed()
    await world.session.start_team(Start("crew"))
    world.days.broken = "the ledger cannot be read"
    told.say(budget_runs=7)
    await until(world, lambda: [event for event in world.of(ev.Noted) if event.level == "error"])
    world.days.broken = ""
    told.say(budget_runs=8)
    await until(world, lambda: world.session.picture()["budget"]["runsCap"] == 8)
    await world.session.close()


async def test_a_file_that_is_as_it_was_changes_nothing() -> None:
    world, _ = await followed()
    await world.clock.passing(30)
    await world.session.reload()
    assert world.of(ev.SettingsChanged) == []
    await world.session.close()


async def test_a_day_that_cannot_be_read_is_an_error_of_whoever_configures() -> None:
    world = await running()
    world.days.broken = "the ledger cannot be read"
    with pytest.raises(SetupError):
        await configure(world, budget_runs=7)
    await world.session.stop_team()
