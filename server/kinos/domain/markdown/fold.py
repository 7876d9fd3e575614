"""Puts a link in the place of a passage that stands elsewhere too."""

from collections.abc import Sequence
from dataclasses import dataclass

from kinos.domain.markdown import link
from kinos.domain.markdown.heading import Heading, document_title, headings
from kinos.domain.markdown.line import Kind, Line, scan

_FOLDED = frozenset({Kind.TEXT, Kind.TABLE})
_HEADING = frozenset({Kind.HEADING, Kind.UNDERLINE})


@dataclass(frozen=True, slots=True)
class Home:
    """Where a passage stays: the document, the words of the heading above, and its anchor, empty for the document itself."""

    path: str
    title: str
    anchor: str


def home(path: str, lines: Sequence[Line], line: int) -> Home:
    """The place of the passage that begins at `line` of a document."""
    above = [heading for heading in headings(lines) if heading.line <= line]
    found: Heading | None = above[-1] if above else None
    if found is None or (found.level == 1 and len(above) == 1):
        return Home(path, document_title(lines, path), "")
    return Home(path, found.title, found.anchor)


def foldable(lines: Sequence[Line], start: int, end: int) -> tuple[int, int] | None:
    """The lines of a passage, first and last, half open, in whose place a link can stand: headings above its words stay.

    None when it is no running text or table, or others link into it.
    """
    while start < end and lines[start].kind in _HEADING:
        start += 1
    body = lines[start:end]
    if not body or any(line.kind not in _FOLDED or link.anchors_in(line) for line in body):
        return None
    return start, end


def folded(path: str, text: str, start: int, end: int, place: Home) -> str:
    """`text` of the document `path` with a link to `place` instead of the lines from `start` to before `end`.

    Line ends are line feeds, as in `text`.
    """
    lines = [line.text for line in scan(text)]
    pointer = f"See [{link.link_text(place.title)}]({link.relative(path, place.path, place.anchor)})."
    above = [] if start == 0 or not lines[start - 1].strip() else [""]
    return "\n".join([*lines[:start], *above, pointer, *lines[end:]]) + ("\n" if text.endswith("\n") else "")
