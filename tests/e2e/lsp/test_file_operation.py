"""Files that are made, renamed and deleted in an editor, from the real server."""

from pathlib import Path
from typing import Any

import pytest

from e2e.lsp.editor import CAPABILITIES, Editor, apply_edit, file_of, server

OPERATIONS = dict.fromkeys(("didCreate", "willRename", "didRename", "didDelete"), True)
ABLE = {**CAPABILITIES, "workspace": {**CAPABILITIES["workspace"], "fileOperations": OPERATIONS}}


async def rename(editor: Editor, old: Path, new: Path) -> dict[str, Any] | None:
    """The person renames a file or folder; the edit that the server asked for, once it was made."""
    files = {"files": [{"oldUri": old.as_uri(), "newUri": new.as_uri()}]}
    before = {*editor.documents}
    edit: dict[str, Any] | None = await editor.request("workspace/willRenameFiles", files)
    if edit is not None:
        assert apply_edit(editor, {"edit": edit})["applied"]
    for uri in editor.documents.keys() - before:  # as VS Code does: opened for the edit, saved, and closed again
        document = editor.documents[uri]
        editor.save(document, file_of(uri))
        editor.close(document)
    new.parent.mkdir(parents=True, exist_ok=True)
    old.rename(new)
    editor.notify("workspace/didRenameFiles", files)
    return edit


async def test_it_is_offered_with_filters_to_who_declares_it_and_to_nobody_else(tmp_path: Path) -> None:
    async with server() as running:
        can = (await running.editor.initialize(tmp_path, capabilities=ABLE))["capabilities"]
        offered = can["workspace"]["fileOperations"]
        assert sorted(offered) == sorted(OPERATIONS)
        globs = {each["pattern"]["glob"]: each["pattern"]["matches"] for each in offered["willRename"]["filters"]}
        assert globs == {"**/*.{md,markdown}": "file", "**/*": "folder"}
    async with server() as running:
        can = (await running.editor.initialize(tmp_path))["capabilities"]
        assert not can["workspace"].get("fileOperations")


async def test_a_renamed_document_keeps_its_links_and_its_history(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text("See [the guide](docs/guide.md#one) and 🌊 [again](./docs/guide.md).\n")
    (tmp_path / "docs" / "guide.md").write_text("# One\n\n[home](../README.md)\n")
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, capabilities=ABLE)
        await editor.status(lambda status: status["documents"]["count"] == 2)
        readme = editor.open(tmp_path / "README.md", (tmp_path / "README.md").read_text())
        edit = await rename(editor, tmp_path / "docs" / "guide.md", tmp_path / "book" / "the guide.md")
        assert edit is not None
        assert readme.text == "See [the guide](book/the%20guide.md#one) and 🌊 [again](./book/the%20guide.md).\n"
        assert (tmp_path / "book" / "the guide.md").read_text() == "# One\n\n[home](../README.md)\n"
        status = await editor.status(lambda status: status["documents"]["count"] == 2)
        assert status["documents"]["count"] == 2


async def test_a_renamed_folder_takes_its_documents_and_their_sizes_along(tmp_path: Path) -> None:
    (tmp_path / "docs" / "deep").mkdir(parents=True)
    (tmp_path / "README.md").write_text("[a](docs/a.md) [deep](docs/deep/)\n")
    (tmp_path / "docs" / "a.md").write_text("word " * 7000 + "[up](../README.md) [b](deep/b.md)\n")
    (tmp_path / "docs" / "deep" / "b.md").write_text("[a](../a.md)\n")
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, capabilities=ABLE)
        await editor.published((tmp_path / "docs" / "a.md").as_uri(), lambda shown: shown["diagnostics"])
        await rename(editor, tmp_path / "docs", tmp_path / "books" / "guide")
        assert (tmp_path / "README.md").read_text() == "[a](books/guide/a.md) [deep](books/guide/deep/)\n"
        assert (tmp_path / "books" / "guide" / "a.md").read_text().endswith("[up](../../README.md) [b](deep/b.md)\n")
        assert (tmp_path / "books" / "guide" / "deep" / "b.md").read_text() == "[a](../a.md)\n"
        await editor.published((tmp_path / "docs" / "a.md").as_uri(), lambda shown: not shown["diagnostics"])
        await editor.published((tmp_path / "books" / "guide" / "a.md").as_uri(), lambda shown: shown["diagnostics"])


async def test_a_document_that_moves_to_another_folder_is_linked_from_there(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        (folder / "README.md").write_text("[a](a.md)\n")
    (one / "a.md").write_text("[root](/README.md) [home](README.md)\n")
    async with server() as running:
        editor = running.editor
        await editor.initialize(one, two, capabilities=ABLE)
        await editor.until(lambda: len({status["folder"] for status in editor.said("kinos/status")}) == 2)
        await rename(editor, one / "a.md", two / "b.md")
        assert (one / "README.md").read_text() == "[a](../two/b.md)\n"
        assert (two / "b.md").read_text() == "[root](../one/README.md) [home](../one/README.md)\n"
        assert (two / "README.md").read_text() == "[a](a.md)\n"
        await editor.status(lambda status: status["folder"] == str(two) and status["documents"]["count"] == 2)


@pytest.mark.agents
async def test_an_agents_change_is_undone_under_the_new_name(tmp_path: Path) -> None:
    (tmp_path / "demande.md").write_text("Write a plan.\n")
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, capabilities=ABLE)
        await editor.command("startTeam", rehearse=True, landing="auto")
        await editor.status(lambda status: any(agent["landed"] for agent in status["agents"]))
        await editor.command("stopTeam")
        change = next(each for each in await editor.command("history") if each["state"] == "landed")
        path = change["files"][0]["path"]
        await rename(editor, tmp_path / path, tmp_path / "moved" / "other.md")
        await editor.until(lambda: not (tmp_path / path).exists())
        history = await editor.command("history")
        assert next(each for each in history if each["id"] == change["id"])["files"][0]["path"] == "moved/other.md"
        undone = await editor.command("undo", change=change["id"])
        assert undone == {"changes": [change["id"]], "setAside": [], "unsaved": []}


async def test_what_is_made_and_deleted_in_the_editor_is_counted(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, capabilities=ABLE)
        await editor.status()
        (tmp_path / "new.md").write_text("word\n")
        editor.notify("workspace/didCreateFiles", {"files": [{"uri": (tmp_path / "new.md").as_uri()}]})
        await editor.status(lambda status: status["documents"]["count"] == 1)
        (tmp_path / "new.md").unlink()
        editor.notify("workspace/didDeleteFiles", {"files": [{"uri": (tmp_path / "new.md").as_uri()}]})
        await editor.status(lambda status: status["documents"]["count"] == 0)
