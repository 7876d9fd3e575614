"""A cap reached under a real editor: the team pauses, the person is asked, and decides."""

import shutil
from pathlib import Path

import pytest

from e2e.lsp.editor import CAPABILITIES, ResponseError, server

pytestmark = pytest.mark.agents

EXAMPLES = Path(__file__).parents[3] / "examples" / "workspace"
ASKS = {**CAPABILITIES, "window": {"showMessage": {}}}
ONE_RUN = {"settings": {"budget.runs": 1}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample workspace."""
    return Path(shutil.copytree(EXAMPLES, tmp_path / "workspace"))


async def test_at_a_cap_the_team_pauses_asks_and_goes_on_with_more(folder: Path) -> None:
    async with server() as running:
        editor = running.editor
        await editor.initialize(folder, options=ONE_RUN, capabilities=ASKS)
        await editor.status()
        await editor.command("startTeam", rehearse=True)
        question = await editor.question()
        assert question["params"]["message"].startswith("KinOS paused: the cap of 1 runs is reached")
        titles = [action["title"] for action in question["params"]["actions"]]
        assert titles == ["Raise by 50 runs", "Stop the team"]
        status = await editor.request("kinos/state")
        assert status["team"]["state"] == "paused"
        assert "the cap of 1 runs is reached" in status["team"]["reason"]
        with pytest.raises(ResponseError, match="stays paused: the cap of 1 runs") as refused:
            await editor.command("resumeTeam")
        assert refused.value.data["kind"] == "budget"
        editor.answer(question, "Raise by 50 runs")
        status = await editor.status(lambda status: status["budget"]["runs"] > 1)
        assert status["budget"]["runsCap"] == 51
        status = await editor.command("setBudget", runs=1)
        assert (status["team"]["state"], status["folder"]) == ("paused", str(folder))
        editor.answer(await editor.question(1), "Stop the team")
        await editor.status(lambda status: status["team"]["state"] == "stopped")


async def test_an_editor_that_cannot_ask_is_told_by_the_status_and_can_raise_the_cap(folder: Path) -> None:
    async with server() as running:
        editor = running.editor
        await editor.initialize(folder, options=ONE_RUN)
        await editor.status()
        await editor.command("startTeam", rehearse=True)
        await editor.status(lambda status: status["team"]["state"] == "paused")
        await editor.command("setBudget", runs=50)
        await editor.status(lambda status: status["budget"]["runs"] > 1)
        assert (await editor.command("pauseTeam"))["team"]["reason"] == "paused by hand"
        assert (await editor.command("resumeTeam"))["team"]["state"] == "running"
        assert not [message for message in editor.asked if message["method"] == "window/showMessageRequest"]
        await editor.command("stopTeam")
