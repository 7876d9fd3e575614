"""The user's day as one engine sees it: every call is reserved in the one ledger all engines share, or its tokens counted."""

import asyncio
from dataclasses import dataclass
from datetime import date

from kinos.domain.errors import SetupError
from kinos.domain.event import DaySpent, Noted
from kinos.engine.ports import Clock, DayLedger
from kinos.engine.store import Store


@dataclass(frozen=True, slots=True)
class Reserved:
    """A reservation in the day's ledger; for a call without a price, which has no `name`, the `tokens` counted for it."""

    day: date
    name: str = ""
    tokens: int = 0


class Today:
    """`total` is what was spent and reserved today as last seen, in US dollars; None when that is not known. `unpriced` are
    the tokens of today's calls whose price is not known.
    """

    def __init__(self, ledger: DayLedger, clock: Clock, store: Store) -> None:
        self._ledger = ledger
        self._clock = clock
        self._store = store
        self._problem = ""
        self.total: float | None = None
        self.unpriced = 0

    async def look(self, cap: float) -> None:
        """Look how much was spent. Raises SetupError when that cannot be read and there is a `cap` to keep."""
        try:
            day = self._clock.day()
            total = await asyncio.to_thread(self._ledger.spent, day)
            self._saw(total, await asyncio.to_thread(self._ledger.unpriced, day))
        except SetupError:
            self._saw(None)
            if cap:
                raise

    async def reserve(self, usd: float, cap: float) -> Reserved | None:
        """Hold US dollars for a call. Raises BudgetError when they would pass the cap, SetupError when the ledger fails.

        With no cap to keep, a ledger that fails is no reason to refuse: None, and a note says so.
        """
        day = self._clock.day()
        try:
            name, total = await asyncio.to_thread(self._ledger.reserve, day, usd, cap)
        except SetupError as error:
            if cap:
                raise
            self._note(f"Today's spending is not recorded. {error}")
            return None
        self._saw(total)
        return Reserved(day, name)

    async def settle(self, reserved: Reserved, usd: float) -> None:
        """A call cost so much. When the ledger fails, the call stays reserved in full there, and a note says so."""
        try:
            total = await asyncio.to_thread(self._ledger.settle, reserved.day, reserved.name, usd)
        except SetupError as error:
            self._note(f"Today's spending counts a call in full. {error}")
            return
        if reserved.day == self._clock.day():
            self._saw(total)

    async def count(self, tokens: int) -> Reserved | None:
        """Count what a call without a price may use at most. When the ledger fails: None, and a note says so."""
        return await self._counted(self._clock.day(), tokens)

    async def recount(self, counted: Reserved, tokens: int) -> None:
        """A call without a price used so many tokens."""
        await self._counted(counted.day, tokens - counted.tokens)

    async def _counted(self, day: date, tokens: int) -> Reserved | None:
        try:
            unpriced = await asyncio.to_thread(self._ledger.count, day, tokens)
        except SetupError as error:
            self._note(f"Today's tokens without a price are not recorded. {error}")
            return None
        if day == self._clock.day():
            self._saw(self.total, unpriced)
        return Reserved(day, tokens=tokens)

    def _saw(self, total: float | None, unpriced: int | None = None) -> None:
        unpriced = self.unpriced if unpriced is None else unpriced
        if (total, unpriced) != (self.total, self.unpriced):
            self.total, self.unpriced = total, unpriced
            self._store.dispatch(DaySpent(self._clock.now(), total, unpriced))

    def _note(self, text: str) -> None:
        if text != self._problem:
            self._problem = text
            self._store.dispatch(Noted(self._clock.now(), "warning", text))
