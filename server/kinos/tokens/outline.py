"""The headings of a document that is edited, kept up to date edit by edit."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kinos.domain.markdown import Kind, Line, plain, scan

_MARKS = ("---", "+++")
"""What front matter stands between."""


@dataclass(frozen=True, slots=True)
class Title:
    """A heading: its first line and the one after its last, 0-based; its level, 1 to 6; its words; whether `#` makes it one."""

    line: int
    end: int
    level: int
    words: str
    signed: bool


class Outline:
    """The headings of a document given as lines with their ends.

    It shares the list with its owner, who changes it and then calls `spliced`; nothing is scanned before `titles` is asked
    for. A heading made by `#` ends whatever was open above it, so lines are scanned anew from the one above an edit to the one
    below it that still is a heading.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._titles: list[Title] = []
        self._front = 0
        self._stale: tuple[int, int, int] | None = (0, len(lines), 0)
        """The lines to scan anew, from and to, and by how much those after them have moved."""

    def spliced(self, start: int, old: Sequence[str], new: Sequence[str]) -> None:
        """From the line `start` on, `new` stands in the list where `old` stood."""
        moved, after = len(new) - len(old), start + len(new)
        if self._stale is not None:
            first, last, so_far = self._stale
            start, after, moved = min(first, start), max(last + moved, after), so_far + moved
        self._stale = start, after, moved

    def titles(self) -> Sequence[Title]:
        """The headings as `kinos.domain.markdown.headings` finds them, in order."""
        front = self._front_end()
        if front != self._front:
            self._front, self._titles, self._stale = front, [], (0, len(self._lines), 0)
        if self._stale is not None:
            self._titles = self._scanned(*self._stale)
            self._stale = None
        return self._titles

    def _scanned(self, first: int, last: int, moved: int) -> list[Title]:
        old = self._titles
        kept = bisect_left(old, first, key=lambda title: title.line)
        while kept and not old[kept - 1].signed:
            kept -= 1
        kept = max(kept - 1, 0)
        begin = old[kept].line if old and old[kept].signed and old[kept].line < first else self._front
        below = old[bisect_left(old, last - moved, key=lambda title: title.line) :]
        if moved:
            below = [replace(title, line=title.line + moved, end=title.end + moved) for title in below]
        return [*old[:kept], *self._until_in_step(begin, below)]

    def _until_in_step(self, begin: int, below: Sequence[Title]) -> list[Title]:
        """The headings from the line `begin` on: `below` is where they were, unless what is scanned says otherwise."""
        tries, at = [number for number, title in enumerate(below) if title.signed], 0
        while at < len(tries):
            meeting = below[tries[at]]
            scanned = self._scan(begin, meeting.line + 1)
            if scanned[-1].kind is Kind.HEADING:
                return [*_titles(scanned[:-1], begin), *below[tries[at] :]]
            at = 2 * at + 1
        return _titles(self._scan(begin, len(self._lines)), begin)

    def _scan(self, begin: int, end: int) -> list[Line]:
        # The blank line keeps what follows from being taken for the front matter of a document.
        return scan("".join(["\n", *self._lines[begin:end]]))[1:]

    def _front_end(self) -> int:
        """The first line after the front matter; 0 without one."""
        mark = self._lines[0].rstrip()
        if mark not in _MARKS:
            return 0
        return next((at + 1 for at in range(1, len(self._lines)) if self._lines[at].rstrip() == mark), 0)


def _titles(lines: Sequence[Line], first: int) -> list[Title]:
    found = []
    for number, line in enumerate(lines):
        if line.kind is Kind.HEADING:
            end = number + 1
            while end < len(lines) and lines[end].kind is Kind.UNDERLINE:
                end += 1
            signed = end == number + 1
            found.append(Title(first + number, first + end, line.level, plain(line.title), signed))
    return found
