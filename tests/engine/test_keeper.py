"""What the engine keeps in the workspace: its lock, the phase, the map's file."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from fakes.clock import FakeClock
from fakes.disk import MemoryDisk
from fakes.journal import MemoryFolder
from kinos.domain import event as ev
from kinos.domain.errors import WorkspaceHeldError
from kinos.domain.phase import Phase, PhaseRule, PhaseState
from kinos.domain.project_map import MAP_NAME, ProjectMap
from kinos.domain.size import Limits, Size
from kinos.engine.keeper import Keeper
from kinos.engine.store import Store

MAP = ProjectMap({"a.md": Size(5)}, Limits(), PhaseRule(), PhaseState(), "claude-v4.8")


class Desk:
    """A keeper and what it keeps."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.disk = MemoryDisk()
        self.folder = MemoryFolder()
        self.store = Store()
        self.written: list[ev.Event] = []
        self.store.subscribe(lambda before, after, event: self.written.append(event))
        self.keeper = Keeper(self.folder, self.disk, clock, self.store, "a test")


@pytest.fixture
def desk(clock: FakeClock) -> Desk:
    return Desk(clock)


def test_the_lock_is_held_once_and_given_back_by_the_last(desk: Desk) -> None:
    with desk.keeper.hold():
        with desk.keeper.hold():
            assert desk.folder.held == 1
        assert desk.keeper.held
        assert desk.folder.held == 1
    assert desk.folder.held == 0
    desk.keeper.give()
    with desk.keeper.hold():
        assert desk.folder.held == 1


def test_a_folder_that_is_held_by_another_is_not_taken(desk: Desk) -> None:
    desk.folder.other = "KinOS in an editor"
    with pytest.raises(WorkspaceHeldError), desk.keeper.hold():
        raise AssertionError
    assert not desk.keeper.held
    assert desk.keeper.holder() == "KinOS in an editor"


async def test_a_team_does_not_start_beside_one_around_or_inside(desk: Desk) -> None:
    for path in ("a.md", "docs/api/b.md", "docs/c.md"):
        desk.disk.put(path, "x")
    desk.folder.neighbour = "KinOS in an editor works on /work/docs"
    with pytest.raises(WorkspaceHeldError, match="works on /work/docs, and the files here belong to both"):
        await desk.keeper.take_for_team()
    assert (desk.keeper.held, desk.folder.held) == (False, 0)
    assert desk.folder.inner == ["docs", "docs/api"]
    desk.folder.neighbour = ""
    await desk.keeper.take_for_team()
    assert desk.keeper.held


def test_whoever_holds_it_itself_is_nobody_else(desk: Desk) -> None:
    with desk.keeper.hold():
        desk.folder.other = "KinOS in an editor"
        assert desk.keeper.holder() == ""


def test_the_phase_is_kept_without_its_beginning(desk: Desk) -> None:
    assert desk.keeper.phase() is None
    desk.store.dispatch(ev.PhaseMoved(desk.clock.now(), PhaseState(Phase.CONVERGENCE, "61 %", desk.clock.now(), True)))
    with desk.keeper.hold():
        desk.keeper.keep_phase()
    assert desk.keeper.phase() == PhaseState(Phase.CONVERGENCE, "61 %", None, pinned=True)


def test_a_kept_phase_that_does_not_exist_counts_for_nothing(desk: Desk) -> None:
    desk.folder.kept["phase"] = {"name": "PANIC"}
    assert desk.keeper.phase() is None


def test_the_last_team_is_kept(desk: Desk) -> None:
    assert desk.keeper.last_team() == ""
    with desk.keeper.hold():
        desk.keeper.keep_team("coding")
    assert desk.keeper.last_team() == "coding"


def test_the_map_is_only_written_when_more_than_its_date_changed(desk: Desk) -> None:
    with desk.keeper.hold():
        desk.keeper.write_map(MAP)
        first = desk.disk.text(MAP_NAME)
        desk.clock.set(60.0)
        desk.keeper.write_map(MAP)
        assert desk.disk.text(MAP_NAME) == first
        assert desk.disk.writes == [MAP_NAME]
        desk.keeper.write_map(replace(MAP, documents={"a.md": Size(6001)}))
    assert desk.disk.text(MAP_NAME) != first
    assert [type(event) for event in desk.written] == [ev.MapWritten, ev.MapWritten]


@pytest.mark.parametrize("there", [True, False])
def test_only_a_map_that_kinos_made_is_removed(desk: Desk, there: bool) -> None:
    if there:
        desk.disk.put(MAP_NAME, "mine\n")
    assert desk.keeper.map_exists() is there
    with desk.keeper.hold():
        desk.keeper.write_map(MAP)
        desk.keeper.remove_own_map()
        assert (MAP_NAME in desk.disk.files) is there
        desk.keeper.remove_own_map()
    assert (MAP_NAME in desk.disk.files) is there


def test_a_map_the_person_made_after_kinos_had_removed_its_own_stays(desk: Desk) -> None:
    with desk.keeper.hold():
        desk.keeper.write_map(MAP)
        desk.keeper.remove_own_map()
        desk.disk.put(MAP_NAME, "mine\n")
        desk.keeper.remove_own_map()
    assert desk.disk.text(MAP_NAME) == "mine\n"


async def test_the_folder_is_walked_in_a_thread_so_that_nobody_who_types_waits(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    walkers: list[threading.Thread] = []

    def paths() -> list[str]:
        walkers.append(threading.current_thread())
        return []

    monkeypatch.setattr(desk.disk, "paths", paths)
    with ThreadPoolExecutor(1) as pool:
        asyncio.get_running_loop().set_default_executor(pool)
        await desk.keeper.take_for_team()
    assert len(walkers) == 1
    assert walkers[0] is not threading.main_thread()
