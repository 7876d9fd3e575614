"""Where a vocabulary comes from: ctok's data, worked into a compact table once a machine and kept in the user's cache.

Reading ctok's JSON takes 0.03 to 0.1 s at every start and up to 30 MB for a moment; the table is there in a twentieth.
"""

import marshal
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib.util import MAGIC_NUMBER, find_spec
from os import environ, getpid
from pathlib import Path
from typing import Any, cast
from zlib import crc32

from kinos.domain.errors import UnavailableError
from kinos.tokens.vocabulary import CAPS, CLOSE, OPEN, SHIFT, Table

FORMAT = b"KinOS table 1 " + MAGIC_NUMBER
"""What a kept table begins with: its layout, and the Python whose `marshal` wrote it."""

KEEP_NOTHING = "KINOS_KEEP_NOTHING"
"""The variable with which a process that must leave nothing behind, such as a worker, does without a kept table."""

_MARKS = {"⟨bow⟩": OPEN, "⟨eow⟩": CLOSE, "⟨shift⟩": SHIFT, "⟨caps⟩": CAPS}
_FILES = {"claude-v3": "pieces_v3.json", "claude-v4.7": "pieces_v4_7.json", "claude-v4.8": "pieces_v4_7.json"}

_WHOLE = re.compile(
    r"(?:(?:\n+|\t+| +|[0-9]+|[\x03\x04]?\x01?[^\0-\x04\n\t 0-9]*\x02?)\0)*+"  # blanks, digits, or part of one word
)
"""Pieces, each followed by NUL, that cross no border between atoms."""

REINSTALL = "Install KinOS again, with the version of ctok it asks for: `pip install --force-reinstall kinos`."

type Entries = Mapping[str, Mapping[str, Any]]
"""Every piece, in ctok's notation, with how it was measured."""


def table(name: str, version: str, folder: Path | None = None) -> Table:
    """The table of a tokenizer, which ctok knows by `version`; kept in `folder`, the user's cache if not given.

    Raises UnavailableError when ctok is missing or its vocabulary does not allow counting by line and word.
    """
    try:
        raw = _data(name)
        if raw is None:
            return made(_asked(version))
        if folder is None and KEEP_NOTHING in environ:
            return made(_entries(raw) or _asked(version))
        place = (folder or cache_folder()) / f"{name}.table"
        key = FORMAT + len(raw).to_bytes(8) + crc32(raw).to_bytes(4)
        return _kept(place, key) or _keep(place, key, made(_entries(raw) or _asked(version)))
    except ImportError as error:
        raise UnavailableError("The tokenizer of Claude is not installed.", REINSTALL) from error
    except ValueError as error:
        raise UnavailableError(
            f"ctok's vocabulary of {name} changed ({error}): texts cannot be cut.", REINSTALL
        ) from error


def cache_folder() -> Path:
    """Where tables are kept."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("kinos"))


def made(entries: Entries) -> Table:
    """The table of a vocabulary. Raises ValueError when texts could not be counted by line and word."""
    pieces: list[str] = []
    byte_runs: list[bytes] = []
    contractions: list[str] = []
    for piece, how in entries.items():
        kind = how["kind"]
        if kind == "prefix":
            byte_runs.append(bytes.fromhex(piece))
            continue
        pieces.append(piece)
        if kind == "contraction":  # it is listed without the border that it has in a text
            contractions.append(f"{piece}{CLOSE}")
    joined = "\0".join(pieces)
    for atom, mark in _MARKS.items():
        joined = joined.replace(atom, mark)
    if "⟨0x" in joined:
        raise ValueError("a piece in bytes")
    return tabled([*joined.split("\0"), *contractions], byte_runs)


def tabled(pieces: Iterable[str], byte_runs: Iterable[bytes]) -> Table:
    """The table of pieces in our own notation. Raises as `made`."""
    listed = frozenset(pieces)
    joined = "\0".join((*listed, ""))
    whole = _WHOLE.match(joined)
    if whole is None or whole.end() < len(joined):
        broken = joined[whole.end() if whole else 0 :].split("\0", 1)[0]
        raise ValueError(f"a piece crosses a border: {broken!r}")
    prefixes = {piece[:end]: False for piece in listed for end in range(1, len(piece))}
    prefixes.update(dict.fromkeys(listed, True))
    single = (piece.encode() for piece in listed if len(piece) == 1)
    newlines = tuple(sorted(len(piece) for piece in listed if not piece.strip("\n")))
    return Table(prefixes, frozenset((*byte_runs, *single)), newlines)


def _data(name: str) -> bytes | None:
    """ctok's data file, read without importing ctok, which takes 0.2 s; None when it is not where it was in ctok 1.3."""
    found = find_spec("ctok")
    for place in (found and found.submodule_search_locations) or ():
        with suppress(OSError):
            return (Path(place) / "data" / _FILES[name]).read_bytes()
    return None


def _entries(raw: bytes) -> Entries | None:
    """What the data file lists; None when it is not laid out as in ctok 1.3."""
    import gc
    import json

    collecting = gc.isenabled()
    gc.disable()  # of 50,000 small objects none is garbage; looking at them takes a fifth of the time
    try:
        groups = json.loads(raw)["tokens"]
        return {piece: how for group in groups.values() for piece, how in group.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    finally:
        if collecting:
            gc.enable()


def _asked(version: str) -> Entries:
    import ctok

    return cast("Entries", ctok.pieces(version))


def _kept(place: Path, key: bytes) -> Table | None:
    """A table kept before for the same data by the same Python; None when there is none or it is broken."""
    try:
        kept = place.read_bytes()
    except OSError:
        return None
    body = kept[len(key) + 4 :]
    if not kept.startswith(key) or kept[len(key) : len(key) + 4] != crc32(body).to_bytes(4):
        return None
    return Table(*marshal.loads(body))  # noqa: S302 - written by us, for us alone, and as it was written


def _keep(place: Path, key: bytes, made: Table) -> Table:
    """Keep a table; where that is refused it is made again the next time."""
    body = marshal.dumps((dict(made.prefixes), frozenset(made.byte_runs), made.newlines))
    temporary = place.with_name(f"{place.name}.{getpid()}")
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary.write_bytes(key + crc32(body).to_bytes(4) + body)
        temporary.replace(place)
    except OSError as error:
        import logging  # takes 5 ms, and is needed where a disk refuses only

        logging.getLogger(__name__).info("The table of a tokenizer is not kept: %s.", error)
    return made
