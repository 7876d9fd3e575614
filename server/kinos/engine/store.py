"""The one writer of the state: events go in, subscribers see before, after and the event."""

from collections import deque
from collections.abc import Callable

from kinos.domain.event import Event
from kinos.domain.state import State
from kinos.domain.transition import apply

type Subscriber = Callable[[State, State, Event], None]


class Store:
    """Holds the state of one workspace. Dispatch is queued, never recursive: a subscriber may dispatch."""

    def __init__(self, state: State | None = None) -> None:
        self._state = state or State()
        self._queue: deque[Event] = deque()
        self._subscribers: list[Subscriber] = []
        self._draining = False

    @property
    def state(self) -> State:
        """The state now."""
        return self._state

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call `subscriber` after each event; returns a function that ends it."""
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    def dispatch(self, event: Event) -> None:
        """Apply `event` and tell the subscribers; within a subscriber it waits its turn."""
        self._queue.append(event)
        if self._draining:
            return
        self._draining = True
        try:
            while self._queue:
                self._step(self._queue.popleft())
        finally:
            self._draining = False

    def _step(self, event: Event) -> None:
        before, self._state = self._state, apply(self._state, event)
        for subscriber in tuple(self._subscribers):
            subscriber(before, self._state, event)
