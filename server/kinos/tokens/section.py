"""What the sections of a document cost, and where it becomes too large."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from kinos.domain.bulk import Bulk, Place
from kinos.domain.markdown import headings, scan
from kinos.tokens.counter import ClaudeCounter, Counter
from kinos.tokens.document import OpenText
from kinos.tokens.outline import Title

HEAVIEST = 3
"""Sections of a document that are named."""


@dataclass(frozen=True, slots=True)
class SectionSize:
    """A section: its heading's words, level (1 to 6) and lines, from `line` (from 0) to before `end_of_title`; the line after
    its last, with all sections below it, and the tokens of all that.
    """

    title: str
    level: int
    line: int
    end_of_title: int
    end: int
    tokens: int
    children: "tuple[SectionSize, ...]"

    def walk(self) -> "Iterator[SectionSize]":
        """This section and all below it, in the order of the document."""
        yield self
        for child in self.children:
            yield from child.walk()


def by_section(counter: Counter) -> bool:
    """Whether its sections say where a document's tokens are: an encoding that sees no lines puts all with the first."""
    return isinstance(counter, ClaudeCounter)


def section_sizes(document: OpenText, counter: Counter) -> tuple[SectionSize, ...]:
    """The outermost sections; with what stands before the first they add up to the document's size.

    Counted once for each state of the text. Raises UnavailableError when `counter` cannot count.
    """
    return document.once(("sections", counter), lambda: _nested(document, document.by_line(counter)))


def unsized_sections(document: OpenText) -> tuple[SectionSize, ...]:
    """The outermost sections where nothing counts their tokens, which are 0 then."""
    return document.once(("sections", None), lambda: _nested(document, [0] * document.line_count))


def crossed(costs: Sequence[int], limit: int) -> int | None:
    """The line (from 0) with which a document has more than `limit` tokens; None when it stays within."""
    return next((line for line, total in enumerate(accumulate(costs)) if total > limit), None)


def bulk(text: str, counter: Counter, limit: int) -> Bulk:
    """Where `text` becomes larger than `limit` tokens; nothing in an encoding that sees no lines.

    Raises UnavailableError when `counter` cannot count.
    """
    if not by_section(counter):
        return Bulk(None, ())
    document = OpenText(text, 0)
    roots = section_sizes(document, counter)
    return Bulk(crossed(document.by_line(counter), limit), heaviest(roots, document.count(counter).tokens))


def overview(text: str, counter: Counter) -> tuple[str, int]:
    """A line for each heading, with the tokens of its section without its subsections, text before the first too; and the
    tokens of these lines.

    Raises UnavailableError when `counter` cannot count.
    """
    lines = scan(text)
    starts = [(0, "(before the first heading)"), *((h.line, f"{'#' * h.level} {h.title}") for h in headings(lines))]
    ends = [start for start, _ in starts[1:]] + [len(lines)]
    passages = [
        (title, "\n".join(line.text for line in lines[start:end]))
        for (start, title), end in zip(starts, ends, strict=True)
        if end > start
    ]
    rows = "\n".join(f"{title} — {counter.count(passage).tokens} tokens" for title, passage in passages)
    return rows, counter.count(rows).tokens


def heaviest(roots: Sequence[SectionSize], total: int) -> tuple[Place, ...]:
    """The sections worth looking at first in a document of `total` tokens. One that holds more than half of it and is divided
    further says little, as the title does: those below stand for it.
    """
    found = list(roots)
    while (broad := next((each for each in found if each.children and each.tokens * 2 > total), None)) is not None:
        found.remove(broad)
        found.extend(broad.children)
    found.sort(key=lambda section: (-section.tokens, section.line))
    return tuple(Place(each.line, each.title, each.tokens) for each in found[:HEAVIEST])


def _nested(document: OpenText, costs: Sequence[int]) -> tuple[SectionSize, ...]:
    """From the last heading to the first: each takes the deeper ones right behind it, and ends where the next one begins."""
    ends = list(accumulate(costs, initial=0))
    last = document.line_count - (not document.line(document.line_count - 1))
    roots: list[SectionSize] = []
    for title in reversed(document.titles()):
        below = []
        while roots and roots[-1].level > title.level:
            below.append(roots.pop())
        roots.append(_sized(title, roots[-1].line if roots else last, ends, tuple(below)))
    return tuple(reversed(roots))


def _sized(title: Title, end: int, ends: Sequence[int], below: tuple[SectionSize, ...]) -> SectionSize:
    return SectionSize(title.words, title.level, title.line, title.end, end, ends[end] - ends[title.line], below)
