"""Claims: which files a task works on, or a change waits for a person with. All at once, or the task waits."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager

from kinos.domain.errors import ConflictError
from kinos.domain.rename import Rename, renamed


class Claims:
    """Claimed paths, case-folded, by owner: a cycle holds them, a waiting change keeps them."""

    def __init__(self) -> None:
        self._held: dict[str, frozenset[str]] = {}
        self._kept: dict[str, frozenset[str]] = {}
        self._moved: dict[str, Sequence[Rename]] = {}
        self._freed = asyncio.Condition()

    def paths(self) -> frozenset[str]:
        """Every claimed path."""
        return frozenset().union(*self._held.values(), *self._kept.values())

    @asynccontextmanager
    async def hold(self, owner: str, paths: Iterable[str]) -> AsyncIterator[None]:
        """Claim all `paths` for `owner` while the block runs, waiting for others to finish first.

        Raises ConflictError when a change with one of them waits for a person: nobody knows for how long.
        """
        wanted = frozenset(path.casefold() for path in paths)
        async with self._freed:
            await self._freed.wait_for(lambda: self._reviewed(wanted) or wanted.isdisjoint(self.paths()))
            if waiting := self._reviewed(wanted):
                raise ConflictError(f"{', '.join(sorted(waiting))} waits for review in another change.")
            self._held[owner] = wanted
        try:
            yield
        finally:
            self._held.pop(owner, None)
            self._moved.pop(owner, None)
            async with self._freed:
                self._freed.notify_all()

    def rename(self, renames: Collection[Rename]) -> None:
        """Files have other names: whoever claims one claims it by its new name, and while it works by the old one, too."""
        for owner, paths in self._held.items():
            found = {path: new for path in paths if (new := _renamed(path, renames)) != path}
            if found:
                self._held[owner] = paths | {*found.values()}
                self._moved[owner] = [*self._moved.get(owner, ()), *renames]
        self._kept = {
            owner: frozenset(_renamed(path, renames) for path in paths) for owner, paths in self._kept.items()
        }

    def name(self, owner: str, path: str) -> str:
        """What the file is called now that `owner` claimed as `path`."""
        for each in self._moved.get(owner, ()):
            path = renamed(path, [each])
        return path

    def keep(self, owner: str, paths: Iterable[str]) -> None:
        """Claim `paths` for `owner` until `free`: a change that waits for a person keeps its files."""
        self._kept[owner] = frozenset(path.casefold() for path in paths)

    def free(self, owner: str) -> None:
        """Give up what `keep` claimed."""
        self._kept.pop(owner, None)

    def _reviewed(self, wanted: frozenset[str]) -> frozenset[str]:
        return wanted & frozenset().union(*self._kept.values())


def _renamed(path: str, renames: Collection[Rename]) -> str:
    """A folded path after `renames`."""
    return renamed(path, [Rename(each.old.casefold(), each.new.casefold()) for each in renames])
