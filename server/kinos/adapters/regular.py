"""Reading a file that somebody else brought: never a pipe or a device, which would be read for ever, nor more than is due."""

import errno
import os
import stat
from pathlib import Path

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)

SMALL = 1_000_000
"""Bytes: more than any file of settings, patterns or prompts has."""


type Stamp = tuple[int, int, int]
"""What shows that a file is the one seen before: modification time in nanoseconds, size in bytes, inode."""


def stamped(found: os.stat_result) -> Stamp:
    """The stamp of what was found."""
    return found.st_mtime_ns, found.st_size, found.st_ino


def stamp_of(file: str | Path) -> Stamp | None:
    """The stamp of a file; None when there is none."""
    try:
        return stamped(os.stat(file))  # noqa: PTH116
    except OSError:
        return None


def read(file: str | Path, most: int | None = None) -> bytes:
    """The bytes of a regular file, links followed. Raises OSError, also when it is of another kind or above `most` bytes."""
    handle = os.open(file, _FLAGS)
    with os.fdopen(handle, "rb") as stream:
        found = os.fstat(handle)
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(file))
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file", str(file))
        if most is not None and found.st_size > most:
            raise OSError(errno.EFBIG, f"it has more than {most:,} bytes", str(file))
        return stream.read()
