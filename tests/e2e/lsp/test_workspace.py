"""The workspace of an editor, from the real server: folders that come and go, documents in none, and who watches the disk."""

from pathlib import Path
from typing import Any

import pytest

from e2e.lsp.editor import CAPABILITIES, Editor, server

LONG = "word " * 120
SETTINGS = {"settings": {"tokens": {"warn": 100, "error": 1000}}}
WATCHING = {
    **CAPABILITIES,
    "workspace": {**CAPABILITIES["workspace"], "didChangeWatchedFiles": {"dynamicRegistration": True}},
}


def codes(params: dict[str, Any]) -> list[str]:
    return [diagnostic["code"] for diagnostic in params["diagnostics"]]


def folders(editor: Editor, *, added: tuple[Path, ...] = (), removed: tuple[Path, ...] = ()) -> None:
    """Folders come or go."""
    event = {
        name: [{"uri": folder.as_uri(), "name": folder.name} for folder in them]
        for name, them in (("added", added), ("removed", removed))
    }
    editor.notify("workspace/didChangeWorkspaceFolders", {"event": event})


async def status(editor: Editor, folder: Path, fits: Any) -> dict[str, Any]:
    """The last status of one folder, once it fits."""

    def look() -> dict[str, Any] | None:
        last = [each for each in editor.said("kinos/status") if each["folder"] == str(folder)][-1:]
        return last[0] if last and fits(last[0]) else None

    return await editor.until(look)


@pytest.mark.agents
async def test_folders_come_and_go_while_documents_are_open_and_a_team_runs(tmp_path: Path) -> None:
    outer, inner = tmp_path / "outer", tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    (outer / "demande.md").write_text("Write a plan.\n")
    (inner / "a.md").write_text("short\n")
    async with server() as running:
        editor = running.editor
        await editor.initialize(outer, options=SETTINGS)
        document = editor.open(inner / "a.md", LONG)
        await editor.published(document.uri, lambda shown: codes(shown) == ["document-long"])
        await editor.command("startTeam", rehearse=True)
        await status(editor, outer, lambda each: each["documents"]["count"] == 2)
        folders(editor, added=(inner,))
        await status(editor, inner, lambda each: each["documents"]["count"] == 1 and each["documents"]["long"] == 1)
        await status(editor, outer, lambda each: each["documents"]["count"] == 1)
        editor.type(document, (0, 0, "more "))
        shown = await editor.published(document.uri, lambda shown: shown["version"] == 2)
        assert codes(shown) == ["document-long"]
        assert (await editor.command("status", folder=str(outer)))["team"]["state"] in ("running", "paused")
        await editor.command("startTeam", folder=str(inner), rehearse=True)
        folders(editor, removed=(outer,))
        state = await editor.command("status")
        assert (state["folder"], state["team"]["state"]) == (str(inner), "running")
        folders(editor, removed=(inner,))
        editor.type(document, (0, 5, ""))
        shown = await editor.published(document.uri, lambda shown: shown.get("version") == 3)
        assert codes(shown) == ["document-long"], "a single file now"
        editor.close(document)
        await editor.published(document.uri, lambda shown: codes(shown) == [])


async def test_single_files_and_untitled_buffers_have_sizes_without_any_folder(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        await editor.initialize(options=SETTINGS)
        single = editor.open(tmp_path / "a.md", LONG)
        untitled = editor.open("untitled:Untitled-1", "short\n")
        editor.open("untitled:Untitled-2", LONG, "python")
        for uri in ("git:/a.md", "output:kinos", "vscode-notebook-cell:/b.ipynb#1"):
            editor.close(editor.open(uri, LONG))
        assert codes(await editor.published(single.uri)) == ["document-long"]
        editor.type(untitled, (0, 0, LONG * 10))
        shown = await editor.published(untitled.uri, lambda shown: shown["version"] == 2)
        assert codes(shown) == ["document-too-long"]
        editor.notify("workspace/didChangeConfiguration", {"settings": {"kinos": {"diagnostics": {"mode": "off"}}}})
        await editor.published(single.uri, lambda shown: codes(shown) == [])
        told = {each["uri"] for each in editor.said("textDocument/publishDiagnostics")}
        assert told == {single.uri, untitled.uri}
        assert editor.said("kinos/status") == []
    assert list(tmp_path.iterdir()) == []


async def test_an_editor_that_watches_is_believed_and_nobody_watches_beside_it(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, options=SETTINGS, capabilities=WATCHING)
        await editor.until(lambda: "workspace/didChangeWatchedFiles" in editor.offered)
        await editor.status()
        (tmp_path / "unheard.md").write_text("text\n")
        (tmp_path / "docs" / "a.md").write_text(LONG)
        one = {"uri": (tmp_path / "docs" / "a.md").as_uri(), "type": 1}
        editor.notify("workspace/didChangeWatchedFiles", {"changes": [one]})
        state = await editor.status(lambda each: each["documents"]["long"] == 1)
        assert state["documents"]["count"] == 1, "what the editor does not tell is not looked for"


async def test_where_the_editor_does_not_watch_the_server_does(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, options=SETTINGS)
        await editor.status()
        (tmp_path / "docs").mkdir()
        (tmp_path / "docs" / "a.md").write_text(LONG)
        await editor.status(lambda each: each["documents"]["long"] == 1)
