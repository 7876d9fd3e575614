"""Agents that go round in circles are held: they rest for long, are told why, and a person's change lets them go."""

from collections.abc import Callable, Collection
from datetime import timedelta

from kinos.domain import event as ev
from kinos.engine.guard import Guard
from kinos.engine.schedule import Schedule
from kinos.engine.tools import Tools


class Holds:
    """Those of one run. `awake` says whether an agent runs in this phase, `at_work` who is in a cycle now."""

    def __init__(
        self, schedule: Schedule, tools: Tools, awake: Callable[[str], bool], at_work: Callable[[], Collection[str]]
    ) -> None:
        self._schedule = schedule
        self._tools = tools
        self._awake = awake
        self._at_work = at_work
        self._due: dict[str, str] = {}
        self._told: set[str] = set()
        self._guard = Guard(tools.journal.changes())
        self._unsubscribe = tools.store.subscribe(lambda before, after, event: self._guard.heard(event))

    def close(self) -> None:
        """Follow what happens no more."""
        self._unsubscribe()

    def began(self, name: str) -> None:
        """A cycle of `name` begins: it sees everything as it is now."""
        self._told.discard(name)

    def ended(self, name: str, *, changed: bool, nothing: bool, reason: str) -> None:
        """A cycle of `name` ended (as `Guard.ended` has it): let who goes round in circles rest for long."""
        found = dict(self._guard.ended(name, changed=changed, nothing=nothing, reason=reason))
        if earlier := self._due.pop(name, ""):
            found.setdefault(name, earlier)
        if changed and name not in found:
            self._tools.memory.freed(name)
        for agent, why in found.items():
            if agent in self._at_work():
                self._due[agent] = why  # once it is done
            else:
                self._hold(agent, why)

    def let_go(self, name: str, by: str = "") -> None:
        """What `name` works from was changed: forget that it went round in circles. `by` is who sees the change by itself."""
        self._guard.released(name)
        self._due.pop(name, None)
        if name in self._at_work() and name != by:
            self._told.add(name)
        elif name in self._schedule.held:
            self._schedule.release(name, self._tools.clock.monotonic())

    def _hold(self, name: str, why: str) -> None:
        if name in self._told or not self._awake(name):
            return
        now, at = self._tools.clock.monotonic(), self._tools.clock.now()
        ready = at + timedelta(seconds=self._schedule.hold(name, now, self._guard.trips(name)) - now)
        self._tools.memory.held(name, why)
        self._tools.store.dispatch(ev.AgentHeld(at, name, why, ready))
