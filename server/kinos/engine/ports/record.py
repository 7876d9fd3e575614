"""What is kept of what was done and spent."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from kinos.domain.change import Change
from kinos.domain.check import CheckRecord
from kinos.domain.figure import CycleRecord
from kinos.domain.phase_history import PhasePoint


@dataclass(frozen=True, slots=True)
class Intent:
    """What a landing is about to do to one file: digests before and after, None for no file. `buffer`: an editor does it."""

    path: str
    before: str | None
    after: str | None
    buffer: bool


@dataclass(frozen=True, slots=True)
class Begun:
    """A landing whose end is not in the journal: `outcome` is what the change is once all its files are as was intended,
    None where only an editor can tell.
    """

    files: Sequence[Intent]
    outcome: Change | None = None


class Journal(Protocol):
    """What was done, on disk, flushed before it is relied on. Only the holder of the lock writes it."""

    def keep(self, content: bytes, name: str | None = None) -> str:
        """Store an image; returns its digest, which is `name` where that is known. Raises JournalError when it cannot be kept."""
        ...

    def image(self, digest: str) -> bytes | None:
        """A stored image, or None when it is no longer kept."""
        ...

    def prune(self, since: datetime, most: int) -> int:
        """Remove images that no change has needed since then, and the oldest until at most `most` bytes of them are left.

        Those that a waiting change or an interrupted landing needs stay. Returns how many were removed.
        """
        ...

    def intend(self, change: str, begun: Begun) -> None:
        """Record what is about to be written, and what the change is then. `flush` before anything of it is."""
        ...

    def settle(self, change: str, outcome: Change | None) -> None:
        """Record at one stroke that the intents of `change` were carried out and what it is now, or (None) taken back."""
        ...

    def fulfil(self, change: str) -> None:
        """Record that the intents of `change` were carried out and that it is what they named as the outcome.

        A power cut may take that back until the next `flush`; the files then say the same.
        """
        ...

    def flush_after(self, first: Callable[[], object]) -> None:
        """From now on nothing that was recorded is flushed before `first` has been called; where that raises, nothing is."""
        ...

    def flush(self) -> None:
        """Have on the disk what was recorded. Raises JournalError when the disk refuses. Blocking: called off the loop."""
        ...

    def pending(self) -> Mapping[str, Begun]:
        """Intents without a settlement, by change: a landing that was interrupted."""
        ...

    def record(self, change: Change, *, flushed: bool = True) -> None:
        """Record a change as it is now; without `flushed` a power cut may take that back until the next `flush`."""
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

    def record_phase(self, point: PhasePoint) -> None:
        """Remember how the total and the phase stand, if they are others than last. Needs the lock. Raises SetupError."""
        ...

    def phase_history(self) -> Sequence[PhasePoint]:
        """Those records from the first one on; of a long history as many as make the same picture."""
        ...

    def store(self, name: str, value: Mapping[str, Any]) -> None:
        """Keep a small JSON object, atomically and flushed. Needs the lock."""
        ...

    def note(self, name: str, value: Mapping[str, Any]) -> None:
        """The same for one that changes often: the death of any process leaves it whole, a power cut may leave an older one."""
        ...


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

    def unpriced(self, day: date) -> int:
        """Tokens of calls on a day whose price is not known."""
        ...

    def count(self, day: date, tokens: int) -> int:
        """Count tokens of a call without a price, on the disk when this returns; fewer than 0 gives some back. Returns all."""
        ...

    def settle(self, day: date, name: str, usd: float) -> float:
        """The call of a reservation of `day` cost so many US dollars. Returns what is spent and held then."""
        ...
