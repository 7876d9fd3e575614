"""What the sections of a document cost, and where it becomes too large."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from kinos.domain.markdown import Section, plain, scan, sections
from kinos.tokens.counter import Counter
from kinos.tokens.document import OpenText


@dataclass(frozen=True, slots=True)
class SectionSize:
    """A section: its heading's words, level (1 to 6) and line (from 0), and its tokens with all sections below it."""

    title: str
    level: int
    line: int
    tokens: int
    children: "tuple[SectionSize, ...]"

    def walk(self) -> "Iterator[SectionSize]":
        """This section and all below it, in the order of the document."""
        yield self
        for child in self.children:
            yield from child.walk()


def section_sizes(document: OpenText, counter: Counter) -> tuple[SectionSize, ...]:
    """The outermost sections; with what stands before the first they add up to the document's size.

    Raises UnavailableError when `counter` cannot count.
    """
    ends = list(accumulate(document.by_line(counter), initial=0))
    return tuple(_sized(section, ends) for section in sections(scan(document.text)))


def crossed(costs: Sequence[int], limit: int) -> int | None:
    """The line (from 0) with which a document has more than `limit` tokens; None when it stays within."""
    return next((line for line, total in enumerate(accumulate(costs)) if total > limit), None)


def _sized(section: Section, ends: Sequence[int]) -> SectionSize:
    # The last line of a document that ends in a line feed is none of the scanner's; it costs nothing.
    last = min(section.end, len(ends) - 1)
    return SectionSize(
        plain(section.heading.title),
        section.heading.level,
        section.start,
        ends[last] - ends[section.start],
        tuple(_sized(child, ends) for child in section.children),
    )
