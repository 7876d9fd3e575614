"""What the server tells by itself, handed over as fast as the editor takes it."""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from kinos.domain.notification import Kind
from kinos.domain.setting import Settings
from kinos.engine.notification import Notification, NotificationQueue, Rules, rules
from kinos.lsp.transport import ROOM

_log = logging.getLogger(__name__)

SILENCE = 60.0
"""Seconds in which an editor for which something waits takes nothing, after which our log says so."""


class Way(Protocol):
    """The part of an output that tells whether there is room."""

    @property
    def pending(self) -> int:
        """Bytes that the editor has not taken yet."""
        ...

    def when_room(self, then: Callable[[], None]) -> None:
        """Call `then` once there is."""
        ...


class Outbox:
    """Tells at once while the editor reads, the first of a burst in the order put. While it does not, notifications wait
    in a bounded queue, and the loop goes on. `send` sends one.
    """

    def __init__(self, send: Callable[[Notification], None], way: Way, loop: asyncio.AbstractEventLoop) -> None:
        self._send = send
        self._way = way
        self._loop = loop
        self._rules: Rules = rules(())
        self._queue = NotificationQueue(self._rules.queue)
        self._due = False
        self._alarm: asyncio.TimerHandle | None = None

    def configure(self, given: list[Settings]) -> None:
        """The settings of every folder there is."""
        self._rules = rules(given)
        self._queue.capacity = self._rules.queue

    def put(self, kind: Kind, payload: object, key: str = "") -> None:
        """Tell it, unless its kind is not wanted. Content and status need the `key` of what they are about."""
        if kind not in self._rules.kinds:
            return
        self._queue.put(kind, payload, self._loop.time(), key)
        if not self._due:
            self._drain()

    def forget(self, kind: Kind, key: str) -> None:
        """What may wait under this key is no longer true."""
        self._queue.forget(kind, key)

    def _drain(self) -> None:
        """Hand over one batch, and the rest in a later turn of the loop, once there is room."""
        self._due = False
        for _ in range(self._rules.batch):
            if self._way.pending > ROOM:
                break
            notification = self._queue.take() or self._lost()
            if notification is None:
                return
            self._send(notification)
        if len(self._queue) or self._queue.lost:
            self._wait()

    def _wait(self) -> None:
        self._due = True
        if self._alarm is None:
            self._alarm = self._loop.call_later(SILENCE, self._complain)
        self._way.when_room(self._resume)

    def _resume(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._drain()

    def _complain(self) -> None:
        self._alarm = None
        _log.warning("The editor has read nothing for %g s; %d notifications wait for it.", SILENCE, len(self._queue))

    def _lost(self) -> Notification | None:
        """Once everything else has been told: what was not."""
        lost, self._queue.lost = self._queue.lost, 0
        text = f"{lost} notifications were left out, for the editor read too slowly (notifications.queue)."
        return Notification(Kind.WARNING, text, self._loop.time()) if lost else None
