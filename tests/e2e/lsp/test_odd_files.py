"""Files that are no UTF-8, and columns of all three kinds: what comes back from the server is in the right place."""

from pathlib import Path
from typing import Any

import pytest

from e2e.lsp.editor import CAPABILITIES, server
from e2e.lsp.scenario import tokens

SETTINGS = {"settings": {"tokens": {"warn": 100, "error": 1000}}}
TITLE = "# 潮 🌊 é 👩‍👩‍👧 한국어"
SECTIONS = "".join(f"## 漢字 {number} 🌊\n\n{'潮 🌊 word ' * 8}\n\n" for number in range(1, 6))
FULL: dict[str, Any] = {
    **CAPABILITIES,
    "textDocument": {
        "synchronization": {"didSave": True},
        "publishDiagnostics": {"relatedInformation": True, "versionSupport": True},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
        "hover": {"contentFormat": ["markdown"]},
        "inlayHint": {},
    },
}


async def test_files_that_are_no_utf_8_are_told_of_and_all_others_work(tmp_path: Path) -> None:
    (tmp_path / "latin.md").write_bytes("élan vital ".encode("latin-1") * 2000)
    (tmp_path / "zeros.md").write_bytes(b"\xff\xfe\x00\x00" * 500)
    (tmp_path / "good.md").write_text("word " * 120)
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, options=SETTINGS)
        await editor.status(lambda status: status["documents"]["count"])
        assert len((await editor.published((tmp_path / "good.md").as_uri()))["diagnostics"]) == 1
        assert "❔ latin.md has no size" in await editor.command("showMap")
        # In the editor it is text: it was decoded there.
        text = "élan vital " * 200
        document = editor.open(tmp_path / "latin.md", text)
        shown = await editor.published(document.uri, lambda params: params.get("version") == 1)
        assert f" {tokens(text)} tokens" in shown["diagnostics"][0]["message"]
        editor.close(document)
        await editor.published(document.uri, lambda params: not params["diagnostics"])
        assert "Traceback" not in "".join(running.log)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_places_are_right_whatever_a_column_counts(tmp_path: Path, encoding: str) -> None:
    wanted = {**FULL, "general": {"positionEncodings": [encoding]}}
    (tmp_path / "other.md").write_text(f"{TITLE}\n\n{SECTIONS}", encoding="utf-8")
    async with server() as running:
        editor = running.editor
        await editor.initialize(tmp_path, options=SETTINGS, capabilities=wanted)
        assert editor.encoding == encoding
        document = editor.open(tmp_path / "tides.md", f"{TITLE[:4]}\r\n\r{SECTIONS}")
        # Typed behind characters of one to four units, deleted and joined: each edit is placed by what the text was.
        editor.type(document, (4, 4, TITLE[4:9]), (9, 9, TITLE[9:]))
        editor.type(document, (2, 5, ""), (2, 2, TITLE[2:5]))
        assert document.text.startswith(f"{TITLE}\r\n\r## 漢字 1 🌊\n")
        state = await editor.request("kinos/state")
        both = tokens(document.text) + tokens((tmp_path / "other.md").read_text(encoding="utf-8"))
        assert state["tokens"]["total"] in (tokens(document.text), both)
        shown = await editor.published(
            document.uri,
            lambda params: params.get("version") == 3 and params["diagnostics"][0].get("relatedInformation"),
        )
        (diagnostic,) = shown["diagnostics"]
        assert document.part(diagnostic["range"]) == TITLE
        places = [document.part(each["location"]["range"]) for each in diagnostic["relatedInformation"]]
        assert any(place.startswith("## 漢字 ") and place.endswith(" 🌊") for place in places)
        closed = await editor.published((tmp_path / "other.md").as_uri())
        assert closed["diagnostics"][0]["range"]["end"] == {
            "line": 0,
            "character": {"utf-8": 42, "utf-16": 21, "utf-32": 17}[encoding],
        }
