"""Levels and how sizes are written."""

import pytest

from kinos.domain.size import Level, Limits, kilotokens


@pytest.mark.parametrize(
    ("tokens", "level"),
    [(0, "ok"), (6000, "ok"), (6001, "long"), (12000, "long"), (12001, "too-long")],
)
def test_a_document_exactly_at_a_limit_is_still_below_it(tokens: int, level: str) -> None:
    assert Limits().level(tokens) == level


def test_other_limits_change_the_level() -> None:
    assert Limits(warn=10, error=20).level(15) is Level.LONG


def test_each_level_has_its_mark() -> None:
    assert [level.mark for level in (Level.OK, Level.LONG, Level.TOO_LONG)] == ["✓", "⚠️", "🔴"]


@pytest.mark.parametrize(("tokens", "shown"), [(0, "0.0k"), (49, "0.0k"), (4210, "4.2k"), (128_000, "128.0k")])
def test_a_size_is_shown_in_kilotokens_with_one_decimal(tokens: int, shown: str) -> None:
    assert kilotokens(tokens) == shown
