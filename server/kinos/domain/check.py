"""The check command's result: how it ended, what a person is told, and what the agents are shown of its output."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kinos.domain.change import LANDED_STATES, Change
from kinos.domain.path import is_markdown

SHOWN = 6_000
"""Characters of output that a brief shows: a third from its beginning, the rest from its end, where failures are."""


class CheckState(StrEnum):
    """How it ended. Only PASSED is a success."""

    PASSED = "passed"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    NOT_STARTED = "could not start"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """One check, without its output. `reason` says more than `state`: the exit code, what to mend, what it waits for."""

    state: CheckState
    reason: str
    command: tuple[str, ...]
    time: datetime
    seconds: float = 0.0

    def sentence(self) -> str:
        """What a person is told."""
        return f"{self.state}: {self.reason}" if self.reason else self.state.value


@dataclass(frozen=True, slots=True)
class Check:
    """A check with its output, of which only the agents' briefs are told."""

    record: CheckRecord
    output: str = ""

    def material(self) -> str:
        """What a brief shows of it."""
        head = f"$ {' '.join(self.record.command)}\n{self.record.sentence()} ({self.record.time:%Y-%m-%d %H:%M:%S})"
        output = trimmed(self.output.strip("\n"), SHOWN)
        return f"{head}\n\n{output}" if output else head


def trimmed(text: str, most: int) -> str:
    """At most about `most` characters of `text`: its beginning and its end, with a line between that says what is missing."""
    if len(text) <= most:
        return text
    first = most // 3
    last = most - first
    return f"{text[:first]}\n[… {len(text) - most:,} characters left out …]\n{text[-last:]}"


def unreviewed(changes: list[Change]) -> list[Change]:
    """Landed changes of code that no person accepted: what they brought is not run unless the user said so."""
    return [
        change
        for change in changes
        if change.state in LANDED_STATES
        and not change.accepted
        and any(not is_markdown(file.path) and file.after is not None for file in change.files)
    ]
