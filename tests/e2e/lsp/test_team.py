"""A rehearsed team started, watched and stopped from an editor; no process is left, however it ends."""

import asyncio
import os
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from e2e.lsp.editor import Editor, ResponseError, Running, apply_edit, drop_edit, server
from e2e.lsp.leaving import nothing_left
from process_tree import alive, command_line, descendants

pytestmark = pytest.mark.agents

EXAMPLES = Path(__file__).parents[3] / "examples" / "workspace"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample workspace."""
    return Path(shutil.copytree(EXAMPLES, tmp_path / "workspace"))


def team(running: Running) -> list[int]:
    """The processes of the team: all below the server but the one that counts closed documents."""
    return [pid for pid in descendants(running.pid) if "kinos.adapters.counter" not in command_line(pid)]


async def rehearsal(running: Running, folder: Path, **more: Any) -> dict[str, Any]:
    """Initialized, with a team that runs."""
    await running.editor.initialize(folder)
    await running.editor.status()
    started: dict[str, Any] = await running.editor.command("startTeam", rehearse=True, **more)
    return started


async def test_a_team_is_started_watched_and_stopped(folder: Path) -> None:
    async with server() as running:
        editor = running.editor
        await editor.initialize(folder)
        await editor.status()
        starting = editor.ask("workspace/executeCommand", _start())
        await editor.status(lambda status: status["team"]["state"] == "starting")
        assert (await editor.request("kinos/state"))["team"]["state"] == "starting"
        assert not starting.done(), "a request is answered while a worker imports"
        started = await asyncio.wait_for(starting, 60)
        assert (started["team"], len(started["agents"])) == ("default", 6)
        assert "documents" in started["reason"]
        status = await editor.status(lambda status: any(agent["landed"] for agent in status["agents"]))
        assert (status["team"]["state"], status["team"]["rehearsal"], status["team"]["landing"]) == (
            "running",
            True,
            "auto",
        )
        with pytest.raises(ResponseError, match="already running"):
            await editor.command("startTeam", rehearse=True)
        processes = team(running)
        answer = await editor.command("stopTeam")
        assert alive(processes) == team(running) == []
        # A child may have finished its call between the look and the stop.
        assert min(answer["stopped"], len(processes)) >= 2
        await editor.status(lambda status: status["team"]["state"] == "stopped")
        history = await editor.command("history")
        assert {change["rehearsal"] for change in history} == {True}
        undone = await editor.command("undo", all=True)
        landed = [change["id"] for change in history if change["state"] == "landed"]
        assert sorted(undone["changes"]) == sorted(landed)
        assert undone["setAside"] == []
        for original in EXAMPLES.rglob("*.md"):
            assert (folder / original.relative_to(EXAMPLES)).read_bytes() == original.read_bytes()


async def test_a_status_is_told_at_most_four_times_a_second(folder: Path) -> None:
    async with server() as running:
        began = time.monotonic()
        await rehearsal(running, folder, landing="auto")
        await running.editor.status(lambda status: sum(agent["landed"] for agent in status["agents"]) > 1)
        seconds = time.monotonic() - began
        assert len(running.editor.said("kinos/status")) <= seconds * 4 + 2


async def test_a_team_is_stopped_while_it_starts(folder: Path) -> None:
    async with server() as running:
        editor = running.editor
        await editor.initialize(folder)
        starting = editor.ask("workspace/executeCommand", _start())
        async with asyncio.timeout(30):
            while len(team(running)) < 2:
                await editor.request("kinos/state")
        answer = await editor.command("stopTeam")
        assert team(running) == []
        assert answer["stopped"] >= 2
        with pytest.raises(ResponseError, match="stopped while it was starting"):
            await starting
        await editor.status(lambda status: status["team"]["state"] == "stopped")


async def test_cancelling_the_request_does_not_take_the_stop_away(folder: Path) -> None:
    async with server() as running:
        editor = running.editor
        await editor.initialize(folder)
        starting = editor.ask("workspace/executeCommand", _start())
        await editor.status(lambda status: status["team"]["state"] == "starting")
        editor.cancel(starting)
        with pytest.raises(ResponseError) as cancelled:
            await starting
        assert cancelled.value.code == -32800
        await editor.status(lambda status: status["team"]["state"] == "running")
        assert (await editor.command("stopTeam"))["stopped"] >= 2
        assert team(running) == []


@pytest.mark.parametrize("end", ["stream", "shutdown", "signal"])
async def test_an_editor_that_leaves_while_the_team_works_leaves_no_process(folder: Path, end: str) -> None:
    async with server() as running:
        await rehearsal(running, folder, landing="auto")
        await running.editor.status(lambda status: any(agent["state"] == "editing" for agent in status["agents"]))
        processes = [running.pid, *descendants(running.pid)]
        assert len(processes) > 3

        async def leave() -> None:
            if end == "stream":
                await running.editor.hang_up()
            elif end == "signal":
                os.kill(running.pid, signal.SIGTERM)
            else:
                await running.editor.request("shutdown")
                assert alive(processes) == [running.pid]
                running.editor.notify("exit")

        await nothing_left(processes, leave())


@pytest.mark.parametrize("end", ["stream", "shutdown"])
async def test_an_editor_that_leaves_while_the_team_starts_leaves_no_process(folder: Path, end: str) -> None:
    async with server() as running:
        await running.editor.initialize(folder)
        starting = running.editor.ask("workspace/executeCommand", _start())
        async with asyncio.timeout(30):
            while len(team(running)) < 2:
                await running.editor.request("kinos/state")
        processes = [running.pid, *descendants(running.pid)]

        async def leave() -> None:
            if end == "stream":
                await running.editor.hang_up()
                starting.cancel()
            else:
                assert await running.editor.request("shutdown") is None
                with pytest.raises(ResponseError, match="stopped while it was starting"):
                    await starting
                running.editor.notify("exit")

        await nothing_left(processes, leave())


async def test_one_agent_is_started_and_stopped_alone(folder: Path) -> None:
    async with server(environment={"KINOS_REHEARSE": "1"}) as running:
        editor = running.editor
        await editor.initialize(folder)
        started = await editor.command("startAgent", agent="management")
        assert started["agent"] == "management"
        status = await editor.status(lambda status: status["team"]["state"] == "running")
        assert [agent["name"] for agent in status["agents"]] == ["management"]
        assert status["team"]["rehearsal"]
        assert await editor.command("stopAgent", agent="management") == {"agent": "management", "state": "stopped"}
        with pytest.raises(ResponseError, match="No agent testeur"):
            await editor.command("stopAgent", agent="testeur")


async def test_agents_need_trust_and_a_key(folder: Path) -> None:
    async with server() as running:
        await running.editor.initialize(folder, options={"trusted": False})
        assert not (await running.editor.status())["trusted"]
        with pytest.raises(ResponseError) as refused:
            await running.editor.command("startTeam", rehearse=True)
        assert refused.value.data["kind"] == "untrusted"
    async with server() as running:
        await running.editor.initialize(folder)
        with pytest.raises(ResponseError) as refused:
            await running.editor.command("startTeam")
        assert refused.value.data["kind"] == "no-key"
        assert team(running) == []


async def test_a_folder_another_engine_works_on_is_refused_by_name(folder: Path) -> None:
    async with server() as first, server() as second:
        await rehearsal(first, folder)
        await second.editor.initialize(folder, options={"settings": {"lock.timeout": 0.2}})
        assert "editor" in (await second.editor.status())["team"]["heldBy"]
        with pytest.raises(ResponseError, match="an editor") as refused:
            await second.editor.command("startTeam", rehearse=True)
        assert refused.value.data["kind"] == "workspace-held"


# -- landing in open documents ----------------------------------------------------------------------------------------


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A folder in which management has a to-do list to write into an open document."""
    (tmp_path / "demande.md").write_text("# Request\n\n- Write a guide to the harbour.\n- List its opening hours.\n")
    (tmp_path / "todolist.md").write_text("# To do\n\nNothing yet.\n")
    return tmp_path


async def landing(running: Running, plan: Path) -> dict[str, Any]:
    """The first change of management, once it has landed or will not."""
    editor = running.editor
    await editor.initialize(plan, options={"settings": {"landing.mode": "auto"}})
    await editor.status()
    editor.open(plan / "todolist.md", (plan / "todolist.md").read_text())
    await editor.command("startAgent", agent="management", rehearse=True)
    await editor.status(lambda status: any(agent["landed"] + agent["refused"] for agent in status["agents"]))
    change: dict[str, Any] = (await editor.command("history"))[0]
    assert [file["path"] for file in change["files"]] == ["todolist.md"]
    return change


async def test_a_change_lands_in_an_open_document_through_the_editor(plan: Path) -> None:
    before = (plan / "todolist.md").read_text()
    async with server() as running:
        editor = running.editor
        change = await landing(running, plan)
        assert change["state"] == "landed, unsaved"
        (asked,) = [each["params"] for each in editor.asked if each["method"] == "workspace/applyEdit"]
        (edit,) = asked["edit"]["documentChanges"]
        assert edit["textDocument"] == {"uri": (plan / "todolist.md").as_uri(), "version": 1}
        assert asked["label"].startswith("KinOS")
        document = editor.documents[edit["textDocument"]["uri"]]
        assert "harbour" in document.text
        assert (plan / "todolist.md").read_text() == before
        await editor.command("stopTeam")
        editor.save(document, plan / "todolist.md")
        history = {each["id"]: each for each in await editor.command("history")}
        assert history[change["id"]]["state"] == "landed"
        unsaved = [{"id": change["id"], "paths": ["todolist.md"]}]
        assert await editor.command("undo") == {"changes": [change["id"]], "setAside": [], "unsaved": unsaved}
        assert document.text == before


async def test_what_the_person_typed_meanwhile_stays(plan: Path) -> None:
    def type_first(editor: Editor, params: dict[str, Any]) -> dict[str, Any]:
        document = editor.documents[(plan / "todolist.md").as_uri()]
        if document.version == 1:
            editor.type(document, (0, 0, "My own words.\n"))
        return apply_edit(editor, params)

    async with server() as running:
        running.editor.takes = type_first
        change = await landing(running, plan)
        document = running.editor.documents[(plan / "todolist.md").as_uri()]
        assert document.text.startswith("My own words.\n# To do\n")
        assert ("harbour" in document.text) == (change["state"] == "landed, unsaved")


@pytest.mark.timeout(180)
async def test_an_edit_the_editor_says_it_made_and_did_not_is_no_landing(plan: Path) -> None:
    before = (plan / "todolist.md").read_text()
    async with server() as running:
        running.editor.takes = drop_edit
        change = await landing(running, plan)
        assert change["state"] == "conflicted"
        assert "todolist.md" in change["reason"]
        assert running.editor.documents[(plan / "todolist.md").as_uri()].text == before
        assert (plan / "todolist.md").read_text() == before


def _start() -> dict[str, Any]:
    return {"command": "kinos.server.startTeam", "arguments": [{"rehearse": True, "landing": "auto"}]}
