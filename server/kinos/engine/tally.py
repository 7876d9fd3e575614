"""What the cycles of a run came to, counted for its summary, its exit code and its end."""

from dataclasses import dataclass, field

from kinos.domain.outcome import Outcome, Result


@dataclass(slots=True)
class Tally:
    """One run's. `budget` says which cap was reached, `last_failure` what a cycle failed of last."""

    cycles: int = 0
    landed: int = 0
    waiting: int = 0
    refused: int = 0
    failed: int = 0
    last_failure: str = ""
    budget: str = ""
    stopped: bool = False
    quiet: set[str] = field(default_factory=set)
    """Agents that had nothing to do, or failed, since the last change."""

    def count(self, agent: str, outcome: Outcome, *, stale: bool) -> None:
        """A cycle of `agent` ended; `stale` when something changed that it has not seen: its word does not count then."""
        self.cycles += 1
        self.landed += outcome.result is Result.LANDED
        self.waiting += outcome.result is Result.WAITING
        self.refused += outcome.result in (Result.REFUSED, Result.CONFLICTED)
        if outcome.result is Result.FAILED:
            self.failed += 1
            self.last_failure = outcome.reason
        if outcome.result is Result.WAITING:
            self.quiet.clear()
        elif outcome.result not in (Result.LANDED, Result.DENIED) and not stale:
            self.quiet.add(agent)
