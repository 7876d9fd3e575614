"""What agents did and cost over all sessions: a record of each finished cycle, and the figures made of many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kinos.domain.outcome import CUT_OFF, IDLE, USEFUL, Result
from kinos.domain.usage import Usage, add_cost


@dataclass(frozen=True, slots=True)
class CycleRecord:
    """One finished cycle. `kind` is a FailureKind where `result` is "failed", else empty; `seconds` it took; `usd` US
    dollars, None when a price was unknown. `reason` is empty where it could quote a file.
    """

    cycle: str
    session: str
    team: str
    agent: str
    ended: datetime
    result: str
    kind: str
    reason: str
    seconds: float
    usage: Usage
    usd: float | None
    rehearsal: bool

    def described(self) -> dict[str, Any]:
        """As the protocol shows it."""
        return {
            "cycle": self.cycle,
            "session": self.session,
            "team": self.team,
            "agent": self.agent,
            "began": (self.ended - timedelta(seconds=self.seconds)).isoformat(timespec="milliseconds"),
            "ended": self.ended.isoformat(timespec="milliseconds"),
            "seconds": self.seconds,
            "result": str(self.result),
            "kind": self.kind,
            "reason": self.reason,
            "tokensIn": self.usage.tokens_in,
            "tokensOut": self.usage.output_tokens,
            "usd": self.usd,
            "rehearsal": self.rehearsal,
        }


@dataclass(frozen=True, slots=True)
class Figures:
    """One agent over many cycles. `seconds` is the sum; `usd` US dollars, None when a price was unknown."""

    agent: str
    cycles: int = 0
    landed: int = 0
    waiting: int = 0
    nothing: int = 0
    refused: int = 0
    failed: int = 0
    cut_off: int = 0
    useful: int = 0
    tried: int = 0
    seconds: float = 0.0
    usage: Usage = Usage()
    usd: float | None = 0.0
    last_failure: str = ""

    def and_(self, record: CycleRecord) -> "Figures":
        """The figures with one cycle more."""
        result = record.result
        return Figures(
            self.agent,
            self.cycles + 1,
            self.landed + (result == Result.LANDED),
            self.waiting + (result == Result.WAITING),
            self.nothing + (result == Result.NOTHING),
            self.refused + (result in (Result.REFUSED, Result.CONFLICTED)),
            self.failed + (result == Result.FAILED),
            self.cut_off + (result == CUT_OFF),
            self.useful + (result in USEFUL),
            self.tried + (result not in IDLE),
            self.seconds + record.seconds,
            self.usage + record.usage,
            add_cost(self.usd, record.usd),
            f"{record.kind}: {record.reason}" if result == Result.FAILED else self.last_failure,
        )

    def described(self) -> dict[str, Any]:
        """As `kin history --agents --json` shows it."""
        return {
            "agent": self.agent,
            "cycles": self.cycles,
            "landed": self.landed,
            "waiting": self.waiting,
            "nothing": self.nothing,
            "refused": self.refused,
            "failed": self.failed,
            "cutOff": self.cut_off,
            "successRate": success_rate(self.useful, self.tried),
            "meanSeconds": round(self.seconds / self.cycles, 3) if self.cycles else None,
            "tokensIn": self.usage.tokens_in,
            "tokensOut": self.usage.output_tokens,
            "usd": self.usd,
            "lastFailure": self.last_failure,
        }


def success_rate(useful: int, tried: int) -> float | None:
    """The share of cycles that landed or proposed a change, of those that found something to do; None when none did."""
    return round(useful / tried, 3) if tried else None


def figures(records: Iterable[CycleRecord]) -> Sequence[Figures]:
    """The figures of each agent, by name."""
    found: dict[str, Figures] = {}
    for record in records:
        found[record.agent] = found.get(record.agent, Figures(record.agent)).and_(record)
    return [found[name] for name in sorted(found)]
