"""Where a document is too large, and which of its sections make it so."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a document: its line (from 0), a section's words or nothing, and its tokens."""

    line: int
    title: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Bulk:
    """Where a document becomes too large: the line (from 0) with which it has more than a limit, None when it stays within;
    and its heaviest sections, the heaviest first.
    """

    crossing: int | None
    sections: tuple[Place, ...]
