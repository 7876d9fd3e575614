"""What counts a text: one Protocol, Claude's tokenizers and OpenAI's encodings behind it."""

from typing import Protocol, override

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


class NoCounter(Counter):
    """Counts nothing: `error` says why. A size is unavailable then, never 0."""

    def __init__(self, error: KinosError) -> None:
        self._error = error

    @property
    @override
    def name(self) -> str:
        return "none"

    @property
    @override
    def counted(self) -> Counted:
        return Counted.UNAVAILABLE

    @override
    def count(self, text: str) -> Size:
        raise UnavailableError(self._error.message, self._error.remedy) from self._error


class ClaudeCounter(Counter):
    """Claude's count, exact and offline: `count_tokens` for one user message, less its overhead; an empty text is 0."""

    def __init__(self, name: str, counted: Counted) -> None:
        self._name = name
        self._counted = counted

    @property
    @override
    def counted(self) -> Counted:
        return self._counted

    @property
    @override
    def name(self) -> str:
        return self._name

    @property
    def lines(self) -> LineCounter:
        """The counter by line, loaded at first use and shared. Raises UnavailableError."""
        return claude.line_counter(self._name)

    @override
    def count(self, text: str) -> Size:
        text = text.removeprefix(BOM)
        return Size(self.lines.count(text) if text else 0, self._counted)


class EncodingCounter(Counter):
    """The length of a text in an encoding of OpenAI; no message overhead."""

    def __init__(self, name: str, counted: Counted) -> None:
        self._name = name
        self._counted = counted

    @property
    @override
    def counted(self) -> Counted:
        return self._counted

    @property
    @override
    def name(self) -> str:
        return self._name

    @override
    def count(self, text: str) -> Size:
        return Size(encoding.text_counter(self._name)(text.removeprefix(BOM)), self._counted)


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
