"""How the total and the phase of a project went: points in time, of which few enough are told for a picture."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kinos.domain.phase import Phase


@dataclass(frozen=True, slots=True)
class PhasePoint:
    """From `time` on all documents together had `total` tokens, and this was the phase; `pinned`: a person had set it."""

    time: datetime
    total: int
    phase: Phase
    pinned: bool = False

    def says(self, other: "PhasePoint") -> bool:
        """Whether it says the same as `other`, but for the time."""
        return (self.total, self.phase, self.pinned) == (other.total, other.phase, other.pinned)

    def described(self) -> dict[str, Any]:
        """As the protocol shows it, and as it is kept."""
        return {
            "time": self.time.isoformat(timespec="milliseconds"),
            "total": self.total,
            "phase": self.phase.value,
            "pinned": self.pinned,
        }


def merged(points: Iterable[PhasePoint]) -> list[PhasePoint]:
    """The points of several sources in the order of time, without those that say what the one before says."""
    found: list[PhasePoint] = []
    for point in sorted(points, key=lambda each: each.time):
        if not found or not found[-1].says(point):
            found.append(point)
    return found


def thinned(points: Sequence[PhasePoint], most: int) -> list[PhasePoint]:
    """At most `most` (at least 4) of the points, which are in the order of time, such that a line through them looks the same.

    Of each of `most` / 4 equal stretches of time the first, the last, the smallest and the largest stay (M4, Jugel and others,
    VLDB 2014).
    """
    if len(points) <= most:
        return list(points)
    began, stretches = points[0].time, most // 4
    span = (points[-1].time - began).total_seconds() or 1.0
    kept: list[PhasePoint] = []
    stretch: list[PhasePoint] = []
    number = 0
    for point in points:
        own = min(stretches - 1, int((point.time - began).total_seconds() / span * stretches))
        if own != number:
            kept += _corners(stretch)
            stretch, number = [], own
        stretch.append(point)
    return kept + _corners(stretch)


def _corners(stretch: Sequence[PhasePoint]) -> list[PhasePoint]:
    if not stretch:
        return []
    totals = [point.total for point in stretch]
    corners = {0, len(stretch) - 1, totals.index(min(totals)), totals.index(max(totals))}
    return [stretch[index] for index in sorted(corners)]
