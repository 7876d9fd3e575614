"""The scanner: what each line of a Markdown document is, so that a heading in code is no heading and prose is told from the rest.

Follows CommonMark as far as whole documents need it; where a line's nature is unclear it counts as the thing not to touch.
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum


class Kind(StrEnum):
    """What a line is part of."""

    FRONT = "front matter"
    CODE = "code"
    HTML = "HTML"
    HEADING = "heading"
    UNDERLINE = "rest of an underlined heading"
    BLANK = "blank"
    TEXT = "paragraph"
    ITEM = "list"
    QUOTE = "quotation"
    TABLE = "table"
    RULE = "rule"
    DEFINITION = "definition"


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end. `level` and `title` are a heading's."""

    text: str
    kind: Kind
    level: int = 0
    title: str = ""


_END = re.compile(r"\r\n|\n|\r")
_FENCE = re.compile(r"( *)(`{3,}|~{3,})(.*)")
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*")
_RULE = re.compile(r" {0,3}([-*_])([ \t]*\1){2,}[ \t]*")
_ITEM = re.compile(r"( *)([-*+]|(\d{1,9})[.)])( +|\t|$)(.*)")
_DEFINITION = re.compile(r" {0,3}\[[^\]]+\]:\s*\S")
_RAW = re.compile(r" {0,3}<(script|pre|style|textarea)\b", re.IGNORECASE)
_TAG = re.compile(r" {0,3}</?[a-zA-Z][\w-]*(\s|/?>|$)")
_TABLE_RULE = re.compile(r" {0,3}\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)+\|?\s*")


def lines_of(text: str) -> list[str]:
    """The lines of `text` without their ends: a line feed, a carriage return, or both. After the last end there is no line."""
    lines = _END.split(text)
    return lines if lines[-1] else lines[:-1]


def text_of(lines: list[str]) -> str:
    """The text of `lines`, each with its line feed."""
    return "".join(f"{line}\n" for line in lines)


def scan(text: str) -> list[Line]:
    """What each line of `text` is."""
    return _Scanner(lines_of(text)).scan()


def is_prose(line: Line) -> bool:
    """Whether the line is text a person wrote to be read, outside code, HTML and definitions."""
    return line.kind in (Kind.HEADING, Kind.TEXT, Kind.ITEM, Kind.QUOTE, Kind.TABLE)


class _Scanner:
    """Goes through a document once, from top to bottom; only a line that underlines or rules what is above looks back."""

    def __init__(self, texts: list[str]) -> None:
        self._texts = texts
        self._lines: list[Line] = []
        self._fence = ""
        self._fence_offset = 0
        self._until = ""
        self._offset = -1
        """Column where the content of the list item around begins; -1 outside lists."""

    def scan(self) -> list[Line]:
        start = self._front_matter()
        for text in self._texts[start:]:
            self._lines.append(self._inside(text) or self._opening(text) or self._plain(text))
            self._tables()
        return self._lines

    def _front_matter(self) -> int:
        if self._texts and self._texts[0].rstrip() in ("---", "+++"):
            mark = self._texts[0].rstrip()
            for number, text in enumerate(self._texts[1:], 1):
                if text.rstrip() == mark:
                    self._lines = [Line(line, Kind.FRONT) for line in self._texts[: number + 1]]
                    return number + 1
        return 0

    def _inside(self, text: str) -> Line | None:
        """The line in a fence or in HTML that is still open."""
        if self._fence:
            if text.strip() and _indent(text) < self._fence_offset:
                self._fence, self._offset = "", -1
                return None
            closing = _FENCE.fullmatch(text)
            if (
                closing
                and closing[2].startswith(self._fence)
                and not closing[3].strip()
                and len(closing[1]) <= self._fence_offset + 3
            ):
                self._fence = ""
            return Line(text, Kind.CODE)
        if self._until == "\n":
            if text.strip():
                return Line(text, Kind.HTML)
            self._until = ""
        elif self._until:
            if self._until in text.lower():
                self._until = ""
            return Line(text, Kind.HTML)
        return None

    def _opening(self, text: str) -> Line | None:
        """The line that opens a fence or HTML."""
        fence = _FENCE.fullmatch(text)
        if fence and not (fence[2][0] == "`" and "`" in fence[3]) and self._at_margin(len(fence[1])):
            self._fence = fence[2]
            self._fence_offset = self._offset if self._offset >= 0 and len(fence[1]) >= self._offset else 0
            return Line(text, Kind.CODE)
        if _indent(text) > 3:
            return None
        if text.lstrip().startswith("<!--"):
            self._until = "" if "-->" in text else "-->"
            return Line(text, Kind.HTML)
        if raw := _RAW.match(text):
            closing = f"</{raw[1].lower()}>"
            self._until = "" if closing in text.lower() else closing
            return Line(text, Kind.HTML)
        if _TAG.match(text) and self._last() not in (Kind.TEXT, Kind.ITEM, Kind.QUOTE):
            self._until = "\n"
            return Line(text, Kind.HTML)
        return None

    def _at_margin(self, indent: int) -> bool:
        return indent <= 3 or (self._offset >= 0 and self._offset <= indent <= self._offset + 3)

    def _plain(self, text: str) -> Line:
        if not text.strip():
            return Line(text, Kind.BLANK)
        indent = _indent(text)
        if self._offset >= 0 and indent < self._offset and self._last() is Kind.BLANK and not _ITEM.fullmatch(text):
            self._offset = -1
        if indent > 3 and self._offset < 0:
            return Line(text, Kind.TEXT if self._last() is Kind.TEXT else self._lazy(Kind.CODE))
        if self._offset < 0 or indent < self._offset:
            marked = self._marked(text)
            if marked is not None:
                return marked
        return self._container(text, indent)

    def _marked(self, text: str) -> Line | None:
        """A heading or a rule."""
        if atx := _ATX.fullmatch(text):
            self._offset = -1
            return Line(text, Kind.HEADING, len(atx[1]), (atx[2] or "").strip())
        underline = _UNDERLINE.fullmatch(text)
        if underline and self._last() is Kind.TEXT:
            self._underlined(1 if underline[1][0] == "=" else 2)
            return Line(text, Kind.UNDERLINE)
        if _RULE.fullmatch(text):
            self._offset = -1
            return Line(text, Kind.RULE)
        return None

    def _underlined(self, level: int) -> None:
        first = len(self._lines)
        while first and self._lines[first - 1].kind is Kind.TEXT:
            first -= 1
        title = " ".join(line.text.strip() for line in self._lines[first:])
        self._lines[first] = replace(self._lines[first], kind=Kind.HEADING, level=level, title=title)
        self._lines[first + 1 :] = [replace(line, kind=Kind.UNDERLINE) for line in self._lines[first + 1 :]]

    def _container(self, text: str, indent: int) -> Line:
        item = _ITEM.fullmatch(text)
        # A number other than 1 does not start a list in the middle of a paragraph.
        if item and not (item[3] not in (None, "1") and self._last() is Kind.TEXT):
            self._offset = indent + len(item[2]) + min(max(len(item[4]), 1), 4)
            inner = _FENCE.fullmatch(item[5])
            if inner and not (inner[2][0] == "`" and "`" in inner[3]):
                self._fence, self._fence_offset = inner[2], self._offset
            return Line(text, Kind.ITEM)
        if self._offset >= 0 and indent >= self._offset:
            return Line(text, Kind.ITEM)
        if text.lstrip().startswith(">"):
            return Line(text, Kind.QUOTE)
        if text.lstrip().startswith("|"):
            return Line(text, Kind.TABLE)
        if _DEFINITION.match(text) and self._last() not in (Kind.TEXT, Kind.ITEM, Kind.QUOTE):
            return Line(text, Kind.DEFINITION)
        return Line(text, self._lazy(Kind.TEXT))

    def _lazy(self, kind: Kind) -> Kind:
        """A list item or a quotation goes on in the next line, whatever its margin."""
        last = self._last()
        return last if last in (Kind.ITEM, Kind.QUOTE) else kind

    def _tables(self) -> None:
        """The row above a table's rule is its head."""
        if len(self._lines) > 1 and self._lines[-1].kind in (Kind.TEXT, Kind.TABLE) and "|" in self._lines[-2].text:
            above = self._lines[-2]
            if above.kind is Kind.TEXT and _TABLE_RULE.fullmatch(self._lines[-1].text):
                self._lines[-2:] = [replace(above, kind=Kind.TABLE), replace(self._lines[-1], kind=Kind.TABLE)]
        if len(self._lines) > 1 and self._lines[-1].kind is Kind.TEXT and self._lines[-2].kind is Kind.TABLE:
            self._lines[-1] = replace(self._lines[-1], kind=Kind.TABLE)

    def _last(self) -> Kind | None:
        return self._lines[-1].kind if self._lines else None


def _indent(text: str) -> int:
    expanded = text.expandtabs(4)
    return len(expanded) - len(expanded.lstrip(" "))
