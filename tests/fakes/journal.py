"""A journal and a state folder in memory."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from fakes.fuse import Fuse
from kinos.domain.change import Change, digest
from kinos.domain.check import CheckRecord
from kinos.domain.errors import JournalError, WorkspaceHeldError
from kinos.domain.figure import CycleRecord
from kinos.domain.phase_history import PhasePoint
from kinos.engine.ports import Begun


class MemoryJournal:
    """Implements `Journal`. `full` are the kinds of record (`image`, `intent`, `settled`, `change`, `cycle`) that cannot be kept,
    with `flush` nothing reaches the disk,
    `old` is how many images a pruning removes, `pruned` how it was asked for.
    """

    def __init__(self, fuse: Fuse | None = None) -> None:
        self.images: dict[str, bytes] = {}
        self.records: list[tuple[str, str]] = []
        self.full: set[str] = set()
        self.old = 0
        self.compacted = 0
        self.pruned: list[tuple[datetime, int]] = []
        self.fuse = fuse or Fuse()
        self._changes: dict[str, Change] = {}
        self._pending: dict[str, Begun] = {}
        self._cycles: list[CycleRecord] = []
        self._check: CheckRecord | None = None

    def keep(self, content: bytes, name: str | None = None) -> str:
        assert name in (None, digest(content)), "an image is kept under its digest"
        self._write("image", digest(content))
        self.images[digest(content)] = content
        return digest(content)

    def image(self, digest: str) -> bytes | None:
        return self.images.get(digest)

    def prune(self, since: datetime, most: int) -> int:
        self.pruned.append((since, most))
        return self.old

    def intend(self, change: str, begun: Begun) -> None:
        self._write("intent", change)
        self._pending[change] = begun

    def flush_after(self, first: Callable[[], object]) -> None:
        """Nothing is lost from memory."""

    def flush(self) -> None:
        if "flush" in self.full:
            raise JournalError("The journal cannot be written: Input/output error.")

    def settle(self, change: str, outcome: Change | None) -> None:
        self._write("settled", change)
        self._pending.pop(change, None)
        if outcome is not None:
            self._changes[change] = outcome

    def fulfil(self, change: str) -> None:
        outcome = self._pending[change].outcome
        assert outcome is not None, "the intent names the outcome"
        self.settle(change, outcome)

    def pending(self) -> Mapping[str, Begun]:
        return dict(self._pending)

    def record(self, change: Change, *, flushed: bool = True) -> None:
        self._write("change", change.id)
        self._changes[change.id] = change

    def changes(self) -> Sequence[Change]:
        return list(self._changes.values())

    def finish(self, cycle: CycleRecord) -> None:
        self._write("cycle", cycle.cycle)
        self._cycles.append(cycle)

    def cycles(self) -> Sequence[CycleRecord]:
        return list(self._cycles)

    def checked(self, check: CheckRecord) -> None:
        self._write("check", check.state)
        self._check = check

    def last_check(self) -> CheckRecord | None:
        return self._check

    def compact(self) -> None:
        self.compacted += 1

    def _write(self, kind: str, name: str) -> None:
        if kind in self.full:
            raise JournalError("The journal cannot be written: No space left on device.")
        self.fuse.burn(f"journal {kind}")
        self.records.append((kind, name))


class MemoryFolder:
    """Implements `StateFolder`. `other` names another engine that holds it, `neighbour` one around or inside,
    `listening` is whether one lives."""

    def __init__(self, journal: MemoryJournal | None = None) -> None:
        self.other = ""
        self.neighbour = ""
        self.listening = False
        self.inner: list[str] = []
        self.held = 0
        self.made = False
        self.kept: dict[str, Mapping[str, Any]] = {}
        self.sizes: list[Mapping[str, int]] = []
        self.phases: list[PhasePoint] = []
        self._journal = journal or MemoryJournal()

    def exists(self) -> bool:
        return self.made

    @contextmanager
    def hold(self, who: str) -> Iterator[None]:
        if self.other:
            raise WorkspaceHeldError(f"{self.other} works on this folder.", "Stop it with `kin stop`.")
        assert not self.held, "a lock is not taken twice"
        self.made = True
        self.held += 1
        try:
            yield
        finally:
            self.held -= 1

    def holder(self) -> str:
        return self.other

    def near(self, inner: Iterable[str]) -> str:
        self.inner = sorted(inner)
        return self.neighbour

    def others(self) -> bool:
        return self.listening

    def journal(self) -> MemoryJournal:
        return self._journal

    def load(self, name: str) -> Mapping[str, Any]:
        return self.kept.get(name, {})

    def record_sizes(self, time: datetime, sizes: Mapping[str, int]) -> None:
        self.sizes.append(dict(sizes))

    def size_history(self) -> Mapping[str, Sequence[tuple[str, int | None]]]:
        return {path: [("then", tokens)] for sizes in self.sizes for path, tokens in sizes.items()}

    def record_phase(self, point: PhasePoint) -> None:
        assert self.held, "the phase is recorded without the lock"
        self.phases.append(point)

    def phase_history(self) -> Sequence[PhasePoint]:
        return list(self.phases)

    def store(self, name: str, value: Mapping[str, Any]) -> None:
        assert self.held, f"{name} is stored without the lock"
        self.kept[name] = dict(value)

    def note(self, name: str, value: Mapping[str, Any]) -> None:
        self.store(name, value)
