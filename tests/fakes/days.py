"""The user's ledger of the day in memory."""

import itertools
from datetime import date

from kinos.domain.day import Day
from kinos.domain.errors import SetupError


class MemoryDayLedger:
    """Implements `DayLedger`. `broken` is what is wrong with it."""

    def __init__(self) -> None:
        self.days: dict[date, Day] = {}
        self.broken = ""
        self._names = itertools.count(1)

    def spent(self, day: date) -> float:
        self._work()
        return self.days.get(day, Day()).total

    def reserve(self, day: date, usd: float, cap: float) -> tuple[str, float]:
        self._work()
        name = f"r{next(self._names)}"
        self.days[day] = self.days.get(day, Day()).reserve(name, usd, cap)
        return name, self.days[day].total

    def unpriced(self, day: date) -> int:
        self._work()
        return self.days.get(day, Day()).unpriced

    def count(self, day: date, tokens: int) -> int:
        self._work()
        self.days[day] = self.days.get(day, Day()).count(tokens)
        return self.days[day].unpriced

    def settle(self, day: date, name: str, usd: float) -> float:
        self._work()
        self.days[day] = self.days[day].settle(name, usd)
        return self.days[day].total

    def _work(self) -> None:
        if self.broken:
            raise SetupError(self.broken, "Mend it.")
