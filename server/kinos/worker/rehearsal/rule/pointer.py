"""Pointers: the sentence that stands where a repeated paragraph was, and where it leads."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kinos.domain.markdown import Block, Kind, blocks, headings, link
from kinos.worker.rehearsal.order import Relink
from kinos.worker.rehearsal.rule.proposal import Proposal, task
from kinos.worker.rehearsal.view import View

_SENTENCE = re.compile(r"This is described in \[.*\]\((?P<url>[^()\s]+)\)\.")
_SAYS = 12
"""Words from which on a paragraph says something itself."""


@dataclass(frozen=True, slots=True)
class _Pointer:
    path: str
    block: Block
    url: str
    place: tuple[str, str]


def sentence(path: str, home: str, title: str, anchor: str) -> str:
    """What stands in `path` instead of a paragraph whose home is below the heading of this title and anchor."""
    text = link.link_text(title)
    if path == home:
        return (
            f"This is said above, under [{text}](#{anchor})."
            if anchor
            else "This is said at the beginning of this page."
        )
    return f"This is described in [{text}]({link.relative(path, home, anchor)})."


def led_to(view: View) -> frozenset[tuple[str, str]]:
    """The places, document and anchor, to which pointers in the documents shown lead."""
    return frozenset(pointer.place for pointer in _pointers(view))


def straighten(view: View) -> Proposal:
    """Let a pointer that leads to nothing but another pointer lead where that one does."""
    found = list(_pointers(view))
    for pointer in found:
        path, anchor = pointer.place
        there = [other for other in found if other.path == path and _within(view, path, anchor, other.block)]
        if view.free(pointer.path) and len(there) == 1 and not _says(view, path, anchor):
            new = link.relative(pointer.path, *there[0].place)
            if there[0].place[0] != pointer.path and new != pointer.url:
                why = f"`{pointer.url}` in `{pointer.path}` leads to a sentence that leads on to `{there[0].url}`."
                yield task(
                    f"Point {pointer.path} straight at {there[0].place[0]}",
                    why,
                    [Relink(pointer.path, pointer.url, new)],
                )


def _pointers(view: View) -> Iterator[_Pointer]:
    for path, lines in view.lines.items():
        for block in blocks(lines):
            found = _SENTENCE.fullmatch(block.text) if block.kind is Kind.TEXT else None
            place = link.resolve(path, found["url"]) if found else None
            if found and place:
                yield _Pointer(path, block, found["url"], place)


def _within(view: View, path: str, anchor: str, block: Block) -> bool:
    """Whether the block stands in the text an anchor names: up to the next heading."""
    span = _span(view, path, anchor)
    return span is not None and span[0] <= block.start < span[1]


def _says(view: View, path: str, anchor: str) -> bool:
    """Whether the text an anchor names says something itself."""
    said = [b for b in blocks(view.lines[path]) if _within(view, path, anchor, b) and b.kind is not Kind.HEADING]
    return any(not _SENTENCE.fullmatch(block.text) and len(block.text.split()) >= _SAYS for block in said)


def _span(view: View, path: str, anchor: str) -> tuple[int, int] | None:
    if path not in view.lines:
        return None
    found = headings(view.lines[path])
    starts = [heading.line for heading in found]
    if not anchor:
        return 0, next((start for start in starts[1:]), len(view.lines[path]))
    index = next((n for n, heading in enumerate(found) if heading.anchor == anchor), None)
    if index is None:
        return None
    return starts[index], starts[index + 1] if index + 1 < len(starts) else len(view.lines[path])
