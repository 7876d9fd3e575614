"""Files that are on the disk, whole, before anybody relies on them: flushed, and replaced at one stroke."""

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

HALF = ".half-"
"""In the name of a file that is being written; what a process that was killed left of them may be removed."""

_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def replace_file(target: Path, content: bytes) -> None:
    """Write `content` beside `target`, flushed, and give it its name: after a crash `target` is the old one or the new one.

    Raises OSError; `target` is as it was then.
    """
    put(target, content, flushed=True)
    with suppress(OSError):
        flush_folder(target.parent)


def put(target: Path, content: bytes, *, flushed: bool, private: bool = False) -> None:
    """The same, but for flushing the folder, and the content unless it is to be `flushed`. Raises OSError.

    `private`: nobody but the user reads it.
    """
    temporary = target.with_name(f"{target.name}{HALF}{os.getpid()}")
    try:
        with os.fdopen(os.open(temporary, _NEW, 0o600 if private else 0o666), "wb") as stream:
            (write_flushed if flushed else _write)(stream, content)
        temporary.replace(target)
    except OSError:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def sweep(folder: Path, name: str = "*") -> None:
    """Remove what processes that were killed have half written of `name`, a glob, where nobody else writes it now."""
    for left in folder.glob(f"{name}{HALF}*"):
        left.unlink(missing_ok=True)


def write_flushed(stream: BinaryIO, content: bytes) -> None:
    """Write `content`; it is on the disk when this returns. Raises OSError."""
    _write(stream, content)
    stream.flush()
    os.fsync(stream.fileno())


def _write(stream: BinaryIO, content: bytes) -> None:
    stream.write(content)


def flush_folder(folder: str | Path) -> None:
    """Have what was renamed or removed in `folder` on the disk, where folders can be flushed. Raises OSError."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
