"""The gate every single model call passes: reserved before, settled after, tried again as often as the settings allow."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from kinos.domain.errors import FailureKind, FaultError
from kinos.domain.message import Denied, Granted, Reserve, Retry, Settle
from kinos.domain.usage import Usage
from kinos.worker.channel import Line
from kinos.worker.deadline import Deadline
from kinos.worker.fault import Fault, Source, read

_LASTING = {FailureKind.AUTHENTICATION, FailureKind.PERMISSION, FailureKind.CONTEXT_TOO_LONG}
"""Faults that stay however often one asks, whatever their HTTP code."""


@dataclass(slots=True)
class Gate:
    """The one way of a call to its model. `spent` is what its tries used so far."""

    line: Line
    source: Source
    retry: Retry
    deadline: Deadline
    sleep: Callable[[float], None] = time.sleep
    spent: Usage = field(default_factory=Usage)

    def ask[T](
        self, input_tokens: int, max_tokens: int, send: Callable[[float], T], usage: Callable[[T], Usage | None]
    ) -> T:
        """What `send` returns, given the seconds left. It makes exactly one model call and does not try again itself.

        `usage` says what the answer used, None when the answer does not say. Raises FaultError when the engine denies it, or
        when the last try failed; what `send` raises that is no fault of a model call passes unchanged.
        """
        tries = 0
        while True:
            tries += 1
            try:
                return self._once(input_tokens, max_tokens, send, usage)
            except Exception as error:
                fault = None if isinstance(error, FaultError) else read(error)
                if fault is None:
                    raise
                if tries >= self.retry.attempts or not self._rest(fault, tries):
                    raise self.source.fault(fault.kind, _detail(fault, tries)) from error

    def _once[T](
        self, input_tokens: int, max_tokens: int, send: Callable[[float], T], usage: Callable[[T], Usage | None]
    ) -> T:
        reservation = self._reserve(input_tokens, max_tokens)
        worst = Usage(input_tokens, max_tokens, calls=1)
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

    def _reserve(self, input_tokens: int, max_tokens: int) -> int:
        with self.deadline.held():
            self.line.send(Reserve(self.source.model, input_tokens, max_tokens))
            answer = self.line.receive()
        match answer:
            case Granted(reservation):
                return reservation
            case Denied(reason):
                raise FaultError(FailureKind.BUDGET, f"{reason}.", "Raise the budget, or start again later.")
            case _:
                raise ValueError(f"{type(answer).__name__} is no answer to a reservation")

    def _settle(self, reservation: int, used: Usage) -> None:
        with self.deadline.held():
            self.spent += used
            self.line.send(Settle(reservation, self.source.model, used))

    def _rest(self, fault: Fault, tries: int) -> bool:
        """Wait before the next try; False when there should be none."""
        if fault.kind in _LASTING or not (fault.passing or fault.status in self.retry.codes):
            return False
        delay = self.retry.delay * 2 ** (tries - 1) if fault.retry_after is None else fault.retry_after
        if delay >= self.deadline.left():
            return False
        self.sleep(delay)
        return True


def _detail(fault: Fault, tries: int) -> str:
    parts = [fault.detail, f"HTTP {fault.status}" if fault.status else "", f"tried {tries} times" if tries > 1 else ""]
    return ", ".join(part for part in parts if part)
