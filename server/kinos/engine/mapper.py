"""The map of one workspace: made of what is known now, written when it is wanted, with suggestions and history."""

from collections.abc import Callable
from typing import Any

from kinos.domain.project_map import MAP_NAME, ProjectMap
from kinos.engine.keeper import Keeper
from kinos.engine.ports import Clock
from kinos.engine.sizes import Sizes
from kinos.engine.store import Store


class Mapper:
    """`mode` is the setting `map.write` as it is now; `running` says whether a team is."""

    def __init__(
        self, sizes: Sizes, keeper: Keeper, store: Store, clock: Clock, mode: Callable[[], str], running: Callable[[], bool]
    ) -> None:  # fmt: skip
        self._sizes = sizes
        self._keeper = keeper
        self._store = store
        self._clock = clock
        self._mode = mode
        self._running = running

    def project_map(self) -> ProjectMap:
        """The map as things are now."""
        views = self._store.state.agents.values() if self._running() else ()
        return self._sizes.project_map([(view.name, view.weight) for view in views if view.weight > 0])

    def text(self, depth: int | None = None) -> str:
        """The map as text, dated now; nothing is written. Folders deeper than `depth` show only how much is in them."""
        return self.project_map().render(self._clock.now().astimezone(), depth)

    def object(self) -> dict[str, Any]:
        """The map as plain values, with the history of each document's size as far as it was recorded."""
        data, went = self.project_map().data(), self._keeper.size_history()
        for document in data["documents"]:
            document["history"] = [{"time": time, "tokens": tokens} for time, tokens in went.get(document["path"], ())]
        return data

    def table(self) -> dict[str, Any]:
        """Every document with its size, the heaviest first; `complete` is whether all have been counted."""
        return {"complete": self._sizes.complete, **self.project_map().table()}

    def write(self) -> str:
        """Write the map's file. Returns its name. Raises as `Keeper.hold` and `Keeper.write_map`."""
        with self._keeper.hold():
            self._keeper.write_map(self.project_map())
        return MAP_NAME

    @property
    def wanted(self) -> bool:
        """Whether the file is to follow what happens: while a team runs, or when it already exists, unless set otherwise."""
        mode = self._mode()
        return mode == "always" or (mode == "auto" and (self._running() or self._keeper.map_exists()))

    def follow(self) -> None:
        """Something changed: write the file if it is wanted and nobody else holds the folder."""
        if self.wanted and not self._keeper.holder():
            self._keeper.try_to_keep("The map", self.write)

    async def suggest(self) -> None:
        """Work out what would bring the documents over a limit to size, for this map and the next ones."""
        while await self._sizes.suggest():
            self.follow()
