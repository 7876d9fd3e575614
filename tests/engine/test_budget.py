"""The budget over time: asked before each call, told after it, and counting killed calls in full."""

import pytest

from fakes.clock import FakeClock
from fakes.days import MemoryDayLedger
from kinos.domain import event as ev
from kinos.domain.budget import Cap, Caps, Ledger, Reached
from kinos.domain.message import Denied, Granted, Reserve, Settle
from kinos.domain.usage import PRICES, Usage
from kinos.engine.budget import Budget
from kinos.engine.store import Store
from kinos.engine.today import Today

MODEL = "claude-sonnet-5-5"
ASK = Reserve(MODEL, 1000, 500)


class Told:
    """A budget with what it says."""

    def __init__(self, clock: FakeClock, caps: Caps) -> None:
        self.store = Store()
        self.spent: list[ev.Spent] = []
        self.store.subscribe(lambda b, a, event: self.spent.append(event) if isinstance(event, ev.Spent) else None)
        self.budget = Budget(Ledger(caps, PRICES), clock, self.store)


async def test_a_call_is_reserved_then_settled_at_what_it_used(clock: FakeClock) -> None:
    told = Told(clock, Caps())
    with told.budget.call("ann") as gate:
        granted = await gate(ASK)
        assert isinstance(granted, Granted)
        assert told.spent == []
        assert await gate(Settle(granted.reservation, MODEL, Usage(900, 100, calls=1))) is None
    (spent,) = told.spent
    assert spent.agent == "ann"
    assert spent.total == Usage(900, 100, calls=1)
    assert spent.usd == spent.total_usd == pytest.approx((900 * 2 + 100 * 10) / 1e6)


async def test_a_call_that_never_settles_counts_in_full(clock: FakeClock) -> None:
    told = Told(clock, Caps())
    with told.budget.call("ann") as gate:
        await gate(ASK)
    (spent,) = told.spent
    assert spent.usage == Usage(1500, calls=1)
    assert spent.usd == pytest.approx((1000 * 2 * 1.25 + 500 * 10) / 1e6)


async def test_a_call_settled_twice_or_by_another_counts_once(clock: FakeClock) -> None:
    told = Told(clock, Caps())
    with told.budget.call("ann") as ann, told.budget.call("bob") as bob:
        granted = await ann(ASK)
        assert isinstance(granted, Granted)
        await bob(Settle(granted.reservation, MODEL, Usage(1, 1)))
        await ann(Settle(granted.reservation, MODEL, Usage(900, 100)))
        await ann(Settle(granted.reservation, MODEL, Usage(900, 100)))
    assert [event.agent for event in told.spent] == ["ann"]


async def test_calls_side_by_side_reserve_together(clock: FakeClock) -> None:
    told = Told(clock, Caps(tokens=2500))
    with told.budget.call("ann") as ann, told.budget.call("bob") as bob:
        granted = await ann(ASK)
        assert isinstance(granted, Granted)
        refused = await bob(ASK)
        assert isinstance(refused, Denied)
        assert (told.budget.tight(), told.budget.pause()) == (True, None), "there is room once ann's call costs less"
        await ann(Settle(granted.reservation, MODEL, Usage(100, 100)))
        assert not told.budget.tight()
        assert isinstance(await bob(ASK), Granted)


async def test_minutes_run_on_the_clock(clock: FakeClock) -> None:
    clock.set(600.0)
    told = Told(clock, Caps(minutes=2))
    clock.set(719.0)
    assert told.budget.pause() is None
    clock.set(720.0)
    assert told.budget.minutes == 2.0
    assert told.budget.pause() == Reached(
        "the cap of 2 minutes is reached: raise budget.minutes, or start again", Cap.MINUTES
    )


async def test_the_last_run_within_the_cap_may_make_its_calls(clock: FakeClock) -> None:
    told = Told(clock, Caps(runs=1))
    told.budget.ran()
    assert told.budget.pause() == Reached("the cap of 1 runs is reached: raise budget.runs, or start again", Cap.RUNS)
    with told.budget.call("ann") as gate:
        assert isinstance(await gate(ASK), Granted)


async def test_a_price_that_is_not_known_is_not_0(clock: FakeClock) -> None:
    told = Told(clock, Caps(usd=0, usd_per_day=0))
    with told.budget.call("ann") as gate:
        await gate(Reserve("somebodys-model", 1000, 500))
    assert (told.spent[0].usd, told.spent[0].total_usd) == (None, None)
    assert told.budget.cost("somebodys-model", Usage(1)) is None


async def test_a_call_that_the_day_refuses_holds_nothing_of_the_session(clock: FakeClock) -> None:
    days, store = MemoryDayLedger(), Store()
    name, _ = days.reserve(clock.day(), 20.0, 0)
    worst = PRICES[MODEL].cost(Usage(cache_write_tokens=1000, output_tokens=500))
    caps = Caps(usd=1.5 * worst, usd_per_day=20.0)
    budget = Budget(Ledger(caps, PRICES), clock, store, Today(days, clock, store))
    with budget.call("ann") as gate:
        refused = await gate(ASK)
        assert isinstance(refused, Denied)
        assert "for today are spent" in refused.reason
        days.settle(clock.day(), name, 0.0)
        assert isinstance(await gate(ASK), Granted)


async def test_a_call_that_ends_after_midnight_is_settled_in_the_day_it_was_made(clock: FakeClock) -> None:
    days, store, today = MemoryDayLedger(), Store(), clock.day()
    budget = Budget(Ledger(Caps(), PRICES), clock, store, Today(days, clock, store))
    with budget.call("ann") as gate:
        granted = await gate(ASK)
        assert isinstance(granted, Granted)
        clock.set(12 * 3600)
        assert clock.day() != today
        await gate(Settle(granted.reservation, MODEL, Usage(900, 100, calls=1)))
    assert list(days.days) == [today]
    assert days.days[today].held == {}
    assert days.days[today].settled == pytest.approx((900 * 2 + 100 * 10) / 1e6)
