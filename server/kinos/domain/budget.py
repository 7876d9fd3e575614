"""The budget: caps, and a ledger that reserves the worst case of each model call before it is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from kinos.domain.usage import Price, Usage, add_cost, price_of


class Cap(StrEnum):
    """What can be capped, by the names that commands and the settings `budget.*` have for it."""

    USD = "usd"
    TOKENS = "tokens"
    RUNS = "runs"
    MINUTES = "minutes"
    USD_PER_DAY = "usdPerDay"


@dataclass(frozen=True, slots=True)
class Caps:
    """A session's caps; 0 is none. `usd` US dollars, `tokens` in and out together, `runs` cycles, `minutes` of running.

    `usd_per_day` is for all engines of the user together.
    """

    usd: float = 5.0
    tokens: int = 2_000_000
    runs: int = 200
    minutes: float = 120.0
    usd_per_day: float = 20.0

    @property
    def dollars(self) -> bool:
        """Whether US dollars are capped at all: then no call may have an unknown price."""
        return bool(self.usd or self.usd_per_day)


@dataclass(frozen=True, slots=True)
class Reached:
    """Why the budget says no; `cap` is what a person may raise, None when it is a price that is not known."""

    reason: str
    cap: Cap | None = None


def unpriced(model: str) -> str:
    """Why no call of a model whose price is not known is made, and what mends it."""
    return (
        f"the price of {model} is not known, so a cap in dollars cannot be kept. Give its price in the setting "
        "model.prices, or set budget.usd and budget.usdPerDay to 0 and rely on budget.tokens"
    )


@dataclass(frozen=True, slots=True)
class Hold:
    """What one call may cost at most; `usd` is None when its price is unknown."""

    tokens: int
    usd: float | None
    searches: int = 0

    @property
    def usage(self) -> Usage:
        """What a call has used that was cut off, and so counts in full."""
        return Usage(input_tokens=self.tokens, calls=1, searches=self.searches)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Spent and reserved so far. `usd` is None once a call with an unknown price was settled."""

    caps: Caps
    prices: Mapping[str, Price]
    free: bool = False
    spent: Usage = Usage()
    usd: float | None = 0.0
    runs: int = 0
    held: Mapping[int, Hold] = field(default_factory=dict)
    issued: int = 0

    def refusal(
        self, model: str, input_tokens: int, max_tokens: int, minutes: float, searches: int = 0
    ) -> Reached | None:
        """Why a call with at most these tokens and web searches may not be made now; None when it may.

        `minutes` since the start.
        """
        hold = self._hold(model, input_tokens, max_tokens, searches)
        if hold is None:
            return Reached(unpriced(model))
        return self._late(minutes) or self._over(hold)

    def pause(self, minutes: float) -> Reached | None:
        """Why no new cycle may start; None when it may."""
        caps, end = self.caps, "or start again"
        if caps.runs and self.runs >= caps.runs:
            return Reached(f"the cap of {caps.runs} runs is reached: raise budget.runs, {end}", Cap.RUNS)
        if late := self._late(minutes):
            return replace(late, reason=f"{late.reason}: raise budget.minutes, {end}")
        if caps.tokens and self.spent.total >= caps.tokens and not self.free:
            return Reached(f"the cap of {caps.tokens:,} tokens is reached: raise budget.tokens, {end}", Cap.TOKENS)
        if caps.usd and (self.usd or 0.0) >= caps.usd:
            return Reached(f"the cap of {caps.usd:.2f} US dollars is reached: raise budget.usd, {end}", Cap.USD)
        return None

    def given_back(self) -> "Ledger":
        """The ledger as if every call that is being made cost nothing."""
        return replace(self, held={})

    def _late(self, minutes: float) -> Reached | None:
        if self.caps.minutes and minutes >= self.caps.minutes:
            return Reached(f"the cap of {self.caps.minutes:g} minutes is reached", Cap.MINUTES)
        return None

    def reserve(self, model: str, input_tokens: int, max_tokens: int, searches: int = 0) -> tuple["Ledger", int]:
        """The ledger with the worst case of one call held, and the reservation's number. Ask `refusal` first."""
        hold = self._hold(model, input_tokens, max_tokens, searches)
        hold = hold or Hold(input_tokens + max_tokens, None, searches)
        number = self.issued + 1
        return replace(self, held={**self.held, number: hold}, issued=number), number

    def settle(self, reservation: int, model: str, usage: Usage) -> "Ledger":
        """The ledger after the call used `usage`. An unknown reservation changes nothing (it was settled before)."""
        if reservation not in self.held:
            return self
        return self.release(reservation)._spent(usage, self.cost(model, usage))

    def release(self, reservation: int) -> "Ledger":
        """The ledger without a reservation whose call was not made."""
        return replace(self, held={number: hold for number, hold in self.held.items() if number != reservation})

    def forfeit(self, reservation: int) -> "Ledger":
        """The ledger after a call was killed: it counts in full."""
        hold = self.held.get(reservation)
        if hold is None:
            return self
        return self.release(reservation)._spent(hold.usage, hold.usd)

    def ran(self) -> "Ledger":
        """One more cycle was started."""
        return replace(self, runs=self.runs + 1)

    def cost(self, model: str, usage: Usage) -> float | None:
        """US dollars; 0 for the rehearsal model, None when the price is unknown."""
        if self.free:
            return 0.0
        price = price_of(model, self.prices)
        return None if price is None else price.cost(usage)

    def _spent(self, usage: Usage, usd: float | None) -> "Ledger":
        return replace(self, spent=self.spent + usage, usd=add_cost(self.usd, usd))

    def _hold(self, model: str, input_tokens: int, max_tokens: int, searches: int) -> Hold | None:
        tokens = input_tokens + max_tokens
        if self.free:
            return Hold(tokens, 0.0, searches)
        price = price_of(model, self.prices)
        if price is None:
            return None if self.caps.dollars else Hold(tokens, None, searches)
        # The worst case writes the whole input to the cache, which costs more than plain input.
        worst = Usage(cache_write_tokens=input_tokens, output_tokens=max_tokens, searches=searches)
        return Hold(tokens, price.cost(worst), searches)

    def _over(self, hold: Hold) -> Reached | None:
        if self.free:
            return None  # rehearsed tokens cost nothing; runs and minutes still end it
        tokens = self.spent.total + sum(h.tokens for h in self.held.values()) + hold.tokens
        if self.caps.tokens and tokens > self.caps.tokens:
            return Reached(
                f"the next call may need {hold.tokens:,} tokens, which would pass the cap of {self.caps.tokens:,}",
                Cap.TOKENS,
            )
        return self._too_dear(hold.usd or 0.0) if self.caps.usd else None

    def _too_dear(self, usd: float) -> Reached | None:
        held = [hold.usd for hold in self.held.values()]
        if self.usd is None or None in held:
            return Reached(
                "a call whose price is not known was made, so a cap in dollars cannot be kept. Set budget.usd to 0 and rely "
                "on budget.tokens, or start again"
            )
        if self.usd + sum(amount or 0.0 for amount in held) + usd > self.caps.usd:
            return Reached(
                f"the next call may cost {usd:.2f} US dollars, which would pass the cap of {self.caps.usd:.2f}", Cap.USD
            )
        return None
