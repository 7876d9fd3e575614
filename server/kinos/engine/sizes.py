"""Keeps the table of documents, the totals and the phase in step with the disk and with what is open."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import PurePosixPath

from kinos.domain.bulk import Bulk
from kinos.domain.count import Count, Terms
from kinos.domain.errors import UnavailableError
from kinos.domain.event import Noted, PhaseMoved, SizesCounted
from kinos.domain.path import is_document
from kinos.domain.phase import PhaseRule
from kinos.domain.project_map import ProjectMap
from kinos.domain.size import Level, Limits
from kinos.domain.suggestion import Suggestion
from kinos.domain.tokenizer import CLAUDE_V4_8
from kinos.engine.buffer import Buffers
from kinos.engine.documents import Documents, Touched
from kinos.engine.ports import Clock, Counting, Disk
from kinos.engine.store import Store
from kinos.tokens.counter import Counter, counter_for
from kinos.tokens.family import Choice
from kinos.tokens.file import too_large

TRIES = 3
"""How often the counter may die before it is given up."""

GIVEN_UP = "The counter of sizes keeps ending: changes on the disk show only when something else makes KinOS look."


UNREAD = "it cannot be read now, so nothing can be suggested"


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
        self._terms = Terms(choice.tokenizer, choice.counted, max_bytes)
        self._counter: Counter | None = None
        self._scanned = False
        self._ceded: tuple[str, ...] = ()
        self._freed: list[str] = []
        self.watching = False
        """Whether changes on the disk are told without looking."""
        self._stale: set[str] = set()
        self.suggestions: dict[str, Suggestion] = {}
        """What would bring the documents over a limit to size, as far as that is worked out."""
        self.rule = rule
        self.documents = Documents(limits)

    @property
    def tokenizer(self) -> str:
        """How sizes are counted here."""
        return self._choice.tokenizer

    def cede(self, folders: Sequence[str]) -> None:
        """Other engines own these folders inside, and no others. What is ours again is counted by the next `scan`."""
        ceded = tuple(f"{folder}/" for folder in folders)
        self._freed += [folder.rstrip("/") for folder in self._ceded if folder not in ceded]
        self._ceded = ceded
        theirs = [path for path in (*self.documents.sizes, *self.documents.errors) if path.startswith(ceded)]
        for path in theirs:
            self.documents.drop(path)
        if theirs:
            self._tell(theirs)

    async def scan(self) -> list[str]:
        """Bring the table in step with the disk. Returns what changed, open documents left out: those are the editor's."""
        changed: set[str] = set()
        freed, self._freed = self._freed, []
        for left in reversed(range(TRIES)):
            try:
                if freed:
                    async for counts in self._counting.look(self._terms, freed):
                        changed.update(self._take(counts))
                async for counts in self._counting.scan(self._terms):
                    changed.update(self._take(counts))
                break
            except UnavailableError as error:
                if not left:
                    self._note("error", f"{error} It keeps ending: sizes are not up to date.")
        if not self._scanned:
            self._scanned = True
            self._tell(())
        return sorted(changed)

    async def refresh(self, paths: Iterable[str]) -> None:
        """Look at these files again: they were changed, made or deleted."""
        wanted = [path for path in paths if path not in self._buffers]
        if not wanted:
            return
        try:
            async for counts in self._counting.look(self._terms, wanted):
                self._take(counts)
        except UnavailableError:
            await self.scan()

    async def suggest(self) -> bool:
        """Work out what is missing among the suggestions. Returns whether there is anything new."""
        over = {path for path in self.documents.sizes if self.documents.level(path) is not Level.OK}
        gone = self.suggestions.keys() - over
        for path in gone:
            del self.suggestions[path]
        wanted = sorted(over - (self.suggestions.keys() - self._stale))
        self._stale.clear()
        if wanted:
            with suppress(UnavailableError):  # the sizes say so themselves
                found = await self._counting.suggest(self._terms, wanted, self.documents.limits.warn)
                self.suggestions.update({path: Suggestion(path, (), 0, UNREAD, ()) for path in wanted})
                self.suggestions.update({suggestion.path: suggestion for suggestion in found})
        return bool(wanted or gone)

    async def watch(self, changed: Callable[[Sequence[str]], object]) -> None:
        """Follow the disk until cancelled; `changed` is told the paths. When the counter keeps dying, give it up."""
        for _ in range(TRIES):
            try:
                self.watching = True
                async for found in self._counting.watch(self._terms):
                    if isinstance(found, str):
                        self._note("warning", found)
                    elif paths := self._take(found):
                        changed(paths)
            except UnavailableError as error:
                self._note("warning", f"{error} Sizes are looked at anew.")
                changed(await self.scan())
            finally:
                self.watching = False
        self._note("error", GIVEN_UP)

    def opened(self, path: str) -> Touched | None:
        """Count an open document as it is now; None when it is no document of this workspace."""
        buffer = self._buffers.get(path)
        if buffer is None or not self.counts(path):
            return None
        try:
            if buffer.text.bytes > self._terms.max_bytes:
                raise UnavailableError(too_large(self._terms.max_bytes))
            touched = self.documents.put(path, buffer.text.count(self.counter()))
        except UnavailableError as error:
            touched = self.documents.fail(path, str(error))
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
        """Tokens of any text, counted outside this process; as Claude's where nobody knows how its model counts, which comes
        to more than others do.
        """
        return await self._counting.text(text, self._choice.tokenizer or CLAUDE_V4_8)

    async def bulk(self, text: str, limit: int) -> Bulk | None:
        """Where `text` becomes larger than `limit` tokens, worked out outside this process; None where that cannot be told."""
        try:
            return await self._counting.bulk(text, self._choice.tokenizer, limit)
        except UnavailableError:  # the sizes say so themselves
            return None

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
            [self.suggestions[path] for path in sorted(self.suggestions)],
        )

    def _take(self, counts: Iterable[Count]) -> list[str]:
        """Put what was found on the disk into the table, open documents left out. Returns the paths that changed."""
        changed = []
        for count in counts:
            if count.path in self._buffers or count.path.startswith(self._ceded):
                continue
            if count.size is not None:
                touched = self.documents.put(count.path, count.size)
            elif count.gone:
                touched = self.documents.drop(count.path)
            else:
                touched = self.documents.fail(count.path, count.error)
            changed.append(touched.path)
        if changed:
            self._tell(changed)
        return changed

    def _note(self, level: str, message: str) -> None:
        self._store.dispatch(Noted(self._clock.now(), level, message))

    def _tell(self, paths: Sequence[str]) -> None:
        self._stale.update(paths)
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
