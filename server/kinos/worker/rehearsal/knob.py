"""What a test can set while the server runs: delays, faults for the next requests, exact answers."""

import threading
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kinos.worker.rehearsal.answer import Answer


class Fault(StrEnum):
    """What goes wrong with a request. The first ones are HTTP codes, the last ones belong to a kind of request."""

    UNAUTHENTICATED = "401"
    FORBIDDEN = "403"
    RATE_LIMITED = "429"
    BROKEN = "500"
    OVERLOADED = "529"
    HALF_STREAM = "half-stream"
    STALL = "stall"
    EMPTY = "empty"
    CUT = "cut"
    NO_TOOL = "no-tool"
    BAD_EDIT = "bad-edit"
    NO_SEARCH = "no-search"


STATUS = {
    Fault.UNAUTHENTICATED: (401, "authentication_error", "invalid x-api-key"),
    Fault.FORBIDDEN: (403, "permission_error", "Your API key does not have permission to use the specified resource."),
    Fault.RATE_LIMITED: (429, "rate_limit_error", "This request would exceed your organization's rate limit."),
    Fault.BROKEN: (500, "api_error", "Internal server error"),
    Fault.OVERLOADED: (529, "overloaded_error", "Overloaded"),
    Fault.NO_SEARCH: (400, "invalid_request_error", "Web search is not enabled for this organization."),
}
"""Code, error type and message of the faults that are refusals."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a request is for: faults of the other kind wait for theirs."""

    planning: bool
    editing: bool
    searching: bool = False

    def meets(self, fault: Fault) -> bool:
        """Whether `fault` can happen to such a request."""
        needs = {Fault.NO_TOOL: self.planning, Fault.BAD_EDIT: self.editing, Fault.NO_SEARCH: self.searching}
        return needs.get(fault, True)


class Knobs:
    """Settable at any time, from any thread.

    `delay` is seconds before the first byte of an answer, `pace` seconds before each piece of a stream, `retry_after` the
    seconds a 429 asks to wait, `most_bytes` the largest request body, 32 MB as the API's.
    """

    def __init__(
        self, delay: float = 0.0, pace: float = 0.0, retry_after: float = 1.0, most_bytes: int = 32 * 1024 * 1024
    ) -> None:
        self.delay = delay
        self.pace = pace
        self.retry_after = retry_after
        self.most_bytes = most_bytes
        self._lock = threading.Lock()
        self._faults: deque[Fault] = deque()
        self._script: deque[Answer] = deque()

    def fail(self, name: str, times: int = 1) -> None:
        """Let the next `times` requests it can happen to end in the fault `name`. Raises ValueError for an unknown name."""
        fault = Fault(name)
        with self._lock:
            self._faults.extend([fault] * times)

    def script(self, answers: Sequence[Answer]) -> None:
        """Give exactly these answers to the next requests, one each, instead of following the rules."""
        with self._lock:
            self._script.extend(answers)

    def take_fault(self, kind: Kind) -> Fault | None:
        """The fault of the request that just came in, used up by it."""
        with self._lock:
            found = next((fault for fault in self._faults if kind.meets(fault)), None)
            if found is not None:
                self._faults.remove(found)
            return found

    def take_answer(self) -> Answer | None:
        """The scripted answer of the request that just came in, used up by it."""
        with self._lock:
            return self._script.popleft() if self._script else None

    @property
    def left(self) -> Collection[Fault]:
        """Faults that have not happened yet."""
        with self._lock:
            return tuple(self._faults)
