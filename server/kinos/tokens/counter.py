"""What counts a text: one Protocol, Claude's tokenizers and OpenAI's encodings behind it."""

from dataclasses import dataclass
from typing import Protocol

from kinos.domain.errors import KinosError, UnavailableError
from kinos.domain.size import Counted, Size
from kinos.tokens import claude, encoding
from kinos.tokens.family import Choice, known, unknown
from kinos.tokens.line import LineCounter

BOM = "\ufeff"
"""A byte order mark at the start is not counted: it costs 3 or 4 tokens on the disk, and editors drop it."""


class Counter(Protocol):
    """Counts texts in one tokenizer."""

    @property
    def name(self) -> str:
        """The tokenizer, as in `kinos.tokens.family.TOKENIZERS`."""
        ...

    @property
    def counted(self) -> Counted:
        """How its counts stand."""
        ...

    def count(self, text: str) -> Size:
        """The size of a whole document. Raises UnavailableError when it cannot be counted here."""
        ...


@dataclass(frozen=True, slots=True)
class NoCounter:
    """Counts nothing: `error` says why. A size is unavailable then, never 0."""

    error: KinosError
    name: str = "none"
    counted: Counted = Counted.UNAVAILABLE

    def count(self, text: str) -> Size:
        """Raises UnavailableError."""
        raise UnavailableError(self.error.message, self.error.remedy) from self.error


@dataclass(frozen=True)
class ClaudeCounter:
    """Claude's count, exact and offline: `count_tokens` for one user message, less its overhead; an empty text is 0."""

    name: str
    counted: Counted

    @property
    def lines(self) -> LineCounter:
        """The counter by line, loaded at first use and shared. Raises UnavailableError."""
        return claude.line_counter(self.name)

    def count(self, text: str) -> Size:
        """The size of a whole document."""
        text = text.removeprefix(BOM)
        return Size(self.lines.count(text) if text else 0, self.counted)


@dataclass(frozen=True, slots=True)
class EncodingCounter:
    """The length of a text in an encoding of OpenAI; no message overhead."""

    name: str
    counted: Counted

    def count(self, text: str) -> Size:
        """The size of a whole document. Raises UnavailableError when the vocabulary is not on this machine."""
        return Size(encoding.text_counter(self.name)(text.removeprefix(BOM)), self.counted)


def counter_for(name: str, counted: Counted = Counted.EXACT) -> Counter:
    """The counter of a tokenizer; what it needs is loaded at its first count.

    Raises UsageError for an unknown name, UnavailableError when `counted` says that there is nothing to count with.
    """
    if counted is Counted.UNAVAILABLE:
        raise UnavailableError("No tokenizer is known for this model.", f"Set tokens.tokenizer to {known()}.")
    if name in claude.TOKENIZERS:
        return ClaudeCounter(name, counted)
    if name in encoding.FILES:
        return EncodingCounter(name, counted)
    raise unknown(name)


def counter_of(choice: Choice) -> Counter:
    """The counter of a choice. Raises UnavailableError with the choice's reason."""
    if choice.counted is Counted.UNAVAILABLE:
        raise UnavailableError(choice.reason)
    return counter_for(choice.tokenizer, choice.counted)
