"""How the sizes of documents went, in `.kinos/state/sizes.jsonl`: a line for each size that became another.

`{"time": ISO 8601, "path", "tokens"}`, tokens null when the document went. Written by the lock's holder; a line that was cut
off, or is none, is passed over.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from kinos.adapters import line_file

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
        size = line_file.append(self._file, [_record(now, path, tokens) for path, tokens in changed.items()])
        last.update(changed)
        if size > LARGEST:
            self._shorten()

    def read(self) -> Mapping[str, Sequence[tuple[str, int | None]]]:
        """By path, the sizes from the first on, each with its time; None when the document went."""
        found: dict[str, list[tuple[str, int | None]]] = {}
        for record in line_file.read(self._file):
            step = _step(record)
            if step is not None:
                found.setdefault(step[0], []).append(step[1:])
        return found

    def _shorten(self) -> None:
        kept = self.read()
        line_file.replace(
            self._file,
            [_record(time, path, tokens) for path, steps in kept.items() for time, tokens in steps[-KEPT:]],
        )


def _record(time: str, path: str, tokens: int | None) -> dict[str, Any]:
    return {"time": time, "path": path, "tokens": tokens}


def _step(record: Mapping[str, Any]) -> tuple[str, str, int | None] | None:
    try:
        tokens = record["tokens"]
        return str(record["path"]), str(record["time"]), None if tokens is None else int(tokens)
    except (ValueError, KeyError, TypeError):
        return None
