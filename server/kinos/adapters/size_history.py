"""How the sizes of documents went, in `.kinos/state/sizes.jsonl`: a line for each size that became another.

`{"time": ISO 8601, "path", "tokens"}`, tokens null when the document went. Written by the lock's holder; a line that was cut
off, or is none, is passed over.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

LARGEST = 4 * 1024 * 1024
"""Bytes from which on the file is written anew, with the latest sizes of each document only."""

KEPT = 20
"""Sizes of a document that stay then."""


class SizeHistory:
    """One workspace's."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._last: dict[str, int | None] | None = None

    def record(self, time: datetime, sizes: Mapping[str, int]) -> None:
        """Add what changed since the last record. Raises OSError when it cannot be written."""
        if self._last is None:
            self._last = {path: steps[-1][1] for path, steps in self.read().items()}
        last = self._last
        changed: dict[str, int | None] = {path: tokens for path, tokens in sizes.items() if last.get(path) != tokens}
        changed.update({path: None for path, tokens in last.items() if tokens is not None and path not in sizes})
        if not changed:
            return
        now = time.isoformat(timespec="seconds")
        with self._file.open("a", encoding="utf-8") as file:
            file.write("" if self._whole() else "\n")
            file.writelines(_line(now, path, tokens) for path, tokens in changed.items())
        last.update(changed)
        if self._file.stat().st_size > LARGEST:
            self._shorten()

    def read(self) -> Mapping[str, Sequence[tuple[str, int | None]]]:
        """By path, the sizes from the first on, each with its time; None when the document went."""
        found: dict[str, list[tuple[str, int | None]]] = {}
        try:
            lines = self._file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return found
        for line in lines:
            step = _step(line)
            if step is not None:
                found.setdefault(step[0], []).append(step[1:])
        return found

    def _whole(self) -> bool:
        """Whether the last line was not cut off."""
        with self._file.open("rb") as file:
            return file.seek(0, 2) == 0 or (file.seek(-1, 2) >= 0 and file.read(1) == b"\n")

    def _shorten(self) -> None:
        kept = self.read()
        temporary = self._file.with_suffix(".new")
        temporary.write_text(
            "".join(_line(time, path, tokens) for path, steps in kept.items() for time, tokens in steps[-KEPT:]),
            encoding="utf-8",
        )
        temporary.replace(self._file)


def _line(time: str, path: str, tokens: int | None) -> str:
    return json.dumps({"time": time, "path": path, "tokens": tokens}) + "\n"


def _step(line: str) -> tuple[str, str, int | None] | None:
    try:
        value: Any = json.loads(line)
        tokens = value["tokens"]
        return str(value["path"]), str(value["time"]), None if tokens is None else int(tokens)
    except (ValueError, KeyError, TypeError):
        return None
