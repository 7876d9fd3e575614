"""The phase follows the total with hysteresis, unless a person pinned it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.phase import Phase, PhaseRule, PhaseState, to_converge, to_expand

RULE = PhaseRule()
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("before", "total", "after"),
    [
        (Phase.EXPANSION, 0, Phase.EXPANSION),
        (Phase.EXPANSION, 76_800, Phase.EXPANSION),
        (Phase.EXPANSION, 76_801, Phase.CONVERGENCE),
        (Phase.CONVERGENCE, 64_000, Phase.CONVERGENCE),
        (Phase.CONVERGENCE, 63_999, Phase.EXPANSION),
        (Phase.CONVERGENCE, 70_000, Phase.CONVERGENCE),
        (Phase.EXPANSION, 70_000, Phase.EXPANSION),
    ],
)
def test_the_phase_changes_at_sixty_percent_and_back_at_fifty(before: Phase, total: int, after: Phase) -> None:
    assert PhaseState(before, "", NOW).counted(total, RULE, LATER).name is after


def test_without_a_past_it_moves_at_once_if_the_total_says_so() -> None:
    assert PhaseState().counted(100_000, RULE, NOW).name is Phase.CONVERGENCE


@given(st.lists(st.integers(0, 200_000), min_size=1))
def test_it_never_contradicts_the_total(totals: list[int]) -> None:
    state = PhaseState()
    for total in totals:
        state = state.counted(total, RULE, NOW)
        if total > RULE.converge_at:
            assert state.name is Phase.CONVERGENCE
        if total < RULE.expand_at:
            assert state.name is Phase.EXPANSION


def test_since_is_kept_while_the_phase_stays_and_the_reason_follows() -> None:
    first = PhaseState().counted(10_000, RULE, NOW)
    then = first.counted(20_000, RULE, LATER)
    assert (then.since, then.reason) == (NOW, "16 % of the limit, below 50 %")
    assert then.counted(20_000, RULE, LATER) is then


def test_a_pinned_phase_stays_until_it_is_let_go() -> None:
    pinned = PhaseState().counted(10_000, RULE, NOW).pin(Phase.CONVERGENCE, LATER)
    assert pinned.counted(1, RULE, LATER) is pinned
    freed = pinned.unpin(10_000, RULE, LATER)
    assert (freed.name, freed.pinned) == (Phase.EXPANSION, False)


def test_the_headroom_is_counted_to_both_sides() -> None:
    assert to_converge(70_000, RULE) == 6_800
    assert to_expand(70_000, RULE) == 6_000
