"""What a cycle of an agent came to."""

from dataclasses import dataclass
from enum import StrEnum

from kinos.domain.errors import FailureKind


class Result(StrEnum):
    """How a cycle ended."""

    LANDED = "landed"
    WAITING = "waiting for review"
    NOTHING = "nothing to do"
    UNCHANGED = "no change"
    REFUSED = "refused"
    CONFLICTED = "set aside"
    DENIED = "denied by the budget"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`kind` is set for FAILED, and for DENIED, which is no failure of the agent; `wait` is the seconds for which the API asked
    to be left alone.
    """

    result: Result
    reason: str
    kind: FailureKind | None = None
    wait: float = 0.0


CUT_OFF = "cut off"
"""The result of a cycle that a stop has ended: it came to no outcome."""
USEFUL = frozenset({Result.LANDED, Result.WAITING})
"""Results of a cycle that brought something."""
QUOTING = frozenset({Result.UNCHANGED})
"""Results whose reason is what the editor's model said, which may be what is in a file: it is never written down."""
IDLE = frozenset({Result.NOTHING, Result.DENIED, CUT_OFF})
"""Results that are neither a success nor the want of one."""
