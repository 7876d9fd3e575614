"""The engine's side of a worker: calls, the gate, faults, and an end that is one."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from kinos.adapters import worker_client
from kinos.adapters.descendant import end, family
from kinos.adapters.fork_server import ForkServer
from kinos.adapters.interpreter import Interpreter
from kinos.adapters.warm_pool import WarmPool
from kinos.adapters.worker_client import Way, WorkerPool
from kinos.domain.errors import FailureKind, FaultError, NoAgentsError, SetupError, SurvivedError
from kinos.domain.message import (
    Denied,
    EditCall,
    Edited,
    Endpoint,
    Failed,
    Granted,
    PlanCall,
    Planned,
    Reserve,
    Retry,
    Settle,
)
from kinos.domain.task import NothingToDo
from kinos.domain.usage import Usage

PLAN = PlanCall("ann", "m", 100, None, Endpoint("key"), Retry(1, 0.0, ()), 60.0, 60.0, "system", "brief")
EDIT = EditCall("ann", "m", 100, None, Endpoint("key"), Retry(1, 0.0, ()), 60.0, 60.0, "folder", ("a.md",), "message")
USED = Usage(10, 5, calls=1)


def interpreter(folder: Path, code: str) -> str:
    """Something that can be started like a Python interpreter, and runs `code`."""
    file = folder / "python"
    file.write_text(f"#!{sys.executable}\n{code}", encoding="utf-8")
    file.chmod(0o755)
    return str(file)


@asynccontextmanager
async def started(folder: Path, way: Callable[[Interpreter], Way]) -> AsyncIterator[WorkerPool]:
    """A pool of fake workers, ended afterwards."""
    code = Path(__file__).with_name("fake_worker.py").read_text(encoding="utf-8")
    pool = WorkerPool(lambda: interpreter(folder, code), folder / "worker.log", way)
    await pool.start()
    try:
        yield pool
    finally:
        await pool.stop()


@pytest.fixture(params=[ForkServer, WarmPool])
async def pool(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[WorkerPool]:
    async with started(tmp_path, request.param) as pool:
        yield pool


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[tuple[WorkerPool, ForkServer]]:
    """A pool whose way is a fork server, and that."""
    made: list[ForkServer] = []

    def way(interpreter: Interpreter) -> ForkServer:
        made.append(ForkServer(interpreter))
        return made[0]

    async with started(tmp_path, way) as pool:
        yield pool, made[0]


class Gate:
    """Grants, or not, and remembers what it was asked."""

    def __init__(self, *, grants: bool = True) -> None:
        self.grants = grants
        self.asked: list[Reserve | Settle] = []

    async def __call__(self, message: Reserve | Settle) -> Granted | Denied | None:
        self.asked.append(message)
        if isinstance(message, Settle):
            return None
        return Granted(7) if self.grants else Denied("the cap is reached")


def silent(text: str) -> None:
    """Hears nothing."""


async def test_a_call_passes_the_gate_and_is_answered(pool: WorkerPool) -> None:
    gate = Gate()
    assert await pool.plan(PLAN, gate, silent) == Planned(NothingToDo("all is well"), USED)
    assert gate.asked == [Reserve("m", 100, 100), Settle(7, "m", USED)]
    assert await pool.edit(EDIT, gate, silent) == Edited(("a.md",), "done", USED)
    assert pool.versions == {"aider": "0"}


async def test_a_denied_call_is_a_failure_of_the_budget(pool: WorkerPool) -> None:
    reply = await pool.plan(PLAN, Gate(grants=False), silent)
    assert isinstance(reply, Failed)
    assert (reply.failure, reply.message) == (FailureKind.BUDGET, "the cap is reached")


async def test_what_the_model_says_is_heard_while_the_call_runs(pool: WorkerPool) -> None:
    heard: list[str] = []
    await pool.plan(replace(PLAN, agent="talks"), Gate(), heard.append)
    assert heard == ["I look", " around."]


async def test_calls_run_side_by_side(pool: WorkerPool) -> None:
    hanging = asyncio.create_task(pool.plan(replace(PLAN, agent="hangs"), Gate(), silent))
    assert isinstance(await pool.plan(PLAN, Gate(), silent), Planned)
    assert not hanging.done()
    hanging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hanging


async def test_a_worker_that_ends_in_the_middle_is_a_failure_of_its_own(pool: WorkerPool) -> None:
    reply = await pool.plan(replace(PLAN, agent="dies"), Gate(), silent)
    assert isinstance(reply, Failed)
    assert reply.failure is FailureKind.WORKER


async def test_a_call_without_an_answer_is_given_up(pool: WorkerPool) -> None:
    reply = await pool.plan(replace(PLAN, agent="hangs", timeout=-29.9), Gate(), silent)
    assert isinstance(reply, Failed)
    assert reply.failure is FailureKind.WORKER, "the model's own time-outs are told by the worker, and sooner"
    assert "worker.log" in reply.remedy


async def test_stop_ends_all_that_was_started_also_what_called_setsid(pool: WorkerPool) -> None:
    await pool.plan(replace(PLAN, agent="spawns"), Gate(), silent)
    assert await pool.stop() >= 2
    assert family([], pool._mark) == set()
    assert await pool.stop() == 0
    with pytest.raises(FaultError, match="not running"):
        await pool.plan(PLAN, Gate(), silent)


async def test_a_worker_is_not_asked_to_end_before_it_is_counted(
    server: tuple[WorkerPool, ForkServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    pool, way = server
    control, seen = way._control, list[int]()
    assert control is not None

    def ending(roots: list[int], mark: str) -> int:
        seen.append(control.fileno())
        return end(roots, mark)

    monkeypatch.setattr("kinos.adapters.worker_client.end", ending)
    assert await pool.stop() == 1
    assert seen != [-1], "its end would come with the control socket's, before anybody counts it"
    assert control.fileno() == -1


async def test_what_a_terminal_tells_the_engines_processes_reaches_no_worker(pool: WorkerPool) -> None:
    sessions = {os.getsid(pid) for pid in pool._way.processes}
    assert sessions
    assert os.getsid(0) not in sessions


async def test_a_pool_is_started_once_and_again_after_its_end(pool: WorkerPool) -> None:
    processes = pool._way.processes
    await pool.start()
    assert pool._way.processes == processes
    end(processes, pool._mark)
    while pool._way.running:
        await asyncio.sleep(0)
    with pytest.raises(FaultError, match="has ended"):
        await pool.plan(PLAN, Gate(), silent)
    await pool.start()
    assert isinstance(await pool.plan(PLAN, Gate(), silent), Planned)


async def test_a_private_folder_is_empty_and_gone_afterwards(pool: WorkerPool) -> None:
    with pool.folder() as folder:
        assert list(folder.iterdir()) == []
        (folder / "a.md").write_text("x", encoding="utf-8")
    assert not folder.exists()


async def test_a_private_folder_is_gone_when_its_call_fails(pool: WorkerPool) -> None:
    made: list[Path] = []

    async def call() -> None:
        with pool.folder() as folder:
            made.append(folder)
            (folder / "a.md").write_text("x", encoding="utf-8")
            reply = await pool.edit(replace(EDIT, agent="dies"), Gate(), silent)
            assert isinstance(reply, Failed)
            raise FaultError(reply.failure, reply.message)

    with pytest.raises(FaultError, match="ended in the middle"):
        await call()
    assert not made[0].exists()


async def test_a_private_folder_is_gone_when_its_call_is_cut_off(pool: WorkerPool) -> None:
    made = asyncio.get_running_loop().create_future()

    async def call() -> None:
        with pool.folder() as folder:
            (folder / "a.md").write_text("x", encoding="utf-8")
            made.set_result(folder)
            await pool.edit(replace(EDIT, agent="hangs"), Gate(), silent)

    hanging = asyncio.create_task(call())
    folder = await made
    assert folder.exists()
    hanging.cancel()
    await asyncio.wait([hanging])
    assert not folder.exists()


async def test_a_worker_gets_no_keys_and_no_foreign_settings(pool: WorkerPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "secret")
    monkeypatch.setenv("NO_PROXY", "example.org")
    environment = pool._interpreter.environment()
    assert "secret" not in environment.values()
    assert environment["NO_PROXY"] == "example.org,127.0.0.1,localhost"
    assert environment["LITELLM_MODE"] == "PRODUCTION"
    assert environment["PATH"] == os.environ["PATH"]


MISSING = """
import socket, sys
sys.path.append(sys.argv[4])
from kinos.domain.errors import FailureKind
from kinos.domain.message import Failed, encode
from kinos.domain.usage import Usage
said = encode(Failed(FailureKind.INTERNAL, "aider is missing.", "Install it.", Usage()))
socket.socket(fileno=int(sys.argv[-1])).send(said[4:])
"""
SILENT = "import sys; sys.exit(1)"
BABBLING = "import socket, sys; socket.socket(fileno=int(sys.argv[-1])).send(b'hello')"


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        (MISSING, NoAgentsError, "aider is missing. Install it."),
        (SILENT, SetupError, "did not start"),
        (BABBLING, SetupError, "did not start"),
    ],
)
async def test_a_worker_that_cannot_work_says_why(tmp_path: Path, code: str, kind: type[SetupError], says: str) -> None:
    pool = WorkerPool(lambda: interpreter(tmp_path, code))
    with pytest.raises(SetupError, match=says) as raised:
        await pool.start()
    assert type(raised.value) is kind
    assert await pool.stop() == 0


async def test_a_worker_that_never_says_a_word_is_given_up_and_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_client, "START_TIMEOUT", 0.5)
    pool = WorkerPool(lambda: interpreter(tmp_path, "import threading; threading.Event().wait()"))
    with pytest.raises(SetupError, match="did not start"):
        await pool.start()
    assert pool._way.processes == []


async def test_an_interpreter_that_is_not_there_is_named(tmp_path: Path) -> None:
    pool = WorkerPool(lambda: str(tmp_path / "missing"))
    with pytest.raises(SetupError, match=r"missing cannot be started.*agents\.python"):
        await pool.start()
    assert await pool.stop() == 0


async def test_what_outlives_a_stop_is_named_and_ended_by_the_next(
    server: tuple[WorkerPool, ForkServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    pool, way = server
    process = way._process
    assert process is not None
    process.send_signal(signal.SIGSTOP)  # or it would end by itself with its control socket

    def refused(roots: list[int], mark: str) -> int:
        raise SurvivedError(0, roots)

    with monkeypatch.context() as patch:
        patch.setattr("kinos.adapters.worker_client.end", refused)
        with pytest.raises(SurvivedError, match=f"could not be ended: {process.pid}"):
            await pool.stop()
    with pytest.raises(FaultError, match="not running"):
        await pool.plan(PLAN, Gate(), silent)
    assert await pool.stop() == 1
    assert await process.wait() < 0


async def test_what_workers_say_is_kept_within_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kinos.adapters.bounded_file.MOST", 100)
    (tmp_path / "worker.log").write_text("x" * 101, encoding="utf-8")
    async with started(tmp_path, ForkServer) as pool:
        assert (tmp_path / "worker.log").stat().st_size == 0
        (tmp_path / "worker.log").write_text("y" * 101, encoding="utf-8")
        await pool.plan(PLAN, Gate(), silent)
    assert (tmp_path / "worker.log").stat().st_size == 0
    assert [(tmp_path / f"worker.log.{number}").read_text(encoding="utf-8")[0] for number in (1, 2)] == ["y", "x"]


@pytest.mark.parametrize(("system", "way"), [("linux", ForkServer), ("darwin", WarmPool)])
def test_a_process_with_libraries_is_forked_on_linux_alone(
    system: str, way: type[Way], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", system)
    assert isinstance(WorkerPool(lambda: sys.executable)._way, way)
