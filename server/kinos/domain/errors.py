"""The one tree of errors. Each says what happened, what to do, and the exit code of a command that ends with it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import override


class FailureKind(StrEnum):
    """Why a model call or a cycle failed; each is a state of its own and none of them is a success."""

    AUTHENTICATION = "authentication"
    PERMISSION = "permission"
    RATE_LIMIT = "rate-limit"
    OVERLOADED = "overloaded"
    SERVER = "server-error"
    UNREACHABLE = "unreachable"
    BROKEN = "broken-answer"
    TIMEOUT = "timeout"
    BAD_REQUEST = "bad-request"
    CONTEXT_TOO_LONG = "context-too-long"
    CUT_OFF = "cut-off"
    EMPTY_ANSWER = "empty-answer"
    NO_TASK = "no-valid-task"
    NO_SEARCH = "no-web-search"
    NO_MATCH = "edit-does-not-match"
    BUDGET = "budget"
    POLICY = "policy"
    CONFLICT = "conflict"
    DISK = "disk"
    JOURNAL = "journal"
    WORKER = "worker-ended"
    CIRCUIT_OPEN = "circuit-open"
    EXTENSION = "extension"
    INTERNAL = "internal"


class KinosError(Exception):
    """Anything KinOS can explain. `remedy` is a sentence that says what to do; `exit_code` follows the contract."""

    exit_code = 2

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    @override
    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".rstrip()


class UsageError(KinosError):
    """The command or request was used wrongly."""


class SetupError(KinosError):
    """Something KinOS needs is missing or not configured: a key, aider, an interpreter, a folder."""


class NoKeyError(SetupError):
    """No API key, and rehearsal was not asked for."""


class NoAgentsError(SetupError):
    """The interpreter of the agents lacks what they are made with: aider, the SDK."""


class StoppedError(KinosError):
    """The person stopped what they had asked for."""

    exit_code = 130


class WorkspaceHeldError(SetupError):
    """Another engine holds the folder."""


class UntrustedError(SetupError):
    """The person has not said that agents may work in this folder."""


class ContentError(KinosError):
    """A team, prompt or configuration file is wrong. `path` is where, `line` is 1-based or None."""

    def __init__(self, message: str, path: str, line: int | None = None) -> None:
        self.path = path
        self.line = line
        self.problem = message
        where = path if line is None else f"{path}:{line}"
        super().__init__(f"{where}: {message}")


class UnavailableError(KinosError):
    """A tokenizer cannot count here: a size is unknown, never 0."""


class FaultError(KinosError):
    """A model call, a worker or a cycle failed. `retry_after` is the seconds the API asked to wait, if it did."""

    exit_code = 5

    def __init__(self, kind: FailureKind, message: str, remedy: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, remedy)
        self.kind = kind
        self.retry_after = retry_after


class BudgetError(KinosError):
    """A cap was reached before money was spent, or cannot be kept for a price is not known."""

    exit_code = 4


class SurvivedError(KinosError):
    """Processes of the team could not be ended. `ended` is how many were, `alive` who still lives."""

    exit_code = 1

    def __init__(self, ended: int, alive: Sequence[int]) -> None:
        self.ended = ended
        self.alive = tuple(alive)
        processes = "1 process" if len(alive) == 1 else f"{len(alive)} processes"
        super().__init__(
            f"{processes} could not be ended: {', '.join(map(str, alive))} ({ended} ended).",
            "Stop again, or end them by hand: kill -9 " + " ".join(map(str, alive)),
        )


class PolicyError(KinosError):
    """A change touches what agents may not touch."""


class ConflictError(KinosError):
    """A change cannot be merged with what is there now."""


class LandingError(KinosError):
    """The disk or the editor refused a change; nothing of it was kept."""


class JournalError(LandingError):
    """What is about to be done, or was done, cannot be recorded. What cannot be journalled is not done."""
