"""Headings: where they stand, what they say, and the anchors by which links reach them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kinos.domain.markdown.line import Kind, Line

_MARKS = re.compile(r"(?<![\w\\])[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)|~~")
_NAMED = re.compile(r"\{:?[^}]*#([\w.-]+)[^}]*\}\s*$")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its first line and the one after its last, 0-based; its level, 1 to 6; its title without marks; its anchor."""

    line: int
    end: int
    level: int
    title: str
    anchor: str


def headings(lines: Sequence[Line]) -> list[Heading]:
    """The headings in order, `#` and underlined ones, outside code, HTML, lists, quotations and front matter.

    An anchor is the one GitHub gives (see `slug`), numbered from the second of a kind on, or the one a title names itself
    (`## Title {#own}`).
    """
    found = []
    seen: Counter[str] = Counter()
    for number, line in enumerate(lines):
        if line.kind is Kind.HEADING:
            end = number + 1
            while end < len(lines) and lines[end].kind is Kind.UNDERLINE:
                end += 1
            base = slug(line.title)
            named = _NAMED.search(line.title)
            anchor = named[1] if named else f"{base}-{seen[base]}" if seen[base] else base
            seen[base] += 1
            found.append(Heading(number, end, line.level, line.title, anchor))
    return found


def plain(title: str) -> str:
    """A heading's words without Markdown's marks, links and attributes."""
    text = re.sub(r"\{[:#][^}]*\}\s*$", "", title)
    text = re.sub(r"!?\[([^\[\]]*)\](\([^()]*\)|\[[^\[\]]*\])?", r"\1", text)
    text = re.sub(r"</?[a-zA-Z][^>]*>", "", text)
    return _MARKS.sub("", text.replace("`", "")).strip()


def slug(title: str) -> str:
    """The anchor GitHub gives a heading of this title, before numbering."""
    return re.sub(r"[^\w\- ]", "", plain(title).lower()).strip().replace(" ", "-")


def document_title(lines: Sequence[Line], path: str) -> str:
    """The document's title: its first heading of level 1, else the `title` of its front matter, else its file's name."""
    found = next((line.title for line in lines if line.kind is Kind.HEADING and line.level == 1 and line.title), "")
    front = (re.match(r"title:\s*[\"']?(.+?)[\"']?\s*$", line.text) for line in lines if line.kind is Kind.FRONT)
    named = next((match[1] for match in front if match), "")
    stem = path.rpartition("/")[2].rpartition(".")[0]
    words = stem.replace("-", " ").replace("_", " ").strip()
    return plain(found) or named or (words[:1].upper() + words[1:]) or path
