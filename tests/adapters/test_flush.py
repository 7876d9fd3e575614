"""What is relied on after a crash is on the disk before the next step is made: flushed, synced, then renamed."""

import asyncio
import errno
import os
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest

from kinos.adapters.clock import SystemClock
from kinos.adapters.disk import FileDisk
from kinos.adapters.image_store import ImageStore
from kinos.adapters.journal import FileJournal
from kinos.adapters.state_folder import WorkspaceState
from kinos.domain.change import Change, ChangeState, FileChange, digest
from kinos.domain.errors import JournalError, LandingError
from kinos.engine.buffer import Buffers
from kinos.engine.landing import Landing
from kinos.engine.ports import Begun, Intent

INTENTS = [Intent("a.md", None, None, buffer=False)]
CHANGE = Change("c1", "y1", "s1", "ann", "t", "w", (), datetime(2026, 3, 21, tzinfo=UTC))


class Syncs:
    """Stands in for `os.fsync`: at each call it notes what the system holds of the file, and what `look` sees elsewhere."""

    def __init__(self) -> None:
        self.look: Callable[[], object] = lambda: None
        self.seen: list[tuple[bytes | str, object]] = []
        self.broken: set[bytes | str] = set()

    def __call__(self, handle: int) -> None:
        folder = stat.S_ISDIR(os.fstat(handle).st_mode)
        held = "folder" if folder else Path(f"/proc/self/fd/{handle}").read_bytes()
        if held in self.broken:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        self.seen.append((held, self.look()))


def landing_of(root: Path, journal: FileJournal) -> Landing:
    return Landing(FileDisk(root), journal, Buffers(SystemClock()), None, tuple)


@pytest.fixture
def syncs(monkeypatch: pytest.MonkeyPatch) -> Syncs:
    syncs = Syncs()
    monkeypatch.setattr(os, "fsync", syncs)
    return syncs


def test_an_image_is_whole_on_the_disk_before_it_has_its_name(tmp_path: Path, syncs: Syncs) -> None:
    store, name = ImageStore(tmp_path), digest(b"content")
    syncs.look = lambda: store.read(name)
    store.keep(b"content")
    assert syncs.seen == [(b"content", None)]
    assert store.read(name) == b"content"


@pytest.mark.parametrize(
    "write",
    [
        lambda journal: journal.record(CHANGE),
        lambda journal: journal.settle("c1", CHANGE),
    ],
    ids=["change", "settled"],
)
def test_a_record_is_whole_on_the_disk_before_it_counts_as_made(
    write: Callable[[FileJournal], None], tmp_path: Path, syncs: Syncs
) -> None:
    journal = FileJournal(tmp_path)
    write(journal)
    write(journal)
    content = (tmp_path / "journal.jsonl").read_bytes()
    half = content[: len(content) // 2]
    assert [held for held, _ in syncs.seen] == [half, content]


def test_an_intent_and_an_end_that_it_foresaw_are_on_the_disk_once_flushed(tmp_path: Path, syncs: Syncs) -> None:
    journal = FileJournal(tmp_path)
    journal.intend("c1", Begun(INTENTS, CHANGE))
    journal.fulfil("c1")
    assert syncs.seen == []
    assert FileJournal(tmp_path).changes() == [CHANGE]
    journal.flush()
    journal.flush()
    assert [held for held, _ in syncs.seen] == [(tmp_path / "journal.jsonl").read_bytes()]


def test_what_is_recorded_while_others_are_flushed_is_flushed_the_next_time(tmp_path: Path, syncs: Syncs) -> None:
    journal = FileJournal(tmp_path)
    journal.intend("c1", Begun(INTENTS, CHANGE))
    syncs.look = lambda: len(syncs.seen) or journal.intend("c2", Begun(INTENTS))
    journal.flush()
    journal.flush()
    assert [held for held, _ in syncs.seen][1:] == [(tmp_path / "journal.jsonl").read_bytes()]


def test_nobody_records_an_end_between_the_flush_of_folders_and_that_of_the_journal(
    tmp_path: Path, syncs: Syncs
) -> None:
    journal = FileJournal(tmp_path)
    journal.intend("c1", Begun(INTENTS, CHANGE))
    before = (tmp_path / "journal.jsonl").read_bytes()
    recorders: list[Thread] = []

    def folders_flushed() -> None:
        recorders.append(Thread(target=lambda: journal.fulfil("c1")))
        recorders[0].start()
        recorders[0].join(0.2)

    journal.flush_after(folders_flushed)
    journal.flush()
    recorders[0].join()
    assert [held for held, _ in syncs.seen] == [before]


def test_a_flush_that_the_disk_refuses_is_told_and_made_anew(tmp_path: Path, syncs: Syncs) -> None:
    journal = FileJournal(tmp_path)
    journal.intend("c1", Begun(INTENTS))

    syncs.broken = {(tmp_path / "journal.jsonl").read_bytes()}
    with pytest.raises(JournalError, match="Input/output error"):
        journal.flush()
    syncs.broken = set()
    journal.flush()
    assert len(syncs.seen) == 1


def test_what_is_flushed_with_the_next_record_is_not_flushed_again(tmp_path: Path, syncs: Syncs) -> None:
    journal = FileJournal(tmp_path)
    journal.intend("c1", Begun(INTENTS))
    journal.record(CHANGE)
    journal.flush()
    assert len(syncs.seen) == 1


@pytest.mark.parametrize("what", ["land", "reverse", "repeat"])
async def test_a_landing_whose_end_was_lost_to_a_power_cut_is_found_again(
    what: str, tmp_path: Path, syncs: Syncs
) -> None:
    (tmp_path / "a.md").write_bytes(b"one\n")
    state = WorkspaceState(tmp_path, 0, 0)
    with state.hold("a test"):
        journal, file = state.journal(), tmp_path / ".kinos" / "state" / "journal.jsonl"
        files = (
            FileChange("a.md", journal.keep(b"one\n"), journal.keep(b"two\n")),
            FileChange("new.md", None, journal.keep(b"new\n")),
        )
        change = replace(CHANGE, files=files, state=ChangeState.ACCEPTED)
        for step in ("land", "reverse", "repeat"):
            change = await getattr(landing_of(tmp_path, journal), step)(change)
            if step == what:
                break
        told = file.read_bytes()
        # What the disk had when the landing returned: all but the last line.
        file.write_bytes(b"".join(told.splitlines(keepends=True)[:-1]))
        journal = state.journal()
        assert journal.pending()
        assert await landing_of(tmp_path, journal).repair() == {}
        assert not journal.pending()
        assert journal.changes() == [change]
    there = what != "reverse"
    assert (tmp_path / "a.md").read_bytes() == (b"two\n" if there else b"one\n")
    assert (tmp_path / "new.md").exists() is there


@pytest.mark.parametrize("closing", [False, True], ids=["soon", "at the end"])
async def test_a_landing_has_its_end_flushed_after_it_has_returned(closing: bool, tmp_path: Path, syncs: Syncs) -> None:
    state = WorkspaceState(tmp_path, 0, 0)
    with state.hold("a test"):
        journal = state.journal()
        change = replace(CHANGE, files=(FileChange("a.md", None, journal.keep(b"one\n")),), state=ChangeState.ACCEPTED)
        landing = landing_of(tmp_path, journal)
        await landing.land(change)
        ended = (tmp_path / ".kinos" / "state" / "journal.jsonl").read_bytes()
        assert syncs.seen[-1][0] != ended
        if closing:
            await landing.close()
        else:
            while syncs.seen[-1][0] != ended:
                await asyncio.sleep(0)
    assert syncs.seen[-1][0] == ended


def test_what_is_kept_of_a_session_for_good_is_whole_on_the_disk(tmp_path: Path, syncs: Syncs) -> None:
    state = WorkspaceState(tmp_path, 0, 0)
    with state.hold("a test"):
        state.store("session", {"usd": 1})
        syncs.seen.clear()
        syncs.look = lambda: state.load("session")
        state.store("session", {"usd": 2})
        assert syncs.seen[:2] == [(b'{"usd": 2}', {"usd": 1}), ("folder", {"usd": 2})]
        syncs.seen.clear()
        state.note("session", {"usd": 3})
        assert syncs.seen == []
        assert state.load("session") == {"usd": 3}


@pytest.mark.parametrize("before", [None, b"before"])
def test_a_file_is_whole_on_the_disk_before_it_takes_the_old_ones_place(
    before: bytes | None, tmp_path: Path, syncs: Syncs
) -> None:
    target = tmp_path / "a.md"
    if before is not None:
        target.write_bytes(before)
    syncs.look = lambda: target.read_bytes() if target.exists() else None
    disk = FileDisk(tmp_path)
    disk.write("a.md", b"after", before)
    assert syncs.seen == [(b"after", before)]
    disk.flush()
    disk.flush()
    assert syncs.seen[1:] == [("folder", b"after")]


@pytest.mark.parametrize("path", ["a.md", "new/place/a.md"])
@pytest.mark.parametrize("after", ["close", "record", "land"])
async def test_an_end_is_on_the_disk_after_the_names_of_its_files_are(
    after: str, path: str, tmp_path: Path, syncs: Syncs
) -> None:
    state = WorkspaceState(tmp_path, 0, 0)
    with state.hold("a test"):
        journal = state.journal()
        landing = landing_of(tmp_path, journal)

        def made(identity: str, path: str) -> Change:
            files = (FileChange(path, None, journal.keep(identity.encode())),)
            return replace(CHANGE, id=identity, files=files, state=ChangeState.ACCEPTED)

        changes = made("c1", path), made("c2", "b.md")
        syncs.seen.clear()
        await landing.land(changes[0])
        folders = {"a.md": 1, "new/place/a.md": 3}[path]
        if after == "record":
            journal.record(CHANGE)
        elif after == "land":
            await landing.land(changes[1])
        await landing.close()
    flushed = [held for held, _ in syncs.seen]
    end = next(number for number, held in enumerate(flushed) if isinstance(held, bytes) and b'"settled"' in held)
    assert flushed[:end].count("folder") == folders


async def test_names_are_flushed_as_soon_as_the_landing_has_returned(
    tmp_path: Path, syncs: Syncs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kinos.engine.landing.SOON", 3600)
    state = WorkspaceState(tmp_path, 0, 0)
    with state.hold("a test"):
        journal = state.journal()
        change = replace(CHANGE, files=(FileChange("a.md", None, journal.keep(b"one\n")),), state=ChangeState.ACCEPTED)
        landing = landing_of(tmp_path, journal)
        syncs.seen.clear()
        await landing.land(change)
        while "folder" not in [held for held, _ in syncs.seen]:
            await asyncio.sleep(0)
        await landing.close()
    assert b'"settled"' in syncs.seen[-1][0]  # type: ignore[operator]


def test_what_takes_its_place_while_its_folder_is_flushed_is_flushed_the_next_time(
    tmp_path: Path, syncs: Syncs
) -> None:
    disk = FileDisk(tmp_path)
    disk.write("a.md", b"one", None)

    def written_meanwhile() -> None:
        syncs.look = lambda: None
        disk.write("b.md", b"two", None)

    syncs.look = written_meanwhile
    disk.flush()
    disk.flush()
    disk.flush()
    assert [held for held, _ in syncs.seen].count("folder") == 2


async def test_an_end_stays_off_the_disk_while_the_names_of_its_files_do(tmp_path: Path, syncs: Syncs) -> None:
    state = WorkspaceState(tmp_path, 0, 0)
    with state.hold("a test"):
        journal = state.journal()
        landing = landing_of(tmp_path, journal)
        files = (FileChange("a.md", None, journal.keep(b"one\n")),)
        syncs.broken = {"folder"}
        await landing.land(replace(CHANGE, files=files, state=ChangeState.ACCEPTED))
        with pytest.raises(LandingError, match="could not be flushed"):
            journal.flush()
        with pytest.raises(LandingError, match="could not be flushed"):
            journal.record(replace(CHANGE, id="c7"))
        assert not [held for held, _ in syncs.seen if isinstance(held, bytes) and b'"settled"' in held]
        assert "c7" not in {change.id for change in state.journal().changes()}
        syncs.broken = set()
        await landing.close()
        assert b'"settled"' in syncs.seen[-1][0]  # type: ignore[operator]
