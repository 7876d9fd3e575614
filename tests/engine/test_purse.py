"""Money over time and across engines: the user's day, a session that was cut off, caps that a person sets."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from fakes.catalog import agent
from fakes.workers import USAGE
from fakes.world import World
from kinos.domain import event as ev
from kinos.domain.account import SITTING
from kinos.domain.budget import Cap
from kinos.domain.day import Day
from kinos.domain.errors import BudgetError, NoKeyError, SetupError, UsageError
from kinos.domain.model import output_limit
from kinos.domain.setting import Settings
from kinos.domain.state import TeamState
from kinos.domain.task import Task
from kinos.domain.usage import PRICES, Usage
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends
from kinos.engine.session import Session

ONE = {"crew": {"ann": (1.0, 1.0)}}
CALL = PRICES["claude-sonnet-5-5"].cost(USAGE)
"""US dollars of one fake call."""


async def started(world: World, **start: Any) -> Session:
    await world.session.open()
    await world.session.start_team(Start("crew", **start))
    return world.session


async def ran(world: World, cycles: int = 1, **start: Any) -> Session:
    session = await started(world, ends=Ends(cycles=cycles, at_cap=True), **start)
    await session.finished()
    return session


def today(world: World) -> Day:
    return world.days.days.get(world.clock.day(), Day())


async def killed(world: World) -> None:
    """The engine is killed while a call is in the air: nothing of it is tidied up."""
    world.workers.stuck = "plan"
    await started(world)
    await world.workers.reached.wait()
    run = world.session._team.run
    assert run is not None
    kept = {name: dict(value) for name, value in world.folder.kept.items()}
    await world.session.stop_team()
    world.folder.kept = kept
    world.workers.stuck = ""
    world.restart()
    world.events.clear()


# -- the user's day ----------------------------------------------------------------------------------------------------


async def test_every_call_is_reserved_and_settled_in_the_users_day() -> None:
    world = World(teams=ONE)
    session = await ran(world, 2)
    assert today(world) == Day(pytest.approx(4 * CALL), {})  # type: ignore[arg-type]
    assert session.picture()["budget"]["usdToday"] == pytest.approx(4 * CALL)
    assert session.picture()["budget"]["usdPerDay"] == 20.0


async def test_a_rehearsal_neither_asks_nor_tells_the_day() -> None:
    world = World(teams=ONE)
    world.days.broken = "spent.json is damaged."
    session = await ran(world, rehearse=True)
    assert session.tally.landed == 1
    assert world.days.days == {}
    assert session.picture()["budget"]["usdPerDay"] == 0.0


async def test_what_others_spent_today_counts_against_the_cap_of_the_day() -> None:
    world = World(teams=ONE, budget_usd_per_day=10.0)
    world.days.days[world.clock.day()] = Day(9.9, {"of another engine": 0.09})
    session = await ran(world)
    assert "of the 10.00 for today are spent or reserved by every KinOS of yours together" in session.tally.budget
    assert not world.of(ev.CycleFailed)
    assert world.of(ev.TeamPaused)[0].cap == Cap.USD_PER_DAY
    assert today(world).settled == 9.9


async def test_a_full_day_pauses_before_a_cycle_is_begun() -> None:
    world = World(teams=ONE, budget_usd_per_day=10.0)
    world.days.days[world.clock.day()] = Day(10.0)
    session = await ran(world)
    assert not world.of(ev.CycleStarted)
    assert session.tally.budget.startswith("10.00 of the 10.00 US dollars for today are spent or reserved: raise")


async def test_a_new_day_begins_at_0() -> None:
    world = World(teams=ONE, budget_usd_per_day=10.0, budget_minutes=0.0)
    world.days.days[world.clock.day()] = Day(10.0)
    session = await started(world)
    await world.clock.passing(1)
    assert session.state.team.state is TeamState.PAUSED
    world.clock.set(86_400.0)
    await session.resume_team()
    await world.clock.passing(30)
    assert session.state.team.state is TeamState.RUNNING
    assert 0 < (session.state.spend.today or 0) < 1
    await session.stop_team()


async def test_a_ledger_that_fails_is_refused_before_anything_starts() -> None:
    world = World(teams=ONE)
    world.days.broken = "spent.json is damaged."
    with pytest.raises(SetupError, match=r"spent\.json is damaged\. Mend it\."):
        await started(world)
    assert not world.of(ev.TeamStarting)
    assert world.session.picture()["budget"]["usdToday"] is None, "what is not known is not 0"


async def test_a_ledger_that_fails_later_pauses_and_goes_on_once_it_is_mended() -> None:
    world = World(teams=ONE)
    session = await started(world)
    await world.clock.passing(2)
    world.days.broken = "spent.json is damaged."
    await world.clock.passing(200)
    assert session.state.team.reason == "spent.json is damaged. Mend it"
    assert world.of(ev.TeamPaused)[0].cap == "", "there is nothing to raise"
    assert any("counts a call in full" in note.message for note in world.of(ev.Noted))
    with pytest.raises(SetupError):
        await session.resume_team()
    world.days.broken = ""
    await session.resume_team()
    await world.clock.passing(100)
    assert session.state.team.state is TeamState.RUNNING
    await session.stop_team()


async def test_without_a_cap_of_the_day_a_ledger_that_fails_stops_nobody_and_is_told_once() -> None:
    world = World(teams=ONE, budget_usd_per_day=0.0)
    world.days.broken = "spent.json is damaged."
    session = await ran(world, 3)
    assert session.tally.landed == 3
    assert [note.message for note in world.of(ev.Noted)] == [
        "Today's spending is not recorded. spent.json is damaged. Mend it."
    ]


async def test_a_call_that_was_cut_off_stays_reserved_in_full_in_the_day() -> None:
    world = World(teams=ONE)
    await killed(world)
    worst = Usage(cache_write_tokens=USAGE.input_tokens, output_tokens=world.workers.plans[0].max_tokens)
    most = PRICES["claude-sonnet-5-5"].cost(worst)
    assert today(world).settled == 0.0
    assert today(world).total == pytest.approx(most)


async def test_engines_side_by_side_never_pass_the_day_together() -> None:
    first, second = (World(teams=ONE, budget_usd_per_day=0.5) for _ in range(2))
    second.clock, second.workers.clock = first.clock, first.clock
    second.days = first.days
    second.restart()
    runs = [asyncio.create_task(ran(world, 50)) for world in (first, second)]
    await asyncio.wait(runs)
    assert all(world.session.tally.budget for world in (first, second))
    assert 0.25 < today(first).total <= 0.5
    spent = [world.session.state.spend.usd for world in (first, second)]
    assert today(first).settled == pytest.approx(sum(usd or 0 for usd in spent))


# -- across engines ----------------------------------------------------------------------------------------------------


async def test_a_session_that_was_cut_off_goes_on_with_what_it_had_spent_and_reserved() -> None:
    world = World(teams=ONE)
    await killed(world)
    most = USAGE.input_tokens + world.workers.plans[0].max_tokens
    await world.session.open()
    assert world.session.picture()["budget"]["tokens"] == most, "shown before anything is started"
    session = await ran(world)
    assert session.picture()["budget"]["tokens"] == most + 2 * USAGE.total
    assert session.picture()["budget"]["runs"] == 2
    (note,) = [note.message for note in world.of(ev.Noted)]
    assert "was cut off, so this one goes on with what it had spent: 0." in note
    assert "stop the team and start it again" in note


async def test_a_run_of_some_cycles_that_goes_on_with_a_cut_off_session_ends_so_many_after_those_of_before() -> None:
    world = World(teams=ONE)
    await killed(world)
    session = await ran(world, 3)
    budget = session.picture()["budget"]
    assert (budget["runsEnd"], budget["runs"]) == (4, 4)


async def test_a_cap_that_a_cut_off_session_had_reached_is_still_reached() -> None:
    world = World(teams=ONE, budget_runs=1)
    await killed(world)
    session = await ran(world)
    assert not world.of(ev.CycleStarted)
    assert "the cap of 1 runs is reached" in session.tally.budget


async def test_a_session_that_was_stopped_is_over_and_the_next_one_begins_at_0() -> None:
    world = World(teams=ONE, budget_runs=1)
    await ran(world)
    world.restart()
    world.events.clear()
    session = await ran(world)
    assert session.tally.landed == 1
    assert not world.of(ev.Noted)
    accounts = session.accounts()
    assert [(account.team, account.runs, account.ended) for account in accounts] == [("crew", 1, True)] * 2
    assert accounts[0].usd == pytest.approx(2 * CALL)


async def test_after_a_cut_off_session_was_gone_on_with_and_stopped_the_next_begins_at_0() -> None:
    world = World(teams=ONE, budget_runs=2)
    await killed(world)
    await started(world)
    await world.session.stop_team()
    session = await ran(world)
    assert session.tally.landed == 1


async def test_a_session_that_was_cut_off_long_ago_is_not_gone_on_with() -> None:
    world = World(teams=ONE, budget_runs=1)
    await killed(world)
    world.clock.set(world.clock.monotonic() + SITTING.total_seconds() + 1)
    session = await ran(world)
    assert session.tally.landed == 1
    assert len(session.accounts()) == 2


async def test_a_rehearsal_leaves_a_cut_off_session_as_it_is() -> None:
    world = World(teams=ONE)
    await killed(world)
    before = dict(world.folder.kept["session"])
    await ran(world, rehearse=True)
    assert world.folder.kept["session"] == before


async def test_a_start_that_failed_does_not_end_a_cut_off_session() -> None:
    world = World(teams=ONE, budget_runs=1)
    await killed(world)
    world.workers.missing = "aider is not there."
    with pytest.raises(SetupError, match="aider"):
        await started(world)
    world.workers.missing = ""
    assert not (await ran(world)).tally.landed


async def test_minutes_stand_still_once_the_team_is_stopped() -> None:
    world = World(teams=ONE)
    session = await ran(world)
    minutes = session.picture()["budget"]["minutes"]
    assert minutes > 0
    world.clock.set(world.clock.monotonic() + 3600)
    assert session.picture()["budget"]["minutes"] == minutes


async def test_minutes_stand_still_while_the_team_is_paused() -> None:
    world = World(teams=ONE, budget_minutes=2.0)
    session = await started(world)
    await world.clock.passing(60)
    session.pause_team()
    await world.clock.passing(600)
    assert session.picture()["budget"]["minutes"] == 1.0
    await session.resume_team()
    await world.clock.passing(30)
    assert session.state.team.state is TeamState.RUNNING
    assert session.picture()["budget"]["minutes"] == 1.5
    await session.stop_team()


@pytest.mark.parametrize("kept", [{}, {"session": 5}, {"began": "yesterday"}])
async def test_an_account_that_is_none_is_passed_over(kept: dict[str, Any]) -> None:
    world = World(teams=ONE)
    world.folder.kept = {"session": kept, "sessions": {"accounts": [kept, 7]}}
    session = await ran(world)
    assert session.tally.landed == 1
    assert len(session.accounts()) == 1


# -- caps that a person sets -------------------------------------------------------------------------------------------


async def test_a_cap_set_below_what_is_spent_pauses_and_room_above_it_lets_the_team_go_on() -> None:
    world = World(teams=ONE)
    session = await started(world)
    await world.clock.passing(200)
    await session.set_budget({"tokens": 100})
    assert session.state.team.state is TeamState.PAUSED
    assert session.state.team.reason == "the cap of 100 tokens is reached: raise budget.tokens, or start again"
    assert session.picture()["budget"]["tokensCap"] == 100
    await session.set_budget({"tokens": 500_000})
    assert session.state.team.state is TeamState.RUNNING
    begun = len(world.of(ev.CycleStarted))
    await world.clock.passing(200)
    assert len(world.of(ev.CycleStarted)) > begun
    await session.stop_team()


async def test_a_cap_that_refused_a_call_is_asked_again_when_it_is_raised() -> None:
    world = World(teams=ONE, budget_usd=0.001)
    session = await started(world)
    await world.clock.passing(200)
    assert world.of(ev.TeamPaused)[0].cap == Cap.USD
    await session.set_budget({"usd": 0.002})
    assert session.state.team.state is TeamState.PAUSED, "not enough for that call"
    assert len(world.of(ev.TeamPaused)) == 1
    await session.set_budget({"usd": 1.0})
    await world.clock.passing(100)
    assert session.tally.landed
    await session.stop_team()


async def test_resuming_at_a_cap_that_is_still_reached_says_so() -> None:
    world = World(teams=ONE, budget_runs=1)
    session = await started(world)
    await world.clock.passing(200)
    with pytest.raises(BudgetError, match="The team stays paused: the cap of 1 runs is reached"):
        await session.resume_team()
    assert session.state.team.state is TeamState.PAUSED
    await session.stop_team()


async def test_resuming_while_too_much_waits_for_review_says_so() -> None:
    world = World(teams=ONE, budget_minutes=0.0)
    numbers = iter(range(1000))
    world.workers.planner = lambda call: Task(f"Say {next(numbers)}", "because", (f"new{next(numbers)}.md",), "Write.")
    session = await started(world, landing="review")
    await world.clock.passing(3000)
    with pytest.raises(UsageError, match=r"changes wait for review\. Accept or reject some first"):
        await session.resume_team()
    await session.stop_team()


async def test_a_team_that_a_person_paused_stays_so_whatever_the_caps() -> None:
    world = World(teams=ONE, budget_runs=1)
    session = await started(world)
    await world.clock.passing(200)
    session.pause_team()
    await session.set_budget({"runs": 100})
    await world.clock.passing(200)
    assert session.state.team.state is TeamState.PAUSED
    await session.resume_team()
    assert session.state.team.reason == "resumed by hand"
    await world.clock.passing(200)
    assert session.tally.landed > 1
    await session.stop_team()


async def test_caps_set_while_no_team_runs_are_for_the_next_one_alone() -> None:
    world = World(teams=ONE)
    await world.session.open()
    await world.session.set_budget({"runs": 1, "usd_per_day": 3.0})
    budget = world.session.picture()["budget"]
    assert (budget["runsCap"], budget["usdPerDay"]) == (1, 3.0)
    await world.session.start_team(Start("crew", ends=Ends(cycles=5, at_cap=True)))
    await world.session.finished()
    assert world.session.tally.cycles == 1
    await world.session.start_team(Start("crew", ends=Ends(cycles=3, at_cap=True)))
    await world.session.finished()
    assert world.session.tally.cycles == 3


async def test_with_no_team_there_is_nothing_to_pause_or_resume() -> None:
    world = World(teams=ONE)
    with pytest.raises(UsageError, match="No team runs here"):
        world.session.pause_team()
    with pytest.raises(UsageError, match="No team runs here"):
        await world.session.resume_team()


async def test_a_call_that_only_has_to_wait_for_others_does_not_pause_the_team() -> None:
    most = USAGE.input_tokens + output_limit(Settings().model_plan, Settings().model_max_tokens)
    world = World(teams={"crew": dict.fromkeys(["ann", "bob"], (1.0, 1.0))}, budget_tokens=most + 6000)
    session = await started(world)
    await world.clock.passing(4)
    denied = [event for event in world.of(ev.CycleRested) if event.result == "denied by the budget"]
    assert [event.agent for event in denied] == ["bob"]
    assert session.state.team.state is TeamState.RUNNING
    assert len(world.of(ev.CycleStarted)) == 2, "nobody begins until ann's call has shown what it costs"
    await session.stop_team()


# -- prices that are not known -----------------------------------------------------------------------------------------


async def test_agents_whose_price_is_not_known_are_named_at_the_start_and_the_others_run() -> None:
    world = World(agents={"bob": agent("bob", model="somebodys-model")})
    await world.session.open()
    done = await world.session.start_team(Start("crew", ends=Ends(cycles=4)))
    await world.session.finished()
    assert done.agents == ("ann",)
    assert {event.agent for event in world.of(ev.CycleStarted)} == {"ann"}
    (note,) = world.of(ev.Noted)
    assert note.message.startswith("bob does not run: the price of somebodys-model is not known")
    assert "set budget.usd and budget.usdPerDay to 0" in note.message


async def test_agents_without_a_key_are_named_at_the_start_and_the_others_run() -> None:
    prices = {**PRICES, "openai/gpt-x": PRICES["claude-sonnet-5-5"]}
    world = World(agents={"bob": agent("bob", model="openai/gpt-x")}, model_prices=prices)
    await world.session.open()
    done = await world.session.start_team(Start("crew", ends=Ends(cycles=4)))
    await world.session.finished()
    assert done.agents == ("ann",)
    assert {event.agent for event in world.of(ev.CycleStarted)} == {"ann"}
    (note,) = world.of(ev.Noted)
    assert note.message.startswith(
        "bob does not run: there is no API key for its model openai/gpt-x. Set OPENAI_API_KEY"
    )


async def test_a_team_of_which_each_agent_lacks_something_is_refused_with_the_key_that_lacks() -> None:
    world = World(agents={"ann": agent("ann", model="claude-of-tomorrow"), "bob": agent("bob", model="openai/gpt-x")})
    with pytest.raises(NoKeyError, match="no API key for openai/gpt-x, the model of bob"):
        await started(world)
    assert not world.workers.plans
    assert not world.folder.held


@pytest.mark.parametrize("caps", [{"budget_usd": 0.0}, {"budget_usd_per_day": 0.0}])
async def test_one_cap_in_dollars_is_enough_to_refuse_a_price_that_is_not_known(caps: dict[str, float]) -> None:
    world = World(teams=ONE, model_edit="somebodys-model", **caps)
    with pytest.raises(BudgetError, match="price of somebodys-model is not known"):
        await started(world)
    assert not world.workers.plans


async def test_with_no_cap_in_dollars_a_price_that_is_not_known_is_no_obstacle() -> None:
    world = World(teams=ONE, model_plan="m", model_edit="m", budget_usd=0.0, budget_usd_per_day=0.0)
    session = await ran(world)
    assert session.tally.landed == 1
    assert session.picture()["budget"]["usd"] is None
    assert today(world).total == 0.0


async def test_the_tokens_of_calls_without_a_price_are_in_the_day_beside_its_dollars() -> None:
    settings: dict[str, Any] = {"model_plan": "m", "model_edit": "m", "budget_usd": 0.0, "budget_usd_per_day": 0.0}
    world = World(teams=ONE, **settings)
    session = await ran(world, cycles=2)
    assert today(world) == Day(0.0, {}, session.state.spend.usage.total)
    assert session.picture()["budget"]["unpricedToday"] == 4 * USAGE.total
    elsewhere = World(teams=ONE)
    elsewhere.days = world.days
    elsewhere.restart()
    await elsewhere.session.open()
    assert elsewhere.session.picture()["budget"]["unpricedToday"] == 4 * USAGE.total


async def test_a_call_without_a_price_that_was_cut_off_counts_in_full_in_the_day() -> None:
    world = World(teams=ONE, model_plan="m", model_edit="m", budget_usd=0.0, budget_usd_per_day=0.0)
    await killed(world)
    assert today(world).unpriced == USAGE.input_tokens + world.workers.plans[0].max_tokens


async def test_tokens_without_a_price_that_cannot_be_recorded_are_told_once_and_stop_nobody() -> None:
    world = World(teams=ONE, model_plan="m", model_edit="m", budget_usd=0.0, budget_usd_per_day=0.0)
    world.days.broken = "The ledger is damaged."
    session = await ran(world, cycles=2)
    assert session.tally.landed == 2
    assert [note.message for note in world.of(ev.Noted)] == [
        "Today's tokens without a price are not recorded. The ledger is damaged. Mend it."
    ]


async def test_an_agent_whose_price_is_not_known_does_not_join_a_team() -> None:
    world = World(teams=ONE, agents={"eve": agent("eve", model="somebodys-model")})
    session = await started(world)
    with pytest.raises(BudgetError, match="price of somebodys-model"):
        await session.start_agent("eve")
    await session.stop_team()
    assert (await started(world, rehearse=True)).state.team.rehearsal
    assert await session.start_agent("eve")
    await session.stop_team()


def test_a_sitting_is_shorter_than_a_day() -> None:
    assert timedelta(hours=1) < SITTING < timedelta(days=1)
