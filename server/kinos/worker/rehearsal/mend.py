"""Mends slips of the pen that need no judgement, in prose alone: never in code, HTML, tables or front matter."""

import re
from collections.abc import Callable, Collection, Sequence

from kinos.domain.markdown import Kind, Line, headings, scan, text_of
from kinos.domain.markdown.link import without_code

DOUBLED = "doubled words"
SPACES = "spaces at line ends"
PUNCTUATION = "repeated punctuation"
MARGINS = "missing blank lines around headings"
MARKERS = "mixed list markers"

_PROSE = (Kind.TEXT, Kind.ITEM, Kind.QUOTE, Kind.HEADING)
# Words that are never meant twice in a row; "that that", "had had", "nous nous" and "is is" may be.
_WORDS = "the|a|an|of|to|and|or|for|with|at|by|from|into|le|les|des|du|et|une|un|aux|pour|dans|avec|par"
_TWICE = re.compile(rf"(?<![\w'’-])({_WORDS})(?:[ \t]+\1)+(?![\w'’-])")
_COMMAS = re.compile(r"(?<=\w)([,;:])\1+(?=\s|$)|(?<=[^\W\d_])(\.)\2(?=\s|$)|(?<=\w)([!?])\3+(?=\s|$)")
_BULLET = re.compile(r"( *)([-*+])( +)(?=\S)")


def mended(text: str, slips: Collection[str]) -> tuple[str, int]:
    """`text` with the named slips mended, and how many there were. Mending twice changes nothing more."""
    count = 0
    for name, mend in SLIPS.items():
        if name in slips:
            lines, found = mend(scan(text))
            text, count = text_of(lines), count + found
    return text, count


def _doubled(lines: Sequence[Line]) -> tuple[list[str], int]:
    return _outside_code(lines, _TWICE, lambda found: found[1])


def _punctuation(lines: Sequence[Line]) -> tuple[list[str], int]:
    return _outside_code(lines, _COMMAS, lambda found: found[1] or found[2] or found[3])


def _outside_code(
    lines: Sequence[Line], pattern: re.Pattern[str], new: Callable[[re.Match[str]], str]
) -> tuple[list[str], int]:
    texts, count = [], 0
    for line in lines:
        text = line.text
        if line.kind in _PROSE:
            masked = re.sub(
                r"<[^<>]*>|\]\([^()]*\)|https?://\S+", lambda found: "\0" * len(found[0]), without_code(text)
            )
            for found in reversed(list(pattern.finditer(masked))):
                text = text[: found.start()] + new(found) + text[found.end() :]
                count += 1
        texts.append(text)
    return texts, count


def _spaces(lines: Sequence[Line]) -> tuple[list[str], int]:
    """Two spaces or more before a further line of the paragraph are a line break and stay, as two."""
    texts, count = [], 0
    for number, line in enumerate(lines):
        text = line.text
        if line.kind in (*_PROSE, Kind.BLANK) and text != text.rstrip(" \t"):
            following = lines[number + 1].kind if number + 1 < len(lines) else Kind.BLANK
            breaks = line.kind in (Kind.TEXT, Kind.ITEM, Kind.QUOTE) and text.endswith("  ") and following is line.kind
            text = text.rstrip(" \t") + ("  " if breaks else "")
            count += text != line.text
        texts.append(text)
    return texts, count


def _margins(lines: Sequence[Line]) -> tuple[list[str], int]:
    starts = {heading.line for heading in headings(list(lines))}
    ends = {heading.end for heading in headings(list(lines))}
    texts: list[str] = []
    count = 0
    for number, line in enumerate(lines):
        above = lines[number - 1] if number else None
        # A comment or an anchor right beside a heading belongs to it.
        close = (
            above and above.kind not in (Kind.BLANK, Kind.FRONT, Kind.HTML) and line.kind not in (Kind.BLANK, Kind.HTML)
        )
        if close and (number in starts or number in ends) and not line.text.startswith("{:"):
            texts.append("")
            count += 1
        texts.append(line.text)
    return texts, count


def _markers(lines: Sequence[Line]) -> tuple[list[str], int]:
    """One list, one marker: the first one of each depth."""
    texts, count = [], 0
    first: dict[int, str] = {}
    for line in lines:
        text = line.text
        bullet = _BULLET.match(text)
        if line.kind is Kind.ITEM and bullet:
            depth = len(bullet[1])
            first = {known: mark for known, mark in first.items() if known <= depth}
            mark = first.setdefault(depth, bullet[2])
            if mark != bullet[2]:
                text = f"{bullet[1]}{mark}{text[bullet.end(2) :]}"
                count += 1
        elif line.kind not in (Kind.ITEM, Kind.CODE):
            first = {}
        texts.append(text)
    return texts, count


SLIPS: dict[str, Callable[[Sequence[Line]], tuple[list[str], int]]] = {
    SPACES: _spaces,
    DOUBLED: _doubled,
    PUNCTUATION: _punctuation,
    MARGINS: _margins,
    MARKERS: _markers,
}
"""The slips that can be mended, by name, in the order in which they are."""
