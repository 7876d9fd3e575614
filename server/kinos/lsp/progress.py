"""Work-done progress: each begins, reports and ends on a token of its own, and a cancel really stops what it is about."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.exceptions import JsonRpcException

from kinos.domain.notification import Kind
from kinos.lsp.protocol import Server
from kinos.lsp.telling import Telling

if TYPE_CHECKING:
    from kinos.domain.state import State

_log = logging.getLogger(__name__)

PATIENCE = 1.0
"""Seconds after which work that a person may wait for is shown as a progress."""


def counted(state: State) -> str:
    """How far a count has come."""
    return f"{state.sizes.documents:,} documents, {state.sizes.total:,} tokens"


class Progress(Protocol):
    """What is seen of some work while it is done."""

    def report(self, message: str, percentage: int | None = None) -> None:
        """How far it is; `percentage` from 0 to 100. What was reported last is not told again, and a percentage never falls:
        where there is more to do than before, the one reached stays until it is true again.
        """
        ...

    def end(self, message: str = "") -> None:
        """It is over, however it went."""
        ...


class WorkDone:
    """One progress. It is shown once `begin` was called, and ended once, whatever comes first."""

    def __init__(self, server: Server, token: types.ProgressToken, title: str, ended: Callable[[], None]) -> None:
        self._server = server
        self._token = token
        self._title = title
        self._ended = ended
        self._begun = False
        self._over = False
        self._last: tuple[str, int | None] = ("", None)
        self._reached = 0
        self._said = ""
        self.cancellable = False

    def begin(self) -> None:
        """The client knows the token."""
        message, percentage = self._last
        self._begun = True
        self._tell(
            types.WorkDoneProgressBegin(
                title=self._title, cancellable=self.cancellable, message=message or None, percentage=percentage
            )
        )
        if self._over:
            self._tell(types.WorkDoneProgressEnd(message=self._said or None))

    def report(self, message: str, percentage: int | None = None) -> None:
        """How far it is."""
        if percentage is not None:
            percentage = self._reached = max(percentage, self._reached)
        if self._over or (message, percentage) == self._last:
            return
        self._last = message, percentage
        if self._begun:
            value = types.WorkDoneProgressReport(message=message, percentage=percentage)
            self._server.outbox.put(Kind.STATUS, self._telling(value), self._key)

    def end(self, message: str = "") -> None:
        """It is over."""
        if self._over:
            return
        self._over, self._said = True, message
        self._ended()
        if self._begun:
            self._server.outbox.forget(Kind.STATUS, self._key)
            self._tell(types.WorkDoneProgressEnd(message=message or None))

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._over

    @property
    def _key(self) -> str:
        return f"progress {self._token}"

    def _tell(self, value: types.WorkDoneProgressBegin | types.WorkDoneProgressEnd) -> None:
        self._server.outbox.put(Kind.SYSTEM, self._telling(value))

    def _telling(self, value: object) -> Telling:
        return Telling(types.PROGRESS, types.ProgressParams(token=self._token, value=value))


class Progresses:
    """Those of one connection. No token is used twice, and none is kept after its end."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._running: dict[types.ProgressToken, tuple[WorkDone, Callable[[], object] | None]] = {}

    def start(
        self,
        title: str,
        cancel: Callable[[], object] | None = None,
        *,
        token: types.ProgressToken | None = None,
        after: float = 0.0,
    ) -> WorkDone:
        """Show some work. `token` is the one that the client sent for it; without one the client is asked, if it can show any,
        once the work takes longer than `after` seconds. `cancel` is called when the person cancels it, perhaps more than once.
        """
        known = token is not None and token not in self._running
        name = token if known and token is not None else str(uuid4())
        made = WorkDone(self._server, name, title, lambda: self._forget(name))
        made.cancellable = cancel is not None
        self._running[name] = (made, cancel)
        if known:
            made.begin()
        elif get_capability(self._server.client_capabilities, "window.work_done_progress"):
            asyncio.get_running_loop().call_later(after, self._create, name, made)
        return made

    @contextmanager
    def shown(
        self,
        title: str,
        cancel: Callable[[], object] | None = None,
        *,
        token: types.ProgressToken | None = None,
        after: float = 0.0,
    ) -> Iterator[WorkDone]:
        """Show the block, as `start` does."""
        made = self.start(title, cancel, token=token, after=after)
        try:
            yield made
        finally:
            made.end()

    def cancel(self, token: types.ProgressToken) -> None:
        """The person cancels it."""
        _, act = self._running.get(token, (None, None))
        if act is None:
            _log.info("There is nothing to cancel for %r.", token)
        else:
            act()

    def close(self) -> None:
        """The connection ends: so does whatever is still shown."""
        for made, _ in tuple(self._running.values()):
            made.end()

    def _forget(self, token: types.ProgressToken) -> None:
        self._running.pop(token, None)

    def _create(self, token: types.ProgressToken, made: WorkDone) -> None:
        if made.over:
            return
        params = types.WorkDoneProgressCreateParams(token=token)
        answer = self._server.protocol.send_request(types.WINDOW_WORK_DONE_PROGRESS_CREATE, params)

        def created(answered: object) -> None:
            error = None if answer.cancelled() else answer.exception()
            if answer.cancelled() or error is not None:
                if isinstance(error, JsonRpcException):
                    _log.warning("The editor shows no progress: %s", error.message)
            else:
                made.begin()

        answer.add_done_callback(created)
