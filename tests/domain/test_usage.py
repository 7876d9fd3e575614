"""Tokens and what they cost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.usage import PRICES, Price, Usage, add_cost, price_of

NUMBERS = st.integers(0, 10**9)
USAGES = st.builds(Usage, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)


def test_a_cost_is_per_million_tokens_of_each_kind() -> None:
    price = Price(3.0, 15.0, 0.3, 3.75)
    assert price.cost(Usage(1_000_000, 1_000_000, 1_000_000, 1_000_000)) == pytest.approx(3 + 15 + 0.3 + 3.75)
    assert price.cost(Usage()) == 0


def test_searches_cost_per_thousand_beside_the_tokens() -> None:
    assert Price(3.0, 15.0, 0.3, 3.75).cost(Usage(searches=5)) == pytest.approx(0.05)
    assert Price(3.0, 15.0, 0.3, 3.75, search=2.0).cost(Usage(1_000_000, searches=500)) == pytest.approx(3 + 1)


@given(USAGES, USAGES)
def test_usages_add_up(one: Usage, other: Usage) -> None:
    both = one + other
    assert both.total == one.total + other.total
    assert both.tokens_in == one.tokens_in + other.tokens_in
    assert both.calls == one.calls + other.calls
    assert both.searches == one.searches + other.searches
    assert both == other + one


@pytest.mark.parametrize(
    ("model", "known"),
    [
        ("claude-sonnet-5-5", True),
        ("anthropic/claude-sonnet-5-5", True),
        ("claude-sonnet-5-5-20260101", True),
        ("claude-sonnet-5-5-2026", False),
        ("claude-sonnet-5-5-latest1", False),
        ("claude", False),
        ("", False),
    ],
)
def test_a_price_is_known_by_the_models_name_or_unknown(model: str, known: bool) -> None:
    assert (price_of(model, PRICES) is not None) is known


def test_prices_are_sensible() -> None:
    for price in PRICES.values():
        assert 0 < price.cache_read < price.input < price.cache_write < price.output


def test_unknown_plus_anything_is_unknown() -> None:
    assert add_cost(1.0, 2.5) == 3.5
    assert add_cost(None, 1.0) is None
    assert add_cost(1.0, None) is None
