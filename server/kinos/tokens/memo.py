"""A bounded memory of what parts of texts cost."""

from collections.abc import Callable
from sys import getsizeof

ENTRY = 100
"""Bytes an entry of a memo takes beside its text, about: its place in the dictionary and a number."""


class Costs(dict[str, int]):
    """What parts cost, worked out at first sight by `find` and kept within `limit` bytes, about."""

    __slots__ = ("_find", "_limit", "_room")

    def __init__(self, find: Callable[[str], int], limit: int) -> None:
        super().__init__()
        self._find = find
        self._limit = self._room = limit

    def __missing__(self, part: str) -> int:
        cost = self._find(part)
        self._room -= ENTRY + getsizeof(part)
        if self._room < 0:  # what is used often comes back at once
            self.clear()
            self._room = self._limit
        else:
            self[part] = cost
        return cost
