"""How the total and the phase go: followed in memory, recorded whenever the folder is held, told as one line of points."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from kinos.domain import event as ev
from kinos.domain.phase_history import PhasePoint, merged, thinned
from kinos.domain.state import State
from kinos.engine.keeper import Keeper

CLOSE = timedelta(seconds=1)
"""What comes so soon after a point takes its place: somebody types."""

REMEMBERED = 2000
"""Points in memory from which on they become as many fewer as the line through them allows."""

TOLD = 400
"""Points that are told, at most."""


class PhaseTrail:
    """A subscriber of the store. `complete`: whether all documents have been counted; a total of some says nothing."""

    def __init__(self, keeper: Keeper, complete: Callable[[], bool]) -> None:
        self._keeper = keeper
        self._complete = complete
        self._points: list[PhasePoint] = []

    def follow(self, before: State, after: State, event: ev.Event) -> None:
        """Take an event in."""
        if not self._complete():
            return
        now = PhasePoint(event.time, after.sizes.total, after.phase.name, after.phase.pinned)
        if isinstance(event, ev.SizesCounted | ev.PhaseMoved):
            self._remember(now)
        moved = (before.phase.name, before.phase.pinned) != (now.phase, now.pinned)
        if self._keeper.held and (moved or isinstance(event, ev.MapWritten | ev.CycleRested)):
            self._keeper.try_to_keep("The history of the phase", lambda: self._keeper.record_phase(now))

    def told(self) -> Sequence[PhasePoint]:
        """What was recorded, by whatever engine, and what this one saw: at most `TOLD` points in the order of time."""
        return thinned(merged([*self._keeper.phase_history(), *self._points]), TOLD)

    def _remember(self, point: PhasePoint) -> None:
        last = self._points[-1] if self._points else None
        if last is not None and last.says(point):
            return
        if last is not None and point.time - last.time < CLOSE:
            self._points[-1] = PhasePoint(last.time, point.total, point.phase, point.pinned)
            return
        self._points.append(point)
        if len(self._points) > REMEMBERED:
            self._points = thinned(self._points, REMEMBERED // 2)
