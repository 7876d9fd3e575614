"""Keeps the table of documents, the totals and the phase in step with the disk and with what is open."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import aclosing, suppress
from pathlib import PurePosixPath

from kinos.domain.bulk import Bulk
from kinos.domain.count import Count, Terms
from kinos.domain.errors import UnavailableError
from kinos.domain.event import Noted, PhaseMoved, SizesCounted, TokenizerChanged
from kinos.domain.path import is_document
from kinos.domain.phase import PhaseRule
from kinos.domain.project_map import ProjectMap
from kinos.domain.size import Level
from kinos.domain.suggestion import Suggestion
from kinos.domain.tokenizer import CLAUDE_V4_8
from kinos.engine.buffer import Buffers
from kinos.engine.documents import Documents, Touched
from kinos.engine.manner import Manner
from kinos.engine.ports import Clock, Counting, Disk
from kinos.engine.store import Store
from kinos.tokens.counter import Counter, counter_for
from kinos.tokens.file import too_large

TRIES = 3
"""How often the counter may die before it is given up."""

HALTED = "Counting was stopped after {:,} documents: the sizes are not complete until the map is shown or updated."
GIVEN_UP = "The counter of sizes keeps ending: changes on the disk show only when something else makes KinOS look."


UNREAD = "it cannot be read now, so nothing can be suggested"


class Sizes:
    """The sizes of one workspace's documents."""

    def __init__(
        self, disk: Disk, buffers: Buffers, counting: Counting, store: Store, clock: Clock, manner: Manner
    ) -> None:
        self._disk = disk
        self._buffers = buffers
        self._counting = counting
        self._store = store
        self._clock = clock
        self.manner = manner
        """How documents are counted and judged."""
        self._counter: Counter | None = None
        self._scanned = False
        self._scans = 0
        self._halted = 0
        self._anew = False
        self._ceded: tuple[str, ...] = ()
        self._freed: list[str] = []
        self.watching = False
        """Whether changes on the disk are told without looking."""
        self._stale: set[str] = set()
        self.suggestions: dict[str, Suggestion] = {}
        """What would bring the documents over a limit to size, as far as that is worked out."""
        self.documents = Documents(manner.limits)

    @property
    def rule(self) -> PhaseRule:
        """How the total is judged."""
        return self.manner.rule

    @property
    def tokenizer(self) -> str:
        """How sizes are counted here."""
        return self.manner.choice.tokenizer

    async def follow(self, manner: Manner) -> None:
        """From now on count and judge in this manner; returns once every document is. The disk leaves out what it says.

        Whoever watches has to begin anew then.
        """
        before, self.manner = self.manner, manner
        self.documents.judge(manner.limits)
        if manner.limits != before.limits:
            self._stale.update(self.suggestions)
        if manner.terms == before.terms:
            self._tell(())
            return
        if manner.choice.tokenizer != before.choice.tokenizer:
            self._store.dispatch(TokenizerChanged(self._clock.now(), manner.choice.tokenizer, manner.choice.reason))
        self._counter, self._scanned, self._anew = None, False, True
        for path in self._buffers:
            if self.opened(path) is None and path in self.documents:
                self._drop([path])
        await self.scan()

    def cede(self, folders: Sequence[str]) -> None:
        """Other engines own these folders inside, and no others. What is ours again is counted by the next `scan`."""
        ceded = tuple(f"{folder}/" for folder in folders)
        self._freed += [folder.rstrip("/") for folder in self._ceded if folder not in ceded]
        self._ceded = ceded
        self._drop([path for path in (*self.documents.sizes, *self.documents.errors) if path.startswith(ceded)])

    async def scan(self) -> list[str]:
        """Bring the table in step with the disk. Returns what changed, open documents left out: those are the editor's."""
        self._scans += 1
        number = self._scans
        changed: set[str] = set()
        freed, self._freed = self._freed, []
        terms = self.manner.terms
        for left in reversed(range(TRIES)):
            try:
                if freed:
                    async for counts in self._counting.look(terms, freed):
                        changed.update(self._take(counts, terms))
                async with aclosing(self._counting.scan(terms)) as found:
                    async for counts in found:
                        changed.update(self._take(counts, terms))
                        if number <= self._halted:
                            self._note("warning", HALTED.format(len(self.documents.sizes)))
                            return sorted(changed)
                self._forget_the_rest(changed, terms)
                break
            except UnavailableError as error:
                if not left:
                    self._note("error", f"{error} It keeps ending: sizes are not up to date.")
        if not self._scanned and terms == self.manner.terms:
            self._scanned = True
            self._tell(())
        return sorted(changed)

    def halt(self) -> None:
        """Stop counting the folder: what is counted stays, and a scan that begins later counts the rest."""
        self._halted = self._scans

    @property
    def complete(self) -> bool:
        """Whether the whole folder has been counted once."""
        return self._scanned

    async def refresh(self, paths: Iterable[str]) -> None:
        """Look at these files again: they were changed, made or deleted."""
        wanted = [path for path in paths if path not in self._buffers]
        if not wanted:
            return
        terms = self.manner.terms
        try:
            async for counts in self._counting.look(terms, wanted):
                self._take(counts, terms)
        except UnavailableError:
            await self.scan()

    async def suggest(self) -> bool:
        """Work out what is missing among the suggestions. Returns whether there is anything new."""
        over = {path for path in self.documents.sizes if self.documents.level(path) is not Level.OK}
        gone = self.suggestions.keys() - over
        for path in gone:
            del self.suggestions[path]
        wanted = sorted(over - (self.suggestions.keys() - self._stale))
        stale = set(self._stale)
        self._stale.clear()
        if wanted:
            with suppress(UnavailableError):  # the sizes say so themselves
                try:
                    found = await self._counting.suggest(self.manner.terms, wanted, self.documents.limits.warn)
                except asyncio.CancelledError:
                    self._stale |= stale
                    raise
                self.suggestions.update({path: Suggestion(path, (), 0, UNREAD, ()) for path in wanted})
                self.suggestions.update({suggestion.path: suggestion for suggestion in found})
        return bool(wanted or gone)

    async def watch(self, changed: Callable[[Sequence[str]], object]) -> None:
        """Follow the disk until cancelled; `changed` is told the paths. When the counter keeps dying, give it up."""
        terms = self.manner.terms
        for _ in range(TRIES):
            try:
                self.watching = True
                async for found in self._counting.watch(terms):
                    if isinstance(found, str):
                        self._note("warning", found)
                    elif paths := self._take(found, terms):
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
            if buffer.text.bytes > self.manner.terms.max_bytes:
                raise UnavailableError(too_large(self.manner.terms.max_bytes))
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
            self._counter = counter_for(self.manner.choice.tokenizer, self.manner.choice.counted)
        return self._counter

    async def count(self, text: str) -> int:
        """Tokens of any text, counted outside this process; as Claude's where nobody knows how its model counts, which comes
        to more than others do.
        """
        return await self._counting.text(text, self.tokenizer or CLAUDE_V4_8)

    async def overview(self, text: str) -> tuple[str, int]:
        """The headings of a text with what each holds, and the tokens of that itself, worked out outside this process."""
        return await self._counting.overview(text, self.tokenizer or CLAUDE_V4_8)

    async def bulk(self, text: str, limit: int) -> Bulk | None:
        """Where `text` becomes larger than `limit` tokens, worked out outside this process; None where that cannot be told."""
        try:
            return await self._counting.bulk(text, self.tokenizer, limit)
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
            self.tokenizer,
            agents,
            dict(self.documents.errors),
            [self.suggestions[path] for path in sorted(self.suggestions)],
        )

    def _take(self, counts: Iterable[Count], terms: Terms) -> list[str]:
        """Put what was found on the disk into the table, open documents left out. Returns the paths that changed.

        What was counted on other terms than those of today is left aside.
        """
        changed: list[str] = []
        if terms != self.manner.terms:
            return changed
        doubtful: list[str] = []
        for count in counts:
            if count.path.startswith(self._ceded):
                continue
            if count.path in self._buffers:
                if count.gone == (count.path in self.documents):
                    doubtful.append(count.path)
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
        self._judge_open(doubtful)
        return changed

    def _judge_open(self, paths: Sequence[str]) -> None:
        """Of these open documents the disk says something else than we know: are they ignored now, or no longer?"""
        if paths:
            self._disk.reread_ignored()
        for path in paths:
            if self.opened(path) is None and path in self.documents:
                self._drop([path])

    def _forget_the_rest(self, found: Iterable[str], terms: Terms) -> None:
        """What a first scan on new terms did not find is no document any more."""
        if self._anew and terms == self.manner.terms:
            self._anew = False
            self._drop([path for path in self.documents.missing(found) if path not in self._buffers])

    def _drop(self, paths: Sequence[str]) -> None:
        for path in paths:
            self.documents.drop(path)
        if paths:
            self._tell(paths)

    def _note(self, level: str, message: str) -> None:
        self._store.dispatch(Noted(self._clock.now(), level, message))

    def _tell(self, paths: Sequence[str]) -> None:
        now, documents = self._clock.now(), self.documents
        for path in paths:
            # What is gone has no suggestion any more.
            (self._stale.add if path in documents else self._stale.discard)(path)
        self._store.dispatch(
            SizesCounted(
                now,
                documents.total,
                len(documents.sizes),
                documents.number(Level.LONG),
                documents.number(Level.TOO_LONG),
                self.tokenizer,
                documents.counted.value if documents.sizes else self.manner.choice.counted.value,
                tuple(paths),
            )
        )
        if not self._scanned:
            return  # a document was opened before all were counted: the total says nothing about the phase yet
        phase = self._store.state.phase.counted(documents.total, self.rule, now)
        if phase != self._store.state.phase:
            self._store.dispatch(PhaseMoved(now, phase))
