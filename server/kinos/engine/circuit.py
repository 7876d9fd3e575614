"""Circuit breakers over time, one for each endpoint: asked before a cycle and before each model call, told of each answer."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from kinos.domain.breaker import LONG_WISH, Breaker
from kinos.domain.errors import FailureKind
from kinos.domain.message import Denied, Edited, Failed, Granted, Planned, Reserve, Settle
from kinos.engine.ports import Clock, Gate

TRIPPING = frozenset(
    {FailureKind.UNREACHABLE, FailureKind.BROKEN, FailureKind.TIMEOUT, FailureKind.OVERLOADED, FailureKind.SERVER}
)
"""Failures of an endpoint, whoever asks; so is a rate limit with a long wish to wait."""
SILENT = frozenset(
    {
        FailureKind.BUDGET, FailureKind.POLICY, FailureKind.CONFLICT, FailureKind.DISK, FailureKind.JOURNAL, FailureKind.WORKER,
        FailureKind.INTERNAL, FailureKind.EXTENSION, FailureKind.CIRCUIT_OPEN, FailureKind.NO_SEARCH,
    }
)  # fmt: skip
"""Failures that say nothing about the endpoint: it may never have been asked."""
REMEDY = "Nothing needs to be done if it is a passing fault; else check the network and the setting model.endpoint."


@dataclass(frozen=True, slots=True)
class Outage:
    """An endpoint that is left alone. `until` is monotonic seconds; `reason` says what it did."""

    host: str
    reason: str
    until: float

    def told(self, at: str) -> str:
        """A sentence for people; `at` says when it is asked again."""
        return f"The model's API at {self.host} is not answering ({self.reason}); trying again {at}."


class Circuits:
    """Every endpoint's circuit; one for all teams of this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._circuits: dict[str, Circuit] = {}
        self._subscribers: list[Callable[[], None]] = []

    def of(self, host: str) -> "Circuit":
        """The circuit of the endpoint called so."""
        return self._circuits.setdefault(host, Circuit(host, self._clock, self._moved))

    def subscribe(self, subscriber: Callable[[], None]) -> Callable[[], None]:
        """Call `subscriber` after any circuit let somebody through or stopped doing so; returns what ends it."""
        self._subscribers.append(subscriber)

        def unsubscribe() -> None:
            with suppress(ValueError):
                self._subscribers.remove(subscriber)

        return unsubscribe

    def _moved(self) -> None:
        for subscriber in tuple(self._subscribers):
            subscriber()


class Circuit:
    """The breaker of one endpoint. A caller is a cycle, by its name."""

    def __init__(self, host: str, clock: Clock, moved: Callable[[], None]) -> None:
        self.host = host
        self._clock = clock
        self._moved = moved
        self._breaker = Breaker()
        self._reason = ""

    @property
    def outage(self) -> Outage | None:
        """What is wrong with the endpoint; None while it answers, as far as is known."""
        until = self._breaker.until
        return None if until is None else Outage(self.host, self._reason, until)

    def admits(self, who: str) -> bool:
        """Whether `who` may call now."""
        return self._breaker.admits(who, self._clock.monotonic())

    def admit(self, who: str) -> bool:
        """The same; when the endpoint is to be tried again, `who` is then the only one that may, until `release`."""
        if not self.admits(who):
            return False
        self._move(self._breaker.admitted(who, self._clock.monotonic()))
        return True

    def release(self, who: str) -> None:
        """`who` makes no more calls."""
        self._move(self._breaker.released(who))

    def guarded(self, gate: Gate, who: str) -> Gate:
        """`gate`, which is not asked while the endpoint is left alone."""

        async def asked(message: Reserve | Settle) -> Granted | Denied | None:
            if isinstance(message, Reserve) and not self.admit(who):
                return self._denied()
            return await gate(message)

        return asked

    def heard(self, reply: Planned | Edited | Failed, who: str) -> None:
        """A call of `who` ended with `reply`."""
        if not isinstance(reply, Failed):
            self._move(self._breaker.worked())
        elif _trips(reply):
            self._failed(reply, who)
        elif reply.failure not in SILENT:
            self._move(self._breaker.worked())  # it refused, or answered badly: it answers

    def _failed(self, reply: Failed, who: str) -> None:
        after = self._breaker.failed(who, self._clock.monotonic(), reply.retry_after or 0.0)
        if after is not self._breaker:
            self._reason = f"{reply.failure}, {after.failures} calls in a row"
        self._move(after)

    def _denied(self) -> Denied:
        outage = self.outage
        reason = outage.told("later") if outage else ""
        return Denied(reason.rstrip("."), FailureKind.CIRCUIT_OPEN, REMEDY)

    def _move(self, after: Breaker) -> None:
        before, self._breaker = self._breaker, after
        if (before.until, before.trial) != (after.until, after.trial):
            self._moved()


def _trips(reply: Failed) -> bool:
    if reply.failure is FailureKind.RATE_LIMIT:
        return (reply.retry_after or 0.0) >= LONG_WISH
    return reply.failure in TRIPPING
