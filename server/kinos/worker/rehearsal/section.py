"""Sections of a document: a heading with the text below it, and the sections below that one."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from kinos.domain.markdown import headings, scan, text_of

BEFORE = "(before the first heading)"
"""What an outline calls the text above its first heading."""

_ROW = re.compile(r"(?P<head>.*?)(?: — | \()(?P<tokens>[\d,]+) tokens\)?")
_HEAD = re.compile(r"(#{1,6})(?: (.*))?")


@dataclass(frozen=True, slots=True)
class Name:
    """A heading as a task names it: level and title, and which of how many alike."""

    level: int
    title: str
    nth: int = 1
    of: int = 1


@dataclass(slots=True)
class Section:
    """`own` tokens are without the sections below."""

    name: Name
    own: int
    children: "list[Section]" = field(default_factory=list)

    @property
    def total(self) -> int:
        """Tokens with all below."""
        return self.own + sum(child.total for child in self.children)


@dataclass(frozen=True, slots=True)
class Outline:
    """A document's sections; `intro` is the tokens before the first heading."""

    intro: int
    roots: Sequence[Section]

    @property
    def total(self) -> int:
        """Tokens of the document."""
        return self.intro + sum(root.total for root in self.roots)


def outline_of_text(text: str, count: Callable[[str], int]) -> Outline:
    """The outline of a whole document."""
    lines = scan(text)
    found = headings(lines)
    texts = [line.text for line in lines]
    rows = []
    for heading, following in zip_longest(found, found[1:]):
        own = texts[heading.line : following.line if following else len(texts)]
        rows.append((heading.level, tidy(heading.title), count(text_of(own))))
    intro = text_of(texts[: found[0].line] if found else texts)
    return Outline(count(intro) if intro.strip() else 0, _tree(rows))


def outline_of_rows(text: str) -> Outline:
    """The outline in the rows `## Title — 123 tokens` (or `(123 tokens)`) of a brief."""
    intro, rows = 0, []
    for line in text.split("\n"):
        row = _ROW.fullmatch(line)
        if row is None:
            continue
        tokens = int(row["tokens"].replace(",", ""))
        head = _HEAD.fullmatch(row["head"].strip())
        if head:
            rows.append((len(head[1]), tidy(head[2] or ""), tokens))
        elif row["head"].strip() == BEFORE:
            intro += tokens
    return Outline(intro, _tree(rows))


def names(found: Sequence[tuple[int, str]]) -> list[Name]:
    """Each heading's name, from levels and titles in order."""
    of = Counter(found)
    seen: Counter[tuple[int, str]] = Counter()
    listed = []
    for level, title in found:
        seen[level, title] += 1
        listed.append(Name(level, title, seen[level, title], of[level, title]))
    return listed


def tidy(title: str) -> str:
    """A heading's title with single spaces."""
    return " ".join(title.split())


def _tree(rows: Sequence[tuple[int, str, int]]) -> list[Section]:
    roots: list[Section] = []
    path: list[Section] = []
    for name, (level, _, tokens) in zip(names([(level, title) for level, title, _ in rows]), rows, strict=True):
        section = Section(name, tokens)
        while path and path[-1].name.level >= level:
            path.pop()
        (path[-1].children if path else roots).append(section)
        path.append(section)
    return roots
