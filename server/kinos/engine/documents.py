"""The one table of documents and their sizes, with running totals: a change costs what it touches."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kinos.domain.size import Counted, Level, Limits, Size


@dataclass(frozen=True, slots=True)
class Touched:
    """One document's size before and after; None where it has none."""

    path: str
    old: Size | None
    new: Size | None


class Documents:
    """Sizes by workspace-relative path. A document that cannot be counted is listed with its reason instead."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._sizes: dict[str, Size] = {}
        self._errors: dict[str, str] = {}
        self._levels = dict.fromkeys(Level, 0)
        self._unconfirmed = 0
        self.total = 0

    @property
    def sizes(self) -> Mapping[str, Size]:
        """Every counted document."""
        return self._sizes

    @property
    def errors(self) -> Mapping[str, str]:
        """Why a document has no size."""
        return self._errors

    @property
    def limits(self) -> Limits:
        """What is long and too long."""
        return self._limits

    def judge(self, limits: Limits) -> None:
        """From now on these are the limits."""
        self._limits = limits
        self._levels = dict.fromkeys(Level, 0)
        for size in self._sizes.values():
            self._levels[limits.level(size.tokens)] += 1

    def __contains__(self, path: str) -> bool:
        """Whether it is listed, with a size or the reason why it has none."""
        return path in self._sizes or path in self._errors

    def number(self, level: Level) -> int:
        """How many documents are at `level`."""
        return self._levels[level]

    def level(self, path: str) -> Level:
        """The level of a counted document; OK for one that is not."""
        size = self._sizes.get(path)
        return Level.OK if size is None else self._limits.level(size.tokens)

    @property
    def counted(self) -> Counted:
        """How sure the total is: as sure as its least sure document."""
        return Counted.UNCONFIRMED if self._unconfirmed else Counted.EXACT

    def put(self, path: str, size: Size) -> Touched:
        """Set the size of `path`."""
        old = self._sizes.get(path)
        self._errors.pop(path, None)
        if old is not None:
            self._add(old, -1)
        self._sizes[path] = size
        self._add(size, 1)
        return Touched(path, old, size)

    def fail(self, path: str, reason: str) -> Touched:
        """`path` exists but cannot be counted."""
        touched = self.drop(path)
        self._errors[path] = reason
        return touched

    def drop(self, path: str) -> Touched:
        """`path` is gone."""
        self._errors.pop(path, None)
        old = self._sizes.pop(path, None)
        if old is not None:
            self._add(old, -1)
        return Touched(path, old, None)

    def missing(self, present: Iterable[str]) -> list[str]:
        """Listed documents that are not in `present`."""
        return sorted((self._sizes.keys() | self._errors.keys()) - set(present))

    def _add(self, size: Size, times: int) -> None:
        self.total += size.tokens * times
        self._levels[self._limits.level(size.tokens)] += times
        self._unconfirmed += times * (size.counted is not Counted.EXACT)
