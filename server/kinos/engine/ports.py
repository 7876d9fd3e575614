"""What the engine needs from outside, as Protocols; `adapters/` and the front ends implement them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from kinos.domain.change import Change
from kinos.domain.check import CheckRecord
from kinos.domain.count import Count, Terms
from kinos.domain.figure import CycleRecord
from kinos.domain.finding import Finding
from kinos.domain.message import Denied, EditCall, Edited, Failed, Granted, PlanCall, Planned, Reserve, Settle, Text
from kinos.domain.suggestion import Suggestion
from kinos.domain.team import Agent, Team
from kinos.tokens.document import TextEdit


class Clock(Protocol):
    """Time, so that schedule and budgets can run on a virtual one."""

    def now(self) -> datetime:
        """The time of day, with its zone."""
        ...

    def day(self) -> date:
        """The local day."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back."""
        ...

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        """Return when `event` is set or after `seconds`; None waits for the event alone."""
        ...


class Ids(Protocol):
    """New names for sessions, cycles and changes."""

    def new(self, prefix: str) -> str:
        """A name that this workspace has not used."""
        ...


class Disk(Protocol):
    """The workspace's files. Paths are workspace-relative, POSIX, already in their one spelling."""

    root: Path

    def paths(self) -> Iterable[str]:
        """Every file of any kind that is neither hidden nor ignored, sorted."""
        ...

    def cede(self, folders: Sequence[str]) -> None:
        """From now on leave these folders inside, and all in them, to the engines that own them: they are neither listed
        nor read nor written here.
        """
        ...

    def real(self, path: str) -> str:
        """The real file behind `path`, the same for all its names."""
        ...

    def ignored(self, path: str) -> bool:
        """Whether `.gitignore`, `.kinosignore` or the settings leave it out."""
        ...

    def read(self, path: str) -> bytes | None:
        """The bytes, or None when there is no such file. Raises LandingError when it cannot be read."""
        ...

    def permit(self, path: str) -> None:
        """Raise PolicyError when agents may not write there: outside after resolving links, ceded, ignored, not writable."""
        ...

    def write(self, path: str, content: bytes | None, expected: str | None) -> None:
        """Replace (or create, or with None delete) a file, atomically, flushed to the disk, mode and owner kept.

        `expected` is the digest it must have right before, None for no file. Raises ConflictError when it has another,
        LandingError when the disk refuses. Blocking: called off the loop.
        """
        ...

    def sweep(self, path: str) -> None:
        """Remove what a write of `path` that was cut off has left beside it: half a file, folders with nothing in them.

        Nobody may be writing `path`. Blocking: called off the loop.
        """
        ...

    def stamp(self, path: str) -> tuple[int, int] | None:
        """Modification time in nanoseconds and size in bytes; None when there is no such file."""
        ...

    def suffixes(self) -> Mapping[str, int]:
        """How many files there are by suffix, ignored ones left out: what the folder holds."""
        ...


@dataclass(frozen=True, slots=True)
class Intent:
    """What a landing is about to do to one file: digests before and after, None for no file. `buffer`: an editor does it."""

    path: str
    before: str | None
    after: str | None
    buffer: bool


class Journal(Protocol):
    """What was done, on disk, flushed before it is relied on. Only the holder of the lock writes it."""

    def keep(self, content: bytes) -> str:
        """Store an image; returns its digest. Raises LandingError when it cannot be kept."""
        ...

    def image(self, digest: str) -> bytes | None:
        """A stored image, or None when it is no longer kept."""
        ...

    def prune(self, since: datetime, most: int) -> int:
        """Remove images that no change has needed since then, and the oldest until at most `most` bytes of them are left.

        Those that a waiting change or an interrupted landing needs stay. Returns how many were removed.
        """
        ...

    def intend(self, change: str, intents: Sequence[Intent]) -> None:
        """Record what is about to be written."""
        ...

    def settle(self, change: str, outcome: Change | None) -> None:
        """Record at one stroke that the intents of `change` were carried out and what it is now, or (None) taken back."""
        ...

    def pending(self) -> Mapping[str, Sequence[Intent]]:
        """Intents without a settlement, by change: a landing that was interrupted."""
        ...

    def record(self, change: Change) -> None:
        """Record a change as it is now."""
        ...

    def changes(self) -> Sequence[Change]:
        """Every change in the order it was made, each in its last recorded state."""
        ...

    def finish(self, cycle: CycleRecord) -> None:
        """Record a cycle that has ended. Raises LandingError when it cannot be written."""
        ...

    def cycles(self) -> Sequence[CycleRecord]:
        """Every cycle that ended, of all sessions, in the order they did."""
        ...

    def checked(self, check: CheckRecord) -> None:
        """Record what the check command came to. Raises LandingError when it cannot be written."""
        ...

    def last_check(self) -> CheckRecord | None:
        """The last one recorded."""
        ...

    def compact(self) -> None:
        """Leave out what newer lines say again, if that is much. A crash leaves the journal as it was, or as it will be.

        Raises LandingError when it cannot be written.
        """
        ...


class StateFolder(Protocol):
    """`.kinos/state/` of a workspace."""

    def exists(self) -> bool:
        """Whether anything was kept for this workspace."""
        ...

    def hold(self, who: str) -> AbstractContextManager[None]:
        """Create the folder and hold its lock. Raises WorkspaceHeldError naming the holder."""
        ...

    def holder(self) -> str:
        """Who holds it now, as a person would say it; empty when nobody does."""
        ...

    def near(self, inner: Iterable[str]) -> str:
        """Who works on a folder around this one, or on one of `inner` (relative) in it, as a sentence without its end; empty
        when nobody of another process does.
        """
        ...

    def others(self) -> bool:
        """Whether the engine of another process listens for this workspace."""
        ...

    def journal(self) -> Journal:
        """The journal; reading needs no lock."""
        ...

    def load(self, name: str) -> Mapping[str, Any]:
        """A small JSON object kept under `name`; empty when absent or broken."""
        ...

    def record_sizes(self, time: datetime, sizes: Mapping[str, int]) -> None:
        """Remember which documents' tokens are others than at the last record. Needs the lock. Raises SetupError."""
        ...

    def size_history(self) -> Mapping[str, Sequence[tuple[str, int | None]]]:
        """By path, the tokens of a document from the first record on, each with its time (ISO 8601); None when it went."""
        ...

    def store(self, name: str, value: Mapping[str, Any]) -> None:
        """Keep a small JSON object, atomically. Needs the lock."""
        ...


class Checkup(Protocol):
    """Looks at all that an engine needs."""

    async def findings(self, *, live: bool) -> Sequence[Finding]:
        """What is installed, reachable and missing; with `live` also what one minimal call to the model came to."""
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


class Catalog(Protocol):
    """Teams and agents, shipped and of the workspace."""

    def team(self, name: str) -> Team:
        """Raises UsageError with the names there are, ContentError when its file is wrong."""
        ...

    def agent(self, name: str, team: Team | None = None) -> Agent:
        """The agent, as a member of `team` if that is given: a team may have prompts that are its own.

        Raises UsageError with the names there are, ContentError when its file is wrong.
        """
        ...

    def stamp(self, team: Team) -> Hashable:
        """A value that is another one once a file has changed that `team` or its agents are read from. Cheap; raises nothing."""
        ...

    def teams(self) -> Sequence[str]:
        """Names, sorted."""
        ...

    def agents(self) -> Sequence[str]:
        """Names, sorted."""
        ...

    def stray_teams(self) -> Mapping[str, str]:
        """What has a team's name but is no file, with a sentence that says so."""
        ...

    def stray_agents(self) -> Mapping[str, str]:
        """What has an agent's name but is no file, with a sentence that says so."""
        ...


type Gate = Callable[[Reserve | Settle], Awaitable[Granted | Denied | None]]
"""Asked by a worker before and after each model call; its answer may have to wait for a disk."""


type Ear = Callable[[str], None]
"""Told by a worker what the model says, as it says it: a few times a second, harmless to show. It may hold contents of files."""


class DayLedger(Protocol):
    """What all engines of the user spend in a day, over workspaces and processes. Blocking: called off the loop.

    Each method raises SetupError saying what mends it when the ledger cannot be read or written: that is never 0 spent.
    """

    def spent(self, day: date) -> float:
        """US dollars spent and reserved on a day."""
        ...

    def reserve(self, day: date, usd: float, cap: float) -> tuple[str, float]:
        """Hold US dollars, on the disk when this returns: the reservation's name, and what is spent and held then.

        What is never settled stays spent. Raises BudgetError when it would pass `cap`, in US dollars; 0 is none.
        """
        ...

    def settle(self, day: date, name: str, usd: float) -> float:
        """The call of a reservation of `day` cost so many US dollars. Returns what is spent and held then."""
        ...


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


class Counting(Protocol):
    """The documents of one folder as they are on the disk, counted out of the way of whoever types.

    Each iterator gives what it finds a few at a time, and raises UnavailableError when whoever counts has died; the next
    call starts anew then, and tells everything again.
    """

    def scan(self, terms: Terms) -> AsyncIterator[Sequence[Count]]:
        """Look at the whole folder: what is new since the last look, hidden and ignored files left out."""
        ...

    def look(self, terms: Terms, paths: Sequence[str]) -> AsyncIterator[Sequence[Count]]:
        """Look at these paths: each document as it is now, whatever was told before."""
        ...

    def watch(self, terms: Terms) -> AsyncIterator[Sequence[Count] | str]:
        """What changes from now on, for ever; a string is something a person should know."""
        ...

    async def suggest(self, terms: Terms, paths: Sequence[str], limit: int) -> Sequence[Suggestion]:
        """What would bring each of these documents to at most `limit` tokens; nothing for one that cannot be read.

        Raises UnavailableError.
        """
        ...

    async def text(self, text: str, tokenizer: str) -> int:
        """Tokens of `text`. Raises UnavailableError."""
        ...

    async def close(self) -> None:
        """Done with it: end every iterator and process."""
        ...


class Editor(Protocol):
    """The editor in which documents are open."""

    async def edit(self, changes: Mapping[str, tuple[int, Sequence[TextEdit]]], label: str) -> None:
        """Ask for versioned edits of open documents, by path. Columns are in code points (utf-32). The editor's answer is
        no evidence and is not returned: what comes back by didChange decides.
        """
        ...

    def other_name(self, path: str) -> str:
        """The name by which it has the file open that `path` is, when it is not open as `path` itself; empty when none."""
        ...
