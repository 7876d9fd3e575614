"""What an editor is told about an open document by the real server: in three encodings, with emoji and CJK."""

from pathlib import Path
from typing import Any

import pytest

from e2e.lsp.editor import Document, Editor, server
from e2e.lsp.profile import profile

TEXT = (
    "# 潮汐 🌊 station\n\nSee demande.md, 漢字.\n\n## Über 🌊🌊\n\n"
    + "more 漢字 words\n" * 40
    + "\nTwo 🌊\n===\n\nlast\n"
)
ENCODINGS = ("utf-8", "utf-16", "utf-32")


def capabilities(encoding: str, **more: Any) -> dict[str, Any]:
    document = {
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
        "documentLink": {"tooltipSupport": True},
        **more,
    }
    return {"general": {"positionEncodings": [encoding]}, "textDocument": document}


async def about(editor: Editor, method: str, document: Document, **more: Any) -> Any:
    return await editor.request(f"textDocument/{method}", {"textDocument": {"uri": document.uri}, **more})


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_the_outline_has_exact_places(tmp_path: Path, encoding: str) -> None:
    async with server() as running:
        editor = running.editor
        answer = await editor.initialize(tmp_path, capabilities=capabilities(encoding))
        assert answer["capabilities"]["documentSymbolProvider"] == {}
        document = editor.open(tmp_path / "a.md", TEXT)
        station, two = await about(editor, "documentSymbol", document)
        (below,) = station["children"]
        assert document.part(station["selectionRange"]) == "# 潮汐 🌊 station"
        assert document.part(below["selectionRange"]) == "## Über 🌊🌊"
        assert document.part(two["selectionRange"]) == "Two 🌊\n==="
        assert document.part(below["range"]) == "## Über 🌊🌊\n\n" + "more 漢字 words\n" * 40
        assert document.part(two["range"]) == "Two 🌊\n===\n\nlast"
        assert [each["name"] for each in (station, below, two)] == ["潮汐 🌊 station", "Über 🌊🌊", "Two 🌊"]
        assert all(each["detail"].endswith(" tokens") for each in (station, below, two))
        editor.type(document, (0, 0, "text 🌊\n\n"))
        station, _ = await about(editor, "documentSymbol", document)
        assert document.part(station["selectionRange"]) == "# 潮汐 🌊 station"


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_links_have_exact_places(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "潮汐 🌊").mkdir()
    (tmp_path / "潮汐 🌊" / "漢字.md").write_text("word " * 20)
    (tmp_path / "demande.md").write_text("Do it.\n")
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, capabilities=capabilities(encoding))
        await editor.status()
        document = editor.open(tmp_path / "a.md", TEXT)
        (link,) = await about(editor, "documentLink", document)
        assert document.part(link["range"]) == "demande.md"
        assert (link["target"], link["tooltip"]) == ((tmp_path / "demande.md").as_uri(), "The request")
        shown = editor.open(tmp_path / "map (readonly).md", await editor.command("showMap"))
        found = {shown.part(each["range"]): each["target"] for each in await about(editor, "documentLink", shown)}
        assert found == {
            "漢字.md": (tmp_path / "潮汐 🌊" / "漢字.md").as_uri(),
            "a.md": document.uri,
            "demande.md": (tmp_path / "demande.md").as_uri(),
        }


async def test_an_editor_that_can_is_told_for_which_documents_it_is(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        answer = await editor.initialize(tmp_path, capabilities=profile("vscode-1.100").capabilities)
        assert "documentSymbolProvider" not in answer["capabilities"]
        options = await editor.until(lambda: editor.offered.get("textDocument/documentSymbol"))
        assert options["documentSelector"] == [{"pattern": "**/*.{md,markdown}", "scheme": "file"}]
        assert options["label"] == "KinOS"
        document = editor.open(tmp_path / "a.md", TEXT)
        assert len(await about(editor, "documentSymbol", document)) == 2


async def test_an_editor_that_declared_nothing_is_offered_nothing(tmp_path: Path) -> None:
    async with server() as running:
        answer = await running.editor.initialize(tmp_path, capabilities={})
        assert not [key for key in answer["capabilities"] if "ymbol" in key or "Link" in key]


async def test_requests_at_each_keystroke_are_all_answered_and_the_last_is_of_the_last_text(tmp_path: Path) -> None:
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, capabilities=capabilities("utf-16"))
        document = editor.open(tmp_path / "a.md", "# One\n")
        asked = []
        for number in range(50):
            editor.type(document, (5, 5, str(number % 10)))
            asked.append(editor.ask("textDocument/documentSymbol", {"textDocument": {"uri": document.uri}}))
        (last,) = await asked[-1]
        assert last["name"] == document.text[2:].strip()
        for answer in asked[:-1]:
            error = answer.exception() if answer.done() else None
            assert answer.done()
            assert error is None or getattr(error, "code", None) == -32801
