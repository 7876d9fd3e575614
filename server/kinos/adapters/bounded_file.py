"""Text files that grow line by line and stay within bounds: older parts are kept as `NAME.1`, `NAME.2`, … for a while."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

MOST = 1024 * 1024
"""Bytes of one part."""
KEPT = 3
"""Older parts that are kept."""


def append(path: Path, text: str) -> None:
    """Put `text` at the end. Opened anew each time, so that several processes may write. Raises OSError."""
    data = text.encode("utf-8", "replace")
    with path.open("ab") as stream:
        end = stream.seek(0, os.SEEK_END)
        if not end or end + len(data) <= MOST:
            stream.write(data)
            return
    _shift(path)
    path.replace(_part(path, 1))
    with path.open("ab") as stream:
        stream.write(data)


def bound(path: Path) -> None:
    """Keep a file within bounds that other processes have open to append to: what it holds is copied, then cut off."""
    with suppress(OSError):
        if path.stat().st_size > MOST:
            _shift(path)
            shutil.copyfile(path, _part(path, 1))
            os.truncate(path, 0)


def _shift(path: Path) -> None:
    for number in range(KEPT - 1, 0, -1):
        with suppress(FileNotFoundError):
            _part(path, number).replace(_part(path, number + 1))


def _part(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")
