"""What shows a running team."""

from contextlib import AbstractContextManager
from typing import Protocol

from kinos.domain.event import Event
from kinos.domain.state import State


class View(Protocol):
    """Shows events as they happen."""

    def show(self, before: State, after: State, event: Event) -> None:
        """A subscriber of the session."""
        ...

    def running(self) -> AbstractContextManager[object]:
        """Show while the block runs."""
        ...
