"""A file of JSON objects, one a line, that is appended to: a line which a crash cut off swallows none that comes later."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from io import RawIOBase
from pathlib import Path
from typing import Any, BinaryIO

from kinos.adapters.whole_file import put


def append(file: Path, records: Iterable[Mapping[str, Any]]) -> int:
    """Add the objects. Returns how many bytes the file has then. Raises OSError when it cannot be written."""
    with file.open("a", encoding="utf-8") as stream:
        stream.write("" if _whole(file) else "\n")
        stream.writelines(map(_line, records))
    return file.stat().st_size


def read(file: Path) -> Iterator[dict[str, Any]]:
    """The objects in it, none when it cannot be read; what is no object is passed over."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            yield value


def replace(file: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """Write it anew with these objects alone: a crash leaves the old file or the new one. Raises OSError."""
    put(file, "".join(map(_line, records)).encode(), flushed=False)


def complete(stream: BinaryIO | RawIOBase) -> bool:
    """Whether the file ends with a whole line, or is empty."""
    if stream.seek(0, os.SEEK_END) == 0:
        return True
    stream.seek(-1, os.SEEK_END)
    return stream.read(1) == b"\n"


def _whole(file: Path) -> bool:
    with file.open("rb") as stream:
        return complete(stream)


def _line(record: Mapping[str, Any]) -> str:
    return json.dumps(record) + "\n"
