"""What model calls cost: tokens, and US dollars where a price is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one or several calls, as the API bills them. `calls` is how many model calls they were, `searches` how many
    web searches the provider made for them.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    calls: int = 0
    searches: int = 0

    def __add__(self, other: Self) -> "Usage":
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
            self.calls + other.calls,
            self.searches + other.searches,
        )

    @property
    def tokens_in(self) -> int:
        """All input tokens, cached or not."""
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens

    @property
    def total(self) -> int:
        """All tokens, in and out."""
        return self.tokens_in + self.output_tokens


SEARCH_PRICE = 10.0
"""US dollars per thousand web searches, whatever the model, on the day of the prices below. A search that fails is free."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens, and per thousand web searches."""

    input: float
    output: float
    cache_read: float
    cache_write: float
    search: float = SEARCH_PRICE

    def cost(self, usage: Usage) -> float:
        """US dollars for `usage`."""
        tokens = (
            usage.input_tokens * self.input
            + usage.output_tokens * self.output
            + usage.cache_read_tokens * self.cache_read
            + usage.cache_write_tokens * self.cache_write
        )
        return tokens / 1_000_000 + usage.searches * self.search / 1000


def _claude(given: float, answer: float, cached: float = 0.1) -> Price:
    # A five-minute cache write is billed at 1.25 of the input price; `cached` is what a cache read costs of it.
    return Price(given, answer, given * cached, given * 1.25)


PRICES_DATE = "2026-10-16"
"""The day for which the prices below were found in the published list (platform.claude.com, "Model pricing")."""

PRICES: Mapping[str, Price] = {
    "claude-fable-5-1": _claude(10, 50, 0.025),
    "claude-mythos-5-1": _claude(10, 50, 0.025),
    "claude-fable-5": _claude(10, 50),
    "claude-mythos-5": _claude(10, 50),
    "claude-opus-5-5": _claude(4, 20, 0.05),
    "claude-opus-5": _claude(5, 25),
    "claude-opus-4-8": _claude(5, 25),
    "claude-opus-4-7": _claude(5, 25),
    "claude-opus-4-6": _claude(5, 25),
    "claude-opus-4-5": _claude(5, 25),
    "claude-sonnet-5-5": _claude(2, 10, 0.05),
    "claude-sonnet-5": _claude(2, 10),
    "claude-sonnet-4-6": _claude(3, 15),
    "claude-sonnet-4-5": _claude(3, 15),
    # A fifth of this for prompts up to 100,000 tokens: a cap must hold for both, so the dearer band stands here.
    "claude-haiku-5-5": _claude(0.5, 2.5),
    "claude-haiku-4-5": _claude(1, 5),
}
"""List prices by model name. A model that is not here has an unknown price, which is not 0."""


def price_of(model: str, prices: Mapping[str, Price]) -> Price | None:
    """The price of `model`: by its exact name, the name without a trailing date, or its provider's; None when unknown.

    A provider's price is not that of a model whose name ends in `cloud`: Ollama only passes those on.
    """
    name = model.removeprefix("anthropic/")
    if name in prices:
        return prices[name]
    stem, _, date = name.rpartition("-")
    if date.isdigit() and len(date) == 8 and stem in prices:
        return prices[stem]
    provider, slash, _ = name.partition("/")
    return prices.get(provider) if slash and not name.endswith("cloud") else None


def add_cost(left: float | None, right: float | None) -> float | None:
    """The sum of two costs in US dollars; unknown plus anything is unknown."""
    return None if left is None or right is None else left + right


def dollars(usd: float | None, places: int = 2) -> str:
    """An amount as people read it; a question mark stands for one that is not known."""
    return "? US$" if usd is None else f"{usd:.{places}f} US$"
