"""When each agent runs: weights decide how often, rests decide how soon. Pure but for its own small table."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_REST = 600.0
"""Seconds; no agent rests longer than this."""
FIRST_ERROR_REST = 15.0
"""Seconds after a first failure; it doubles with each further one."""
REHEARSAL_PACE = 0.02
"""The rehearsal model answers at once and costs nothing: rests shrink to this share."""


@dataclass(slots=True)
class _Turn:
    weight: float
    passed: float
    ready_at: float = 0.0
    earliest: float = 0.0
    barren: int = 0
    failures: int = 0


class Schedule:
    """Stride scheduling: each run moves an agent on by 1/weight; the one furthest behind goes next."""

    def __init__(self, factor: float = 1.0) -> None:
        self._turns: dict[str, _Turn] = {}
        self._factor = factor
        self._front = 0.0

    def weigh(self, agent: str, weight: float) -> None:
        """Set an agent's weight; 0 lets it sleep. A new or woken agent starts level with the others, not with old credit."""
        turn = self._turns.get(agent)
        if turn is None or (turn.weight == 0 and weight > 0):
            # One step ahead of the front, so that among newcomers the heaviest goes first.
            step = 1 / weight if weight else 0.0
            self._turns[agent] = _Turn(weight, max(self._front + step, turn.passed if turn else 0.0))
        else:
            turn.weight = weight

    def next(self, free: Iterable[str], now: float) -> str | None:
        """The agent of `free` to run at `now` (seconds), or None when all of them rest or sleep."""
        ready = [name for name in free if self._ready(name, now)]
        return min(ready, key=lambda name: (self._turns[name].passed, name), default=None)

    def run(self, agent: str) -> None:
        """`agent` starts a cycle."""
        turn = self._turns[agent]
        self._front = turn.passed
        turn.passed += 1 / turn.weight if turn.weight else 0.0

    def useful(self, agent: str, now: float, pace: float) -> float:
        """`agent` changed something: it rests for its pace. Returns when it is ready again."""
        return self._rest(agent, now, pace, pace, barren=0, failures=0)

    def barren(self, agent: str, now: float, pace: float) -> float:
        """`agent` found nothing to do: it rests longer each time."""
        times = self._turns[agent].barren + 1
        return self._rest(agent, now, pace * 2.0**times, pace, barren=times, failures=0)

    def failed(self, agent: str, now: float) -> float:
        """`agent` failed: it rests longer each time."""
        times = self._turns[agent].failures + 1
        seconds = FIRST_ERROR_REST * 2.0 ** (times - 1)
        return self._rest(agent, now, seconds, seconds, barren=0, failures=times)

    def wake(self, agent: str, now: float) -> None:
        """Something `agent` watches changed: it is ready once its pace has passed, unless it rests after a failure."""
        turn = self._turns.get(agent)
        if turn is not None and not turn.failures:
            turn.ready_at = min(turn.ready_at, max(now, turn.earliest))
            turn.barren = 0

    def next_at(self, free: Iterable[str]) -> float:
        """When the first of `free` becomes ready; infinity when none will by itself."""
        return min((self._turns[name].ready_at for name in free if self._turns[name].weight > 0), default=math.inf)

    def _ready(self, name: str, now: float) -> bool:
        turn = self._turns.get(name)
        return turn is not None and turn.weight > 0 and turn.ready_at <= now

    def _rest(self, agent: str, now: float, seconds: float, pace: float, *, barren: int, failures: int) -> float:
        turn = self._turns[agent]
        turn.earliest = now + min(pace, LONGEST_REST) * self._factor
        turn.barren, turn.failures = barren, failures
        turn.ready_at = now + min(seconds, LONGEST_REST) * self._factor
        return turn.ready_at
