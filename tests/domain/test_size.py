"""Sizes and their levels, as they are shown."""

import pytest

from kinos.domain.size import Level, Limits, kilotokens


@pytest.mark.parametrize(
    ("tokens", "level", "mark"),
    [
        (0, Level.OK, "✓"),
        (6000, Level.OK, "✓"),
        (6001, Level.LONG, "⚠️"),
        (12000, Level.LONG, "⚠️"),
        (12001, Level.TOO_LONG, "🔴"),
    ],
)
def test_the_levels_of_the_product(tokens: int, level: Level, mark: str) -> None:
    assert Limits().level(tokens) is level
    assert level.mark == mark


@pytest.mark.parametrize(("tokens", "shown"), [(0, "0.0k"), (49, "0.0k"), (4213, "4.2k"), (111_613, "111.6k")])
def test_kilotokens_have_one_decimal(tokens: int, shown: str) -> None:
    assert kilotokens(tokens) == shown
