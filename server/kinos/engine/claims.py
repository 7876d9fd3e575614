"""Claims: which files a task works on. All at once, or the task waits."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager


class Claims:
    """Claimed paths by owner (a cycle, or a waiting change)."""

    def __init__(self) -> None:
        self._held: dict[str, frozenset[str]] = {}
        self._freed = asyncio.Condition()

    def paths(self) -> frozenset[str]:
        """Every claimed path."""
        return frozenset().union(*self._held.values())

    @asynccontextmanager
    async def hold(self, owner: str, paths: Iterable[str]) -> AsyncIterator[None]:
        """Claim all `paths` for `owner` while the block runs, waiting for others to finish first."""
        wanted = frozenset(path.casefold() for path in paths)
        async with self._freed:
            await self._freed.wait_for(lambda: not self._taken(wanted))
            self._held[owner] = wanted
        try:
            yield
        finally:
            self._held.pop(owner, None)
            async with self._freed:
                self._freed.notify_all()

    def keep(self, owner: str, paths: Iterable[str]) -> None:
        """Claim `paths` for `owner` until `free`: a change that waits for a person keeps its files."""
        self._held[owner] = frozenset(path.casefold() for path in paths)

    async def free(self, owner: str) -> None:
        """Give up what `keep` claimed."""
        if self._held.pop(owner, None) is not None:
            async with self._freed:
                self._freed.notify_all()

    def _taken(self, wanted: frozenset[str]) -> bool:
        return not wanted.isdisjoint(self.paths())
