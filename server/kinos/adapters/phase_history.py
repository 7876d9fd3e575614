"""How the total and the phase went, in `.kinos/state/phases.jsonl`: a line for each that became another.

`{"time": ISO 8601, "total": tokens, "phase", "pinned"}`. Written by the lock's holder; a line that was cut off, or is none, is
passed over.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from kinos.adapters import line_file
from kinos.domain.phase import Phase
from kinos.domain.phase_history import PhasePoint, thinned

LARGEST = 256 * 1024
"""Bytes from which on the file is written anew, with so many points that a line through them looks the same."""

KEPT = 800
"""Points that stay then, at most."""


class PhaseHistory:
    """One workspace's."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._last: PhasePoint | None = None

    def record(self, point: PhasePoint) -> None:
        """Add a point if it says more than the last one. Raises OSError when it cannot be written."""
        if self._last is None:
            self._last = next(reversed(self.read()), None)
        if self._last is not None and self._last.says(point):
            return
        if line_file.append(self._file, [point.described()]) > LARGEST:
            line_file.replace(self._file, [each.described() for each in thinned(self.read(), KEPT)])
        self._last = point

    def read(self) -> Sequence[PhasePoint]:
        """Every point, in the order they were recorded."""
        return [point for record in line_file.read(self._file) if (point := _point(record)) is not None]


def _point(record: Mapping[str, Any]) -> PhasePoint | None:
    try:
        time, total = datetime.fromisoformat(record["time"]), int(record["total"])
        point = PhasePoint(time, total, Phase(record["phase"]), bool(record["pinned"]))
    except (ValueError, KeyError, TypeError):
        return None
    return point if time.tzinfo is not None else None
