"""The engine is killed at every write, flush, rename and removal of a landing in turn: nothing is lost, nothing doubled."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kinos.adapters.journal import FileJournal
from kinos.adapters.state_folder import WorkspaceState
from kinos.domain.change import Change, ChangeState, FileChange, digest

BEFORE = {
    "edited.md": b"\xef\xbb\xbf# One\r\n\r\ntwo\r\nthree",
    "notes/old.md": b"# Old\nmoves away\n",
    "gone.md": b"# Gone\n\xe6\xbd\xae\xe2\x80\xa8still the same line\n",
    "bystander.md": b"never touched\n",
}
MADE: dict[str, bytes | None] = {
    "edited.md": b"\xef\xbb\xbf# One\r\n\r\nTWO\r\nthree",
    "notes/old.md": None,
    "gone.md": None,
    "new/place/moved.md": b"# Old\nmoves away\n",
}
AFTER = {path: text for path, text in ({**BEFORE, **MADE}).items() if text is not None}
CHANGE = "c1"


@dataclass
class Engine:
    """Engines that can be killed, one for each order."""

    process: "subprocess.Popen[str]"

    def do(self, what: str, folder: Path, at: int | None = None, **more: str) -> dict[str, Any]:
        """Carry an order out on `folder`, killed at step `at`."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        order = {"do": what, "folder": str(folder), "change": CHANGE, "at": at, **more}
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with running() as engine:
        yield engine


@contextmanager
def running() -> Iterator[Engine]:
    here = Path(__file__)
    environment = {**os.environ, "PYTHONPATH": str(here.parents[1])}
    with subprocess.Popen(
        [sys.executable, str(here.with_name("mortal.py"))], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=environment,
    ) as process:  # fmt: skip
        yield Engine(process)
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture
def proposed(tmp_path: Path) -> Path:
    """A workspace in which one change waits."""
    folder = tmp_path / "proposed"
    for path, text in BEFORE.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text)
    with WorkspaceState(folder, 5, 0.05).hold("a test"):
        journal = FileJournal(folder / ".kinos" / "state")
        files = tuple(
            FileChange(path, kept(journal, BEFORE.get(path)), kept(journal, text)) for path, text in MADE.items()
        )
        journal.record(Change(CHANGE, "y1", "s1", "ann", "Move", "why", files, datetime(2026, 3, 21, tzinfo=UTC)))
    return folder


def kept(journal: FileJournal, content: bytes | None) -> str | None:
    return None if content is None else journal.keep(content)


@pytest.fixture
def landed(proposed: Path, engine: Engine) -> Path:
    assert engine.do("accept", proposed)["ended"] == 0
    assert tree(proposed) == AFTER
    return proposed


@pytest.fixture
def undone(landed: Path, engine: Engine) -> Path:
    assert engine.do("undo", landed)["ended"] == 0
    assert tree(landed) == BEFORE
    return landed


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".kinos" not in path.parts
    }


def kept_state(folder: Path) -> dict[str, bytes]:
    """The journal and the images; that a team was started, and what it cost, is kept beside them."""
    state = folder / ".kinos" / "state"
    files = [state / "journal.jsonl", *(path for path in (state / "images").rglob("*") if path.is_file())]
    return {path.relative_to(state).as_posix(): path.read_bytes() for path in files}


def the_change(folder: Path) -> Change:
    (change,) = FileJournal(folder / ".kinos" / "state").changes()
    return change


def assert_whole(folder: Path, states: Mapping[ChangeState, Mapping[str, bytes]]) -> None:
    """The files are those that the change's state stands for; nothing half made is left anywhere."""
    journal = FileJournal(folder / ".kinos" / "state")
    (change,) = journal.changes()
    assert tree(folder) == states[change.state]
    assert not journal.pending()
    assert [path for path in folder.rglob("*") if path.is_dir() and not any(path.iterdir())] == []
    images = {
        path.name: path.read_bytes() for path in (folder / ".kinos" / "state" / "images").rglob("*") if path.is_file()
    }
    assert {digest(content) for content in images.values()} == images.keys()
    needed = {name for file in change.files for name in (file.base, file.result, file.before, file.after) if name}
    assert needed <= images.keys()
    names = {path.name for path in (folder / ".kinos" / "state").iterdir()}
    assert [name for name in names if ".half-" in name or name == "holder.json"] == []


LANDS = {ChangeState.PROPOSED: BEFORE, ChangeState.LANDED: AFTER}
REVERTS = {ChangeState.LANDED: AFTER, ChangeState.UNDONE: BEFORE}


def killed_everywhere(
    what: str, start: Path, engine: Engine, states: Mapping[ChangeState, Mapping[str, bytes]], **more: str
) -> None:
    """Carry `what` out on copies of `start`, killed at each step in turn, and look at what the next start makes of it."""
    folder, at, seen = start.with_name("work"), 0, set()
    while True:
        shutil.copytree(start, folder, copy_function=shutil.copy)
        ended = engine.do(what, folder, at, **more)
        step = f"{what} killed at {at}: {ended['steps'][-1]}"
        assert engine.do("start", folder)["ended"] == 0, step
        assert_whole(folder, states)
        again = kept_state(folder)
        assert engine.do("start", folder)["ended"] == 0, step
        assert kept_state(folder) == again, step
        seen.add(the_change(folder).state)
        if the_change(folder).state is next(iter(states)) and not more:
            assert engine.do(what, folder)["ended"] == 0, step
        if ended["ended"] != -signal.SIGKILL:
            break
        if not more:
            assert tree(folder) == list(states.values())[-1], step
        shutil.rmtree(folder)
        at += 1
    assert at == len(ended["steps"])
    assert at > 30
    assert seen == ({next(iter(states))} if more else set(states))


def test_a_landing_killed_at_any_step_is_whole_or_gone_at_the_next_start(proposed: Path, engine: Engine) -> None:
    killed_everywhere("accept", proposed, engine, LANDS)


def test_a_landing_that_fails_and_is_killed_while_it_is_taken_back_is_gone_at_the_next_start(
    proposed: Path, engine: Engine
) -> None:
    killed_everywhere("accept", proposed, engine, LANDS, full="edited.md")


def test_an_undo_killed_at_any_step_is_whole_or_gone_at_the_next_start(landed: Path, engine: Engine) -> None:
    killed_everywhere("undo", landed, engine, REVERTS)


def test_a_redo_killed_at_any_step_is_whole_or_gone_at_the_next_start(undone: Path, engine: Engine) -> None:
    killed_everywhere("redo", undone, engine, {ChangeState.UNDONE: BEFORE, ChangeState.LANDED: AFTER})


@pytest.mark.parametrize("what", ["accept", "undo"])
def test_a_repair_killed_at_any_step_is_finished_by_the_next_one(what: str, proposed: Path, engine: Engine) -> None:
    if what == "undo":
        engine.do("accept", proposed)
    steps = engine.do(what, copied(proposed), None)["steps"]
    shutil.rmtree(proposed.with_name("work"))
    last_write = max(
        at for at, step in enumerate(steps) if step.startswith(("os.rename", "os.remove")) and ".kinos/" not in step
    )
    engine.do(what, proposed, last_write + 1)
    assert FileJournal(proposed / ".kinos" / "state").pending()
    at = 0
    while True:
        folder = copied(proposed)
        ended = engine.do("start", folder, at)
        engine.do("start", folder)
        assert_whole(folder, LANDS if what == "accept" else REVERTS)
        shutil.rmtree(folder)
        if ended["ended"] != -signal.SIGKILL:
            break
        at += 1
    assert at > 30


def copied(folder: Path) -> Path:
    return Path(shutil.copytree(folder, folder.with_name("work"), copy_function=shutil.copy))


@pytest.mark.parametrize("what", ["accept", "undo", "redo"])
def test_whoever_takes_the_folder_next_repairs_first(what: str, proposed: Path, engine: Engine) -> None:
    """Not a team's start alone: also the next accept, undo or redo, or it would take the half for what was there before."""
    steps = engine.do("accept", copied(proposed), None)["steps"]
    shutil.rmtree(proposed.with_name("work"))
    first_write = next(at for at, step in enumerate(steps) if step.startswith("os.rename") and ".kinos/" not in step)
    engine.do("accept", proposed, first_write + 1)
    assert tree(proposed) not in (BEFORE, AFTER)
    engine.do(what, proposed)
    assert tree(proposed) == (AFTER if what == "accept" else BEFORE)
    engine.do("undo", proposed)
    assert tree(proposed) == BEFORE
    assert_whole(proposed, {ChangeState.PROPOSED: BEFORE, ChangeState.UNDONE: BEFORE})
