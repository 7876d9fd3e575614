"""What other servers on pygls get wrong, as a person at an editor would see it. More of it: `test_leaving`, `test_progress`,
`test_team` (a cancelled request), `test_connection` (no parameters), `tests/lsp/test_transport` (a stray print).
"""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest

from e2e.lsp.editor import ResponseError, server
from process_tree import descendants

EXAMPLES = Path(__file__).parents[3] / "examples" / "workspace"


def command(name: str, *arguments: Any) -> dict[str, Any]:
    return {"command": f"kinos.server.{name}", "arguments": list(arguments)}


async def test_the_editor_is_answered_while_more_commands_run_than_a_pool_has_threads(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path)
        slow = [editor.ask("workspace/executeCommand", command("doctor")) for _ in range(40)]
        assert (await editor.request("kinos/state"))["folder"] == str(tmp_path)
        assert not all(answer.done() for answer in slow)
        assert all("findings" in answer for answer in await asyncio.gather(*slow))


@pytest.mark.agents
async def test_a_shutdown_is_answered_while_a_team_is_being_started(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(EXAMPLES, tmp_path / "work"))
    async with server() as running:
        editor = running.editor
        await editor.initialize(folder)
        starting = editor.ask("workspace/executeCommand", command("startTeam", {"rehearse": True}))
        starting.add_done_callback(lambda answer: answer.cancelled() or answer.exception())
        await editor.status(lambda status: status["team"]["state"] == "starting")
        assert await editor.request("shutdown") is None
        assert descendants(running.pid) == []
        assert "dictionary changed size" not in "".join(running.log)


async def test_no_request_is_left_unanswered_whatever_its_parameters_are(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path)
        for method in ("workspace/executeCommand", "textDocument/codeAction", "kinos/state", "nothing/known"):
            for params in ([], [1], "text", 5, {"command": 5}, {"jsonrpc": "1.0"}, {"textDocument": {"uri": 5}}):
                answer = (await asyncio.gather(editor.request(method, params), return_exceptions=True))[0]
                assert isinstance(answer, ResponseError | dict), (method, params, answer)
        with pytest.raises(ResponseError, match="does not take jsonrpc, my-key"):
            await editor.request("workspace/executeCommand", command("startTeam", {"jsonrpc": "2.0", "my-key": 1}))
        assert editor.said("window/showMessage") == []


async def test_a_command_takes_an_empty_list_as_nothing_and_a_number_never_as_text(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path)
        await editor.status()
        for given in (
            {"command": "kinos.server.status"},
            command("status"),
            command("status", None),
            command("status", {}),
        ):
            status = await editor.request("workspace/executeCommand", given)
            # Numbers that are 0, and what is false or empty, are told like all others.
            assert status["waiting"] == status["documents"]["count"] == status["tokens"]["total"] == 0
            assert (status["phase"]["pinned"], status["team"]["heldBy"], status["agents"]) == (False, "", [])
        for given in (command("status", 5), command("status", "5"), command("startTeam", {"team": 5})):
            with pytest.raises(ResponseError) as refused:
                await editor.request("workspace/executeCommand", given)
            assert refused.value.data["kind"] == "usage"
        with pytest.raises(ResponseError, match=r"Did you mean kinos\.server\.startTeam\?"):
            await editor.request("workspace/executeCommand", command("startTaem"))
