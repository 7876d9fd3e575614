"""The budget: caps, and a ledger that reserves the worst case of each model call before it is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kinos.domain.usage import Price, Usage, price_of


@dataclass(frozen=True, slots=True)
class Caps:
    """A session's caps; 0 is none. `usd` US dollars, `tokens` in and out together, `runs` cycles, `minutes` of running."""

    usd: float = 5.0
    tokens: int = 2_000_000
    runs: int = 200
    minutes: float = 120.0


@dataclass(frozen=True, slots=True)
class Hold:
    """What one call may cost at most; `usd` is None when its price is unknown."""

    tokens: int
    usd: float | None
    searches: int = 0


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

    def refusal(self, model: str, input_tokens: int, max_tokens: int, minutes: float, searches: int = 0) -> str | None:
        """Why a call with at most these tokens and web searches may not be made now; None when it may.

        `minutes` since the start.
        """
        hold = self._hold(model, input_tokens, max_tokens, searches)
        if hold is None:
            return (
                f"the price of {model} is not known, so a cap in dollars cannot be kept. Give its price in the setting "
                "model.prices, or set budget.usd to 0 and rely on budget.tokens"
            )
        return self._late(minutes) or self._over(hold)

    def pause(self, minutes: float) -> str | None:
        """Why no new cycle may start; None when it may."""
        if self.caps.runs and self.runs >= self.caps.runs:
            return f"the cap of {self.caps.runs} runs is reached: raise budget.runs, or start again"
        late = self._late(minutes)
        return f"{late}: raise budget.minutes, or start again" if late else None

    def _late(self, minutes: float) -> str | None:
        if self.caps.minutes and minutes >= self.caps.minutes:
            return f"the cap of {self.caps.minutes:g} minutes is reached"
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
        held = {number: hold for number, hold in self.held.items() if number != reservation}
        return replace(self, held=held, spent=self.spent + usage, usd=self._sum(self.cost(model, usage)))

    def forfeit(self, reservation: int) -> "Ledger":
        """The ledger after a call was killed: it counts in full."""
        hold = self.held.get(reservation)
        if hold is None:
            return self
        held = {number: other for number, other in self.held.items() if number != reservation}
        lost = Usage(input_tokens=hold.tokens, calls=1, searches=hold.searches)
        return replace(self, held=held, spent=self.spent + lost, usd=self._sum(hold.usd))

    def ran(self) -> "Ledger":
        """One more cycle was started."""
        return replace(self, runs=self.runs + 1)

    def cost(self, model: str, usage: Usage) -> float | None:
        """US dollars; 0 for the rehearsal model, None when the price is unknown."""
        if self.free:
            return 0.0
        price = price_of(model, self.prices)
        return None if price is None else price.cost(usage)

    def _sum(self, usd: float | None) -> float | None:
        return None if self.usd is None or usd is None else self.usd + usd

    def _hold(self, model: str, input_tokens: int, max_tokens: int, searches: int) -> Hold | None:
        tokens = input_tokens + max_tokens
        if self.free:
            return Hold(tokens, 0.0, searches)
        price = price_of(model, self.prices)
        if price is None:
            return None if self.caps.usd else Hold(tokens, None, searches)
        # The worst case writes the whole input to the cache, which costs more than plain input.
        worst = Usage(cache_write_tokens=input_tokens, output_tokens=max_tokens, searches=searches)
        return Hold(tokens, price.cost(worst), searches)

    def _over(self, hold: Hold) -> str | None:
        if self.free:
            return None  # rehearsed tokens cost nothing; runs and minutes still end it
        tokens = self.spent.total + sum(h.tokens for h in self.held.values()) + hold.tokens
        if self.caps.tokens and tokens > self.caps.tokens:
            return f"the next call may need {hold.tokens:,} tokens, which would pass the cap of {self.caps.tokens:,}"
        next_ = hold.usd or 0.0
        usd = (self.usd or 0.0) + sum(h.usd or 0.0 for h in self.held.values()) + next_
        if self.caps.usd and usd > self.caps.usd:
            return f"the next call may cost {next_:.2f} US dollars, which would pass the cap of {self.caps.usd:.2f}"
        return None
