"""The time one call may take in all: a hard end, also for a server that sends a byte a second."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self

from kinos.worker.fault import stalled

GRACE = 1.0
"""Seconds after the time-out at which the alarm rings: the HTTP client's own time-out, which says more, comes first."""


class OverdueError(BaseException):
    """The call took longer than it may. Not an Exception: the libraries in between swallow those."""


class StalledError(OverdueError):
    """Nothing came for longer than it may take."""


class Deadline:
    """`seconds` from now. As a context manager, in the main thread, it raises OverdueError wherever the code is then."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds
        self._next: float | None = None
        self._held = 0
        self._due = False
        self._running = False

    def left(self) -> float:
        """Seconds left, more than 0. Raises OverdueError when there are none."""
        left = self._end - self._clock()
        if left <= 0:
            raise OverdueError
        return left

    @contextmanager
    def held(self) -> Iterator[None]:
        """Put the alarm off inside the block: half a frame to the engine would be worse than being late."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
        if self._due and not self._held:
            self._due = False
            raise self._reason()

    @contextmanager
    def expecting(self, seconds: float) -> Iterator[Callable[[], None]]:
        """Inside, raise StreamError when nothing comes for `seconds` after something came: call what it yields then.

        The first thing may take as long as there is time: a large model is loaded, a long prompt read.
        """

        def came() -> None:
            self._next = self._clock() + seconds
            self._wind()

        try:
            yield came
        except StalledError:
            raise stalled(seconds) from None
        finally:
            self._next = None
            self._wind()

    def __enter__(self) -> Self:
        signal.signal(signal.SIGALRM, self._ring)
        self._running = True
        self._wind()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)

    def _wind(self) -> None:
        """Set the alarm to what is due first."""
        if self._running:
            end = self._end + GRACE if self._next is None else min(self._end + GRACE, self._next)
            # It rings again and again: an exception raised inside a finaliser is swallowed by the interpreter.
            signal.setitimer(signal.ITIMER_REAL, max(end - self._clock(), 0.001), GRACE)

    def _ring(self, number: int, frame: FrameType | None) -> None:
        if self._held:
            self._due = True
        else:
            raise self._reason()

    def _reason(self) -> BaseException:
        return StalledError() if self._next is not None and self._clock() < self._end else OverdueError()
