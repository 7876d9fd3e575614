"""The document that is edited: the sole truth for the text of an open document, and its exact size after every edit."""

import re
from bisect import bisect_right
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from kinos.domain.size import Size
from kinos.tokens.counter import ClaudeCounter, Counter
from kinos.tokens.outline import Outline, Title
from kinos.tokens.position import Encoding, Position, content, index, units
from kinos.tokens.tally import Tally

__all__ = ["Encoding", "OpenText", "Position", "TextEdit"]

_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)")


@dataclass(frozen=True, slots=True)
class TextEdit:
    """Replace what lies between two positions by `text`."""

    start: Position
    end: Position
    text: str


class OpenText:
    """A text kept as lines, so that an edit costs what the lines it touches cost.

    Lines end at `\\n`, `\\r\\n` and `\\r` only, as in LSP; positions out of range are clamped as LSP says.
    """

    def __init__(self, text: str, version: int) -> None:
        self.version = version
        self._lines: list[str] = []
        self._text: str | None = None
        self._starts: list[int] | None = None
        self._counted: tuple[Counter, Size] | None = None
        self._tally: Tally | None = None
        self._outline: Outline | None = None
        self._made: dict[Hashable, Any] = {}
        self.bytes = 0
        """The length of the text in UTF-8."""
        self._replace_all(text)

    @property
    def text(self) -> str:
        """The whole text."""
        if self._text is None:
            self._text = "".join(self._lines)
        return self._text

    @property
    def line_count(self) -> int:
        """Lines, at least 1: what follows the last line end is a line, if an empty one."""
        return len(self._lines)

    def line(self, number: int) -> str | None:
        """The line `number` (from 0) without its end; None when there is no such line."""
        return content(self._lines[number]) if 0 <= number < len(self._lines) else None

    def titles(self) -> Sequence[Title]:
        """The headings, in order: what was not touched since they were last asked for is not looked at again."""
        if self._outline is None:
            self._outline = Outline(self._lines)
        return self._outline.titles()

    def once[T](self, name: Hashable, make: Callable[[], T]) -> T:
        """What `make` makes of the text as it is now, made once for as long as it stays so; `name` tells it from others."""
        if name not in self._made:
            self._made[name] = make()
        made: T = self._made[name]
        return made

    def apply(self, edits: Sequence[TextEdit | str], version: int, encoding: Encoding) -> None:
        """Apply an editor's changes in order, each to the text the one before left; a string is the whole new text."""
        splices: list[tuple[int, list[str], list[str]]] = []
        for edit in edits:
            if isinstance(edit, str):
                self._replace_all(edit)
            else:
                splices.append(self._replace(edit, encoding))
        self.version = version
        # The text stands before anything is counted, and a tally that fails half-way is not kept.
        tally, self._tally = self._tally, None
        if tally is not None:
            for splice in splices:
                tally.spliced(*splice)
            self._tally = tally
        if self._outline is not None:
            for splice in splices:
                self._outline.spliced(*splice)

    def count(self, counter: Counter) -> Size:
        """The exact size now. Raises UnavailableError when `counter` cannot count."""
        if not isinstance(counter, ClaudeCounter):
            if self._counted is None or self._counted[0] is not counter:
                self._counted = (counter, counter.count(self.text))
            return self._counted[1]
        if self._tally is None or self._tally.counter is not counter.lines:
            self._tally = Tally(counter.lines, self._lines)
        return Size(self._tally.total(), counter.counted)

    def by_line(self, counter: Counter) -> list[int]:
        """Tokens of each line, which add up to the size: the sections of a document are sums of them.

        In an encoding that sees no lines, all stand with the first. Raises UnavailableError when `counter` cannot count.
        """
        size = self.count(counter)
        if self._tally is None or not isinstance(counter, ClaudeCounter):
            return [size.tokens, *[0] * (self.line_count - 1)]
        return self._tally.by_line()

    def offset_at(self, position: Position, encoding: Encoding) -> int:
        """The index in `text` of `position`, clamped."""
        line, column = self._place(position, encoding)
        return self._line_starts()[line] + column

    def position_at(self, offset: int, encoding: Encoding) -> Position:
        """The position of an index in `text`, clamped; between `\\r` and `\\n` it is before the `\\r`."""
        starts = self._line_starts()
        line = max(0, bisect_right(starts, offset) - 1)
        before = content(self._lines[line])[: max(0, offset - starts[line])]
        return Position(line, units(before, encoding))

    def _replace_all(self, text: str) -> None:
        text = _paired(text)
        self._lines = _split(text)
        self.bytes = units(text, Encoding.UTF8)
        self._forget(text)
        self._tally = None
        self._outline = None

    def _replace(self, edit: TextEdit, encoding: Encoding) -> tuple[int, list[str], list[str]]:
        """Apply one edit; the line from which on lines were replaced, the old ones and the new ones."""
        (first, left), (last, right) = sorted((self._place(edit.start, encoding), self._place(edit.end, encoding)))
        region = self._lines[first][:left] + edit.text + self._lines[last][right:]
        if region.startswith("\n") and first and self._lines[first - 1].endswith("\r"):
            first -= 1  # the edit joins a line end to `\r\n`
            region = self._lines[first] + region
        lines = _split(_paired(region))
        if last + 1 < len(self._lines):
            lines.pop()  # the empty line after the region's end is the next line, which stays
        old = self._lines[first : last + 1]
        self._lines[first : last + 1] = lines
        self.bytes += _bytes(lines) - _bytes(old)
        self._forget(None)
        return first, old, lines

    def _forget(self, text: str | None) -> None:
        self._text = text
        self._starts = None
        self._counted = None
        self._made.clear()

    def _place(self, position: Position, encoding: Encoding) -> tuple[int, int]:
        """The line and the index in it."""
        if position.line < 0:
            return 0, 0
        if position.line >= len(self._lines):
            return len(self._lines) - 1, len(self._lines[-1])
        return position.line, index(content(self._lines[position.line]), position.character, encoding)

    def _line_starts(self) -> list[int]:
        if self._starts is None:
            self._starts = list(accumulate(map(len, self._lines[:-1]), initial=0))
        return self._starts


def _split(text: str) -> list[str]:
    """The lines with their ends; the last has none."""
    if "\r" in text:
        lines = _LINE.findall(text)
        lines.append(text[sum(map(len, lines)) :])
        return lines
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines


def _bytes(lines: Sequence[str]) -> int:
    return sum(units(line, Encoding.UTF8) for line in lines)


def _paired(text: str) -> str:
    """Surrogates that came in two edits and now stand together are one character, as they are in the editor."""
    if text.isascii():
        return text
    return _PAIR.sub(lambda pair: pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le"), text)
