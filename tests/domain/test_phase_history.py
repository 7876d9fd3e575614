"""The history of the phase: sources put together, and so few points that the line through them looks the same."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.phase import Phase
from kinos.domain.phase_history import PhasePoint, merged, thinned

NOON = datetime(2026, 3, 21, 12, tzinfo=UTC)

POINTS = st.lists(
    st.builds(
        PhasePoint,
        st.integers(0, 10_000).map(lambda seconds: NOON + timedelta(seconds=seconds)),
        st.integers(0, 200_000),
        st.sampled_from(Phase),
        st.booleans(),
    ),
    max_size=120,
)


def point(seconds: float, total: int, phase: Phase = Phase.EXPANSION) -> PhasePoint:
    return PhasePoint(NOON + timedelta(seconds=seconds), total, phase)


def test_sources_are_merged_by_time_and_what_says_nothing_new_is_left_out() -> None:
    recorded, seen = [point(0, 5), point(60, 9)], [point(30, 5), point(60.5, 9), point(90, 9, Phase.CONVERGENCE)]
    assert merged([*recorded, *seen]) == [point(0, 5), point(60, 9), point(90, 9, Phase.CONVERGENCE)]
    assert merged([]) == []


@given(POINTS)
def test_merging_loses_nothing_that_was_said(points: list[PhasePoint]) -> None:
    line = merged(points)
    assert [each.time for each in line] == sorted(each.time for each in line)
    assert {(each.total, each.phase) for each in line} == {(each.total, each.phase) for each in points}
    assert merged(line) == line


@given(POINTS, st.integers(4, 40))
def test_thinned_points_are_few_and_keep_both_ends_and_both_extremes(points: list[PhasePoint], most: int) -> None:
    line = merged(points)
    kept = thinned(line, most)
    assert len(kept) <= most
    assert [each for each in line if each in kept] == kept, "in their order, and none made up"
    if line:
        assert (kept[0], kept[-1]) == (line[0], line[-1])
        for extreme in (min, max):
            assert extreme(each.total for each in kept) == extreme(each.total for each in line)


def test_few_points_stay_as_they_are() -> None:
    line = [point(second, second) for second in range(8)]
    assert thinned(line, 8) == line
