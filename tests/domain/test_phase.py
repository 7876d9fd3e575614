"""The phase: two thresholds, and what it was in between."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.phase import Phase, PhaseRule, PhaseState, to_converge, to_expand

NOW = datetime(2026, 3, 21, tzinfo=UTC)
RULE = PhaseRule()


def after(*totals: int, rule: PhaseRule = RULE) -> PhaseState:
    state = PhaseState()
    for number, total in enumerate(totals):
        state = state.counted(total, rule, NOW + timedelta(hours=number))
    return state


@pytest.mark.parametrize(
    ("totals", "phase"),
    [
        ([0], Phase.EXPANSION),
        ([76_800], Phase.EXPANSION),
        ([76_801], Phase.CONVERGENCE),
        ([76_801, 64_000], Phase.CONVERGENCE),
        ([76_801, 63_999], Phase.EXPANSION),
        ([76_801, 63_999, 70_000], Phase.EXPANSION),
        ([200_000], Phase.CONVERGENCE),
    ],
)
def test_the_numbers_of_the_product(totals: list[int], phase: Phase) -> None:
    assert after(*totals).name is phase


@st.composite
def rules(draw: st.DrawFn) -> PhaseRule:
    expand = draw(st.floats(0, 0.98))
    return PhaseRule(draw(st.integers(1, 200_000)), draw(st.floats(expand + 0.01, 1)), expand)


@given(rules(), st.lists(st.integers(0, 250_000), min_size=1))
def test_it_only_moves_beyond_a_threshold(rule: PhaseRule, totals: list[int]) -> None:
    state = PhaseState()
    for total in totals:
        was, state = state, state.counted(total, rule, NOW)
        if total > rule.converge_at:
            assert state.name is Phase.CONVERGENCE
        elif total < rule.expand_at:
            assert state.name is Phase.EXPANSION
        else:
            assert state.name is was.name


@given(rules(), st.integers(0, 250_000), st.integers(0, 250_000))
def test_its_beginning_is_when_it_last_moved(rule: PhaseRule, first: int, second: int) -> None:
    once = PhaseState().counted(first, rule, NOW)
    twice = once.counted(second, rule, NOW + timedelta(hours=1))
    assert once.since == NOW
    assert twice.since == (NOW if twice.name is once.name else NOW + timedelta(hours=1))


def test_it_says_why() -> None:
    assert after(1000).reason == "1 % of the limit, below 50 %"
    assert after(100_000).reason == "78 % of the limit, above 60 %"
    assert after(100_000, 70_000).reason == "55 % of the limit, between 50 % and 60 %: CONVERGENCE stays"
    assert (
        after(55, rule=PhaseRule(100, 0.625, 0.5)).reason
        == "55 % of the limit, between 50 % and 62.5 %: EXPANSION stays"
    )


def test_nothing_new_is_the_same_state() -> None:
    state = after(1000)
    assert state.counted(1001, RULE, NOW) is state


def test_a_phase_set_by_hand_stays_until_it_is_let_go() -> None:
    pinned = after(1000).pin(Phase.CONVERGENCE, NOW)
    assert (pinned.name, pinned.reason, pinned.pinned) == (Phase.CONVERGENCE, "set by hand", True)
    assert pinned.counted(10, RULE, NOW) is pinned
    free = pinned.unpin(10, RULE, NOW)
    assert (free.name, free.pinned, free.reason) == (Phase.EXPANSION, False, "0 % of the limit, below 50 %")


def test_pinning_what_it_is_keeps_its_beginning() -> None:
    state = after(1000)
    assert state.pin(Phase.EXPANSION, NOW + timedelta(hours=5)).since == NOW
    assert PhaseState().pin(Phase.EXPANSION, NOW).since == NOW
    assert state.pin(Phase.EXPANSION, NOW).unpin(1000, RULE, NOW).reason != "set by hand"


def test_headroom_is_counted_to_both_thresholds() -> None:
    assert to_converge(70_000, RULE) == 6_800
    assert to_expand(70_000, RULE) == 6_000
    assert to_converge(80_000, RULE) < 0
    assert to_expand(60_000, RULE) < 0
    assert RULE.share(64_000) == 50.0
