"""The size of a file: its bytes as UTF-8 text, or the sentence that says why it has none."""

import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from kinos.domain.size import Size
from kinos.tokens.counter import Counter

_PIECE = 1024 * 1024
"""Bytes read at once."""

type Known = Callable[[bytes], int | None]
"""The tokens of a content by its SHA-256, None when it was not counted before."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A file that was counted. `digest` is the SHA-256 of its raw bytes, `modified` its mtime in nanoseconds, `bytes` its
    length; those and `inode` are from before it was read, so a change while reading shows at the next look.
    """

    size: Size
    digest: bytes
    modified: int
    bytes: int
    inode: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that cannot be counted, and what to do about it."""

    reason: str
    gone: bool = False


def count_file(path: Path, counter: Counter, max_bytes: int, known: Known = lambda _: None) -> Measured | Unreadable:
    """Count a file of strict UTF-8, a BOM stripped. Nothing but a regular file of up to `max_bytes` bytes is read.

    `known` gives the tokens of a content that was counted before. Raises UnavailableError when `counter` cannot count at
    all.
    """
    found = _read(path, max_bytes)
    if isinstance(found, Unreadable):
        return found
    about, raw = found
    digest = hashlib.sha256(raw).digest()
    tokens = known(digest)
    if tokens is not None:
        return Measured(Size(tokens, counter.counted), digest, about.st_mtime_ns, about.st_size, about.st_ino)
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        return Unreadable(f"not UTF-8 text (byte {error.start}): save it as UTF-8")
    if (nul := raw.find(0)) >= 0:
        return Unreadable(f"not text (NUL at byte {nul}): exclude it, or save it as UTF-8 if it is text")
    return Measured(counter.count(text), digest, about.st_mtime_ns, about.st_size, about.st_ino)


def too_large(max_bytes: int) -> str:
    """Why a larger document has no size."""
    return f"larger than documents.maxBytes ({max_bytes} bytes): split it, exclude it, or raise that setting"


def _read(path: Path, max_bytes: int) -> tuple[os.stat_result, bytes] | Unreadable:
    try:
        # Without O_NONBLOCK a named pipe would make it wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            return _read_open(descriptor, max_bytes)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        return Unreadable("it is not there any more", gone=True)
    except OSError as error:
        return Unreadable(f"it cannot be read: {error.strerror or error}")
    except ValueError:
        return Unreadable("its name is not one a file can have here")


def _read_open(descriptor: int, max_bytes: int) -> tuple[os.stat_result, bytes] | Unreadable:
    about = os.fstat(descriptor)
    if not stat.S_ISREG(about.st_mode):
        return Unreadable("it is not a regular file")
    with os.fdopen(descriptor, "rb", closefd=False) as file:
        raw = _read_up_to(file, max_bytes + 1)  # not more than that, even if it grows meanwhile
    if len(raw) > max_bytes:
        return Unreadable(too_large(max_bytes))
    return about, raw


def _read_up_to(file: BinaryIO, most: int) -> bytes:
    """At most `most` bytes. In pieces: one read would set aside room for all that is allowed, however small the file."""
    raw = bytearray()
    while piece := file.read(min(_PIECE, most - len(raw))):
        raw += piece
    return bytes(raw)
