"""The budget over time: answers a worker before each model call, and counts what calls cost."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from kinos.domain.budget import Cap, Caps, Ledger, Reached
from kinos.domain.errors import BudgetError, SetupError
from kinos.domain.event import Spent
from kinos.domain.message import Denied, Granted, Reserve, Settle
from kinos.domain.usage import Price, Usage
from kinos.engine.ports import Clock, Gate
from kinos.engine.store import Store
from kinos.engine.today import Reserved, Today

type Keep = Callable[[Ledger, float], None]
"""Keeps what was spent and reserved, and for how many minutes the session has run."""

_MEND = "raise budget.usdPerDay, or go on tomorrow"


class Budget:
    """One session's spending, after `minutes` of a run that was cut off. `today` is the user's day; None in a rehearsal."""

    def __init__(
        self, ledger: Ledger, clock: Clock, store: Store, today: Today | None = None, keep: Keep = lambda *_: None,
        minutes: float = 0.0,
    ) -> None:  # fmt: skip
        self._ledger = ledger
        self._clock = clock
        self._store = store
        self._today = today
        self._keep = keep
        self._before = minutes
        self._began: float | None = clock.monotonic()
        self._refused: Reserve | None = None
        self._reached: Reached | None = None

    @property
    def caps(self) -> Caps:
        """The caps as they are."""
        return self._ledger.caps

    @property
    def free(self) -> bool:
        """Whether calls cost nothing: in a rehearsal."""
        return self._ledger.free

    def reprice(self, prices: Mapping[str, Price]) -> None:
        """From now on calls cost this."""
        self._ledger = replace(self._ledger, prices=prices)

    @property
    def minutes(self) -> float:
        """Minutes the session has run, pauses left out."""
        return self._before + (0.0 if self._began is None else (self._clock.monotonic() - self._began) / 60)

    def halt(self) -> None:
        """The team pauses: its minutes stand still."""
        self._before, self._began = self.minutes, None

    def go_on(self) -> None:
        """The team goes on after a pause."""
        self._before, self._began = self.minutes, self._clock.monotonic()

    def pause(self) -> Reached | None:
        """Why no new cycle may start; None when it may."""
        self.tight()
        return self._reached or self._ledger.pause(self.minutes)

    def tight(self) -> bool:
        """Whether the call refused last has room, but only once calls that are being made turn out to cost less."""
        if self._refused is None or self._reached is not None:
            return False
        if self._refusal(self._ledger, self._refused) is None:
            self._refused = None
            return False
        self._reached = self._refusal(self._ledger.given_back(), self._refused)
        return self._reached is None

    async def set_caps(self, caps: Caps) -> None:
        """From now on these caps hold, for the calls that were refused too."""
        self._ledger = replace(self._ledger, caps=caps)
        self._keep(self._ledger, self.minutes)
        await self.look_again()

    async def look_again(self) -> None:
        """Forget why the last call was refused, unless that still holds. Raises SetupError when today's ledger fails."""
        if self._today is not None:
            await self._today.look(self.caps.usd_per_day)
        self.reconsider()

    def reconsider(self) -> None:
        """Look whether there is room, by what is known of the user's day."""
        refused = self._refused
        ours = None if refused is None else self._refusal(self._ledger.given_back(), refused)
        self._reached = ours or self._full_day(refused)

    def ran(self) -> None:
        """A cycle starts."""
        self._ledger = self._ledger.ran()
        self._keep(self._ledger, self.minutes)

    def cost(self, model: str, usage: Usage) -> float | None:
        """US dollars, None when the price is unknown."""
        return self._ledger.cost(model, usage)

    @contextmanager
    def call(self, agent: str) -> Iterator[Gate]:
        """The gate of one plan or edit call. What it reserved and never settled counts in full: the call was killed."""
        open_: dict[int, Reserved | None] = {}

        async def gate(message: Reserve | Settle) -> Granted | Denied | None:
            if isinstance(message, Reserve):
                return await self._reserve(message, open_)
            if message.reservation in open_:
                await self._settle(agent, message, open_.pop(message.reservation))
            return None

        try:
            yield gate
        finally:
            # Today's ledger needs no word of it: there a reservation counts in full until it is settled.
            for reservation in open_:
                hold = self._ledger.held[reservation]
                self._ledger = self._ledger.forfeit(reservation)
                self._tell(agent, hold.usage, hold.usd)

    async def _reserve(self, message: Reserve, open_: dict[int, Reserved | None]) -> Granted | Denied:
        refusal = self._refusal(self._ledger, message)
        if refusal is not None:
            return self._deny(message, refusal, self._refusal(self._ledger.given_back(), message))
        worst = message.input_tokens, message.max_tokens
        self._ledger, number = self._ledger.reserve(message.model, *worst, message.searches)
        open_[number] = None  # held at once, so that calls side by side see each other while a disk is waited for
        self._keep(self._ledger, self.minutes)
        hold = self._ledger.held[number]
        usd = hold.usd
        if self._today is not None and usd is None:
            open_[number] = await self._today.count(hold.tokens)
        if self._today is not None and usd:
            try:
                open_[number] = await self._today.reserve(usd, self.caps.usd_per_day)
            except (BudgetError, SetupError) as error:
                del open_[number]
                self._ledger = self._ledger.release(number)
                reached = _reached(error)
                return self._deny(message, reached, reached)
        return Granted(number)

    def _deny(self, message: Reserve, refusal: Reached, lasting: Reached | None) -> Denied:
        """`lasting` is what stands against it even if every call that is being made cost nothing."""
        self._refused = message
        self._reached = lasting
        return Denied(refusal.reason)

    def _refusal(self, ledger: Ledger, message: Reserve) -> Reached | None:
        worst = message.input_tokens, message.max_tokens
        return ledger.refusal(message.model, *worst, self.minutes, message.searches)

    def _full_day(self, message: Reserve | None) -> Reached | None:
        """Whether the user's day, as last seen, has no room for this call, or for any."""
        cap, total = self.caps.usd_per_day, self._today.total if self._today is not None else None
        if not cap or total is None:
            return None
        usd = 0.0
        if message is not None:
            worst = message.input_tokens, message.max_tokens
            ledger, number = self._ledger.reserve(message.model, *worst, message.searches)
            usd = ledger.held[number].usd or 0.0
        if total < cap and total + usd <= cap:
            return None
        return Reached(
            f"{total:.2f} of the {cap:.2f} US dollars for today are spent or reserved: {_MEND}", Cap.USD_PER_DAY
        )

    async def _settle(self, agent: str, message: Settle, reserved: Reserved | None) -> None:
        self._ledger = self._ledger.settle(message.reservation, message.model, message.usage)
        usd = self._ledger.cost(message.model, message.usage)
        self._tell(agent, message.usage, usd)
        if self._today is not None and reserved is not None:
            if usd is None:
                await self._today.recount(reserved, message.usage.total)
            else:
                await self._today.settle(reserved, usd)

    def _tell(self, agent: str, usage: Usage, usd: float | None) -> None:
        ledger = self._ledger
        self._keep(ledger, self.minutes)
        self._store.dispatch(Spent(self._clock.now(), agent, usage, usd, ledger.spent, ledger.usd, ledger.runs))


def _reached(error: BudgetError | SetupError) -> Reached:
    """What today's ledger said: the cap, which can be raised, or that it fails, which has to be mended."""
    if isinstance(error, BudgetError):
        return Reached(f"{error.message}: {_MEND}", Cap.USD_PER_DAY)
    return Reached(str(error).removesuffix("."))
