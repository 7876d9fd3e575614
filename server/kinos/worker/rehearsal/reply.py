"""Writes changes as aider's SEARCH/REPLACE blocks, so that aider 0.86.2 makes exactly the intended text of them.

What aider does to a block, and what therefore a block here never does (aider/coders/editblock_coder.py):
- lines like `=======` and `>>>>>>> REPLACE` end a part, also when they belong to the document;
- a first line that ends in the file's name is dropped, and so are a first and last line that look like fences;
- one empty line at the end of a part is lost, and line separators other than a line feed become one;
- the search must be found in the file as it was and as the blocks before left it; the first match is taken.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from kinos.domain.markdown import lines_of, text_of

_SEPARATOR = re.compile(r"<{5,9} SEARCH>?\s*|={5,9}\s*|>{5,9} REPLACE\s*")
_CONTEXT = 40
"""Lines of context that may be added to make a search unique and well-formed."""


class UnwritableError(ValueError):
    """The change cannot be said in SEARCH/REPLACE blocks; the message completes "because"."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines to find, and the lines to stand there instead. An empty search makes a new file."""

    search: tuple[str, ...]
    replace: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    lines: tuple[str, ...]


def is_unsafe(line: str) -> bool:
    """Whether aider would take this line of a document for a part of a block, or tear it in two."""
    return bool(_SEPARATOR.fullmatch(line.strip())) or line.splitlines() not in ([], [line])


def blocks(path: str, old: str | None, new: str, fence: tuple[str, str]) -> str:
    """The blocks that make `new` of `old` (None or blank: a new file) in the file aider calls `path`. Raises UnwritableError."""
    return "\n".join(_block(path, hunk, fence) for hunk in hunks(path, old, new, fence))


def hunks(path: str, old: str | None, new: str, fence: tuple[str, str]) -> list[Hunk]:
    """The hunks that make `new` of `old`. Raises UnwritableError."""
    writer = _Writer(path.rpartition("/")[2], fence)
    before, after = lines_of(old or ""), lines_of(new)
    if not any(line.strip() for line in before):
        if before:
            raise UnwritableError(f"`{path}` holds nothing but blank lines")
        return writer.created(after)
    # A block that ends in the file's last, empty lines would lose one of them: they are left out of the comparison.
    ends = _blank_at_end(before)
    if ends != _blank_at_end(after):
        raise UnwritableError(f"blank lines at the end of `{path}` cannot be changed")
    before, after = before[: len(before) - ends], after[: len(after) - ends]
    found = writer.changed(before, after)
    if _applied(before, found) != after:
        raise UnwritableError(f"the blocks would not make the intended text of `{path}`")
    return found


def settled(old: str, new: str) -> str:
    """`new` with as many blank lines at its end as `old` has: no block can change those."""
    ends = len(old) - len(old.rstrip("\n"))
    return new.rstrip("\n") + "\n" * max(ends, 1) if old.strip() else new


def _blank_at_end(lines: Sequence[str]) -> int:
    return next((count for count, line in enumerate(reversed(lines)) if line), len(lines))


class _Writer:
    def __init__(self, name: str, fence: tuple[str, str]) -> None:
        self._name = name
        self._fence = fence
        self._torn: set[str] = set()
        """Ends of lines that aider takes for lines of their own."""

    def created(self, lines: Sequence[str]) -> list[Hunk]:
        while lines and not lines[-1]:
            lines = lines[:-1]
        if problem := self._problem(lines):
            raise UnwritableError(problem)
        return [Hunk((), tuple(lines))]

    def changed(self, before: Sequence[str], after: Sequence[str]) -> list[Hunk]:
        edits = _edits(before, after)
        places = _places(before)
        self._torn = {piece for line in before for piece in line.splitlines()[1:]}
        while True:
            hunks: list[Hunk] = []
            floor = 0
            for index, edit in enumerate(edits):
                ceiling = edits[index + 1].start if index + 1 < len(edits) else len(before)
                window = self._window(before, edit, floor, ceiling, places)
                if window is None:
                    break
                start, end = window
                hunks.append(_hunk(before, edit, start, end))
                floor = end
            if len(hunks) == len(edits):
                return hunks
            edits = self._joined(before, edits, len(hunks))

    def _joined(self, before: Sequence[str], edits: Sequence[_Edit], index: int) -> list[_Edit]:
        """Join the edit that cannot stand alone with the next one, or with the one before."""
        first = index if index + 1 < len(edits) else index - 1
        if first < 0:
            edit = edits[index]
            problem = self._problem(before[edit.start : edit.end]) or self._problem(edit.lines)
            raise UnwritableError(problem or "there is no place in it that can be named without doubt")
        left, right = edits[first], edits[first + 1]
        between = tuple(before[left.end : right.start])
        return [*edits[:first], _Edit(left.start, right.end, left.lines + between + right.lines), *edits[first + 2 :]]

    def _window(
        self, before: Sequence[str], edit: _Edit, floor: int, ceiling: int, places: dict[str, list[int]]
    ) -> tuple[int, int] | None:
        """The smallest stretch around `edit` that makes a sound hunk."""
        for context in range(_CONTEXT + 1):
            for up in range(context + 1):
                start, end = edit.start - up, edit.end + context - up
                if start < floor or end > ceiling:
                    continue
                hunk = _hunk(before, edit, start, end)
                if self._sound(hunk) and _once(before, hunk.search, places):
                    return start, end
        return None

    def _sound(self, hunk: Hunk) -> bool:
        said = any(line.strip() for line in hunk.search) and hunk.search[0] not in self._torn
        return said and not self._problem(hunk.search) and not self._problem(hunk.replace)

    def _problem(self, lines: Sequence[str]) -> str:
        """Why aider would not take `lines` as they are; empty when it does."""
        if not lines:
            return ""
        for line in lines:
            if is_unsafe(line):
                return f"the line {line[:40]!r} would be taken for a part of a SEARCH/REPLACE block"
        if not lines[-1]:
            return "it would end in an empty line"
        if lines[0].strip().endswith(self._name):
            return f"its first line ends in the file's name, {self._name}"
        if lines[0].startswith(self._fence[0]) and lines[-1].startswith(self._fence[1]):
            return "it would begin and end with a fence"
        return ""


def _block(path: str, hunk: Hunk, fence: tuple[str, str]) -> str:
    search, replace = text_of(list(hunk.search)), text_of(list(hunk.replace))
    return f"{path}\n{fence[0]}\n<<<<<<< SEARCH\n{search}=======\n{replace}>>>>>>> REPLACE\n{fence[1]}\n"


def _edits(before: Sequence[str], after: Sequence[str]) -> list[_Edit]:
    matcher = SequenceMatcher(None, before, after)
    return [_Edit(a, b, tuple(after[c:d])) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]


def _hunk(before: Sequence[str], edit: _Edit, start: int, end: int) -> Hunk:
    replace = (*before[start : edit.start], *edit.lines, *before[edit.end : end])
    return Hunk(tuple(before[start:end]), replace)


def _places(lines: Sequence[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        places.setdefault(line, []).append(number)
    return places


def _once(lines: Sequence[str], search: tuple[str, ...], places: dict[str, list[int]]) -> bool:
    """Whether `search` stands in `lines` exactly once. It is looked for from its rarest line."""
    rarest = min(range(len(search)), key=lambda index: len(places[search[index]]))
    starts = (place - rarest for place in places[search[rarest]])
    return sum(tuple(lines[start : start + len(search)]) == search for start in starts if start >= 0) == 1


def _applied(before: Sequence[str], found: Sequence[Hunk]) -> list[str] | None:
    """What aider makes of `before`, hunk after hunk; None when a search is not found exactly once on the way."""
    lines = list(before)
    for hunk in found:
        places = _places(lines)
        if not all(line in places for line in hunk.search) or not _once(lines, hunk.search, places):
            return None
        size = len(hunk.search)
        start = next(n for n in range(len(lines)) if tuple(lines[n : n + size]) == hunk.search)
        lines[start : start + size] = hunk.replace
    return lines
