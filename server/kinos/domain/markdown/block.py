"""Blocks: consecutive lines of one kind, such as a paragraph or a list."""

from collections.abc import Sequence
from dataclasses import dataclass

from kinos.domain.markdown.line import Kind, Line


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive lines of one kind, blank lines apart: `start` to before `end`, 0-based."""

    start: int
    end: int
    kind: Kind
    text: str


def blocks(lines: Sequence[Line]) -> list[Block]:
    """Runs of lines of one kind; a blank line ends a block of anything but code, front matter and HTML."""
    found: list[Block] = []
    start = 0
    for number in range(1, len(lines) + 1):
        if number == len(lines) or lines[number].kind is not lines[start].kind or lines[start].kind is Kind.HEADING:
            kind = lines[start].kind
            if kind is not Kind.BLANK:
                found.append(Block(start, number, kind, "\n".join(line.text for line in lines[start:number])))
            start = number
    return found
