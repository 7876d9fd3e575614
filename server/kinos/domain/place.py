"""Where each value of a JSON text stands, so that a mistake in it can be named by line."""

import json
from collections.abc import Iterator, Mapping

type Place = tuple[str | int, ...]
"""The keys and positions that lead to a value."""

_DECODER = json.JSONDecoder()
_BLANK = " \t\n\r"


def places(text: str) -> Mapping[Place, int]:
    """The line (from 1) on which each value of the valid JSON `text` begins, by its place; of a key given twice, the last."""
    return {place: text.count("\n", 0, at) + 1 for place, at in _Scan(text).value((), 0)}


def words(place: Place) -> str:
    """`place` as a person writes it: `agents[2].weight`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return "".join(parts).removeprefix(".")


class _Scan:
    """Walks a text that is known to be JSON; `end` is where the last value that was walked through ends."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._end = 0

    def value(self, place: Place, at: int) -> Iterator[tuple[Place, int]]:
        at = self._skip(at)
        yield place, at
        match self._text[at]:
            case "{":
                yield from self._object(place, at + 1)
            case "[":
                yield from self._array(place, at + 1)
            case _:
                self._end = _DECODER.raw_decode(self._text, at)[1]

    def _object(self, place: Place, at: int) -> Iterator[tuple[Place, int]]:
        at = self._skip(at)
        while self._text[at] != "}":
            key, at = _DECODER.raw_decode(self._text, at)
            yield from self.value((*place, key), self._skip(at) + 1)
            at = self._next(self._end)
        self._end = at + 1

    def _array(self, place: Place, at: int) -> Iterator[tuple[Place, int]]:
        at, number = self._skip(at), 0
        while self._text[at] != "]":
            yield from self.value((*place, number), at)
            at, number = self._next(self._end), number + 1
        self._end = at + 1

    def _next(self, at: int) -> int:
        """Past the comma, if one comes."""
        at = self._skip(at)
        return self._skip(at + 1) if self._text[at] == "," else at

    def _skip(self, at: int) -> int:
        while self._text[at] in _BLANK:
            at += 1
        return at
