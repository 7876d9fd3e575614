"""The settings of one workspace as they are now, kept in step with where they come from."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from kinos.domain.errors import KinosError
from kinos.domain.event import Noted, SettingsChanged
from kinos.domain.setting import Settings, differing, rows
from kinos.domain.setting_row import Taken
from kinos.domain.state import TeamState
from kinos.engine.ports import Clock, Origin
from kinos.engine.roster import STILL
from kinos.engine.store import Store

LOOK = 2.0
"""Seconds between two looks at the files: they lie where no watch of a folder's documents sees them."""


class Configuration:
    """`settle` brings in step what does not look at the settings each time; it may be long, and is never called twice at once."""

    def __init__(
        self, settings: Settings, origin: Origin | None, store: Store, clock: Clock,
        settle: Callable[[], Awaitable[None]], problems: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self.now = settings
        self.problems = tuple(problems)
        """What is wrong with values that were not taken, as last told."""
        self._origin = origin
        self._store = store
        self._clock = clock
        self._settle = settle
        self._turn = asyncio.Lock()
        self._stirred = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None

    def watch(self) -> None:
        """Follow the files, until `close`."""
        if self._origin is not None:
            self._watch = asyncio.create_task(self._follow(self._origin))

    async def close(self) -> None:
        """Follow them no more."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait([self._watch])

    def stir(self) -> None:
        """A file may be another one now: look at once."""
        self._stirred.set()

    async def reload(self) -> None:
        """Read the settings again where they come from, and go by them. Raises as `take`."""
        if self._origin is not None:
            async with self._turn:
                await self._take(*await asyncio.to_thread(self._origin.read))

    async def take(self, settings: Settings, problems: Sequence[str] = ()) -> None:
        """Go by these settings from now on; returns once everything is in step. Raises KinosError when something cannot be."""
        async with self._turn:
            await self._take(settings, problems)

    async def _take(self, settings: Settings, problems: Sequence[str]) -> None:
        before, self.now = self.now, settings
        keys = differing(before, settings)
        if not keys and tuple(problems) == self.problems:
            return
        self.problems = tuple(problems)
        try:
            if keys:
                self._say_what_waits(keys)
                await self._settle()
        finally:
            self._store.dispatch(SettingsChanged(self._clock.now(), keys, self.problems))

    def _say_what_waits(self, keys: Sequence[str]) -> None:
        taken = {row.key: row.taken for row in rows().values()}
        running = self._store.state.team.state is not TeamState.STOPPED
        for when, told in ((Taken.TEAM, running), (Taken.START, True)):
            late = [key for key in keys if taken[key] is when]
            if late and told:
                text = f"{', '.join(late)}: taken {when}, not before."
                self._store.dispatch(Noted(self._clock.now(), "info", text))

    async def _follow(self, origin: Origin) -> None:
        while True:
            self._stirred.clear()
            try:
                if await asyncio.to_thread(origin.changed):
                    await self._clock.wait(asyncio.Event(), STILL)
                    await self.reload()
            except KinosError as error:
                self._store.dispatch(Noted(self._clock.now(), "error", str(error)))
            await self._clock.wait(self._stirred, LOOK)
