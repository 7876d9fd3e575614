"""Time, and names that nobody else uses."""

import asyncio
from datetime import date, datetime
from typing import Protocol


class Clock(Protocol):
    """Time, so that schedule and budgets can run on a virtual one."""

    def now(self) -> datetime:
        """The time of day, with its zone."""
        ...

    def day(self) -> date:
        """The local day."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back."""
        ...

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        """Return when `event` is set or after `seconds`; None waits for the event alone."""
        ...


class Ids(Protocol):
    """New names for sessions, cycles and changes."""

    def new(self, prefix: str) -> str:
        """A name that this workspace has not used."""
        ...
