"""A bounded memory of counts."""

from sys import getsizeof

ENTRY = 100
"""Bytes an entry takes beside its text, about: its place in the dictionary and a number."""


class Memo:
    """Counts by text, within `limit` bytes, about. Two generations: what is used again stays, the rest goes."""

    __slots__ = ("_half", "_old", "_room", "_young")

    def __init__(self, limit: int) -> None:
        self._half = limit // 2
        self._room = self._half
        self._young: dict[str, int] = {}
        self._old: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def get(self, text: str) -> int | None:
        """The count kept for `text`."""
        count = self._young.get(text)
        if count is None:
            count = self._old.pop(text, None)
            if count is not None:
                self.put(text, count)
        return count

    def put(self, text: str, count: int) -> None:
        """Keep a count. One larger than half of the memory is not."""
        cost = ENTRY + getsizeof(text)
        if cost > self._half:
            return
        if cost > self._room:
            self._old, self._young, self._room = self._young, {}, self._half
        self._room -= cost
        self._young[text] = count
