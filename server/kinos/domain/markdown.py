"""Markdown as far as structure matters here: headings, outside code fences and front matter."""

import re
from dataclasses import dataclass

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its 0-based line, its level (1 to 6) and its title without marks."""

    line: int
    level: int
    title: str


def lines_of(text: str) -> list[str]:
    """The lines of `text` without their ends; they end at a line feed, a carriage return, or both."""
    return re.split(r"\r\n|\n|\r", text)


def headings(text: str) -> list[Heading]:
    """The headings of `text` in order, `#` and underlined ones."""
    found: list[Heading] = []
    fence = ""
    lines = lines_of(text)
    first = _after_front_matter(lines)
    for number in range(first, len(lines)):
        line = lines[number]
        if fence:
            closing = _FENCE.fullmatch(line)
            if closing and closing[1].startswith(fence) and not closing[2].strip():
                fence = ""
            continue
        opening = _FENCE.fullmatch(line)
        if opening and not (opening[1][0] == "`" and "`" in opening[2]):
            fence = opening[1]
        elif heading := _heading(lines, number, first):
            found.append(heading)
    return found


def _heading(lines: list[str], number: int, first: int) -> Heading | None:
    if atx := _ATX.fullmatch(lines[number]):
        return Heading(number, len(atx[1]), (atx[2] or "").strip())
    above = lines[number - 1] if number > first else ""
    underline = _SETEXT.fullmatch(lines[number])
    if underline and _is_paragraph(above) and (number < first + 2 or not _is_paragraph(lines[number - 2])):
        return Heading(number - 1, 1 if underline[1][0] == "=" else 2, above.strip())
    return None


def _is_paragraph(line: str) -> bool:
    return bool(line.strip()) and not re.match(r" {0,3}([#>|]|[-*+] |\d+[.)] )|    |\t", line)


def _after_front_matter(lines: list[str]) -> int:
    if lines and lines[0].rstrip() in ("---", "+++"):
        mark = lines[0].rstrip()
        for number, line in enumerate(lines[1:], 1):
            if line.rstrip() == mark:
                return number + 1
    return 0
