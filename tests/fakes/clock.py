"""Virtual time: it stands still while anything can still happen, then jumps to the next deadline."""

import asyncio
import heapq
import itertools
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any, override

BEGINNING = datetime(2026, 3, 21, 15, 30, 45, tzinfo=UTC)


class FakeClock:
    """Implements `Clock`. `wait` returns at once when the loop has nothing else left to do."""

    def __init__(self, start: datetime = BEGINNING) -> None:
        self._start = start
        self._seconds = 0.0
        self._timers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._pumping = False

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._seconds)

    def day(self) -> date:
        return self.now().date()

    def monotonic(self) -> float:
        return self._seconds

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        if seconds is None:
            await event.wait()
            return
        waiting: asyncio.Future[bool] = asyncio.ensure_future(event.wait())
        timer = self._timer(seconds)
        either: list[asyncio.Future[Any]] = [waiting, timer]
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            timer.cancel()

    async def passing(self, seconds: float) -> None:
        """Return once `seconds` have passed."""
        await self._timer(seconds)

    def later(self, seconds: float, action: Callable[[], object]) -> None:
        """Do `action` in `seconds`."""
        self._timer(seconds).add_done_callback(lambda timer: None if timer.cancelled() else action() and None)

    def set(self, seconds: float) -> None:
        """Set the time, where no loop runs."""
        self._seconds = seconds

    def _timer(self, seconds: float) -> asyncio.Future[None]:
        timer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._timers, (self._seconds + max(0.0, seconds), next(self._numbers), timer))
        if not self._pumping:
            self._pumping = True
            asyncio.get_running_loop().call_soon(self._pump)
        return timer

    def _pump(self) -> None:
        loop = asyncio.get_running_loop()
        while self._timers and self._timers[0][2].done():
            heapq.heappop(self._timers)
        if not self._timers:
            self._pumping = False
            return
        # Whatever else could run is in this queue; asyncio has no public way to ask.
        if not loop._ready:  # type: ignore[attr-defined]
            at, _, timer = heapq.heappop(self._timers)
            self._seconds = max(self._seconds, at)
            timer.set_result(None)
        loop.call_soon(self._pump)


class InlineExecutor(ThreadPoolExecutor):
    """Runs what is given to a thread at once, in this one, so that virtual time knows of it."""

    @override
    def submit[**P, T](self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - a thread keeps whatever is raised for who waits
            future.set_exception(error)
        return future


class CountingIds:
    """Implements `Ids`: c1, c2, y3, …"""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def new(self, prefix: str) -> str:
        return f"{prefix}{next(self._numbers)}"


async def settled(task: asyncio.Future[Any]) -> None:
    """Wait for `task` to end, however it ends."""
    with suppress(BaseException):
        await asyncio.wait([task])
