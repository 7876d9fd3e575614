"""What one engine keeps in the workspace besides changes: its lock, the phase, the map's file."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from kinos.domain.errors import ConflictError, LandingError, PolicyError, SetupError, WorkspaceHeldError
from kinos.domain.event import MapWritten, Noted
from kinos.domain.phase import Phase, PhaseState
from kinos.domain.phase_history import PhasePoint
from kinos.domain.project_map import MAP_NAME, ProjectMap
from kinos.engine.ports import Clock, Disk, StateFolder
from kinos.engine.store import Store


class Keeper:
    """The lock is held by a team run and by whatever is done meanwhile, and given back by the last of them."""

    def __init__(self, folder: StateFolder, disk: Disk, clock: Clock, store: Store, who: str) -> None:
        self._folder = folder
        self._disk = disk
        self._clock = clock
        self._store = store
        self._who = who
        self._lock = ExitStack()
        self._holds = 0
        self._problems: dict[str, str] = {}

    def try_to_keep(self, what: str, write: Callable[[], object]) -> None:
        """Write something without which the engine works on: when the disk refuses, a note says so once."""
        problem = ""
        try:
            write()
        except (ConflictError, LandingError, PolicyError, SetupError) as error:
            problem = f"{what} could not be written: {error}"
        if problem and problem != self._problems.get(what):
            self._store.dispatch(Noted(self._clock.now(), "warning", problem))
        self._problems[what] = problem

    @property
    def held(self) -> bool:
        """Whether this engine holds the folder."""
        return self._holds > 0

    def holder(self) -> str:
        """Who else holds it; empty when nobody does or this engine does."""
        return "" if self.held else self._folder.holder()

    def take(self) -> None:
        """Hold the folder, once more. Raises WorkspaceHeldError naming who else does."""
        if self._holds == 0:
            self._lock.enter_context(self._folder.hold(self._who))
        self._holds += 1

    async def take_for_team(self) -> None:
        """Hold the folder to let agents work in it. Raises WorkspaceHeldError when a folder around it or inside is held."""
        self.take()
        try:
            near = await asyncio.to_thread(lambda: self._folder.near(inner(self._disk.paths())))
        except BaseException:
            self.give()
            raise
        if near:
            self.give()
            raise WorkspaceHeldError(
                f"{near}, and the files here belong to both.", "Stop it, or wait until it is done."
            )

    def give(self) -> None:
        """Give one hold back."""
        if self._holds:
            self._holds -= 1
            if self._holds == 0:
                self._lock.close()

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold the folder while the block runs."""
        self.take()
        try:
            yield
        finally:
            self.give()

    def phase(self) -> PhaseState | None:
        """The phase kept last, its beginning unknown; None when none was."""
        kept = self._folder.load("phase")
        name = str(kept.get("name"))
        if name not in Phase.__members__:
            return None
        return PhaseState(Phase(name), str(kept.get("reason", "")), None, bool(kept.get("pinned")))

    def keep_phase(self) -> None:
        """Keep the phase as it is. Needs a hold."""
        phase = self._store.state.phase
        self._folder.store("phase", {"name": phase.name.value, "reason": phase.reason, "pinned": phase.pinned})

    def last_team(self) -> str:
        """The team that ran here last; empty when none did."""
        return str(self._folder.load("team").get("name", ""))

    def keep_team(self, name: str) -> None:
        """Keep which team ran last. Needs a hold."""
        self._folder.store("team", {"name": name})

    def assignments(self) -> Sequence[Any]:
        """What a person asked of the team, as it was kept; empty when it was not."""
        found = self._folder.load("assignments").get("assignments")
        return found if isinstance(found, list) else []

    def keep_assignments(self, assignments: Sequence[Mapping[str, Any]]) -> None:
        """Keep what a person asks of the team. Needs a hold."""
        self._folder.store("assignments", {"assignments": list(assignments)})

    def session(self) -> Mapping[str, Any]:
        """The account of the session that ran here last; empty when none did."""
        return self._folder.load("session")

    def keep_session(self, account: Mapping[str, Any], *, ended: bool) -> None:
        """Keep the account of the session that runs, or has `ended`. Needs a hold.

        While it runs that is before and after each call, and on the loop: it is not flushed then. What a power cut could take
        of it is in the user's day all the same, which is flushed.
        """
        (self._folder.store if ended else self._folder.note)("session", account)

    def sessions(self) -> Sequence[Mapping[str, Any]]:
        """The accounts of the sessions before that one, the latest last."""
        found = self._folder.load("sessions").get("accounts")
        return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []

    def keep_sessions(self, accounts: Sequence[Mapping[str, Any]]) -> None:
        """Keep the accounts of former sessions. Needs a hold."""
        self._folder.store("sessions", {"accounts": list(accounts)})

    def size_history(self) -> Mapping[str, Sequence[tuple[str, int | None]]]:
        """By path, how the tokens of a document went, each with its time; None when it went."""
        return self._folder.size_history()

    def record_phase(self, point: PhasePoint) -> None:
        """Put the total and the phase to their history. Needs a hold. Raises SetupError."""
        self._folder.record_phase(point)

    def phase_history(self) -> Sequence[PhasePoint]:
        """How the total and the phase went, as far as that was recorded."""
        return self._folder.phase_history()

    def map_exists(self) -> bool:
        """Whether the map's file is there."""
        return self._disk.stamp(MAP_NAME) is not None

    def write_map(self, project_map: ProjectMap) -> None:
        """Write the map's file if more than its date would change, and the sizes to their history. Needs a hold."""
        found, now = self._disk.read(MAP_NAME), self._clock.now()
        self._folder.record_sizes(now, {path: size.tokens for path, size in project_map.documents.items()})
        text = project_map.render(now.astimezone()).encode()
        if found is not None and _undated(found) == _undated(text):
            return
        if found is None:
            self._folder.store("map", {"created": True})
        self._disk.write(MAP_NAME, text, found)
        self._store.dispatch(MapWritten(now, MAP_NAME))

    def remove_own_map(self) -> None:
        """Remove the map's file if KinOS created it. Needs a hold."""
        found = self._disk.read(MAP_NAME)
        if found is not None and self._folder.load("map").get("created"):
            self._disk.write(MAP_NAME, None, found)
            self._folder.store("map", {"created": False})


def inner(paths: Iterable[str]) -> set[str]:
    """The folders that hold these files, relative."""
    found: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


def _undated(text: bytes) -> bytes:
    """The map without its second line, the date."""
    title, _, rest = text.partition(b"\n")
    return title + rest.partition(b"\n")[2]
