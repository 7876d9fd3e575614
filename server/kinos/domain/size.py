"""The size of a document in tokens: what it is, how sure it is, and when it is long."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How a document's size stands to the limits."""

    OK = "ok"
    LONG = "long"
    TOO_LONG = "too-long"

    @property
    def mark(self) -> str:
        """The sign shown beside a document."""
        return _MARKS[self]


_MARKS = {Level.OK: "✓", Level.LONG: "⚠️", Level.TOO_LONG: "🔴"}


class Counted(StrEnum):
    """How a size was counted. An unavailable size is unknown, never 0."""

    EXACT = "exact"
    UNCONFIRMED = "unconfirmed"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Limits:
    """Tokens above which a document is long (`warn`) and too long (`error`); exactly at a limit is still below it."""

    warn: int = 6000
    error: int = 12000

    def level(self, tokens: int) -> Level:
        """The level of a document of `tokens`."""
        if tokens > self.error:
            return Level.TOO_LONG
        return Level.LONG if tokens > self.warn else Level.OK


@dataclass(frozen=True, slots=True)
class Size:
    """A document's size in tokens, the message's overhead taken off, and how it was counted."""

    tokens: int
    counted: Counted = Counted.EXACT


def kilotokens(tokens: int) -> str:
    """Tokens in thousands with one decimal, as shown everywhere: `4.2k`."""
    return f"{tokens / 1000:.1f}k"


def amount(tokens: int) -> str:
    """The tokens of a part of a document, with their unit: `840 tokens`, and from a thousand on as `4.2k tokens`."""
    return f"{tokens} tokens" if tokens < 1000 else f"{kilotokens(tokens)} tokens"


def rounded(limit: int) -> str:
    """A limit in tokens, in thousands without more digits than it has: `6k`, `12.5k`."""
    return f"{limit / 1000:g}k"
