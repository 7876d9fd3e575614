"""Weights decide how often, rests decide how soon; on virtual time, without a team."""

import heapq
import math
from collections import Counter
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.breaker import LONGEST_WISH
from kinos.engine.schedule import FIRST_ERROR_REST, LONGEST_HOLD, LONGEST_REST, REHEARSAL_PACE, Schedule

DEFAULT = {"spec": 4.0, "mgmt": 3.0, "eval": 1.0, "chro": 1.0, "docu": 3.0, "dup": 1.0}
CODING = {"spec": 2.0, "prod": 5.0, "test": 4.0, "docu": 1.5, "val": 1.0, "dup": 0.5, "asleep": 0.0}


def simulated(
    weights: Mapping[str, float], cycles: int, slots: int, lasts: Callable[[int], float], pace: float
) -> Counter[str]:
    """How often each agent ran in `cycles` useful cycles, `slots` at a time."""
    schedule, now, started = Schedule(), 0.0, 0
    for agent, weight in weights.items():
        schedule.weigh(agent, weight)
    running: list[tuple[float, str]] = []
    ran: Counter[str] = Counter()

    def free() -> list[str]:
        return [name for name in weights if name not in {busy for _, busy in running}]

    while started < cycles or running:
        while started < cycles and len(running) < slots and (name := schedule.next(free(), now)):
            schedule.run(name)
            ran[name] += 1
            started += 1
            heapq.heappush(running, (now + lasts(started), name))
        more = len(running) < slots and started < cycles
        ready = schedule.next_at(free(), now) if more else math.inf
        if running and running[0][0] <= ready:
            now, name = heapq.heappop(running)
            schedule.useful(name, now, pace)
        else:
            assert ready > now, "a schedule that asks to look again at once never lets time pass"
            now = ready
    return ran


@pytest.mark.parametrize("weights", [DEFAULT, CODING], ids=["default", "coding"])
@pytest.mark.parametrize("slots", [1, 2, 8])
@pytest.mark.parametrize("seconds", [1, 45])
@pytest.mark.parametrize("pace", [0, 25])
def test_each_agents_share_of_1000_cycles_is_its_weight(
    weights: Mapping[str, float], slots: int, seconds: float, pace: float
) -> None:
    ran = simulated(weights, 1000, slots, lambda number: seconds * (1 + number % 3), pace)
    for name, weight in weights.items():
        assert ran[name] / 1000 == pytest.approx(weight / sum(weights.values()), rel=0.1)


@given(st.lists(st.floats(0.1, 20), min_size=1, max_size=8), st.integers(1, 4), st.floats(0, 60))
def test_nobody_starves(weights: list[float], slots: int, pace: float) -> None:
    team = {f"agent {number}": weight for number, weight in enumerate(weights)}
    cycles = math.ceil(4 * sum(weights) / min(weights)) + 2 * len(weights)
    ran = simulated(team, cycles, slots, lambda number: 10.0, pace)
    assert set(ran) == set(team)


def test_the_heaviest_goes_first() -> None:
    schedule = Schedule()
    for name, weight in DEFAULT.items():
        schedule.weigh(name, weight)
    assert schedule.next(DEFAULT, 0.0) == "spec"


def test_an_agent_of_weight_0_never_runs() -> None:
    schedule = Schedule()
    schedule.weigh("asleep", 0)
    assert schedule.next(["asleep"], 1e9) is None
    assert schedule.next_at(["asleep"], 0.0) == math.inf


def test_a_woken_agent_starts_level_and_not_with_old_credit() -> None:
    schedule = Schedule()
    schedule.weigh("old", 1)
    schedule.weigh("new", 0)
    for _ in range(10):
        schedule.run("old")
        schedule.useful("old", 0.0, 0.0)
    schedule.weigh("new", 1)
    order = []
    for _ in range(4):
        name = schedule.next(["old", "new"], 0.0)
        assert name
        schedule.run(name)
        schedule.useful(name, 0.0, 0.0)
        order.append(name)
    assert sorted(order) == ["new", "new", "old", "old"]


def order(schedule: Schedule, names: list[str], now: float, cycles: int) -> list[str]:
    """Who runs, each useful and ready again at once."""
    ran = []
    for _ in range(cycles):
        name = schedule.next(names, now)
        assert name
        schedule.run(name)
        schedule.useful(name, now, 0.0)
        ran.append(name)
    return ran


@pytest.mark.parametrize("rest", [Schedule.barren, Schedule.failed])
@pytest.mark.parametrize("woken", [False, True])
def test_who_rested_for_long_comes_back_level_and_does_not_make_up_for_the_time(
    rest: Callable[[Schedule, str, float, float], float], woken: bool
) -> None:
    schedule = Schedule()
    schedule.weigh("ann", 1)
    schedule.weigh("bob", 1)
    assert order(schedule, ["ann", "bob"], 0.0, 2) == ["ann", "bob"]
    schedule.run("ann")
    ready = rest(schedule, "ann", 0.0, 100.0)
    assert order(schedule, ["ann", "bob"], 1.0, 20) == ["bob"] * 20
    if woken:
        schedule.wake("ann", ready)
    assert Counter(order(schedule, ["ann", "bob"], ready, 10)) == {"ann": 5, "bob": 5}


def resting() -> Schedule:
    """A schedule with one agent that just ran."""
    schedule = Schedule()
    schedule.weigh("ann", 1)
    schedule.run("ann")
    return schedule


def test_useful_work_is_followed_by_the_agents_pace() -> None:
    schedule = resting()
    assert schedule.useful("ann", 100.0, 20.0) == 120.0
    assert schedule.next(["ann"], 119.9) is None
    assert schedule.next(["ann"], 120.0) == "ann"
    assert schedule.next_at(["ann"], 100.0) == 120.0


def test_rests_grow_each_time_there_is_nothing_to_do() -> None:
    schedule = resting()
    rests = [schedule.barren("ann", 0.0, 20.0) for _ in range(6)]
    assert rests == [40.0, 80.0, 160.0, 320.0, LONGEST_REST, LONGEST_REST]
    assert schedule.useful("ann", 0.0, 20.0) == 20.0
    assert schedule.barren("ann", 0.0, 20.0) == 40.0


def test_rests_grow_with_each_failure_and_start_over_after_success() -> None:
    schedule = resting()
    rests = [schedule.failed("ann", 0.0, 1.0) for _ in range(8)]
    assert rests[:3] == [FIRST_ERROR_REST, 2 * FIRST_ERROR_REST, 4 * FIRST_ERROR_REST]
    assert rests[-1] == LONGEST_REST
    schedule.useful("ann", 0.0, 1.0)
    assert schedule.failed("ann", 0.0, 1.0) == FIRST_ERROR_REST


@pytest.mark.parametrize("pace", [0.0, 1.0, 7.5, 20.0, 60.0, 400.0])
@pytest.mark.parametrize("before", [0, 1, 3])
def test_a_failure_rests_at_least_as_long_as_nothing_to_do_would(pace: float, before: int) -> None:
    one, other = resting(), resting()
    for schedule in (one, other):
        for _ in range(before):
            schedule.barren("ann", 0.0, pace)
    failed = [one.failed("ann", 0.0, pace) for _ in range(8)]
    barren = [other.barren("ann", 0.0, pace) for _ in range(8)]
    assert all(left >= right for left, right in zip(failed, barren, strict=True))
    assert failed == sorted(failed)


def test_after_a_failure_nothing_to_do_rests_longer_still() -> None:
    schedule = resting()
    rests = [schedule.failed("ann", 0.0, 20.0), schedule.barren("ann", 0.0, 20.0), schedule.failed("ann", 0.0, 20.0)]
    assert rests == [40.0, 80.0, 160.0]


def test_a_rehearsal_rests_in_proportion_after_a_failure_too() -> None:
    schedule = Schedule(REHEARSAL_PACE)
    schedule.weigh("ann", 1)
    assert schedule.failed("ann", 0.0, 20.0) == 40.0 * REHEARSAL_PACE


def test_rests_stay_bounded_for_ever() -> None:
    schedule = resting()
    assert max(schedule.barren("ann", 0.0, 20.0) for _ in range(5000)) == LONGEST_REST
    assert max(schedule.failed("ann", 0.0, 20.0) for _ in range(5000)) == LONGEST_REST


def test_a_watched_change_wakes_who_found_nothing_once_its_pace_has_passed() -> None:
    schedule = resting()
    for _ in range(4):
        schedule.barren("ann", 0.0, 20.0)
    schedule.wake("ann", 5.0)
    assert schedule.next_at(["ann"], 5.0) == 20.0
    schedule.wake("ann", 50.0)
    assert schedule.next_at(["ann"], 50.0) == 20.0


def test_a_watched_change_does_not_shorten_the_rest_after_a_failure() -> None:
    schedule = resting()
    until = schedule.failed("ann", 0.0, 20.0)
    schedule.wake("ann", 1.0)
    assert schedule.next_at(["ann"], 1.0) == until
    schedule.wake("ann", 25.0)
    assert schedule.next_at(["ann"], 25.0) == until, "its pace has passed, but it failed"
    assert schedule.barren("ann", until, 20.0) - until == 80.0


def test_somebody_unknown_cannot_be_woken() -> None:
    resting().wake("nobody", 0.0)


def heavy_and_light() -> Schedule:
    """A schedule in which the heavy one just ran."""
    schedule = Schedule()
    schedule.weigh("heavy", 9)
    schedule.weigh("light", 1)
    schedule.run("heavy")
    return schedule


def keep_running(schedule: Schedule, times: int, begin: float) -> float:
    """Let the light one run alone; it must always be next. Returns when that was."""
    for number in range(times):
        now = begin + 10.0 * number
        assert schedule.next(["heavy", "light"], now) == "light"
        schedule.run("light")
        schedule.useful("light", now, 1.0)
    return begin + 10.0 * times


def test_an_agent_that_rests_for_long_after_its_work_holds_nobody_up() -> None:
    schedule = heavy_and_light()
    schedule.useful("heavy", 0.0, 300.0)
    keep_running(schedule, 20, 1.0)


def test_an_agent_that_found_nothing_for_long_comes_back_level_and_holds_nobody_up() -> None:
    schedule = heavy_and_light()
    schedule.barren("heavy", 0.0, 30.0)
    schedule.barren("heavy", 0.0, 300.0)
    now = keep_running(schedule, 50, 1.0)
    schedule.wake("heavy", now)
    assert schedule.next(["heavy", "light"], now) == "heavy"
    schedule.run("heavy")
    schedule.useful("heavy", now, 30.0)
    keep_running(schedule, 1, now + 10.0)


def test_the_others_wait_a_moment_for_a_heavier_one() -> None:
    schedule = heavy_and_light()
    schedule.useful("heavy", 0.0, 30.0)
    now = keep_running(schedule, 1, 1.0)
    assert schedule.next(["heavy", "light"], now) is None
    assert schedule.next_at(["heavy", "light"], now) == 30.0


def test_a_rehearsal_rests_in_proportion() -> None:
    schedule = Schedule(REHEARSAL_PACE)
    schedule.weigh("ann", 1)
    schedule.run("ann")
    assert schedule.useful("ann", 0.0, 20.0) == 20.0 * REHEARSAL_PACE


def test_who_is_held_rests_longer_each_time_and_no_watched_change_wakes_it() -> None:
    schedule = resting()
    schedule.useful("ann", 0.0, 20.0)
    assert [schedule.hold("ann", 0.0, times) for times in (1, 2, 3, 100)] == [
        LONGEST_REST, 2 * LONGEST_REST, 4 * LONGEST_REST, LONGEST_HOLD,
    ]  # fmt: skip
    schedule.wake("ann", 100.0)
    assert schedule.next_at(["ann"], 100.0) == LONGEST_HOLD
    assert schedule.held == {"ann"}
    schedule.release("ann", 100.0)
    assert schedule.next(["ann"], 100.0) == "ann"
    assert not schedule.held


def test_who_is_held_holds_nobody_up() -> None:
    schedule = heavy_and_light()
    schedule.useful("heavy", 0.0, 1.0)
    schedule.hold("heavy", 0.0, 1)
    keep_running(schedule, 20, 1.0)


def test_who_was_not_let_try_rests_for_its_pace_and_its_failures_neither_grow_nor_go() -> None:
    schedule = Schedule()
    schedule.weigh("ann", 1.0)
    assert schedule.failed("ann", 0.0, 20.0) == 40.0
    assert schedule.denied("ann", 40.0, 20.0) == 60.0
    assert schedule.failed("ann", 60.0, 20.0) == 140.0


@pytest.mark.parametrize(
    ("asked", "rest"), [(0.0, FIRST_ERROR_REST), (40.0, 40.0), (1800.0, 1800.0), (1e9, LONGEST_WISH)]
)
def test_an_api_that_asks_to_be_left_alone_is_within_an_hour(asked: float, rest: float) -> None:
    schedule = Schedule()
    schedule.weigh("ann", 1.0)
    assert schedule.failed("ann", 0.0, 1.0, asked) == rest
    schedule.wake("ann", 1.0)
    assert schedule.next(["ann"], rest - 1.0) is None
    assert schedule.next(["ann"], rest) == "ann"
