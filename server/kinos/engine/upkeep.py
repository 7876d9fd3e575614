"""What follows from changed files: their sizes, the map, and a word to the agents that watch them."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from kinos.domain.change import LANDED_STATES, Change
from kinos.engine.claims import Claims
from kinos.engine.mapper import Mapper
from kinos.engine.ports import Clock
from kinos.engine.sizes import Sizes

ECHO = 2.0
"""Seconds within which the system tells of a file that a landing wrote."""


class Watchers(Protocol):
    """Who is told of changed files: a running team."""

    def touched(self, paths: Sequence[str], by: str = "", *, landed: bool = False) -> None:
        """These files changed: `landed` when a change of agent `by` did it, else somebody else, which `by` knows already."""
        ...


class Upkeep:
    """Keeps one workspace in step with its files. `team` is the team that runs, None when none does."""

    def __init__(self, sizes: Sizes, mapper: Mapper, claims: Claims, clock: Clock) -> None:
        self._sizes = sizes
        self._map = mapper
        self._claims = claims
        self._clock = clock
        self._own: dict[str, float] = {}
        self._recounts: set[asyncio.Task[None]] = set()
        self._watch: asyncio.Task[None] | None = None
        self._closed = False
        self._suggesting: asyncio.Task[None] | None = None
        self.team: Watchers | None = None

    def watch(self) -> None:
        """Follow what changes on the disk, until `close`."""
        if not self._closed and self._watch is None:
            self._watch = asyncio.create_task(self._sizes.watch(self.found_changed))

    async def close(self) -> None:
        """Follow no more."""
        self._closed = True
        await self._end_watch()

    @asynccontextmanager
    async def unwatched(self) -> AsyncIterator[None]:
        """Follow nothing while the block runs: it changes what there is to follow."""
        watched = self._watch is not None
        await self._end_watch()
        try:
            yield
        finally:
            if watched:
                self.watch()

    async def caught_up(self) -> None:
        """Wait until what has landed is counted."""
        if self._recounts:
            await asyncio.wait(self._recounts)

    async def look_around(self, by: str) -> None:
        """Look what changed before agent `by` does, unless that is told: people and other programs change files too."""
        if not self._sizes.watching and (changed := self._others(await self._sizes.scan())):
            self.touched(changed, by)

    def recorded(self, change: Change) -> None:
        """A cycle moved `change` to its state: what landed is counted, and told to the other agents."""
        if change.state in LANDED_STATES:
            self._own.update(dict.fromkeys(change.paths, self._clock.monotonic() + ECHO))
            if self.team is not None:
                self.team.touched(change.paths, by=change.agent, landed=True)
            task = asyncio.create_task(self._recount(change.paths))
            self._recounts.add(task)
            task.add_done_callback(self._recounts.discard)

    async def settled(self, paths: Collection[str]) -> None:
        """A person had these changed."""
        await self._recount(sorted(paths))
        self.touched(sorted(paths))

    def found_changed(self, paths: Sequence[str]) -> None:
        """Somebody changed these on the disk. What the team is landing, or just landed, wakes nobody a second time."""
        claimed = self._claims.paths()
        self.touched([path for path in self._others(paths) if path.casefold() not in claimed])

    def touched(self, paths: Sequence[str], by: str = "") -> None:
        """These files changed, by agent `by` or by somebody else."""
        if self.team is not None:
            self.team.touched(paths, by)
        self._map.follow()
        if self._watch is not None and self._map.wanted and (self._suggesting is None or self._suggesting.done()):
            self._suggesting = asyncio.create_task(self._map.suggest())

    def _others(self, paths: Sequence[str]) -> list[str]:
        """Those of `paths` that no landing of the team wrote just now."""
        now = self._clock.monotonic()
        self._own = {path: until for path, until in self._own.items() if until > now}
        return [path for path in paths if path not in self._own]

    async def _end_watch(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.cancel()
            await asyncio.wait([watch])

    async def _recount(self, paths: Sequence[str]) -> None:
        await self._sizes.refresh(paths)
        self._map.follow()
