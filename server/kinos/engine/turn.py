"""Who may change which files now: changes of different files go on side by side, those of one file one after the other."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class _Place:
    """Somebody in the line: the files wanted, None for all there are. `first` is set once nobody earlier wants one."""

    files: frozenset[str] | None
    first: asyncio.Event = field(default_factory=asyncio.Event)

    def meets(self, other: "_Place") -> bool:
        """Whether both want one file."""
        return self.files is None or other.files is None or not self.files.isdisjoint(other.files)


class Turn:
    """One line for all files of a workspace: whoever comes takes all files at once, so nobody waits in a circle."""

    def __init__(self) -> None:
        self._line: list[_Place] = []

    @asynccontextmanager
    async def take(self, files: Iterable[str] | None) -> AsyncIterator[None]:
        """Hold `files` (None: all there are) while the block runs. Who came earlier and wants one of them goes first."""
        place = _Place(None if files is None else frozenset(file.casefold() for file in files))
        self._line.append(place)
        try:
            self._call()
            await place.first.wait()
            yield
        finally:
            self._line.remove(place)
            self._call()

    def _call(self) -> None:
        for at, place in enumerate(self._line):
            if not any(place.meets(earlier) for earlier in self._line[:at]):
                place.first.set()
