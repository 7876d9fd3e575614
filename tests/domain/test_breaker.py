from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.breaker import FIRST_PAUSE, LONGEST_PAUSE, LONGEST_WISH, THRESHOLD, Breaker


def opened(now: float = 0.0) -> Breaker:
    """Just opened at `now`."""
    breaker = Breaker()
    for number in range(THRESHOLD):
        breaker = breaker.failed(f"y{number}", now)
    return breaker


def tried(breaker: Breaker) -> Breaker:
    """The next trial failed as soon as it could."""
    assert breaker.until is not None
    return breaker.admitted("t", breaker.until).failed("t", breaker.until)


def test_a_new_one_lets_everybody_through() -> None:
    assert Breaker().admits("a", 0.0)
    assert Breaker().admitted("a", 0.0).admits("b", 0.0)


def test_it_opens_at_the_third_failure_in_a_row_and_not_before() -> None:
    breaker = Breaker().failed("a", 0.0).failed("b", 1.0)
    assert breaker.admits("c", 1.0)
    breaker = breaker.failed("a", 2.0)
    assert not breaker.admits("c", 2.0)
    assert breaker.until == 2.0 + FIRST_PAUSE


def test_an_answer_between_them_starts_the_count_anew() -> None:
    breaker = Breaker().failed("a", 0.0).failed("a", 1.0).worked().failed("a", 2.0).failed("a", 3.0)
    assert breaker.admits("a", 3.0)


def test_while_open_it_lets_nobody_through() -> None:
    assert not opened().admits("y0", FIRST_PAUSE - 0.001)
    assert opened().admitted("y0", FIRST_PAUSE - 0.001) == opened()


def test_half_open_it_lets_one_through_and_that_one_again() -> None:
    breaker = opened()
    assert breaker.admits("a", FIRST_PAUSE)
    breaker = breaker.admitted("a", FIRST_PAUSE)
    assert breaker.admits("a", FIRST_PAUSE + 1)
    assert not breaker.admits("b", FIRST_PAUSE + 1)


def test_a_trial_that_works_closes_it() -> None:
    breaker = opened().admitted("a", FIRST_PAUSE).worked()
    assert breaker.admits("b", FIRST_PAUSE)
    assert breaker == Breaker()


def test_each_trial_that_fails_opens_it_for_twice_as_long_up_to_ten_minutes() -> None:
    breaker, pauses = opened(), []
    for _ in range(8):
        assert breaker.until is not None
        now = breaker.until
        breaker = tried(breaker)
        assert breaker.until is not None
        pauses.append(breaker.until - now)
    assert pauses == [60.0, 120.0, 240.0, 480.0, 600.0, 600.0, 600.0, 600.0]


def test_after_it_closed_the_first_pause_is_short_again() -> None:
    breaker = tried(tried(opened())).worked()
    for number in range(THRESHOLD):
        breaker = breaker.failed(f"y{number}", 1000.0)
    assert breaker.until == 1000.0 + FIRST_PAUSE


def test_who_never_came_to_try_lets_another_one() -> None:
    breaker = opened().admitted("a", FIRST_PAUSE).released("a")
    assert breaker.admits("b", FIRST_PAUSE)


def test_a_release_by_somebody_else_changes_nothing() -> None:
    breaker = opened().admitted("a", FIRST_PAUSE)
    assert breaker.released("b") == breaker


def test_calls_that_were_under_way_when_it_opened_do_not_prolong_it() -> None:
    breaker = opened()
    assert breaker.failed("late", 5.0) == breaker
    trying = breaker.admitted("a", FIRST_PAUSE)
    assert trying.failed("late", FIRST_PAUSE + 1) == trying


def test_an_answer_while_open_closes_it() -> None:
    assert opened().worked().admits("a", 1.0)


def test_the_api_says_for_how_long_at_least() -> None:
    breaker = Breaker().failed("a", 0.0).failed("a", 0.0).failed("a", 10.0, least=90.0)
    assert breaker.until == 100.0
    breaker = Breaker().failed("a", 0.0).failed("a", 0.0).failed("a", 10.0, least=1.0)
    assert breaker.until == 10.0 + FIRST_PAUSE


def test_a_wish_of_days_is_not_believed() -> None:
    breaker = Breaker().failed("a", 0.0).failed("a", 0.0).failed("a", 0.0, least=1e6)
    assert breaker.until == LONGEST_WISH


@given(
    st.lists(st.tuples(st.sampled_from(["ask", "fail", "work", "leave"]), st.sampled_from("abc"), st.floats(0, 900)))
)
def test_at_most_one_is_let_through_until_somebody_was_answered(steps: list[tuple[str, str, float]]) -> None:
    breaker, now = opened(), 0.0
    trying = ""
    for what, who, seconds in steps:
        now += seconds
        if what == "ask" and breaker.admits(who, now):
            breaker = breaker.admitted(who, now)
            assert trying in {"", who}
            trying = who
        elif what == "fail":
            breaker = breaker.failed(who, now)
            trying = "" if trying == who else trying
            assert breaker.until is None or breaker.until <= now + LONGEST_PAUSE
        elif what == "leave":
            breaker = breaker.released(who)
            trying = "" if trying == who else trying
        elif what == "work":
            breaker = breaker.worked()
            assert all(breaker.admits(name, now) for name in "abc")
            return
