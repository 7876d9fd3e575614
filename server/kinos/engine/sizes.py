"""Keeps the table of documents, the totals and the phase in step with the disk and with what is open."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from kinos.domain.errors import UnavailableError
from kinos.domain.event import PhaseMoved, SizesCounted
from kinos.domain.path import is_document
from kinos.domain.phase import PhaseRule
from kinos.domain.project_map import ProjectMap
from kinos.domain.size import Level, Limits
from kinos.engine.buffer import Buffers
from kinos.engine.documents import Documents, Touched
from kinos.engine.ports import Clock, Counting, Disk
from kinos.engine.store import Store
from kinos.tokens.counter import Counter, counter_for
from kinos.tokens.family import Choice


class Sizes:
    """The sizes of one workspace's documents."""

    def __init__(
        self, disk: Disk, buffers: Buffers, counting: Counting, store: Store, clock: Clock, choice: Choice, limits: Limits,
        rule: PhaseRule, max_bytes: int,
    ) -> None:  # fmt: skip
        self._disk = disk
        self._buffers = buffers
        self._counting = counting
        self._store = store
        self._clock = clock
        self._choice = choice
        self._max_bytes = max_bytes
        self._stamps: dict[str, tuple[int, int] | None] = {}
        self._counter: Counter | None = None
        self._scanned = False
        self.rule = rule
        self.documents = Documents(limits)

    @property
    def tokenizer(self) -> str:
        """How sizes are counted here."""
        return self._choice.tokenizer

    async def scan(self) -> list[str]:
        """Bring the table in step with the disk. Returns what changed, open documents left out: those are the editor's."""
        present = list(self._disk.documents())
        stamps = {path: self._disk.stamp(path) for path in present}
        stale = [path for path in present if self._stamps.get(path) != stamps[path] or path not in self._stamps]
        gone = [path for path in self.documents.missing(present) if path not in self._buffers]
        for path in gone:
            self.documents.drop(path)
            self._stamps.pop(path, None)
        stale = [path for path in stale if path not in self._buffers]
        await self._count(stale)
        self._stamps.update({path: stamps[path] for path in stale})
        changed = sorted({*stale, *gone})
        first, self._scanned = not self._scanned, True
        if changed or first:
            self._tell(changed)
        return changed

    async def refresh(self, paths: Iterable[str]) -> None:
        """Look at these files again: they were changed, made or deleted."""
        wanted = [path for path in paths if self.counts(path) and path not in self._buffers]
        present = [path for path in wanted if (stamp := self._disk.stamp(path)) is not None]
        for path in wanted:
            stamp = self._disk.stamp(path)
            self._stamps[path] = stamp
            if stamp is None:
                self.documents.drop(path)
        await self._count(present)
        if wanted:
            self._tell(wanted)

    def opened(self, path: str) -> Touched | None:
        """Count an open document as it is now; None when it is no document of this workspace."""
        buffer = self._buffers.get(path)
        if buffer is None or not self.counts(path):
            return None
        try:
            touched = self.documents.put(path, buffer.text.count(self.counter()))
        except UnavailableError as error:
            touched = self.documents.fail(path, str(error))
        self._stamps.pop(path, None)
        self._tell([path])
        return touched

    def counts(self, path: str) -> bool:
        """Whether `path` is a document that is counted here."""
        hidden = any(part.startswith(".") for part in PurePosixPath(path).parts)
        return is_document(path) and not hidden and not self._disk.ignored(path)

    def counter(self) -> Counter:
        """The counter for open text, loaded at first use. Raises UnavailableError."""
        if self._counter is None:
            self._counter = counter_for(self._choice.tokenizer, self._choice.counted)
        return self._counter

    async def count(self, text: str) -> int:
        """Tokens of any text, counted outside this process."""
        return await self._counting.text(text, self._choice.tokenizer)

    def project_map(self, agents: Sequence[tuple[str, float]]) -> ProjectMap:
        """The map as things are now."""
        state = self._store.state
        sizes: Mapping[str, object] = self.documents.sizes
        return ProjectMap(
            {path: self.documents.sizes[path] for path in sorted(sizes)},
            self.documents.limits,
            self.rule,
            state.phase,
            self._choice.tokenizer,
            agents,
            dict(self.documents.errors),
        )

    async def _count(self, paths: Sequence[str]) -> None:
        if not paths:
            return
        async for count in self._counting.files(self._disk.root, paths, self._choice.tokenizer, self._max_bytes):
            if count.path in self._buffers:
                continue
            if count.size is not None:
                self.documents.put(count.path, type(count.size)(count.size.tokens, self._choice.counted))
            elif self._disk.stamp(count.path) is None:
                self.documents.drop(count.path)
            else:
                self.documents.fail(count.path, count.error)

    def _tell(self, paths: Sequence[str]) -> None:
        now, documents = self._clock.now(), self.documents
        self._store.dispatch(
            SizesCounted(
                now,
                documents.total,
                len(documents.sizes),
                documents.number(Level.LONG),
                documents.number(Level.TOO_LONG),
                self._choice.tokenizer,
                documents.counted.value if documents.sizes else self._choice.counted.value,
                tuple(paths),
            )
        )
        if not self._scanned:
            return  # a document was opened before all were counted: the total says nothing about the phase yet
        phase = self._store.state.phase.counted(documents.total, self.rule, now)
        if phase != self._store.state.phase:
            self._store.dispatch(PhaseMoved(now, phase))
