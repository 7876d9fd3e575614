"""The settings of an editor, from the real server: asked for, pushed, given at the start and in files, all without a restart."""

from pathlib import Path
from typing import Any

import pytest

from e2e.lsp.editor import CAPABILITIES, Editor, ResponseError, server

LONG = "word " * 120
PULL = {**CAPABILITIES, "workspace": {**CAPABILITIES["workspace"], "configuration": True}}
DYNAMIC = {**PULL, "workspace": {**PULL["workspace"], "didChangeConfiguration": {"dynamicRegistration": True}}}


def messages(editor: Editor) -> list[str]:
    """What the person was told at once."""
    return [params["message"] for params in editor.said("window/showMessage")]


def codes(params: dict[str, Any]) -> list[str]:
    return [diagnostic["code"] for diagnostic in params["diagnostics"]]


def change(editor: Editor, settings: Any = None) -> None:
    """The person changes the settings."""
    editor.notify("workspace/didChangeConfiguration", {"settings": settings})


async def test_an_editor_that_answers_is_asked_for_each_folder_and_asked_anew(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        (folder / "a.md").write_text(LONG)
    first, second = (one / "a.md").as_uri(), (two / "a.md").as_uri()
    async with server() as running:
        editor = running.editor
        editor.settings["kinos"] = {"tokens": {"warn": 100}, "server": {"command": ["kin"]}}
        editor.folder_settings[two.as_uri()] = {"tokens": {"warn": 1, "error": 100}, "rehearse": False}
        await editor.initialize(one, two, capabilities=DYNAMIC)
        await editor.published(first, lambda params: codes(params) == ["document-long"])
        await editor.published(second, lambda params: codes(params) == ["document-too-long"])
        assert editor.offered["workspace/didChangeConfiguration"] == {"section": "kinos"}
        editor.settings["kinos"] = {"diagnostics": {"mode": "off"}}
        change(editor)
        await editor.published(first, lambda params: codes(params) == [])
        assert codes(await editor.published(second)) == ["document-too-long"]
        assert messages(editor) == []


async def test_an_editor_that_is_not_asked_pushes_its_settings(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(LONG)
    uri = (tmp_path / "a.md").as_uri()
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, options={"settings": {"tokens": {"warn": 100}}})
        await editor.published(uri, lambda params: codes(params) == ["document-long"])
        change(editor, {"kinos": {"tokens": {"warn": 10, "error": 100}}})
        await editor.published(uri, lambda params: codes(params) == ["document-too-long"])
        change(editor, {"kinos.tokens.warn": 9, "kinos.diagnostics.severityLong": "hint", "a.b": 2})
        await editor.published(uri, lambda params: [each["severity"] for each in params["diagnostics"]] == [4])
        assert all(message["method"] != "workspace/configuration" for message in editor.asked)


async def test_every_bad_value_is_named_in_one_message_and_not_again(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, options={"trust": True, "settings": {"tokens.warn": "many"}})
        await editor.until(lambda: bool(messages(editor)))
        (message,) = messages(editor)
        assert message.count("trust is not known") == 1
        assert message.count("tokens.warn") == 1
        change(editor, {"kinos": {"tokens": {"error": -1}, "team": {"parallel": 99}, "nothing": 1}})
        await editor.until(lambda: len(messages(editor)) > 1)
        change(
            editor, {"kinos": {"tokens": {"error": -1}, "team": {"parallel": 99}, "nothing": 1, "map.write": "never"}}
        )
        (tmp_path / ".kinos").mkdir()
        (tmp_path / ".kinos" / "config.toml").write_text("budget.usd = 1000\n")
        await editor.until(lambda: len(messages(editor)) > 2)
        _, second, third = messages(editor)
        assert all(second.count(key) == 1 for key in ("tokens.error", "team.parallel", "nothing"))
        assert "tokens.warn" not in second, "that was told before"
        assert "budget.usd was not taken" in third


@pytest.mark.agents
async def test_the_workspaces_file_is_taken_live_and_only_tightens(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(LONG)
    (tmp_path / ".kinos").mkdir()
    uri, file = (tmp_path / "a.md").as_uri(), tmp_path / ".kinos" / "config.toml"
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path)
        await editor.status()
        file.write_text('tokens.warn = 50\ntokens.error = 60\nmap.write = "always"\n')
        await editor.published(uri, lambda params: codes(params) == ["document-too-long"])
        await editor.command("startTeam", rehearse=True)
        file.write_text("budget.runs = 7\nbudget.minutes = 1000\n")
        status = await editor.status(lambda params: params["budget"]["runsCap"] == 7)
        assert status["budget"]["minutesCap"] == 120
        assert codes(await editor.published(uri, lambda params: codes(params) == [])) == []
        assert (await editor.command("stopTeam"))["stopped"] > 0
    assert (tmp_path / "map (readonly).md").exists()


async def test_an_untrusted_folder_runs_no_agents_whatever_its_files_say(tmp_path: Path) -> None:
    (tmp_path / ".kinos").mkdir()
    (tmp_path / ".kinos" / "config.toml").write_text('landing.mode = "auto"\nagents.python = "/bin/evil"\n')
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, options={"trusted": False})
        await editor.until(lambda: bool(messages(editor)))
        assert "agents.python was not taken: a workspace never sets it" in messages(editor)[0]
        assert (await editor.status())["trusted"] is False
        change(editor, {"kinos": {"trusted": True}})
        with pytest.raises(ResponseError) as refused:
            await editor.command("startTeam", rehearse=True)
        assert refused.value.data["kind"] == "untrusted"
