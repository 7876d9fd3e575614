"""The coalescing of what is told of a state, on a clock that is moved by hand."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import cast

from kinos.domain.event import Noted
from kinos.domain.state import State
from kinos.lsp.coalescing import INTERVAL, Coalesced

EVENT = Noted(datetime.now(UTC), "info", "something")


@dataclass
class Handle:
    """One call that is due."""

    at: float
    callback: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class ManualTimer:
    """Implements `Timer`."""

    now: float = 100.0
    handles: list[Handle] = field(default_factory=list)

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        self.handles.append(Handle(self.now + delay, callback))
        return cast("asyncio.TimerHandle", self.handles[-1])

    def pass_(self, seconds: float) -> None:
        """Let time pass, and what is due happen."""
        self.now += seconds
        due = [handle for handle in self.handles if handle.at <= self.now + 1e-9]
        self.handles = [handle for handle in self.handles if handle not in due]
        for handle in due:
            if not handle.cancelled:
                handle.callback()


def test_the_first_change_is_told_at_once() -> None:
    sent: list[float] = []
    timer = ManualTimer()
    Coalesced(lambda: sent.append(timer.now), timer).changed()
    timer.pass_(0)
    assert len(sent) == 1


def test_changes_in_between_are_told_together_and_the_last_one_always() -> None:
    timer = ManualTimer()
    state, sent = [0], list[int]()
    status = Coalesced(lambda: sent.append(state[0]), timer)
    for number in range(100):
        state[0] = number
        status.changed()
        timer.pass_(0.01)
    timer.pass_(INTERVAL)
    assert len(sent) == 5
    assert sent[-1] == 99


def test_a_rested_folder_tells_its_next_change_at_once() -> None:
    sent: list[float] = []
    timer = ManualTimer()
    status = Coalesced(lambda: sent.append(timer.now), timer)
    status.changed()
    timer.pass_(0)
    timer.pass_(60)
    status.changed()
    timer.pass_(0)
    assert sent == [100.0, 160.0]


def test_an_event_that_changes_nothing_is_not_told() -> None:
    timer = ManualTimer()
    Coalesced(lambda: None, timer).on_event(State(), State(), EVENT)
    assert timer.handles == []


def test_an_event_that_changes_the_state_is_told() -> None:
    timer = ManualTimer()
    Coalesced(lambda: None, timer).on_event(State(), replace(State(), waiting=1), EVENT)
    assert len(timer.handles) == 1


def test_nothing_is_told_after_the_stop() -> None:
    sent: list[None] = []
    timer = ManualTimer()
    status = Coalesced(lambda: sent.append(None), timer)
    status.changed()
    status.stop()
    timer.pass_(1)
    assert sent == []
