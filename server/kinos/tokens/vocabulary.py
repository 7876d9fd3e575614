"""The vocabulary of a Claude tokenizer: its pieces, as ctok's data lists them, in a notation of our own."""

import json
import re
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from kinos.domain.errors import UnavailableError
from kinos.tokens.memo import Costs

# The marks are control characters: texts that contain one never get as far as here, and strings stay one byte a character.
OPEN, CLOSE, SHIFT, CAPS = "\x01", "\x02", "\x03", "\x04"
"""The borders of a word or sign, and the marks of a title-case and of an all-caps word."""

_MARKS = {"⟨bow⟩": OPEN, "⟨eow⟩": CLOSE, "⟨shift⟩": SHIFT, "⟨caps⟩": CAPS}
_FILES = {"claude-v3": "pieces_v3.json", "claude-v4.7": "pieces_v4_7.json", "claude-v4.8": "pieces_v4_7.json"}

_MIXED = re.compile(
    r"[^\0\n]\n|\n[^\0\n]|[^\0 ] | [^\0 ]|[^\0\t]\t|\t[^\0\t]|[^\0\d][0-9]|[0-9][^\0\d]"  # a blank or a digit and something else
    "|[^\0\x03\x04]\x01|[^\0][\x03\x04]"  # something before a word's opening border
    "|\x02[^\0]"  # something behind its closing border
)
"""Where a piece would cross a border between atoms. Pieces are joined by NUL."""


_ATOM = re.compile(
    "\n+| +|\t+|[0-9]+|[\x03\x04]?\x01[^\x01-\x04 \t\n0-9]*\x02?|[^\x01-\x04 \t\n0-9]+\x02?|.", re.DOTALL
)
"""A stretch of a stream that no piece leaves."""

ATOM_BYTES = 4 * 1024 * 1024
"""Bound of the memory of what such stretches cost."""

REINSTALL = "Install KinOS again, with the version of ctok it asks for: `pip install --force-reinstall kinos`."


class Vocabulary:
    """Pieces of one token each, and the byte sequences that are one token where no piece covers a character."""

    __slots__ = ("_atoms", "_byte_runs", "_prefixes", "_units", "runs")

    def __init__(self, pieces: Iterable[str], byte_runs: Iterable[str]) -> None:
        """`byte_runs` are in hexadecimal. Raises ValueError when texts could not be counted by line and word."""
        listed = frozenset(pieces)
        if mixed := _MIXED.search("\0".join(listed)):
            raise ValueError(f"a piece crosses a border: {mixed[0]!r}")
        self.runs = tuple(sorted(len(piece) for piece in listed if not piece.strip("\n")))
        self._prefixes = {piece[:end]: False for piece in listed for end in range(1, len(piece))}
        self._prefixes.update(dict.fromkeys(listed, True))
        self._byte_runs = frozenset(map(bytes.fromhex, byte_runs)) | {
            piece.encode() for piece in listed if len(piece) == 1
        }
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


def vocabulary(name: str, version: str) -> Vocabulary:
    """The vocabulary of a tokenizer, from ctok's data file or, should that be elsewhere, from ctok.

    Raises UnavailableError when ctok is missing or its vocabulary does not allow counting by line and word.
    """
    try:
        return Vocabulary(*_sorted_out(_data(name) or _asked(version)))
    except ImportError as error:
        raise UnavailableError("The tokenizer of Claude is not installed.", REINSTALL) from error
    except ValueError as error:
        raise UnavailableError(
            f"ctok's vocabulary of {name} changed ({error}): texts cannot be cut.", REINSTALL
        ) from error


def _data(name: str) -> Mapping[str, Mapping[str, Any]] | None:
    """Every piece with how it was measured, read without importing ctok, which takes 0.2 s; None when that fails."""
    found = find_spec("ctok")
    for place in (found and found.submodule_search_locations) or ():
        try:
            groups = json.loads((Path(place) / "data" / _FILES[name]).read_bytes())["tokens"]
            return {piece: how for group in groups.values() for piece, how in group.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
    return None


def _asked(version: str) -> Mapping[str, Mapping[str, Any]]:
    import ctok

    return cast("Mapping[str, Mapping[str, Any]]", ctok.pieces(version))


def _sorted_out(entries: Mapping[str, Mapping[str, Any]]) -> tuple[list[str], list[str]]:
    """Pieces in our notation, and byte sequences in hexadecimal."""
    byte_runs = [piece for piece, how in entries.items() if how["kind"] == "prefix"]
    pieces = "\0".join(piece for piece, how in entries.items() if how["kind"] != "prefix")
    for atom, mark in _MARKS.items():
        pieces = pieces.replace(atom, mark)
    if "⟨0x" in pieces:
        raise ValueError("a piece in bytes")
    # A contraction is listed without the border that it has in a text.
    contractions = [f"{piece}{CLOSE}" for piece, how in entries.items() if how["kind"] == "contraction"]
    return [*pieces.split("\0"), *contractions], byte_runs
