"""How a connection begins, what it survives, and that nothing of it is left."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from e2e.lsp.editor import Editor, ResponseError, Running, clean_environment, server
from e2e.lsp.leaving import nothing_left
from process_tree import alive, command_line, descendants


async def opened(running: Running, folder: Path) -> list[int]:
    """Initialized, with the folder counted; every process of it."""
    await running.editor.initialize(folder)
    await running.editor.status()
    return [running.pid, *descendants(running.pid)]


async def ended(running: Running, processes: list[int]) -> int:
    """The exit code, after checking that the process and all below it went in time."""
    await nothing_left(processes)
    return await running.ended()


async def test_the_server_says_what_it_can(tmp_path: Path) -> None:
    async with server() as running:
        answer = await running.editor.initialize(tmp_path)
        capabilities = answer["capabilities"]
        assert answer["serverInfo"]["name"] == "kinos"
        assert capabilities["textDocumentSync"] == {"openClose": True, "change": 2, "save": True}
        assert "diagnosticProvider" not in capabilities
        assert capabilities["workspace"]["workspaceFolders"] == {"supported": True, "changeNotifications": True}
        assert set(capabilities["executeCommandProvider"]["commands"]) >= {
            f"kinos.server.{name}" for name in ("startTeam", "stopTeam", "startAgent", "stopAgent", "showMap", "status")
        }


async def test_shutdown_and_exit_end_it(tmp_path: Path) -> None:
    async with server() as running:
        processes = await opened(running, tmp_path)
        assert await running.editor.request("shutdown") is None
        running.editor.notify("exit")
        assert await ended(running, processes) == 0


async def test_shutdown_and_the_end_of_the_stream_end_it(tmp_path: Path) -> None:
    async with server() as running:
        processes = await opened(running, tmp_path)
        running.editor.ask("shutdown").cancel()
        await running.editor.hang_up()
        assert await ended(running, processes) == 0


async def test_the_end_of_the_stream_alone_ends_it(tmp_path: Path) -> None:
    async with server() as running:
        processes = await opened(running, tmp_path)
        await running.editor.hang_up()
        assert await ended(running, processes) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_a_signal_ends_it(tmp_path: Path, number: signal.Signals) -> None:
    async with server() as running:
        processes = await opened(running, tmp_path)
        os.kill(running.pid, number)
        assert await ended(running, processes) == 1


async def test_a_signal_before_anything_was_said_ends_it() -> None:
    async with server() as running:
        running.editor.notify("nothing/known")
        with pytest.raises(ResponseError):
            await running.editor.request("nothing/known")
        os.kill(running.pid, signal.SIGTERM)
        assert await ended(running, [running.pid]) == 1


async def test_the_death_of_the_editors_process_ends_it_though_the_pipe_is_open(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec("sleep", "600")
    async with server() as running:
        await running.editor.initialize(tmp_path, process=parent.pid)
        await running.editor.status()
        processes = [running.pid, *descendants(running.pid)]
        parent.kill()
        await parent.wait()
        assert await ended(running, processes) == 1


async def test_an_editor_that_does_not_read_does_not_keep_it(tmp_path: Path) -> None:
    async with server() as running:
        processes = await opened(running, tmp_path)
        running.editor.read(False)
        for _ in range(1000):
            running.editor.ask("kinos/state").cancel()
        running.editor._writer.close()
        await nothing_left(processes)
        running.editor.read(True)


async def test_an_editor_that_hangs_is_told_what_is_true_once_it_reads_again(tmp_path: Path) -> None:
    """Its pipe is full: the server goes on, forgets no answer, and ends with what is true now."""
    async with server() as running:
        await opened(running, tmp_path)
        editor = running.editor
        document = editor.open(tmp_path / "a.md", "word " * 7000)
        await editor.published(document.uri, lambda told: bool(told["diagnostics"]))
        editor.read(False)
        answers = [editor.ask("kinos/state") for _ in range(500)]
        for number in range(300):
            editor.type(document, (0, 0, f"{number} "))
        editor.type(document, (0, len(document.text), ""))
        answers.append(editor.ask("kinos/state"))
        editor.read(True)
        assert len(await asyncio.gather(*answers)) == 501
        await editor.published(document.uri, lambda told: told["version"] == document.version)
        told = [each for each in editor.said("textDocument/publishDiagnostics") if each["uri"] == document.uri]
        assert [each["version"] for each in told] == sorted(each["version"] for each in told)


async def test_no_more_is_taken_from_an_editor_that_does_not_read_than_it_can_be_answered(tmp_path: Path) -> None:
    async with server() as running:
        processes = await opened(running, tmp_path)
        editor, before = running.editor, resident(running.pid)
        editor.read(False)
        body = b'{"jsonrpc": "2.0", "id": "flood", "method": "kinos/state"}'
        message = b"Content-Length: %d\r\n\r\n" % len(body) + body
        transport: Any = editor._writer.transport
        while transport.get_write_buffer_size() < 1 << 20:  # until the server's own end of the pipe is full
            editor.send_raw(message * 1000)
            await asyncio.sleep(0.01)
        assert resident(running.pid) - before < 64 << 20
        transport.abort()
        await nothing_left(processes)
        editor.read(True)


def resident(pid: int) -> int:
    """Bytes of memory the process has."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def test_the_state_is_told_also_without_parameters(tmp_path: Path) -> None:
    async with server() as running:
        await running.editor.initialize(tmp_path)
        every: tuple[dict[str, str] | None, ...] = (None, {}, {"folder": str(tmp_path)})
        for params in every:
            assert (await running.editor.request("kinos/state", params))["folder"] == str(tmp_path)


async def test_without_a_folder_documents_have_their_size_and_commands_say_why() -> None:
    async with server() as running:
        await running.editor.initialize()
        running.editor.open("untitled:Untitled-1", "word " * 7000)
        running.editor.open("file:///nowhere/a.md", "word " * 7000)
        with pytest.raises(ResponseError, match="No folder is open") as refused:
            await running.editor.command("showMap")
        assert (refused.value.code, refused.value.data["kind"]) == (-32803, "usage")
        for uri in ("untitled:Untitled-1", "file:///nowhere/a.md"):
            shown = await running.editor.published(uri)
            assert [each["code"] for each in shown["diagnostics"]] == ["document-long"]


async def test_a_folder_that_is_not_there_is_explained(tmp_path: Path) -> None:
    async with server() as running:
        await running.editor.initialize(tmp_path / "missing")
        with pytest.raises(ResponseError, match="There is no folder"):
            await running.editor.command("startTeam", rehearse=True)
        (told,) = running.editor.said("window/logMessage")
        assert "There is no folder" in told["message"]
        assert running.editor.said("window/showMessage") == []


async def test_wrong_settings_are_named_once_and_the_rest_works(tmp_path: Path) -> None:
    settings = {"tokens": {"warn": "many"}, "no": {"such": 1}, "map.write": "never"}
    async with server() as running:
        await running.editor.initialize(tmp_path, options={"settings": settings})
        await running.editor.status()
        told = [params["message"] for params in running.editor.said("window/logMessage")]
        assert len(told) == 2
        assert "tokens.warn" in "".join(told)
        assert "no.such" in "".join(told)


async def test_wrong_arguments_are_refused_by_name(tmp_path: Path) -> None:
    async with server() as running:
        await running.editor.initialize(tmp_path)
        for name, arguments, words in (
            ("startTeam", [{"team": 5}], "team must be text"),
            ("startTeam", [{"rehearse": "yes"}], "rehearse must be true or false"),
            ("startTeam", ["default"], "takes one object"),
            ("startTeam", [{"team": "nobody", "rehearse": True}], "nobody"),
            ("stopAgent", [{}], "agent is missing"),
            ("setPhase", [{"phase": "later"}], "is not a phase"),
        ):
            params: dict[str, Any] = {"command": f"kinos.server.{name}", "arguments": arguments}
            with pytest.raises(ResponseError, match=words):
                await running.editor.request("workspace/executeCommand", params)
        assert running.editor.said("window/showMessage") == []


async def test_the_map_and_the_phase_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("some words\n")
    async with server() as running:
        await opened(running, tmp_path)
        assert "a.md (0.0k tokens)" in await running.editor.command("showMap")
        assert not (tmp_path / ".kinos").exists()
        status = await running.editor.command("setPhase", phase="convergence")
        assert (status["phase"]["name"], status["phase"]["pinned"]) == ("CONVERGENCE", True)
        told = await running.editor.status(lambda each: each["phase"]["pinned"])
        assert told == status
        assert await running.editor.command("stopTeam") == {"stopped": 0}
        assert await running.editor.command("history") == []


async def test_opening_a_folder_leaves_nothing_in_it(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("some words\n")
    async with server() as running:
        await opened(running, tmp_path)
        document = running.editor.open(tmp_path / "a.md", "some words\n")
        running.editor.type(document, (0, 4, "many"))
        running.editor.save(document, tmp_path / "a.md")
        running.editor.close(document)
        await running.editor.request("kinos/state")
    assert [path.name for path in tmp_path.iterdir()] == ["a.md"]


@pytest.mark.agents
async def test_before_the_first_start_there_is_nothing_of_a_worker_and_after_a_stop_neither(tmp_path: Path) -> None:
    folder, temporary = tmp_path / "work", tmp_path / "temporary"
    for each in (folder, temporary):
        each.mkdir()
    (folder / "a.md").write_text("some words\n")
    async with server(environment={"TMPDIR": str(temporary)}) as running:
        (own,) = (await opened(running, folder))[1:]
        assert "kinos.adapters.counter" in command_line(own)
        before = sorted(temporary.iterdir())
        for name in ("showMap", "teams", "agents", "status", "history", "doctor"):
            await running.editor.command(name)
        assert descendants(running.pid) == [own]
        assert sorted(temporary.iterdir()) == before
        await running.editor.command("startTeam", rehearse=True)
        assert len(descendants(running.pid)) >= 3
        assert [path.name for path in temporary.glob("kinos-worker-*")] != []
        await running.editor.command("stopTeam")
        assert descendants(running.pid) == [own]
        assert sorted(temporary.iterdir()) == before


async def test_broken_messages_are_survived(tmp_path: Path) -> None:
    async with server() as running:
        await running.editor.initialize(tmp_path)
        for body in (b"{", b"\xff\xfe", b"[]", b'"x"'):
            running.editor.send_raw(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        running.editor.notify("textDocument/didChange", {"textDocument": 5})
        running.editor.notify("textDocument/didOpen")
        with pytest.raises(ResponseError):
            await running.editor.request("workspace/executeCommand", {"command": {}})
        assert await running.editor.request("kinos/state")
        assert running.editor.said("window/showMessage") == []


async def test_on_tcp_one_editor_is_served_and_its_going_ends_it(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "kinos", "lsp", "--tcp", "127.0.0.1:0",
        stderr=asyncio.subprocess.PIPE, stdin=asyncio.subprocess.DEVNULL, env=clean_environment(),
    )  # fmt: skip
    assert process.stderr is not None
    line = await asyncio.wait_for(process.stderr.readline(), 30)
    port = int(line.rpartition(b":")[2])
    editor = Editor(*await asyncio.open_connection("127.0.0.1", port))
    await editor.initialize(tmp_path)
    await editor.status()
    below = descendants(process.pid)
    await editor.hang_up()
    rest = asyncio.create_task(process.stderr.read())
    assert await asyncio.wait_for(process.wait(), 10) == 1
    assert b"Traceback" not in await rest
    assert alive(below) == []
    process._transport.close()  # type: ignore[attr-defined]


async def test_a_port_that_is_taken_is_explained() -> None:
    taken = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "kinos", "lsp", "--tcp", f"127.0.0.1:{port}",
        stderr=asyncio.subprocess.PIPE, env=clean_environment(),
    )  # fmt: skip
    _, said = await asyncio.wait_for(process.communicate(), 30)
    taken.close()
    assert process.returncode == 2
    assert f"127.0.0.1:{port}".encode() in said
    assert b"Traceback" not in said
