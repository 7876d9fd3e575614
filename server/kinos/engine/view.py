"""What an agent observes, put together from the table, the request, the map and the team's memory."""

import asyncio
from collections.abc import Callable, Iterable, Sequence

from kinos.domain.brief import Brief, asked_line
from kinos.domain.errors import LandingError
from kinos.domain.path import REQUESTS
from kinos.domain.team import Agent
from kinos.engine.claims import Claims
from kinos.engine.excerpt import excerpt, first_that_fits
from kinos.engine.landing import Landing
from kinos.engine.memory import Memory
from kinos.engine.observation import Sight, exhibits
from kinos.engine.ports import Disk
from kinos.engine.sizes import Sizes
from kinos.engine.source import listing, reaches_beyond, sources
from kinos.engine.store import Store

REQUEST = 10_000
"""Tokens of the request that are shown; it has its first place in a brief, but not all of one."""
MAP = 8_000
"""Tokens of the map: of a large workspace the deeper folders show how much is in them and not what."""
DEPTHS = (None, 3, 2, 1, 0)
RECENT = 4_000
"""Tokens about what was done lately."""
CLAIMED = 1_000
"""Tokens of claimed paths; what is not named is refused when it is chosen."""


class View:
    """Makes briefs of at most `observation.CONTEXT` tokens."""

    def __init__(
        self, sizes: Sizes, landing: Landing, claims: Claims, memory: Memory, store: Store,
        map_text: Callable[[int | None], str], disk: Disk, extra: Callable[[], Iterable[str]],
        check: Callable[[], str], asked: Callable[[Agent], Sequence[str]],
    ) -> None:  # fmt: skip
        """`map_text` makes the map to a depth; `extra` are globs the user counts as text too; `check` is what is shown of the
        last check; `asked` are the documents that a person asked an agent's team to consolidate.
        """
        self._sizes = sizes
        self._landing = landing
        self._claims = claims
        self._memory = memory
        self._store = store
        self._map = map_text
        self._disk = disk
        self._extra = extra
        self._check = check
        self._asked = asked

    async def brief(self, agent: Agent) -> Brief:
        """What `agent` is shown now. Files that are claimed, or wait for review, are named but not shown."""
        path, request = self.request()
        seen, claimed = self._memory.seen(agent.name), self._claims.paths()
        beside: dict[str, int] = {}
        if reaches_beyond(agent):
            beside = await asyncio.to_thread(sources, agent, self._disk, tuple(self._extra()))
        files = listing(beside)
        sizes = self._sizes.documents.sizes
        # What waits for a person is not asked for twice.
        asked = {path: sizes[path].tokens for path in self._asked(agent) if path.casefold() not in claimed}
        sight = Sight(
            self._sizes.documents,
            lambda path: None if path.casefold() in claimed else self._text(path),
            self._sizes.count,
            self._sizes.overview,
            self._memory.changed,
            seen,
            request,
            beside,
            tuple(asked),
        )
        count = self._sizes.count
        wanted = await excerpt(request, REQUEST, count)
        project_map = await first_that_fits(map(self._map, DEPTHS), MAP, count)
        recent = await self._lines(self._memory.recent(agent.name), RECENT)
        named = await self._lines(sorted(claimed), CLAIMED)
        check = self._check() if agent.checks else ""
        orders = map(asked_line, asked, asked.values())
        spent = await count("\n".join((wanted, *orders, project_map, *recent, *named, files.render(), check)))
        shown = await exhibits(agent, sight, spent)
        seen.update(exhibit.path for exhibit in shown)
        phase = self._store.state.phase
        return Brief(
            agent=agent.name,
            phase=phase.name.value,
            phase_reason=phase.reason,
            request_path=path,
            request=wanted,
            project_map=project_map,
            recent=recent,
            claimed=named,
            exhibits=tuple(exhibit for exhibit in shown if exhibit.path not in beside),
            files=files,
            check=check,
            asked=asked,
            sources=tuple(exhibit for exhibit in shown if exhibit.path in beside),
            documents={path: size.tokens for path, size in self._sizes.documents.sizes.items()} if agent.code else {},
        )

    async def _lines(self, lines: Sequence[str], most: int) -> Sequence[str]:
        """The first of `lines` that have `most` tokens in all."""
        single = (" ".join(line.split()) for line in lines)
        return (await excerpt("\n".join(single), most, self._sizes.count)).splitlines()

    def request(self) -> tuple[str, str]:
        """The person's request: its path and text; the first name and nothing when none was written."""
        for path in REQUESTS:
            text = self._text(path)
            if text is not None:
                return path, text
        return REQUESTS[0], ""

    def _text(self, path: str) -> str | None:
        try:
            content = self._landing.current(path)
            return None if content is None else content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        except (UnicodeDecodeError, LandingError):
            return None
