"""The time one call may take in all: a hard end, also for a server that sends a byte a second."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self

GRACE = 1.0
"""Seconds after the time-out at which the alarm rings: the HTTP client's own time-out, which says more, comes first."""


class OverdueError(BaseException):
    """The call took longer than it may. Not an Exception: the libraries in between swallow those."""


class Deadline:
    """`seconds` from now. As a context manager, in the main thread, it raises OverdueError wherever the code is then."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds
        self._held = 0
        self._due = False

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
            raise OverdueError

    def __enter__(self) -> Self:
        signal.signal(signal.SIGALRM, self._ring)
        # It rings again and again: an exception raised inside a finaliser is swallowed by the interpreter.
        signal.setitimer(signal.ITIMER_REAL, max(self._end - self._clock(), 0.0) + GRACE, GRACE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)

    def _ring(self, number: int, frame: FrameType | None) -> None:
        if self._held:
            self._due = True
        else:
            raise OverdueError
