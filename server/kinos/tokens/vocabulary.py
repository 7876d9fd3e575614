"""The vocabulary of a Claude tokenizer, and the fewest of its pieces that make up a stream."""

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

from kinos.tokens.memo import Costs

# The marks are control characters: texts that contain one never get as far as here, and strings stay one byte a character.
OPEN, CLOSE, SHIFT, CAPS = "\x01", "\x02", "\x03", "\x04"
"""The borders of a word or sign, and the marks of a title-case and of an all-caps word."""

_ATOM = re.compile(
    "\n+| +|\t+|[0-9]+|[\x03\x04]?\x01[^\x01-\x04 \t\n0-9]*\x02?|[^\x01-\x04 \t\n0-9]+\x02?|.", re.DOTALL
)
"""A stretch of a stream that no piece leaves."""

ATOM_BYTES = 4 * 1024 * 1024
"""Bound of the memory of what such stretches cost."""


class Table(NamedTuple):
    """Every beginning of a piece, and whether it is one; the byte sequences that are one token where no piece covers a
    character; the lengths of the pieces that are newlines, ascending.
    """

    prefixes: Mapping[str, bool]
    byte_runs: Collection[bytes]
    newlines: tuple[int, ...]


class Vocabulary:
    """Pieces of one token each, and what a stream costs in them."""

    __slots__ = ("_atoms", "_byte_runs", "_prefixes", "_units", "runs")

    def __init__(self, table: Table) -> None:
        self.runs = table.newlines
        self._prefixes = table.prefixes
        self._byte_runs = table.byte_runs
        self._units: dict[str, int] = {}
        self._atoms = Costs(self._tiled, ATOM_BYTES)

    def cost(self, stream: str) -> int:
        """The fewest tokens that make up a marked stream."""
        return sum(map(self._atoms.__getitem__, _ATOM.findall(stream)))

    def _tiled(self, stream: str) -> int:
        piece = self._prefixes.get
        if piece(stream):
            return 1
        size = len(stream)
        best = [0, *[size * 4] * size]  # no character is more than four bytes
        for at in range(size):
            before = best[at]
            first = stream[at]
            known = piece(first)
            one = before + (1 if known else self._unit(first))
            if one < best[at + 1]:  # noqa: PLR1730 - min() would take a third of the time here
                best[at + 1] = one
            end = at + 2
            while known is not None and end <= size:
                known = piece(stream[at:end])
                if known and before + 1 < best[end]:
                    best[end] = before + 1
                end += 1
        return best[size]

    def _unit(self, character: str) -> int:
        """The tokens of a character that no piece covers: the fewest byte sequences that make up its UTF-8."""
        cost = self._units.get(character)
        if cost is None:
            raw, runs = character.encode(), self._byte_runs
            best = [0]
            for end in range(1, len(raw) + 1):
                best.append(1 + min(best[at] for at in range(end) if end - at == 1 or raw[at:end] in runs))
            cost = self._units[character] = best[-1]
        return cost
