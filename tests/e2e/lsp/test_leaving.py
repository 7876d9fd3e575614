"""However an editor leaves, on stdio and on TCP, nothing is alive two seconds later: no server, no counter, no team.

The team is one whose workers start for ever, below which processes live that have left their session, so that each way of
leaving is tried in a moment. A real one at work is ended in `tests/e2e/test_stop.py`.
"""

import asyncio
import json
import os
import signal
import socket
import struct
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from e2e.lsp.editor import Running, clean_environment, server
from process_tree import command_line, descendants, wait_for_end

END = 2.0
"""Seconds in which everything must be gone."""
EXAMPLES = Path(__file__).parents[3] / "examples" / "workspace"
WAYS: dict[str, Callable[[Running], Awaitable[None]]] = {}

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
    for _ in range(3000):
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
    folder: Path, python: Path, *, tcp: bool, process: int | None = None
) -> AsyncIterator[tuple[Running, list[int]]]:
    """A server with a team that starts for ever; and every process of it."""
    folder.mkdir()
    (folder / "a.md").write_text("some words\n", encoding="utf-8")
    async with server(tcp=tcp) as running:
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


async def nothing_left(processes: list[int]) -> None:
    """Nothing of these is alive in time."""
    began = time.monotonic()
    left = await asyncio.to_thread(wait_for_end, processes, 10)
    seconds = time.monotonic() - began
    assert left == [], [command_line(pid) for pid in left]
    assert seconds < END, f"it took {seconds:.2f} s"


@pytest.mark.parametrize("tcp", [False, True], ids=["stdio", "tcp"])
@pytest.mark.parametrize("name", WAYS)
async def test_nothing_is_alive_after(tmp_path: Path, python: Path, name: str, tcp: bool) -> None:
    async with starting(tmp_path / "work", python, tcp=tcp) as (running, processes):
        assert len(processes) >= 4
        leaving = asyncio.ensure_future(WAYS[name](running))
        await nothing_left(processes)
        await leaving
        expected = 0 if name.startswith("shutdown") else 1
        assert await running.ended() == expected
        assert "Traceback" not in "".join(running.log)


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
        editor.kill()
        await editor.wait()
        await nothing_left(processes)


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


@pytest.mark.parametrize("tcp", [False, True], ids=["stdio", "tcp"])
async def test_nothing_is_alive_after_an_editor_that_did_not_name_itself_was_killed(
    tmp_path: Path, python: Path, tcp: bool
) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "a.md").write_text("some words\n", encoding="utf-8")
    start = {"command": "kinos.server.startTeam", "arguments": [{"team": "default", "rehearse": True}]}
    client = {
        "processId": None, "rootUri": folder.as_uri(), "capabilities": {},
        "initializationOptions": {"settings": {"agents.python": str(python)}},
    }  # fmt: skip
    arguments = {
        "tcp": tcp,
        "command": [sys.executable, "-P", "-m", "kinos", "lsp", *(["--tcp", "127.0.0.1:0"] if tcp else [])],
        "environment": clean_environment(),
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
    pid = int(await editor.stdout.readline())
    async with asyncio.timeout(90):
        while sum(command_line(each) == "sleep 3600" for each in descendants(pid)) < 2:
            await asyncio.sleep(0.02)  # nobody tells: the server's words are the killed editor's
    processes = [pid, *descendants(pid)]
    editor.kill()
    await editor.wait()
    await nothing_left(processes)


async def test_nothing_is_alive_after_a_client_that_never_said_a_word() -> None:
    async with server(tcp=True) as running:
        await running.editor.hang_up()
        await nothing_left([running.pid])
        assert await running.ended() == 1


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
