"""The gate every single model call passes: reserved before, settled after, tried again as often as the settings allow."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kinos.domain.breaker import LONG_WISH
from kinos.domain.errors import FailureKind, FaultError
from kinos.domain.message import Denied, Granted, Reserve, Retry, Settle
from kinos.domain.usage import Usage
from kinos.worker.channel import Line
from kinos.worker.deadline import Deadline
from kinos.worker.fault import Fault, read
from kinos.worker.source import Source

if TYPE_CHECKING:
    from tenacity import RetryCallState

_LASTING = {FailureKind.AUTHENTICATION, FailureKind.PERMISSION, FailureKind.CONTEXT_TOO_LONG}
"""Faults that stay however often one asks, whatever their HTTP code."""

LONGEST_PAUSE = 60.0
"""Seconds; a pause doubles up to this, unless the API asks for a longer one."""


@dataclass(slots=True)
class Gate:
    """The one way of a call to its model. `spent` is what its tries used so far.

    `chance` is a number from 0 to 1, anew each time: it spreads the pauses, so that agents do not all come back at one moment.
    """

    line: Line
    source: Source
    retry: Retry
    deadline: Deadline
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    spent: Usage = field(default_factory=Usage)

    def ask[T](
        self,
        input_tokens: int,
        max_tokens: int,
        send: Callable[[float], T],
        usage: Callable[[T], Usage | None],
        searches: int = 0,
    ) -> T:
        """What `send` returns, given the seconds left. It makes exactly one model call and does not try again itself.

        `input_tokens`, `max_tokens` (of output) and `searches` (web searches) are what it uses at most; `usage` says what the
        answer used, None when the answer does not say. Raises FaultError when the engine denies it, or when the last try
        failed; what `send` raises that is no fault of a model call passes unchanged.
        """
        # A worker whose interpreter lacks a package must live long enough to say which.
        from tenacity import Retrying, retry_if_exception

        tries = Retrying(
            retry=retry_if_exception(self._may_pass),
            wait=self._pause,
            stop=self._enough,
            sleep=self.sleep,
            reraise=True,
        )
        try:
            answer: T = tries(self._once, Usage(input_tokens, max_tokens, calls=1, searches=searches), send, usage)
        except Exception as error:
            fault = _fault(error)
            if fault is None:
                raise
            said = self.source.fault(fault.kind, _detail(fault, tries.statistics["attempt_number"]))
            said.retry_after = fault.retry_after
            raise said from error
        return answer

    def _once[T](self, worst: Usage, send: Callable[[float], T], usage: Callable[[T], Usage | None]) -> T:
        reservation = self._reserve(worst)
        used = Usage()
        try:
            seconds = self.deadline.left()
            used = worst
            answer = send(seconds)
            used = usage(answer) or worst
        except BaseException as error:
            fault = read(error)
            if fault is not None and not fault.sent:
                used = Usage()
            raise
        finally:
            self._settle(reservation, used)
        return answer

    def _reserve(self, worst: Usage) -> int:
        with self.deadline.held():
            self.line.send(Reserve(self.source.model, worst.input_tokens, worst.output_tokens, worst.searches))
            answer = self.line.receive()
        match answer:
            case Granted(reservation):
                return reservation
            case Denied(reason, failure, remedy):
                raise FaultError(failure, f"{reason}.", remedy)
            case _:
                raise ValueError(f"{type(answer).__name__} is no answer to a reservation")

    def _settle(self, reservation: int, used: Usage) -> None:
        with self.deadline.held():
            self.spent += used
            self.line.send(Settle(reservation, self.source.model, used))

    def _may_pass(self, error: BaseException) -> bool:
        """Whether another try may end better."""
        fault = _fault(error)
        return fault is not None and fault.kind not in _LASTING and (fault.passing or fault.status in self.retry.codes)

    def _pause(self, state: "RetryCallState") -> float:
        """Seconds before the next try: half of the doubled delay at least, and never less than the API asks for."""
        doubled = self.retry.delay * 2.0 ** (state.attempt_number - 1)
        longest = min(doubled, max(LONGEST_PAUSE, self.retry.delay))
        chance = self.chance()
        wish = _wish(state)
        if wish < 0:
            return longest * (1 + chance) / 2
        return max(longest, wish) + self.retry.delay * chance

    def _enough(self, state: "RetryCallState") -> bool:
        """Whether there is no next try: it was the last, the call would be over before, or the API asks for a long pause."""
        if state.attempt_number >= self.retry.attempts or _wish(state) >= LONG_WISH:
            return True
        return state.upcoming_sleep >= self.deadline.left()


def _wish(state: "RetryCallState") -> float:
    """For how many seconds the API asked to be left alone; negative when it did not ask."""
    error = state.outcome.exception() if state.outcome is not None else None
    fault = None if error is None else _fault(error)
    return -1.0 if fault is None or fault.retry_after is None else fault.retry_after


def _fault(error: BaseException) -> Fault | None:
    """The fault of a model call behind `error`; None for what is already explained, and for what ends the call anyhow."""
    return read(error) if isinstance(error, Exception) and not isinstance(error, FaultError) else None


def _detail(fault: Fault, tries: int) -> str:
    status = f"HTTP {fault.status}" if fault.status else ""
    parts = [fault.detail.rstrip("."), status, f"tried {tries} times" if tries > 1 else ""]
    return ", ".join(part for part in parts if part)
