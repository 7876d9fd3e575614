"""What a setting takes: reading a value from TOML, JSON or an environment variable, and its JSON schema."""

import math
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol, TypeGuard

from kinos.domain.errors import UsageError
from kinos.domain.usage import PRICES, SEARCH_PRICE, Price

_CODE = re.compile(r"[1-9]\d{2}", re.ASCII)


class Kind(Protocol):
    """A type of setting."""

    def read(self, value: object) -> object:
        """The value in its own type. Raises UsageError whose message completes "KEY …" with what is allowed."""
        ...

    def schema(self) -> dict[str, Any]:
        """The JSON schema of a value."""
        ...


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number."""

    least: int = 0
    most: int | None = None

    def read(self, value: object) -> int:
        """An int within the range, also from text."""
        if isinstance(value, str):
            with suppress(ValueError):
                value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not _within(value, self.least, self.most):
            raise UsageError(f"must be a whole number {_span(self.least, self.most)}, not {value!r}")
        return value

    def schema(self) -> dict[str, Any]:
        """An integer with its range."""
        return {"type": "integer", "minimum": self.least} | ({} if self.most is None else {"maximum": self.most})


@dataclass(frozen=True, slots=True)
class Number:
    """A number."""

    least: float = 0
    most: float | None = None
    optional: bool = False

    def read(self, value: object) -> float | None:
        """A float within the range, also from text; None only where optional."""
        if value is None and self.optional:
            return None
        if isinstance(value, str):
            with suppress(ValueError):
                value = float(value)
        if not _is_number(value) or not _within(value, self.least, self.most):
            raise UsageError(f"must be a number {_span(self.least, self.most)}, not {value!r}")
        return float(value)

    def schema(self) -> dict[str, Any]:
        """A number with its range."""
        bounds = {"minimum": self.least} | ({} if self.most is None else {"maximum": self.most})
        return {"type": ["number", "null"] if self.optional else "number", **bounds}


@dataclass(frozen=True, slots=True)
class Text:
    """Text; `secret` is never shown or logged."""

    least: int = 0
    secret: bool = False

    def read(self, value: object) -> str:
        """A str of at least `least` characters."""
        if not isinstance(value, str) or len(value.strip()) < self.least:
            raise UsageError("must be text" + (", not empty" if self.least else ""))
        return value.strip()

    def schema(self) -> dict[str, Any]:
        """A string."""
        return {"type": "string", "minLength": self.least}


@dataclass(frozen=True, slots=True, init=False)
class Choice:
    """One of several words."""

    words: tuple[str, ...]

    def __init__(self, *words: str) -> None:
        object.__setattr__(self, "words", words)

    def read(self, value: object) -> str:
        """The word, whatever its case."""
        found = {word.casefold(): word for word in self.words}.get(str(value).casefold())
        if found is None:
            raise UsageError(f"must be one of {', '.join(word or '(empty)' for word in self.words)}, not {value!r}")
        return found

    def schema(self) -> dict[str, Any]:
        """An enumeration."""
        return {"type": "string", "enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Texts:
    """A list of texts."""

    def read(self, value: object) -> tuple[str, ...]:
        """From a list, or from text with commas."""
        if isinstance(value, str):
            value = [item.strip() for item in value.split(",") if item.strip()]
        if not isinstance(value, Sequence) or not all(isinstance(item, str) for item in value):
            raise UsageError("must be a list of texts")
        return tuple(value)

    def schema(self) -> dict[str, Any]:
        """An array of strings."""
        return {"type": "array", "items": {"type": "string"}}


@dataclass(frozen=True, slots=True, init=False)
class Choices:
    """A list of some of several words."""

    words: tuple[str, ...]

    def __init__(self, *words: str) -> None:
        object.__setattr__(self, "words", words)

    def read(self, value: object) -> tuple[str, ...]:
        """The words, whatever their case, each once, from a list or from text with commas."""
        word = Choice(*self.words)
        return tuple(dict.fromkeys(word.read(each) for each in Texts().read(value)))

    def schema(self) -> dict[str, Any]:
        """An array of the enumeration."""
        return {"type": "array", "items": Choice(*self.words).schema(), "uniqueItems": True}


@dataclass(frozen=True, slots=True)
class Codes:
    """A list of HTTP status codes."""

    def read(self, value: object) -> tuple[int, ...]:
        """From a list of numbers, or from text with commas or spaces."""
        if isinstance(value, str):
            value = [int(item) if _CODE.fullmatch(item) else item for item in value.replace(",", " ").split()]
        if not isinstance(value, Sequence) or not all(isinstance(code, int) and 400 <= code <= 599 for code in value):
            raise UsageError("must be a list of HTTP codes from 400 to 599")
        return tuple(value)

    def schema(self) -> dict[str, Any]:
        """An array of integers."""
        return {"type": "array", "items": {"type": "integer", "minimum": 400, "maximum": 599}}


@dataclass(frozen=True, slots=True)
class Prices:
    """A table of prices by model, over the built-in ones."""

    def read(self, value: object) -> Mapping[str, Price]:
        """`{model: {input, output, cacheRead?, cacheWrite?, search?}}` in US dollars a million tokens, `search` a thousand."""
        if not isinstance(value, Mapping):
            raise UsageError("must be a table of models, each with input and output in US dollars per million tokens")
        return {**PRICES, **{str(model): self._price(str(model), entry) for model, entry in value.items()}}

    def _price(self, model: str, entry: object) -> Price:
        figures = entry if isinstance(entry, Mapping) else {}
        known = {"input", "output", "cacheRead", "cacheWrite", "search"}
        good = all(_is_number(v) and v >= 0 for v in figures.values())
        if not good or not {"input", "output"} <= figures.keys() <= known:
            raise UsageError(
                f"for {model!r} needs input and output (and cacheRead, cacheWrite, search), numbers of 0 or more"
            )
        given, answer = float(figures["input"]), float(figures["output"])
        cached = float(figures.get("cacheRead", given)), float(figures.get("cacheWrite", given))
        return Price(given, answer, *cached, float(figures.get("search", SEARCH_PRICE)))

    def schema(self) -> dict[str, Any]:
        """An object of objects."""
        amount = {"type": "number", "minimum": 0}
        names = ("input", "output", "cacheRead", "cacheWrite", "search")
        entry = {"type": "object", "properties": dict.fromkeys(names, amount), "required": ["input", "output"]}
        return {"type": "object", "additionalProperties": entry}


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    def read(self, value: object) -> bool:
        """A bool, or a word for it."""
        word = str(value).strip().lower()
        if not isinstance(value, bool | str) or word not in Truth.YES | Truth.NO:
            raise UsageError(f"must be true or false, not {value!r}")
        return word in Truth.YES

    def schema(self) -> dict[str, Any]:
        """A boolean."""
        return {"type": "boolean"}


class Truth:
    """Words for true and false in an environment variable."""

    YES = frozenset({"1", "true", "yes", "on"})
    NO = frozenset({"", "0", "false", "no", "off"})

    @classmethod
    def read(cls, name: str, text: str) -> bool:
        """What `text` in the variable `name` says. Raises UsageError for a word that is neither, rather than take it for no."""
        word = text.strip().lower()
        if word not in cls.YES | cls.NO:
            raise UsageError(f"{name} is {text!r}, which is neither yes nor no.", f"Set {name} to 1 or 0, or unset it.")
        return word in cls.YES


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _within(value: float, least: float, most: float | None) -> bool:
    return value >= least and (most is None or value <= most)


def _span(least: float, most: float | None) -> str:
    return f"of at least {least:.12g}" if most is None else f"from {least:.12g} to {most:.12g}"
