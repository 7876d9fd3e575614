"""A day's ledger: engines that know nothing of each other never pass the cap together."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.day import Day, near, read, told
from kinos.domain.errors import BudgetError

TODAY = date(2026, 3, 21)


def test_a_reservation_counts_until_it_is_settled_at_what_the_call_cost() -> None:
    day = Day(1.0).reserve("a", 0.5, 20).reserve("b", 0.25, 20)
    assert day.total == 1.75
    after = day.settle("a", 0.125)
    assert (after.settled, after.held, after.total) == (1.125, {"b": 0.25}, 1.375)
    assert after.settle("a", 9.0) is after


def test_what_would_pass_the_cap_is_refused_with_what_mends_it() -> None:
    day = Day(19.5)
    assert day.reserve("a", 0.5, 20).total == 20
    with pytest.raises(
        BudgetError, match=r"19\.50 of the 20\.00 for today .* Raise budget\.usdPerDay, or go on tomorrow"
    ):
        day.reserve("a", 0.51, 20)


def test_tokens_without_a_price_are_counted_beside_the_dollars_and_given_back() -> None:
    day = Day(1.0).reserve("a", 0.5, 20).count(1500)
    assert (day.total, day.unpriced) == (1.5, 1500)
    assert day.settle("a", 0.25).count(-500) == Day(1.25, {}, 1000)


def test_a_day_written_before_such_tokens_were_counted_has_none() -> None:
    assert read({"2026-03-21": {"settled": 1, "held": {}}}) == {TODAY: Day(1.0)}


def test_0_is_no_cap() -> None:
    assert Day(1e6).reserve("a", 1e6, 0).total == 2e6


def test_other_days_than_those_around_today_are_forgotten() -> None:
    days = {TODAY + timedelta(days=number): Day(number + 10.0) for number in range(-9, 10)}
    assert sorted(day.settled for day in near(days, TODAY).values()) == [9.0, 10.0, 11.0]


def test_it_is_read_as_it_was_told() -> None:
    days = {TODAY: Day(1.5, {"a": 0.5}, 120), TODAY - timedelta(days=1): Day()}
    assert read(json.loads(json.dumps(told(days)))) == days


@pytest.mark.parametrize(
    "value",
    [
        None, [], 0, {"today": {"settled": 0, "held": {}}}, {"2026-03-21": {}}, {"2026-03-21": {"settled": 0}},
        {"2026-03-21": {"settled": -1, "held": {}}}, {"2026-03-21": {"settled": True, "held": {}}},
        {"2026-03-21": {"settled": "0", "held": {}}}, {"2026-03-21": {"settled": 0, "held": {"a": float("nan")}}},
        {"2026-03-21": {"settled": float("inf"), "held": {}}}, {"2026-03-21": {"settled": 0, "held": []}},
        {"2026-03-21": {"settled": 0, "held": {}, "unpriced": -1}}, {"2026-03-21": {"settled": 0, "held": {}, "unpriced": "1"}},
        {"2026-03-21": {"settled": 0, "held": {}, "unpriced": 0.5}}, {"2026-03-21": {"settled": 0, "held": {}, "more": 0}},
    ],
)  # fmt: skip
def test_anything_else_is_an_error_and_never_nothing_spent(value: object) -> None:
    with pytest.raises(ValueError):
        read(value)


STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["reserve", "settle", "crash"]), st.floats(0, 3), st.floats(0, 1))
)


@given(STEPS, st.floats(0.5, 8))
def test_no_order_of_reserving_settling_and_dying_passes_the_cap(
    steps: list[tuple[int, str, float, float]], cap: float
) -> None:
    day, open_, true = Day(), list[dict[str, float]]([{}, {}, {}]), 0.0
    for number, (engine, what, usd, share) in enumerate(steps):
        mine = open_[engine]
        if what == "reserve":
            try:
                day = day.reserve(f"{number}", usd, cap)
            except BudgetError:
                assert day.total + usd > cap
                continue
            mine[f"{number}"] = usd
        elif what == "settle" and mine:
            name, most = mine.popitem()
            day = day.settle(name, most * share)
            true += most * share
        elif what == "crash":
            true += sum(mine.values())
            mine.clear()
        assert day.total <= cap + 1e-6
        assert true + sum(sum(each.values()) for each in open_) == pytest.approx(day.total)
