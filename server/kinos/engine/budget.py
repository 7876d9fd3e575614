"""The budget over time: answers a worker before each model call, and counts what calls cost."""

from collections.abc import Iterator
from contextlib import contextmanager

from kinos.domain.budget import Ledger
from kinos.domain.event import Spent
from kinos.domain.message import Denied, Granted, Reserve, Settle
from kinos.domain.usage import Usage
from kinos.engine.ports import Clock, Gate
from kinos.engine.store import Store


class Budget:
    """One session's spending. `reached` says which cap was met, empty while there is room."""

    def __init__(self, ledger: Ledger, clock: Clock, store: Store) -> None:
        self._ledger = ledger
        self._clock = clock
        self._store = store
        self._began = clock.monotonic()
        self.reached = ""

    @property
    def minutes(self) -> float:
        """Minutes since the session began."""
        return (self._clock.monotonic() - self._began) / 60

    def pause(self) -> str:
        """Why no new cycle may start; empty when it may."""
        return self.reached or self._ledger.pause(self.minutes) or ""

    def ran(self) -> None:
        """A cycle starts."""
        self._ledger = self._ledger.ran()

    def cost(self, model: str, usage: Usage) -> float | None:
        """US dollars, None when the price is unknown."""
        return self._ledger.cost(model, usage)

    @contextmanager
    def call(self, agent: str) -> Iterator[Gate]:
        """The gate of one plan or edit call. What it reserved and never settled counts in full: the call was killed."""
        open_: set[int] = set()

        async def gate(message: Reserve | Settle) -> Granted | Denied | None:
            if isinstance(message, Reserve):
                return self._reserve(message, open_)
            if message.reservation in open_:
                open_.remove(message.reservation)
                self._settle(agent, message)
            return None

        try:
            yield gate
        finally:
            for reservation in open_:
                hold = self._ledger.held[reservation]
                self._ledger = self._ledger.forfeit(reservation)
                self._tell(agent, Usage(hold.tokens, calls=1, searches=hold.searches), hold.usd)

    def _reserve(self, message: Reserve, open_: set[int]) -> Granted | Denied:
        worst = message.input_tokens, message.max_tokens
        refusal = self._ledger.refusal(message.model, *worst, self.minutes, message.searches)
        if refusal:
            self.reached = refusal
            return Denied(refusal)
        self._ledger, number = self._ledger.reserve(message.model, *worst, message.searches)
        open_.add(number)
        return Granted(number)

    def _settle(self, agent: str, message: Settle) -> None:
        self._ledger = self._ledger.settle(message.reservation, message.model, message.usage)
        self._tell(agent, message.usage, self._ledger.cost(message.model, message.usage))

    def _tell(self, agent: str, usage: Usage, usd: float | None) -> None:
        ledger = self._ledger
        self._store.dispatch(Spent(self._clock.now(), agent, usage, usd, ledger.spent, ledger.usd, ledger.runs))
