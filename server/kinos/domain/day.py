"""A day's ledger: what all engines of one user have spent, and what is reserved for calls that did not come back yet.

A reservation counts as spent until it is settled, so a call whose process died counts in full.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from kinos.domain.errors import BudgetError

_ROUNDING = 1e-9
"""US dollars; sums of floats may differ by less than that from what they should be."""


@dataclass(frozen=True, slots=True)
class Day:
    """US dollars: settled, and held by reservation. `unpriced` are tokens of calls whose price is not known."""

    settled: float = 0.0
    held: Mapping[str, float] = field(default_factory=dict)
    unpriced: int = 0

    @property
    def total(self) -> float:
        """Settled and held together."""
        return self.settled + sum(self.held.values())

    def reserve(self, name: str, usd: float, cap: float) -> "Day":
        """The day with `usd` held under a new `name`. `cap` 0 is none. Raises BudgetError when that would pass the cap."""
        if cap and self.total + usd > cap + _ROUNDING:
            raise BudgetError(
                f"the next call may cost {usd:.2f} US dollars, and {self.total:.2f} of the {cap:.2f} for today are spent "
                "or reserved by every KinOS of yours together",
                "Raise budget.usdPerDay, or go on tomorrow.",
            )
        return replace(self, held={**self.held, name: usd})

    def settle(self, name: str, usd: float) -> "Day":
        """The day after the call cost `usd`. A name that is not held changes nothing: it was settled before."""
        if name not in self.held:
            return self
        held = {other: amount for other, amount in self.held.items() if other != name}
        return replace(self, settled=self.settled + usd, held=held)

    def count(self, tokens: int) -> "Day":
        """The day with so many more tokens of calls without a price, or fewer, where a call used less than it might have."""
        return replace(self, unpriced=max(0, self.unpriced + tokens))


def near(days: Mapping[date, Day], today: date) -> dict[date, Day]:
    """Those that still count: today, yesterday, whose last calls may be settled after midnight, and tomorrow, which it
    already is in another time zone.
    """
    return {day: ledger for day, ledger in days.items() if abs(day - today) <= timedelta(days=1)}


def told(days: Mapping[date, Day]) -> dict[str, Any]:
    """As it is written: `{ISO date: {"settled": US dollars, "held": {name: US dollars}, "unpriced": tokens}}`."""
    return {
        day.isoformat(): {"settled": ledger.settled, "held": dict(ledger.held), "unpriced": ledger.unpriced}
        for day, ledger in days.items()
    }


def read(value: object) -> dict[date, Day]:
    """What `told` wrote. Raises ValueError for anything else: what cannot be read is not nothing spent."""
    if not isinstance(value, dict):
        raise ValueError("it is no object")  # noqa: TRY004 - whatever is wrong with it, it is the same error
    return {date.fromisoformat(str(day)): _day(entry) for day, entry in value.items()}


def _day(entry: object) -> Day:
    keys = entry.keys() if isinstance(entry, dict) else frozenset()
    if not isinstance(entry, dict) or keys - {"unpriced"} != {"settled", "held"} or not isinstance(entry["held"], dict):
        raise ValueError("a day has settled and held")
    if not isinstance(unpriced := entry.get("unpriced", 0), int):
        raise ValueError(f"{unpriced!r} is no number of tokens")  # noqa: TRY004 - as above
    held = {str(name): _amount(usd) for name, usd in entry["held"].items()}
    return Day(_amount(entry["settled"]), held, int(_amount(unpriced)))


def _amount(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise ValueError(f"{value!r} is no amount")
    return float(value)
