"""A check command that takes virtual time."""

from collections.abc import Sequence

from fakes.clock import FakeClock
from kinos.domain.errors import SetupError
from kinos.engine.ports import Ran


class FakeChecker:
    """Implements `Checker`. A run takes `seconds` and comes to `code` and `output`; `missing` says why it cannot start."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.seconds = 30.0
        self.code = 0
        self.output = "1 passed\n"
        self.missing = ""
        self.runs: list[tuple[str, ...]] = []
        self.running = 0
        self.most = 0
        """How many ran at the same time, at most."""

    async def run(self, command: Sequence[str], seconds: float) -> Ran:
        if self.missing:
            raise SetupError(self.missing, "Correct check.command.")
        self.runs.append(tuple(command))
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self._clock.passing(min(self.seconds, seconds))
        finally:
            self.running -= 1
        return Ran(self.code, self.output, min(self.seconds, seconds), self.seconds > seconds)

    async def stop(self) -> int:
        return self.running
