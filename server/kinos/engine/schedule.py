"""When each agent runs: weights decide how often, rests decide how soon. Pure but for its own small table."""

import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from kinos.domain.breaker import LONGEST_WISH

LONGEST_REST = 600.0
"""Seconds; no agent rests longer than this, unless it goes round in circles or its API asks for it."""
LONGEST_HOLD = 9600.0
"""Seconds; the rest of an agent that goes round in circles begins with LONGEST_REST and doubles up to this."""
FIRST_ERROR_REST = 15.0
"""Seconds; nobody rests less after a failure, however quick its pace: what refused a call just now still does."""
REHEARSAL_PACE = 0.1
"""The rehearsal model answers at once and costs nothing: rests shrink to this share."""
PATIENCE = 60.0
"""Seconds; the others wait for a heavier agent that rests no longer than this, so that each gets its share."""
_MOST_DOUBLINGS = 20


@dataclass(slots=True)
class _Turn:
    weight: float
    passed: float
    ready_at: float = 0.0
    earliest: float = 0.0
    barren: int = 0
    failures: int = 0
    held: bool = False
    deferred: bool = False


class Schedule:
    """Stride scheduling: each run moves an agent on by 1/weight; the one furthest behind goes next.

    Nobody runs further ahead than one run of its own, or light agents would fill every pause of the heavy ones.
    """

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
        last = self._slowest(now)
        ready = [name for name in free if self._due(name, last) and self._turns[name].ready_at <= now]
        return min(ready, key=lambda name: (self._turns[name].passed, -self._turns[name].weight, name), default=None)

    def run(self, agent: str) -> None:
        """`agent` starts a cycle."""
        turn = self._turns[agent]
        self._catch_up(turn)
        self._front = turn.passed
        turn.passed += 1 / turn.weight
        turn.ready_at = -math.inf
        turn.held = False

    def useful(self, agent: str, now: float, pace: float) -> float:
        """`agent` changed something: it rests for its pace. Returns when it is ready again."""
        return self._rest(agent, now, pace, pace, barren=0, failures=0)

    def barren(self, agent: str, now: float, pace: float) -> float:
        """`agent` found nothing to do: it rests longer each time."""
        times = min(self._turns[agent].barren + 1, _MOST_DOUBLINGS)
        return self._rest(agent, now, pace * 2.0**times, pace, barren=times, failures=0)

    def failed(self, agent: str, now: float, pace: float, least: float = 0.0) -> float:
        """`agent` failed: it rests longer each time, never less than if it had found nothing to do, nor than `least`, which is
        what its API asked for, within an hour.
        """
        turn = self._turns[agent]
        times, failures = (min(n + 1, _MOST_DOUBLINGS) for n in (turn.barren, turn.failures))
        seconds = max(FIRST_ERROR_REST * 2.0 ** (failures - 1), pace * 2.0**times)
        ready_at = self._rest(agent, now, seconds, pace, barren=times, failures=failures)
        turn.ready_at = max(ready_at, now + min(least, LONGEST_WISH) * self._factor)
        return turn.ready_at

    def hold(self, agent: str, now: float, times: int) -> float:
        """`agent` goes round in circles, `times` in a row: it rests for long and is not woken. Returns when it is ready."""
        turn = self._turns[agent]
        seconds = min(LONGEST_REST * 2.0 ** min(times - 1, _MOST_DOUBLINGS), LONGEST_HOLD)
        turn.held, turn.barren = True, max(turn.barren, 1)
        turn.ready_at = max(turn.ready_at, now + seconds * self._factor)
        return turn.ready_at

    def release(self, agent: str, now: float) -> None:
        """A person changed what `agent` works from: it is woken, although it is held."""
        if agent in self._turns:
            self._turns[agent].held = False
            self.wake(agent, now)

    @property
    def held(self) -> frozenset[str]:
        """Agents that are held."""
        return frozenset(name for name, turn in self._turns.items() if turn.held)

    def denied(self, agent: str, now: float, pace: float) -> float:
        """`agent` was not let try: it rests for its pace, and what it came to before still counts."""
        turn = self._turns[agent]
        return self._rest(agent, now, pace, pace, barren=turn.barren, failures=turn.failures)

    def wake(self, agent: str, now: float) -> None:
        """Something `agent` watches changed: it is ready once its pace has passed, unless it rests after a failure or is held."""
        turn = self._turns.get(agent)
        if turn is not None and not turn.failures and not turn.held:
            turn.ready_at = min(turn.ready_at, max(now, turn.earliest))
            self._catch_up(turn)
            turn.barren = 0

    def defer(self, agents: Collection[str]) -> None:
        """Exactly these may not run now, whatever their turn, and nobody waits for them."""
        for name, turn in self._turns.items():
            if turn.deferred and name not in agents:
                turn.passed = max(turn.passed, self._level())
            turn.deferred = name in agents

    def ready_at(self, agent: str) -> float:
        """When `agent` has rested; it may run then, if it is its turn."""
        return self._turns[agent].ready_at

    def next_at(self, free: Iterable[str], now: float) -> float:
        """When the first of `free` becomes ready; infinity when none will before a cycle ends."""
        last = self._slowest(now)
        return min((self._turns[name].ready_at for name in free if self._due(name, last)), default=math.inf)

    def _due(self, name: str, last: float) -> bool:
        turn = self._turns[name]
        return turn.weight > 0 and not turn.deferred and turn.passed <= last + 1 / turn.weight

    def _slowest(self, now: float) -> float:
        """How far the agent that is furthest behind has come, of those that run, or will soon; infinity without any."""
        soon = now + PATIENCE * self._factor
        return min((turn.passed for turn in self._busy() if turn.ready_at <= soon), default=math.inf)

    def _busy(self) -> Iterator[_Turn]:
        able = (turn for turn in self._turns.values() if turn.weight > 0 and not turn.deferred)
        return (turn for turn in able if not turn.barren and not turn.failures)

    def _level(self) -> float:
        return min((turn.passed for turn in self._busy()), default=self._front)

    def _catch_up(self, turn: _Turn) -> None:
        """Whoever rested for longer than its pace comes back level with the others, not with old credit."""
        if turn.barren or turn.failures:
            turn.passed = max(turn.passed, self._level())

    def _rest(self, agent: str, now: float, seconds: float, pace: float, *, barren: int, failures: int) -> float:
        turn = self._turns[agent]
        turn.earliest = now + min(pace, LONGEST_REST) * self._factor
        turn.barren, turn.failures = barren, failures
        turn.ready_at = now + min(seconds, LONGEST_REST) * self._factor
        return turn.ready_at
