"""The processes beside an engine: who plans and edits, what other packages run, the check command."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kinos.domain.message import Denied, EditCall, Edited, Failed, Granted, PlanCall, Planned, Reserve, Settle, Text

type Gate = Callable[[Reserve | Settle], Awaitable[Granted | Denied | None]]
"""Asked by a worker before and after each model call; its answer may have to wait for a disk."""


type Ear = Callable[[str], None]
"""Told by a worker what the model says, as it says it: a few times a second, harmless to show. It may hold contents of files."""


type Reader = Callable[[str], Text]
"""Gives an agent's own code a file of the workspace, by path."""


class Workers(Protocol):
    """The processes that plan and edit."""

    async def start(self) -> None:
        """Be ready for calls. Raises SetupError when aider or the SDK is not there."""
        ...

    async def plan(self, call: PlanCall, gate: Gate, hear: Ear, read: Reader | None = None) -> Planned | Failed:
        """One plan call; cancelling it ends its process. `read` shows files to the agent's own code, if it has any."""
        ...

    async def edit(self, call: EditCall, gate: Gate, hear: Ear) -> Edited | Failed:
        """One edit call; cancelling it ends its process."""
        ...

    def folder(self) -> AbstractContextManager[Path]:
        """An empty private folder for one edit."""
        ...

    async def stop(self) -> int:
        """End every process below this one that belongs to the team; how many ended. Idempotent.

        Raises SurvivedError naming those that could not be ended; the next stop tries those again.
        """
        ...


class Services(Protocol):
    """What other packages let live as long as a team."""

    async def start(self, say: Callable[[str, str], None]) -> None:
        """Start them. One that fails, now or later, is told to `say` (a level, a sentence) and dropped."""
        ...

    async def stop(self) -> int:
        """End them, in bounded time; how many processes ended."""
        ...


class Rehearsal(Protocol):
    """The rehearsal model's server."""

    async def start(self) -> str:
        """Its address. Starting it twice gives the same."""
        ...

    async def stop(self) -> int:
        """End it; how many processes ended."""
        ...


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command came to: its exit code (negative: ended by that signal), what it printed, bounded, and how long it took."""

    code: int
    output: str
    seconds: float
    timed_out: bool = False


class Checker(Protocol):
    """Runs the check command, one at a time."""

    async def run(self, command: Sequence[str], seconds: float) -> Ran:
        """Run it to its end, or for so many seconds; afterwards nothing of it is alive. Without a shell and without keys.

        Raises SetupError when it cannot be started.
        """
        ...

    async def stop(self) -> int:
        """End what runs, with everything below it; how many processes ended. Raises SurvivedError."""
        ...
