"""What takes long is shown, can be cancelled, and is over when it is said to be."""

import asyncio
import shutil
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from e2e.lsp.editor import CAPABILITIES, Editor, ResponseError, server
from process_tree import alive, command_line, descendants

pytestmark = pytest.mark.agents

EXAMPLES = Path(__file__).parents[3] / "examples" / "workspace"
ABLE = {**CAPABILITIES, "window": {"workDoneProgress": True}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample workspace."""
    return Path(shutil.copytree(EXAMPLES, tmp_path / "workspace"))


def team(pid: int) -> list[int]:
    """The processes of the team: all below the server but the one that counts closed documents."""
    return [each for each in descendants(pid) if "kinos.adapters.counter" not in command_line(each)]


def progresses(editor: Editor) -> dict[Any, list[dict[str, Any]]]:
    """What was told of each progress, by token."""
    told: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for params in editor.said("$/progress"):
        told[params["token"]].append(params["value"])
    return told


async def begun(editor: Editor, title: str) -> Any:
    """The token of the progress of this title, once it has begun."""

    def look() -> Any:
        return next((token for token, told in progresses(editor).items() if told[0]["title"] == title), None)

    return await editor.until(look)


async def ended(editor: Editor, token: Any) -> list[dict[str, Any]]:
    """All that was told of a progress, once it has ended."""
    return await editor.until(
        lambda: told if (told := progresses(editor)[token])[-1:] and told[-1]["kind"] == "end" else None
    )


def check_pairs(editor: Editor) -> None:
    """Each began once, first, and ended once, last."""
    for token, told in progresses(editor).items():
        kinds = [value["kind"] for value in told]
        assert kinds == ["begin", *["report"] * (len(kinds) - 2), "end"], token


def start(**more: Any) -> dict[str, Any]:
    return {
        "command": "kinos.server.startTeam",
        "arguments": [{"team": "default", "rehearse": True, "landing": "auto"}],
        **more,
    }


async def test_a_team_is_shown_while_it_runs_and_stopped_by_a_click(folder: Path) -> None:
    async with server() as running:
        editor = running.editor
        answer = await editor.initialize(folder, capabilities=ABLE)
        assert answer["capabilities"]["executeCommandProvider"]["workDoneProgress"] is True
        await asyncio.wait_for(editor.ask("workspace/executeCommand", start(workDoneToken="mine")), 90)
        assert [value["kind"] for value in await ended(editor, "mine")] == ["begin", "end"]
        token = await begun(editor, "KinOS: team default")
        assert token in [each["params"]["token"] for each in editor.asked if "workDoneProgress" in each["method"]]
        assert progresses(editor)[token][0]["cancellable"] is True
        await editor.until(lambda: any("editing" in value.get("message", "") for value in progresses(editor)[token]))
        processes = team(running.pid)
        assert len(processes) >= 2
        editor.notify("window/workDoneProgress/cancel", {"token": token})
        told = await ended(editor, token)
        assert told[-1]["message"] == "stopped by hand"
        assert alive(processes) == team(running.pid) == []
        check_pairs(editor)
        assert editor.said("window/showMessage") == []


async def test_a_start_is_taken_back_by_a_click(folder: Path) -> None:
    async with server() as running:
        editor = running.editor
        await editor.initialize(folder, capabilities=ABLE)
        starting = editor.ask("workspace/executeCommand", start(workDoneToken=7))
        await editor.status(lambda status: status["team"]["state"] == "starting")
        editor.notify("window/workDoneProgress/cancel", {"token": 7})
        with pytest.raises(ResponseError, match="You stopped startTeam before it was done") as refused:
            await asyncio.wait_for(starting, 90)
        assert refused.value.data["kind"] == "stopped"
        assert team(running.pid) == []
        await editor.status(lambda status: status["team"]["state"] == "stopped")
        await ended(editor, await begun(editor, "KinOS: team default"))
        check_pairs(editor)


async def test_a_shutdown_ends_what_is_shown_before_it_is_answered(folder: Path) -> None:
    async with server() as running:
        editor = running.editor
        await editor.initialize(folder, capabilities=ABLE)
        await asyncio.wait_for(editor.ask("workspace/executeCommand", start()), 90)
        await begun(editor, "KinOS: team default")
        await editor.request("shutdown")
        check_pairs(editor)


async def test_a_start_that_fails_ends_what_it_showed_and_the_next_is_shown_anew(folder: Path) -> None:
    async with server() as running:
        editor = running.editor
        await editor.initialize(folder, capabilities=ABLE, options={"settings": {"agents.python": "/no/such/python"}})
        for token in ("same", "same"):
            with pytest.raises(ResponseError):
                await asyncio.wait_for(editor.ask("workspace/executeCommand", start(workDoneToken=token)), 90)
        kinds = [value["kind"] for value in progresses(editor).pop("same")]
        assert kinds == ["begin", "end"] * 2
        tokens = [token for token, told in progresses(editor).items() if token != "same" and told]
        assert len(tokens) == len(set(tokens)) == 2


async def test_an_editor_that_shows_no_progress_is_told_none(folder: Path) -> None:
    async with server() as running:
        editor = running.editor
        await editor.initialize(folder)
        await asyncio.wait_for(editor.ask("workspace/executeCommand", start()), 90)
        editor.notify("window/workDoneProgress/cancel", {"token": "nobody's"})
        await editor.command("stopTeam")
        assert editor.said("$/progress") == []
        assert editor.asked == [each for each in editor.asked if each["method"] != "window/workDoneProgress/create"]
