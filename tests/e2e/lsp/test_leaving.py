"""However an editor leaves, on stdio and on TCP, nothing is alive two seconds later: no server, no counter, no team.

The team of the matrix is one whose workers start for ever, below which processes live that have left their session, so that
each way of leaving is tried in a moment. Three of them are tried on one that is in the middle of its work, with a check command.
"""

import asyncio
import json
import os
import signal
import socket
import struct
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from e2e.lsp.editor import SECONDS, Running, clean_environment, server
from e2e.lsp.leaving import nothing_left
from kinos.adapters.journal import FileJournal
from kinos.domain.change import LANDED_STATES
from kinos.worker.rehearsal.knob import Knobs
from kinos.worker.rehearsal.server import Rehearsal, serving
from process_tree import command_line, descendants

WAYS: dict[str, Callable[[Running], Awaitable[None]]] = {}
ALIKE = ("half a header, then the end of the stream", "SIGINT", "SIGHUP")
"""Ways tried on stdio alone: on TCP one like them is."""

type Way = Callable[[Running], Awaitable[None]]


def way(name: str) -> Callable[[Way], Way]:
    """A way of leaving, called `name`."""

    def keep(leave: Way) -> Way:
        WAYS[name] = leave
        return leave

    return keep


@way("shutdown and exit")
async def _(running: Running) -> None:
    await running.editor.request("shutdown")
    running.editor.notify("exit")


@way("shutdown, then the end of the stream, as Neovim does")
async def _(running: Running) -> None:
    running.editor.ask("shutdown").cancel()
    await running.editor.hang_up()


@way("the end of the stream")
async def _(running: Running) -> None:
    await running.editor.hang_up()


@way("exit without shutdown")
async def _(running: Running) -> None:
    running.editor.notify("exit")


@way("half a message, then the end of the stream")
async def _(running: Running) -> None:
    running.editor.send_raw(b'Content-Length: 500\r\n\r\n{"jsonrpc": "2.0", "method": "kinos/st')
    await running.editor.hang_up()


@way("half a header, then the end of the stream")
async def _(running: Running) -> None:
    running.editor.send_raw(b"Content-Le")
    await running.editor.hang_up()


@way("many requests unread, then the end of the stream")
async def _(running: Running) -> None:
    running.editor.read(False)
    for _ in range(1500):  # more than a pipe holds
        running.editor.ask("kinos/state").cancel()
    running.editor._writer.transport.abort()


@way("it reads no more")
async def _(running: Running) -> None:
    """Its end of our output is closed; of a socket both ends are."""
    running.editor._reader._transport.close()  # type: ignore[attr-defined]


for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):

    @way(number.name)
    async def _(running: Running, number: signal.Signals = number) -> None:
        os.kill(running.pid, number)


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """An interpreter for workers that never gets ready, with a child that has left its session."""
    file = tmp_path / "python-that-starts-for-ever"
    file.write_text("#!/bin/sh\nsetsid sleep 3600 &\nexec sleep 3600\n", encoding="utf-8")
    file.chmod(0o755)
    return file


@asynccontextmanager
async def starting(
    folder: Path, python: Path, *, tcp: bool, process: int | None = None, program: Sequence[str] = ("-m", "kinos")
) -> AsyncIterator[tuple[Running, list[int]]]:
    """A server with a team that starts for ever; and every process of it."""
    folder.mkdir()
    (folder / "a.md").write_text("some words\n", encoding="utf-8")
    async with server(tcp=tcp, program=program) as running:
        editor = running.editor
        await editor.initialize(folder, options={"settings": {"agents.python": str(python)}}, process=process)
        await editor.status()
        params = {"command": "kinos.server.startTeam", "arguments": [{"team": "default", "rehearse": True}]}
        editor.ask("workspace/executeCommand", params).add_done_callback(
            lambda answer: answer.cancelled() or answer.exception()
        )
        await editor.status(lambda status: status["team"]["state"] == "starting")
        while sum(command_line(pid) == "sleep 3600" for pid in descendants(running.pid)) < 2:
            await editor.request("kinos/state")
        yield running, [running.pid, *descendants(running.pid)]


@pytest.mark.parametrize(
    ("name", "tcp"),
    [(name, tcp) for name in WAYS for tcp in (False, True) if not (tcp and name in ALIKE)],
    ids=lambda value: {False: "stdio", True: "tcp"}.get(value, value),
)
async def test_nothing_is_alive_after(tmp_path: Path, python: Path, name: str, tcp: bool) -> None:
    async with starting(tmp_path / "work", python, tcp=tcp) as (running, processes):
        assert len(processes) >= 4
        await nothing_left(processes, WAYS[name](running))
        running.editor.read(True)  # else what is unread hides the exit code
        expected = 0 if name.startswith("shutdown") else 1
        assert await running.ended() == expected
        assert "Traceback" not in "".join(running.log)


HANGS = """
import threading
from kinos.workspace import Workspace
from kinos.__main__ import main

async def close(self):
    threading.Event().wait()

Workspace.close = close
raise SystemExit(main())
"""
"""A server that never gets to the end of its work, nor to anything else."""


@pytest.mark.parametrize("name", ["the end of the stream", "it reads no more"])
async def test_nothing_is_alive_though_the_server_hangs_when_it_is_to_close(
    tmp_path: Path, python: Path, name: str
) -> None:
    async with starting(tmp_path / "work", python, tcp=False, program=("-c", HANGS)) as (running, processes):
        await nothing_left(processes, WAYS[name](running))
        assert await running.ended() == 1


async def test_nothing_is_alive_after_a_connection_that_was_reset(tmp_path: Path, python: Path) -> None:
    async with starting(tmp_path / "work", python, tcp=True) as (running, processes):
        connection: socket.socket = running.editor._writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        running.editor._writer.transport.abort()
        await nothing_left(processes)


@pytest.mark.parametrize("tcp", [False, True], ids=["stdio", "tcp"])
async def test_nothing_is_alive_after_the_editor_that_named_itself_was_killed(
    tmp_path: Path, python: Path, tcp: bool
) -> None:
    """Its connection stays open: a process that it started holds it."""
    editor = await asyncio.create_subprocess_exec("sleep", "600")
    async with starting(tmp_path / "work", python, tcp=tcp, process=editor.pid) as (_, processes):
        await nothing_left(processes, killed(editor))


async def killed(process: asyncio.subprocess.Process) -> None:
    process.kill()
    await process.wait()


EDITOR = """
import json, socket, subprocess, sys, time
arguments = json.loads(sys.argv[1])
tcp = arguments["tcp"]
server = subprocess.Popen(
    arguments["command"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE if tcp else None,
    env=arguments["environment"],
)
if tcp:
    while b"listening on" not in (line := server.stderr.readline()):
        assert line
    connection = socket.create_connection(("127.0.0.1", int(line.rpartition(b":")[2])))
    outgoing = connection.makefile("wb", buffering=0)
else:
    outgoing = server.stdin
for body in arguments["messages"]:
    data = json.dumps({"jsonrpc": "2.0", **body}).encode()
    outgoing.write(b"Content-Length: %d\\r\\n\\r\\n" % len(data) + data)
outgoing.flush()
print(server.pid, flush=True)
time.sleep(600)
"""
"""An editor that never reads, as a process of its own: it starts a server, says `messages`, and tells the server's id."""


@asynccontextmanager
async def editor_apart(
    folder: Path,
    start: object,
    options: object,
    *,
    tcp: bool = False,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """An editor that never reads, as a process of its own, which opened `folder` and asked for the command `start`; and the
    process id of its server.
    """  # fmt: skip
    client = {
        "processId": None, "rootUri": folder.as_uri(), "capabilities": {}, "initializationOptions": options,
    }  # fmt: skip
    arguments = {
        "tcp": tcp,
        "command": [sys.executable, "-P", "-m", "kinos", "lsp", *(["--tcp", "127.0.0.1:0"] if tcp else [])],
        "environment": clean_environment() | dict(environment or {}),
        "messages": [
            {"id": 1, "method": "initialize", "params": client},
            {"method": "initialized", "params": {}},
            {"id": 2, "method": "workspace/executeCommand", "params": start},
        ],
    }
    editor = await asyncio.create_subprocess_exec(
        sys.executable, "-c", EDITOR, json.dumps(arguments), stdout=asyncio.subprocess.PIPE
    )
    assert editor.stdout is not None
    try:
        yield editor, int(await editor.stdout.readline())
    finally:
        if editor.returncode is None:
            await killed(editor)
        editor._transport.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("tcp", [False, True], ids=["stdio", "tcp"])
async def test_nothing_is_alive_after_an_editor_that_did_not_name_itself_was_killed(
    tmp_path: Path, python: Path, tcp: bool
) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "a.md").write_text("some words\n", encoding="utf-8")
    start = {"command": "kinos.server.startTeam", "arguments": [{"team": "default", "rehearse": True}]}
    options = {"settings": {"agents.python": str(python)}}
    async with editor_apart(folder, start, options, tcp=tcp) as (editor, pid):
        async with asyncio.timeout(SECONDS):
            while sum(command_line(each) == "sleep 3600" for each in descendants(pid)) < 2:
                await asyncio.sleep(0.02)  # nobody tells: the server's words are the killed editor's
        await nothing_left([pid, *descendants(pid)], killed(editor))


async def test_nothing_is_alive_after_a_client_that_never_said_a_word() -> None:
    async with server(tcp=True) as running:
        await nothing_left([running.pid], running.editor.hang_up())
        assert await running.ended() == 1


AGENTS = ("management", "testeur", "specifications", "production", "redacteur", "evaluation")
"""More than work at a time: whenever one has landed something, another asks the model at once, and none has to rest first."""
TEAM = 'summary = "s"\n' + "".join(f'[[agents]]\nname = "{name}"\n' for name in AGENTS)


@pytest.fixture
def api() -> Iterator[Rehearsal]:
    """The rehearsal model, asked like a real one."""
    with serving(knobs=Knobs()) as model:
        yield model


@pytest.fixture
def checked(tmp_path: Path) -> Path:
    """A folder with a team that has something to do, and one agent that wants to see checks."""
    folder = tmp_path / "work"
    for name, text in {
        ".kinos/teams/solo.toml": TEAM,
        "demande.md": "# Request\n\nWrite a plan for the move to the new office.\n",
        "a.md": "# A\n\nText.\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


START = {"command": "kinos.server.startTeam", "arguments": [{"team": "solo", "landing": "auto"}]}
CHECK = ["sh", "-c", "env -i setsid sleep 3599 & exec sleep 3599"]
"""A check command that is never done, with a child that has left its session, and its environment."""
CHECKED = {"settings": {"check.command": CHECK, "check.unreviewed": True}}


def asking(api: Rehearsal) -> dict[str, str]:
    """The environment of a server whose teams ask `api`."""
    return {"ANTHROPIC_BASE_URL": api.url, "ANTHROPIC_API_KEY": "key"}


async def half_done(folder: Path, api: Rehearsal, pid: int) -> list[int]:
    """Once a team has landed something: an agent waits for the model, and the check command runs. Every process."""
    journal = FileJournal(folder / ".kinos" / "state")
    async with asyncio.timeout(SECONDS):
        while not any(change.state in LANDED_STATES for change in journal.changes()):
            await asyncio.sleep(0.02)  # nobody tells, when it is the killed editor that is told
        api.knobs.delay = 3600.0
        asked = len(api.requests)
        while sum(command_line(each) == "sleep 3599" for each in descendants(pid)) < 2 or len(api.requests) == asked:
            await asyncio.sleep(0.02)
    return [pid, *descendants(pid)]


@pytest.mark.agents
@pytest.mark.parametrize("name", ["shutdown and exit", "the end of the stream"])
async def test_nothing_is_alive_after_half_a_cycle_and_half_a_check(checked: Path, api: Rehearsal, name: str) -> None:
    async with server(environment=asking(api)) as running:
        await running.editor.initialize(checked, options=CHECKED)
        await running.editor.status()
        await running.editor.request("workspace/executeCommand", START)
        processes = await half_done(checked, api, running.pid)
        await nothing_left(processes, WAYS[name](running))
        assert "Traceback" not in "".join(running.log)


@pytest.mark.agents
async def test_nothing_is_alive_after_an_editor_was_killed_in_half_a_cycle_and_half_a_check(
    checked: Path, api: Rehearsal
) -> None:
    """On TCP."""
    async with editor_apart(checked, START, CHECKED, tcp=True, environment=asking(api)) as (editor, pid):
        processes = await half_done(checked, api, pid)
        await nothing_left(processes, killed(editor))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_a_signal_ends_a_server_to_which_nobody_came(number: signal.Signals) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "kinos", "lsp", "--tcp", "127.0.0.1:0",
        stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE, env=clean_environment(),
    )  # fmt: skip
    assert process.stderr is not None
    assert b"listening on" in await process.stderr.readline()
    os.kill(process.pid, number)
    assert await asyncio.wait_for(process.wait(), 30) == 1
    assert b"Traceback" not in await process.stderr.read()
    process._transport.close()  # type: ignore[attr-defined]


async def test_an_address_that_others_reach_is_refused_with_what_to_do_instead() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "kinos", "lsp", "--tcp", "0.0.0.0:0",
        stderr=asyncio.subprocess.PIPE, env=clean_environment(),
    )  # fmt: skip
    _, said = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 2
    assert b"on this machine only" in said
    assert b"ssh -L" in said
