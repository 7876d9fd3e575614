"""Real time, and names that sort by it."""

import asyncio
import secrets
import time
from datetime import UTC, date, datetime


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The time of day, UTC."""
        return datetime.now(UTC)

    def day(self) -> date:
        """The day where the machine is."""
        return datetime.now().astimezone().date()

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        """Return when `event` is set or after `seconds`."""
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            return


class RandomIds:
    """Names of 8 letters and digits after a prefix: short enough to type, 40 bits of chance."""

    _ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"

    def new(self, prefix: str) -> str:
        """A new name."""
        return prefix + "".join(secrets.choice(self._ALPHABET) for _ in range(8))
