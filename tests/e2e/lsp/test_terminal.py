"""The engine in an editor, driven from a terminal: real `kin` processes ask a real `kin lsp` with a running team."""

import asyncio
import json
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from e2e.lsp.editor import Running, clean_environment, server
from process_tree import alive, descendants, wait_for_end

pytestmark = [pytest.mark.agents, pytest.mark.timeout(240)]

EXAMPLES = Path(__file__).parents[3] / "examples" / "workspace"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample workspace."""
    return Path(shutil.copytree(EXAMPLES, tmp_path / "workspace"))


async def kin(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command in a terminal."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "kinos", *arguments, "-C", str(folder),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env=clean_environment(),
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def told(folder: Path, *arguments: str) -> Any:
    """What a command says as JSON, whatever its exit code."""
    _, out, err = await kin(folder, *arguments, "--json")
    assert out, err
    return json.loads(out)


async def working(running: Running, folder: Path, landing: str) -> None:
    """A rehearsed team runs in the editor."""
    await running.editor.initialize(folder)
    await running.editor.status()
    await running.editor.command("startTeam", team="default", rehearse=True, landing=landing)


async def test_changes_are_reviewed_undone_and_redone_and_the_team_is_stopped(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*.md")}
    async with server() as running:
        await working(running, folder, "review")
        await running.editor.status(lambda status: status["waiting"] >= 2)
        status = await told(folder, "status")
        assert (status["team"]["state"], status["team"]["name"]) == ("running", "default")
        first, second, *_ = await told(folder, "review")
        assert (await kin(folder, "review", first["id"]))[1].count(first["id"]) == 1

        accepted = await told(folder, "review", "--accept", first["id"])
        assert accepted["state"] == "landed"
        changed = {path for path in folder.rglob("*.md") if before.get(path) != path.read_bytes()}
        named = {folder / file["path"] for file in first["files"]}
        assert named <= changed <= named | {folder / "map (readonly).md"}

        rejected = await told(folder, "review", "--reject", second["id"], "--reason", "too long")
        assert (rejected["state"], rejected["reason"]) == ("rejected", "too long")
        after = {path: path.read_bytes() for path in named if path.exists()}

        assert (await told(folder, "undo", first["id"]))["changes"] == [first["id"]]
        assert {path: path.read_bytes() for path in named if path.exists()} == {
            path: before[path] for path in named if path in before
        }
        assert (await told(folder, "redo", first["id"]))["changes"] == [first["id"]]
        assert {path: path.read_bytes() for path in named if path.exists()} == after

        processes = [pid for pid in descendants(running.pid) if "worker" in _command(pid)]
        assert processes
        assert (await told(folder, "stop"))["stopped"] >= 2
        assert alive(processes) == []
        await running.editor.status(lambda status: status["team"]["state"] == "stopped")
        assert (await kin(folder, "stop"))[0] == 3
        states = {change["id"]: change["state"] for change in await told(folder, "history")}
        assert (states[first["id"]], states[second["id"]]) == ("landed", "rejected")
        assert running.process.returncode is None


async def test_a_team_in_a_terminal_does_not_start_where_an_editor_is_around_or_inside(folder: Path) -> None:
    async with server() as running:
        await running.editor.initialize(folder / "docs")
        await running.editor.status()
        for place in (folder, folder / "docs" / "api", folder / "docs"):
            code, _, err = await kin(place, "default", "--rehearse", "--cycles", "1")
            assert (code, f"process {running.pid}" in err) == (2, True)
    assert not list(folder.rglob(".kinos"))


async def test_a_team_in_an_editor_does_not_start_where_another_works_around_or_inside(folder: Path) -> None:
    async with server() as outer, server() as inner:
        await working(outer, folder, "auto")
        await inner.editor.initialize(folder / "docs")
        with pytest.raises(Exception, match="the files here belong to both"):
            await inner.editor.command("startTeam", team="default", rehearse=True)
        assert not (await inner.editor.status())["team"]["heldBy"]
        await outer.editor.command("stopTeam")
        await inner.editor.command("startTeam", team="default", rehearse=True, landing="review")
        with pytest.raises(Exception, match="the files here belong to both"):
            await outer.editor.command("startTeam", team="default", rehearse=True)


async def test_a_server_that_was_killed_holds_nothing_and_its_changes_are_there(folder: Path) -> None:
    async with server() as running:
        await working(running, folder, "review")
        await running.editor.status(lambda status: status["waiting"] >= 1)
        processes = descendants(running.pid)
        running.process.send_signal(signal.SIGKILL)
        await running.ended()
        assert wait_for_end(processes, 10) == []
        waiting = await told(folder, "review")
        assert waiting
        assert (await told(folder, "status"))["team"]["heldBy"] == ""
        assert (await told(folder, "review", "--accept", waiting[0]["id"]))["state"] == "landed"
        code, out, err = await kin(folder, "default", "--rehearse", "--cycles", "1", "--auto")
        assert code in (0, 3), out + err


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
