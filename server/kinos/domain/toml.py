"""TOML that a person wrote: what a key says if it is what it has to be, and each mistake with its line."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from kinos.domain.mistake import Code, Mistake

_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def parsed(text: str, found: list[Mistake], skipped: int = 0) -> dict[str, Any] | None:
    """The table in `text`, which stands below `skipped` lines; None when it is no TOML, which `found` is told."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        found.append(Mistake(Code.SYNTAX, "not valid TOML: it is nested too deeply"))
        return None
    except (
        ValueError
    ) as error:  # TOMLDecodeError is one, and so is what Python says of a number with thousands of digits
        place = _PLACE.search(str(error))
        line = int(place[1]) if place and place[1] else text.count("\n") + 1
        found.append(Mistake(Code.SYNTAX, f"not valid TOML: {_PLACE.sub('', str(error))}", line + skipped))
        return None


class Table:
    """Typed access to a table, which begins at line `start`. A mistake is told to `found`, with the line its key stands on, and
    the default is taken.
    """

    def __init__(self, data: Mapping[str, Any], text: str, found: list[Mistake], start: int | None = None) -> None:
        self._data = data
        self._found = found
        self._start = start
        self._lines = text.split("\n")[(start or 1) - 1 :]

    def line(self, key: str) -> int | None:
        """The line on which `key` stands."""
        pattern = re.compile(rf'(^\s*(\[\[)?|[{{,])\s*"?{re.escape(key)}"?\s*[]=.]')
        return next((i for i, content in enumerate(self._lines, self._start or 1) if pattern.search(content)), None)

    def wrong(self, key: str, message: str, code: Code = Code.WRONG_VALUE) -> None:
        """Tell a mistake of `key`."""
        self._found.append(Mistake(code, message, self.line(key)))

    def allow(self, *keys: str) -> None:
        """Every other key is a mistake."""
        for key in self._data:
            if key not in keys:
                self.wrong(key, f"unknown key {key!r}; known are {', '.join(keys)}", Code.UNKNOWN_KEY)

    def text(self, key: str, default: str | None = None) -> str:
        """A text; without a default it has to be there."""
        value = self._data.get(key, default)
        if value is None:
            self._found.append(Mistake(Code.MISSING_KEY, f"{key} is missing", self._start))
        elif not isinstance(value, str):
            self.wrong(key, f"{key} must be text in quotes")
        else:
            return value
        return default or ""

    def optional(self, key: str) -> str | None:
        """A text, or None."""
        return self.text(key) if key in self._data else None

    def number(self, key: str, default: float) -> float:
        """A number, 0 or more."""
        value = self._data.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1_000_000:
            self.wrong(key, f"{key} must be a number, 0 or more")
            return default
        return float(value)

    def count(self, key: str, most: int) -> int:
        """A whole number up to `most`; 0 when it is not there."""
        value = self._data.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            self.wrong(key, f"{key} must be a whole number from 0 to {most}")
            return 0
        return value

    def truth(self, key: str) -> bool:
        """True or false; false when it is not there."""
        value = self._data.get(key, False)
        if not isinstance(value, bool):
            self.wrong(key, f"{key} must be true or false")
            return False
        return value

    def globs(self, key: str, default: Sequence[str]) -> tuple[str, ...]:
        """A list of globs."""
        value = self._data.get(key, default)
        if isinstance(value, str) or not isinstance(value, Sequence) or not all(isinstance(v, str) for v in value):
            self.wrong(key, f'{key} must be a list of globs, for example ["**/*.md"]')
            return tuple(default)
        return tuple(value)
