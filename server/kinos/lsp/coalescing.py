"""What is told of a state that changes often, as `kinos/status` is: not each change, and always the last."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from kinos.domain.event import Event
from kinos.domain.state import State

INTERVAL = 0.25
"""Seconds between two notifications: at most 4 a second."""


class Timer(Protocol):
    """The part of an event loop that tells and waits for time."""

    def time(self) -> float:
        """Seconds that never go back."""
        ...

    def call_later(self, delay: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        """Call `callback` in `delay` seconds."""
        ...


class Coalesced:
    """Has `send` tell how things stand, for many changes at a time: the first at once, the last one always."""

    def __init__(self, send: Callable[[], None], timer: Timer) -> None:
        self._send = send
        self._timer = timer
        self._last = float("-inf")
        self._due: asyncio.TimerHandle | None = None

    def on_event(self, before: State, after: State, event: Event) -> None:
        """Subscribed to the session's store."""
        if before != after:
            self.changed()

    def changed(self) -> None:
        """There is something new to tell."""
        if self._due is None:
            wait = max(0.0, self._last + INTERVAL - self._timer.time())
            self._due = self._timer.call_later(wait, self._tell)

    def stop(self) -> None:
        """Say no more."""
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _tell(self) -> None:
        self._due = None
        self._last = self._timer.time()
        self._send()
