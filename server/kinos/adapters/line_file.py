"""A file of JSON objects, one a line, that is appended to: a line which a crash cut off swallows none that comes later."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any


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
    temporary = file.with_suffix(".new")
    temporary.write_text("".join(map(_line, records)), encoding="utf-8")
    temporary.replace(file)


def _whole(file: Path) -> bool:
    """Whether the last line was not cut off."""
    with file.open("rb") as stream:
        return stream.seek(0, 2) == 0 or (stream.seek(-1, 2) >= 0 and stream.read(1) == b"\n")


def _line(record: Mapping[str, Any]) -> str:
    return json.dumps(record) + "\n"
