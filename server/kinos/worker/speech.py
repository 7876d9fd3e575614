"""What a model says, told to the engine while it says it: a few times a second, harmless to show."""

import time
from collections.abc import Callable

from kinos.domain.message import Heard
from kinos.domain.utterance import harmless
from kinos.worker.channel import Line
from kinos.worker.deadline import Deadline

PAUSE = 0.2
"""Seconds at least between two messages."""

MOST = 4_000
"""Characters of one message: of more, the last ones are told."""


class Speech:
    """Gathers the pieces of an answer into messages over `line`."""

    def __init__(self, line: Line, deadline: Deadline, clock: Callable[[], float] = time.monotonic) -> None:
        self._line = line
        self._deadline = deadline
        self._clock = clock
        self._waiting = ""
        self._told = float("-inf")

    def say(self, piece: str) -> None:
        """The model said `piece`; it is told at once when the last message was long enough ago."""
        self._waiting = (self._waiting + piece)[-MOST:]
        if self._clock() - self._told >= PAUSE:
            self.end()

    def end(self) -> None:
        """Tell what is left."""
        if not self._waiting:
            return
        text, self._waiting, self._told = harmless(self._waiting), "", self._clock()
        with self._deadline.held():  # half a frame would end the call
            self._line.send(Heard(text))
