"""Sections: a heading with the text below it, and the sections below that one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kinos.domain.markdown.heading import Heading, headings
from kinos.domain.markdown.line import Line


@dataclass(frozen=True, slots=True)
class Section:
    """Lines from the heading's to before `end`, 0-based, with all sections below; its own text ends before `own_end`."""

    heading: Heading
    own_end: int
    end: int
    children: "tuple[Section, ...]"

    @property
    def start(self) -> int:
        """The heading's first line."""
        return self.heading.line

    def walk(self) -> "Iterator[Section]":
        """This section and all below it, in the order of the document."""
        yield self
        for child in self.children:
            yield from child.walk()


def sections(lines: Sequence[Line]) -> list[Section]:
    """The outermost sections, in order, each with the ones below. Lines before the first heading belong to none."""
    return below(headings(lines), len(lines))


def below(found: Sequence[Heading], count: int) -> list[Section]:
    """The same, from the headings of a document with so many lines."""
    return list(_nested(found, 0, count))


def meant(found: Sequence[Section], first: int, last: int) -> tuple[Section, ...]:
    """The sections that the lines from `first` to `last` mean, in order: the outermost whose headings are among several lines,
    else the innermost one around the first line; none before the first heading.
    """
    if last > first and (selected := tuple(_selected(found, first, last))):
        return selected
    around = next((section for section in found if section.start <= first < section.end), None)
    return () if around is None else meant(around.children, first, first) or (around,)


def _selected(found: Sequence[Section], first: int, last: int) -> "Iterator[Section]":
    for section in found:
        if first <= section.start <= last:
            yield section
        else:
            yield from _selected(section.children, first, last)


def _nested(found: Sequence[Heading], at: int, last: int) -> "Iterator[Section]":
    """The sections from the heading numbered `at` on that are not below one another, up to the line `last`."""
    while at < len(found) and found[at].line < last:
        heading = found[at]
        following = next((n for n in range(at + 1, len(found)) if found[n].level <= heading.level), len(found))
        end = min(found[following].line if following < len(found) else last, last)
        own_end = found[at + 1].line if at + 1 < following else end
        yield Section(heading, own_end, end, tuple(_nested(found, at + 1, end)))
        at = following
