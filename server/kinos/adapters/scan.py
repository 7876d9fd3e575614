"""Looking at a folder's documents: which there are, what each costs, and what changed since the last look."""

import os
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from itertools import accumulate
from pathlib import Path
from time import monotonic

from kinos.adapters.ignore import Ignore
from kinos.adapters.regular import Stamp, stamp_of, stamped
from kinos.adapters.size_cache import Row, SizeCache
from kinos.adapters.walk import Walk
from kinos.domain.count import Count
from kinos.domain.errors import UnavailableError
from kinos.domain.path import IGNORE_FILES, is_document
from kinos.domain.repeat import Search, passages
from kinos.domain.size import Size
from kinos.domain.suggestion import Suggestion
from kinos.tokens.counter import Counter
from kinos.tokens.file import Raw, Unreadable, count_raw, read_file
from kinos.tokens.suggestion import plain_text, suggestion

KEPT_TOGETHER = 500
"""Files whose sizes go into the cache at one stroke."""

BATCH_SECONDS = 0.05
BATCH = 500
"""Results are told together, for about so long and so many, so that 10,000 small files are not 10,000 messages."""

SHARED_BYTES = 1024 * 1024
"""Bytes not counted before from which on it is worth to start a second process."""

COUNTING = 1
"""Goes up with every change of how KinOS counts: what was counted before is not believed then."""


type Aid = Callable[[Sequence[str]], AbstractContextManager[Callable[[], Iterable[Count]]]]
"""Somebody who counts these paths meanwhile, and tells what came of it when asked."""


class Scan:
    """One folder, one tokenizer. Each look tells what is new; what was told before and looks the same is left out.

    A folder that cannot be read is told of under its own name, which ends with /.
    """

    def __init__(
        self,
        root: Path,
        exclude: Iterable[str],
        counter: Counter,
        max_bytes: int,
        cache: SizeCache | None = None,
        aid: Aid | None = None,
    ) -> None:
        self._root = Path(os.path.realpath(root))
        self._walk = Walk(self._root, Ignore(self._root, tuple(exclude)))
        self._counter = counter
        self._max_bytes = max_bytes
        self._cache = cache
        self._key = f"{counter.name} {COUNTING} {_ctok()}"
        self._told: dict[str, Stamp | None] = {}
        self._aid = aid

    def everything(self) -> Iterator[Count]:
        """Look at the whole folder."""
        failed: dict[str, str] = {}
        found = self._walk.files(
            is_document, lambda folder, error: failed.update({folder: error.strerror or str(error)})
        )
        stamps = {path: _stamp(entry) for path, entry in found}
        errors = {folder: f"it cannot be read: {why}" for folder, why in failed.items() if folder}
        gone = [path for path in self._told if path not in stamps and path not in errors]
        for path in gone:
            del self._told[path]
            yield Count(path)
        for folder, error in errors.items():
            if folder not in self._told:
                self._told[folder] = None
                yield Count(folder, error=error)
        yield from self._looked_at(stamps)
        if self._cache is not None:
            self._cache.forget(str(self._root), gone)
            self._cache.clean(str(self._root), self._key)

    def these(self, paths: Iterable[str], *, again: bool = False) -> Iterator[Count]:
        """Look at some paths: documents, or folders that came or went; `again` tells of each whatever was told before.

        A change of what is ignored asks for a look at everything.
        """
        wanted = set(paths)
        if any(path.rsplit("/", 1)[-1] in IGNORE_FILES for path in wanted):
            yield from self.everything()
            return
        below = tuple(f"{path}/" for path in wanted)
        if any(self._is_folder(path) for path in wanted):
            if again:
                self._told = {path: stamp for path, stamp in self._told.items() if not path.startswith(below)}
            yield from self.everything()
            return
        wanted.update(path for path in self._told if path.startswith(below))
        stamps: dict[str, Stamp] = {}
        for path in sorted(filter(is_document, wanted)):
            stamp = self._stamp(path) if self._walk.counts(path) else None
            if stamp is not None:
                stamps[path] = stamp
            elif self._told.pop(path, None) is not None or again:
                yield Count(path)
        if again:
            for path in stamps:
                self._told.pop(path, None)
        yield from self._looked_at(stamps)

    def suggestions(
        self, paths: Iterable[str], limit: int, unwanted: Callable[[], bool] = bool
    ) -> Iterator[Suggestion]:
        """What would bring each of these documents, which were told before, to at most `limit` tokens; no more of it once it is
        `unwanted`.
        """
        texts = {path: text for path in paths if (text := self._text(path)) is not None}
        searches = {path: Search(path, plain_text(text)) for path, text in texts.items()}
        for other in self._told if searches else ():
            if unwanted():
                return
            found = tuple(passages(plain_text(self._text(other) or "")))
            for search in searches.values():
                search.look(other, found)
        for path, text in texts.items():
            if unwanted():
                return
            try:
                yield suggestion(path, text, self._counter, limit, self._told, searches[path])
            except UnavailableError as error:
                yield Suggestion(path, (), 0, str(error), ())

    def _text(self, path: str) -> str | None:
        raw = read_file(self._root / path, self._max_bytes)
        with suppress(UnicodeDecodeError):
            return None if isinstance(raw, Unreadable) else raw.content.decode()
        return None

    def close(self) -> None:
        """Give the cache back."""
        if self._cache is not None:
            self._cache.close()

    def _looked_at(self, stamps: dict[str, Stamp]) -> Iterator[Count]:
        fresh = {path: stamp for path, stamp in stamps.items() if self._told.get(path) != stamp}
        known = self._cache.places(str(self._root), self._key) if self._cache and len(fresh) > 1 else {}
        unknown: dict[str, Stamp] = {}
        counted = self._counter.counted
        for path, stamp in fresh.items():
            self._told[path] = stamp
            seen = known.get(path)
            if seen is not None and seen[:3] == stamp:
                yield Count(path, Size(seen[3], counted))
            else:
                unknown[path] = stamp
        if self._aid is None or sum(stamp[1] for stamp in unknown.values()) < SHARED_BYTES:
            yield from self._all_counted(unknown)
        else:
            yield from self._shared(unknown, self._aid)

    def _shared(self, unknown: Mapping[str, Stamp], aid: Aid) -> Iterator[Count]:
        """Half of the bytes for somebody else, who also keeps them in the cache; what is not told of them is counted here."""
        paths = list(unknown)
        ends = list(accumulate(unknown[path][1] for path in paths))
        cut = bisect_left(ends, ends[-1] / 2)
        theirs = set(paths[cut:])
        with aid(sorted(theirs)) as told:
            yield from self._all_counted(paths[:cut])
            for count in told():
                theirs.discard(count.path)
                yield count
        yield from self._all_counted(sorted(theirs))

    def _all_counted(self, paths: Iterable[str]) -> Iterator[Count]:
        counted: list[Row] = []
        for path in paths:
            yield self._counted(path, counted)
            if len(counted) >= KEPT_TOGETHER:
                self._keep(counted)
        self._keep(counted)

    def _counted(self, path: str, counted: list[Row]) -> Count:
        raw = read_file(self._root / path, self._max_bytes)
        try:
            size = raw if isinstance(raw, Unreadable) else self._size(path, raw, counted)
        except UnavailableError as error:
            return Count(path, error=str(error))
        if isinstance(size, Unreadable):
            self._told.pop(path, None)  # looked at again next time, whatever its time says
            return Count(path) if size.gone else Count(path, error=size.reason)
        return Count(path, size)

    def _size(self, path: str, raw: Raw, counted: list[Row]) -> Size | Unreadable:
        if self._cache is None:
            return count_raw(raw, self._counter)
        digest = raw.digest()
        known = self._cache.tokens(digest, self._key)
        size = count_raw(raw, self._counter) if known is None else Size(known, self._counter.counted)
        if isinstance(size, Size):
            counted.append(Row(path, (raw.modified, raw.length, raw.inode), digest, size.tokens))
        return size

    def _keep(self, counted: list[Row]) -> None:
        if self._cache is not None:
            self._cache.keep(str(self._root), self._key, counted)
        counted.clear()

    def _is_folder(self, path: str) -> bool:
        return not is_document(path) and (self._root / path).is_dir() and self._walk.counts(f"{path}/")

    def _stamp(self, path: str) -> Stamp | None:
        return stamp_of(self._root / path)


def _ctok() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("ctok")
    except PackageNotFoundError:
        return "none"


def batches(found: Iterable[Count]) -> Iterator[list[Count]]:
    """What is found, a few at a time: as many as come within a moment."""
    batch: list[Count] = []
    since = monotonic()
    for count in found:
        batch.append(count)
        if len(batch) >= BATCH or monotonic() - since > BATCH_SECONDS:
            yield batch
            batch, since = [], monotonic()
    if batch:
        yield batch


def _stamp(entry: os.DirEntry[str]) -> Stamp:
    try:
        return stamped(entry.stat())
    except OSError:
        return (0, 0, 0)  # gone since, or a link in a circle: reading it will say
