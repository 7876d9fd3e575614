"""Stop means stopped: at any moment of a team's work, however the end comes, no process is left and nothing half done.

`KINOS_ROUNDS` says how often each moment is tried: once unless told, 25 times in `make soak`.
"""

import asyncio
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from itertools import cycle, islice
from pathlib import Path

import pytest

from e2e.lsp.editor import clean_environment
from kinos.adapters.journal import FileJournal
from kinos.app import App
from kinos.domain import event as ev
from kinos.domain.change import LANDED_STATES, digest
from kinos.domain.layer import Layer, Source
from kinos.domain.state import TeamState
from kinos.engine.lifecycle import Start
from kinos.engine.session import Session
from kinos.worker.rehearsal.knob import Knobs
from kinos.worker.rehearsal.server import Rehearsal, serving
from process_tree import alive, command_line, descendants, seconds_to_end, wait_for_end

pytestmark = [pytest.mark.agents, pytest.mark.timeout(3600)]

ROUNDS = int(os.environ.get("KINOS_ROUNDS", "1"))
FRESH = 10
"""Rounds in one workspace: once a team has landed all there is to do, or spent what it may, it would wait for ever."""
EXAMPLE = Path(__file__).parents[2] / "examples" / "workspace"
MOMENTS: dict[str, type[ev.Event]] = {
    "planning": ev.CycleStarted,
    "streaming": ev.TaskClaimed,
    "editing": ev.TaskClaimed,
    "landing": ev.EditFinished,
}
"""What happens right before each moment."""
PACE = {"streaming": 0.03}
"""Seconds between the pieces of an answer, where the middle of it is to be met."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "work"))


@pytest.fixture
def api() -> Iterator[Rehearsal]:
    """The rehearsal model, asked like a real one."""
    with serving(knobs=Knobs()) as server:
        yield server


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """An interpreter below which processes live that have left its session, one of them without its environment."""
    file = tmp_path / "python-with-company"
    file.write_text(
        f'#!/bin/sh\nsetsid sleep 3600 &\nenv -i setsid sleep 3600 &\nexec "{sys.executable}" "$@"\n', encoding="utf-8"
    )
    file.chmod(0o755)
    return file


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, api: Rehearsal, python: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = {
        "XDG_RUNTIME_DIR": str(tmp_path / "run"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "TMPDIR": str(tmp_path),
        "ANTHROPIC_BASE_URL": api.url,
        "ANTHROPIC_API_KEY": "key",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(tempfile, "tempdir", None)
    config = tmp_path / "config" / "kinos" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'[agents]\npython = "{python}"\n[team]\nparallel = 4\n', encoding="utf-8")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file that is not KinOS' own, by path."""
    own = {".kinos", "map (readonly).md"}
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.relative_to(folder).parts[0] not in own
    }


def check_files(folder: Path, before: dict[str, bytes]) -> None:
    """What is in the folder is what was there, and what the journal says has landed since: all of it and nothing else."""
    journal = FileJournal(folder / ".kinos" / "state")
    assert not journal.pending(), "a landing was left in the middle"
    expected: dict[str, str | None] = {path: digest(content) for path, content in before.items()}
    for change in sorted(journal.changes(), key=lambda change: change.made):
        if change.state in LANDED_STATES:
            expected |= {file.path: file.after for file in change.files}
    there = {path: digest(content) for path, content in contents(folder).items()}
    assert there == {path: name for path, name in expected.items() if name is not None}
    file = folder / ".kinos" / "state" / "journal.jsonl"
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        json.loads(line)


@asynccontextmanager
async def engine(folder: Path) -> AsyncIterator[Session]:
    workspace = App().workspace(folder, "a test", [Layer(Source.COMMAND_LINE, {"landing.mode": "auto"})])
    await workspace.open()
    try:
        yield workspace.session
    finally:
        await workspace.close()


async def reached(session: Session, moment: str) -> None:
    """Wait until the team does that, and then for a moment of chance."""
    loop, there = asyncio.get_running_loop(), asyncio.Event()

    def look(before: object, after: object, event: ev.Event) -> None:
        if isinstance(event, MOMENTS[moment]):
            there.set()

    end = session.subscribe(look)
    await there.wait()
    end()
    chance: asyncio.Future[None] = loop.create_future()
    longest = 0.3 if moment == "streaming" else 0.05
    loop.call_later(random.uniform(0, longest), chance.set_result, None)  # noqa: S311
    await chance


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_stop_at_any_moment_leaves_no_process_and_nothing_half_done(
    folder: Path, api: Rehearsal, moment: str
) -> None:
    for begun in range(0, ROUNDS, FRESH):
        work = Path(shutil.copytree(folder, folder.with_name(f"work{begun}")))
        await stopped_again_and_again(work, api, moment, min(FRESH, ROUNDS - begun))


async def stopped_again_and_again(folder: Path, api: Rehearsal, moment: str, rounds: int) -> None:
    before = contents(folder)
    async with engine(folder) as session:
        own = set(descendants(os.getpid()))
        for _ in range(rounds):
            api.knobs.pace = PACE.get(moment, 0.0)
            await session.start_team(Start("default"))
            company = [pid for pid in descendants(os.getpid()) if pid not in own]
            assert len(company) >= 3, "the worker, and those that have left its session"
            await reached(session, moment)
            began = time.monotonic()
            assert await session.stop_team() >= 3
            print(f"stop in the middle of {moment}: {time.monotonic() - began:.3f} s")
            assert set(descendants(os.getpid())) <= own
            assert alive(company) == []
            assert session.state.team.state is TeamState.STOPPED
            check_files(folder, before)
            assert list(folder.parent.glob("kinos-worker-*")) == [], "the copies of the person's files"
            assert await session.stop_team() == 0


def close_stdin(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.close()


ENDS: dict[str, Callable[[subprocess.Popen[bytes]], None]] = {
    "SIGTERM": lambda process: process.send_signal(signal.SIGTERM),
    "SIGINT": lambda process: process.send_signal(signal.SIGINT),
    "closed stdin": close_stdin,
    "kill -9": lambda process: process.kill(),
}


def message(body: object) -> bytes:
    data = json.dumps({"jsonrpc": "2.0", **body}).encode()  # type: ignore[dict-item]
    return f"Content-Length: {len(data)}\r\n\r\n".encode() + data


def serve(folder: Path) -> subprocess.Popen[bytes]:
    """A language server with a team on `folder`."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "kinos", "lsp"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={**clean_environment(), **{name: os.environ[name] for name in os.environ if name.startswith(("XDG", "ANTH", "TMP"))}},
    )  # fmt: skip
    assert process.stdin is not None
    folders = [{"uri": folder.as_uri(), "name": "work"}]
    client = {"processId": None, "rootUri": None, "workspaceFolders": folders, "capabilities": {}}
    start = {"command": "kinos.server.startTeam", "arguments": [{"team": "default", "landing": "auto"}]}
    for body in (
        {
            "id": 1,
            "method": "initialize",
            "params": client,
        },
        {"method": "initialized", "params": {}},
        {"id": 2, "method": "workspace/executeCommand", "params": start},
    ):
        process.stdin.write(message(body))
    process.stdin.flush()
    return process


def until_one_is(state: str, process: subprocess.Popen[bytes]) -> None:
    """Read what the server says until an agent is in `state`."""
    assert process.stdout is not None
    length = 0
    while line := process.stdout.readline():
        name, _, value = line.partition(b":")
        length = int(value) if name == b"Content-Length" else length
        if line.strip():
            continue
        said = json.loads(process.stdout.read(length))
        assert "error" not in said, said
        agents = said.get("params", {}).get("agents", ()) if said.get("method") == "kinos/status" else ()
        if any(agent["state"] == state for agent in agents):
            return
    raise AssertionError("the server ended")


@pytest.mark.parametrize("end", ENDS)
def test_however_the_server_ends_no_process_is_left_and_all_can_be_taken_back(
    folder: Path, api: Rehearsal, end: str
) -> None:
    api.knobs.pace = 0.005
    states = islice(cycle(("editing", "planning")), ROUNDS)
    while ended := list(islice(states, FRESH)):
        work = Path(shutil.copytree(folder, folder.with_name("fresh")))
        for state in ended:
            ended_once(work, end, state)
        undone = subprocess.run(
            [sys.executable, "-m", "kinos", "undo", "--all", "-C", work], check=False, capture_output=True, text=True
        )
        assert undone.returncode in (0, 3), undone.stderr
        assert contents(work) == contents(folder)
        shutil.rmtree(work)


def ended_once(folder: Path, end: str, state: str) -> None:
    """A server with a team that ends so while an agent is in that state, with all that was below it."""
    with serve(folder) as process, ThreadPoolExecutor(1) as watching:
        until_one_is(state, process)
        assert len(list(folder.parent.glob("kinos-worker-*"))) == 1
        below, company = descendants(process.pid), list(filter(is_company, descendants(process.pid)))
        assert len(company) == 2
        # It can end nobody once it is killed: the worker sees the end of its stream, strangers do not.
        spared = company if end == "kill -9" else []
        waiting = watching.submit(seconds_to_end, [pid for pid in (process.pid, *below) if pid not in spared], 10)
        ENDS[end](process)
        assert process.stdout is not None
        process.stdout.read()
        left, seconds = waiting.result()
        assert left == [], [command_line(pid) for pid in left]
        print(f"{end} in the middle of {state}: {seconds:.3f} s")
    for pid in spared:
        os.kill(pid, signal.SIGKILL)
    assert wait_for_end(below, 10) == []
    assert list(folder.parent.glob("kinos-worker-*")) == [], "the copies of the person's files"


def is_company(pid: int) -> bool:
    """Whether it is one of the processes that the interpreter of these tests starts."""
    return command_line(pid).startswith("sleep")
