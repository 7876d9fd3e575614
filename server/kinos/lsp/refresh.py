"""Having the editor ask again for lenses and hints that became others though nobody typed."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kinos.domain.change import ChangeState
from kinos.domain.event import ChangeMoved, Event
from kinos.domain.state import WORKING, State
from kinos.lsp.client import Client
from kinos.lsp.coalescing import Timer
from kinos.lsp.offer import HINTS, LENSES

if TYPE_CHECKING:
    from kinos.engine.session import Session

PAUSE = 0.5
"""Seconds between two requests of a kind, at least."""


@dataclass(slots=True)
class Renewal:
    """Requests of one kind: the first at once, what comes meanwhile as one, and none before the last one was answered."""

    ask: Callable[[Callable[[], None]], None]
    timer: Timer
    _last: float = field(default=float("-inf"))
    _busy: bool = False
    _again: bool = False

    def wanted(self) -> None:
        """What the editor shows is out of date."""
        self._again = True
        self._soon()

    def _soon(self) -> None:
        if self._again and not self._busy:
            self._busy = True
            wait = max(0.0, self._last + PAUSE - self.timer.time())
            self.timer.call_later(wait, self._now)

    def _now(self) -> None:
        self._again = False
        self._last = self.timer.time()
        self.ask(self._answered)

    def _answered(self) -> None:
        self._busy = False
        self._soon()


class Refresh:
    """Follows one folder: asks only an editor that can be asked, and only while documents of the folder are open."""

    def __init__(self, session: Session, client: Client, timer: Timer) -> None:
        self._session = session
        self._client = client
        self._judged = self._judgement()
        self._lenses = Renewal(lambda done: client.refresh(LENSES[1], done), timer)
        self._hints = Renewal(lambda done: client.refresh(HINTS[1], done), timer)

    def on_event(self, before: State, after: State, event: Event) -> None:
        """Subscribed to the session's store."""
        judged = self._judgement()
        anew, self._judged = judged != self._judged, judged
        if anew or _others_wait(event) or _shown(before) != _shown(after):
            self._want(LENSES, self._lenses)
        if anew:
            self._want(HINTS, self._hints)

    def _want(self, kind: tuple[str, str], renewal: Renewal) -> None:
        if self._client.can(kind[0]) and any(True for _ in self._session.buffers):
            renewal.wanted()

    def _judgement(self) -> Hashable:
        """What sizes are judged by, and which features are wanted."""
        settings, sizes = self._session.settings, self._session.sizes
        return sizes.documents.limits, sizes.tokenizer, settings.editor_lenses, settings.editor_hints


def _shown(state: State) -> Hashable:
    """What lenses say of the team and of those who work."""
    working = [
        (view.name, view.state, view.task, view.files) for view in state.agents.values() if view.state in WORKING
    ]
    return state.team.state, tuple(working)


def _others_wait(event: Event) -> bool:
    waits = ChangeState.PROPOSED
    return isinstance(event, ChangeMoved) and waits in (event.change.state, event.previous)
