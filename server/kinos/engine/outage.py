"""Who of a team waits because the API of its model does not answer, and what people are told of it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta

from kinos.domain import event as ev
from kinos.domain.state import AgentState
from kinos.engine.circuit import Circuit, Outage
from kinos.engine.tools import Tools

_RESTS = frozenset({AgentState.RESTING, AgentState.FAILED})


class Outages:
    """The circuits of the endpoints that the agents of a team ask: `hosts` says by an agent's name which they are now."""

    def __init__(self, hosts: Callable[[str], Iterable[str]], tools: Tools) -> None:
        self._hosts = hosts
        self._tools = tools
        self._begun: dict[str, list[Circuit]] = {}
        self._told: dict[str, Outage] = {}

    def deferred(self, names: Iterable[str]) -> frozenset[str]:
        """Those who may not begin a cycle now."""
        return frozenset(name for name in names if not all(circuit.admits("") for circuit in self._circuits(name)))

    def begin(self, name: str, cycle: str) -> None:
        """`name` begins; where an endpoint is to be tried again, this cycle does it."""
        self._begun[cycle] = self._circuits(name)
        for circuit in self._begun[cycle]:
            circuit.admit(cycle)

    def end(self, cycle: str) -> None:
        """The cycle is done, whatever came of it."""
        for circuit in self._begun.pop(cycle, ()):
            circuit.release(cycle)

    def next_try(self, deferred: Collection[str]) -> float:
        """When the first of `deferred` may begin, in monotonic seconds; infinity while somebody else tries."""
        now = self._tools.clock.monotonic()
        ends = (max(outage.until for outage in self._outages(name)) for name in deferred)
        return min((end for end in ends if end > now), default=float("inf"))

    def tell(self, names: Iterable[str], ready_at: Callable[[str], float]) -> None:
        """Say once that an endpoint does not answer, once that it does again, and of each agent that rests until when."""
        names = sorted(names)
        self._note({circuit.host: circuit.outage for name in names for circuit in self._circuits(name)})
        deferred = self.deferred(names)
        for name in names:
            if self._tools.store.state.agents[name].state in _RESTS:
                self._tell(name, ready_at(name), waits=name in deferred)

    def _note(self, outages: Mapping[str, Outage | None]) -> None:
        for host, outage in sorted(outages.items()):
            if outage is None and self._told.pop(host, None) is not None:
                self._say(ev.Noted(self._now(), "info", f"The model's API at {host} answers again."))
            elif outage is not None and host not in self._told:
                self._told[host] = outage
                self._say(ev.Noted(self._now(), "warning", outage.told(self._at(outage.until))))

    def _tell(self, name: str, ready_at: float, *, waits: bool) -> None:
        outages, view = self._outages(name), self._tools.store.state.agents[name]
        if not outages and view.deferred:
            self._say(ev.AgentDeferred(self._now(), name, "", self._time(ready_at)))
        elif outages and waits:
            until = max(ready_at, *(outage.until for outage in outages))
            reason = outages[0].told(self._at(until))
            if reason != view.deferred:
                self._say(ev.AgentDeferred(self._now(), name, reason, self._time(until)))

    def _circuits(self, name: str) -> list[Circuit]:
        return [self._tools.circuits.of(host) for host in sorted(self._hosts(name))]

    def _outages(self, name: str) -> list[Outage]:
        return [outage for circuit in self._circuits(name) if (outage := circuit.outage) is not None]

    def _say(self, event: ev.Event) -> None:
        self._tools.store.dispatch(event)

    def _now(self) -> datetime:
        return self._tools.clock.now()

    def _time(self, seconds: float) -> datetime:
        """The time of day that these monotonic seconds are; now, when they have passed."""
        return self._now() + timedelta(seconds=max(seconds - self._tools.clock.monotonic(), 0.0))

    def _at(self, seconds: float) -> str:
        """The same in a sentence."""
        passed = seconds <= self._tools.clock.monotonic()
        return "now" if passed else f"at {self._time(seconds).astimezone():%H:%M}"
