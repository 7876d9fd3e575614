"""Hovers, in the format and the encoding of the client."""

from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from kinos.lsp.feature.hover import CAPABILITY, offer
from kinos.tokens.position import Encoding
from lsp.stage import OneFolder

TEXT = "intro\n\n## One a_b🌊漢字\n\ntext\n"
FORMAT = f"{CAPABILITY}.content_format"


async def hover(stage: OneFolder, uri: str, line: int, character: int) -> Any:
    place = types.Position(line, character)
    return await stage.ask(offer, types.HoverParams(types.TextDocumentIdentifier(uri), place))


@pytest.mark.parametrize(
    ("formats", "kind"),
    [
        (["markdown", "plaintext"], "markdown"),
        (["plaintext", "markdown"], "plaintext"),
        (["plaintext"], "plaintext"),
        ([], "plaintext"),
        (["html", "markdown"], "markdown"),
    ],
)
async def test_the_first_format_the_client_has_is_taken(tmp_path: Path, formats: list[str], kind: str) -> None:
    stage = OneFolder(tmp_path)
    stage.client.lists = {FORMAT: formats}
    found = await hover(stage, stage.open("a.md", TEXT), 2, 5)
    assert found.contents.kind == kind
    title = {"markdown": "**One a\\_b🌊漢字**\n\n- Section: ", "plaintext": "One a_b🌊漢字\nSection: "}[kind]
    assert found.contents.value.startswith(title)


@pytest.mark.parametrize(("encoding", "end"), [("utf-8", 20), ("utf-16", 14), ("utf-32", 13)])
async def test_the_range_is_the_heading(tmp_path: Path, encoding: str, end: int) -> None:
    stage = OneFolder(tmp_path, encoding=Encoding(encoding))
    found = await hover(stage, stage.open("a.md", TEXT), 2, 1)
    assert found.range == types.Range(types.Position(2, 0), types.Position(2, end))


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 30), ("utf-16", 18), ("utf-32", 16)])
async def test_the_place_is_read_in_the_encoding(tmp_path: Path, encoding: str, column: int) -> None:
    stage = OneFolder(tmp_path, encoding=Encoding(encoding))
    text = '# 🌊🌊漢字漢字 "testeur"\n'
    found = await hover(stage, stage.open(".kinos/teams/own.toml", text), 0, column)
    assert found.contents.value.startswith("testeur\nAgent: ")


async def test_elsewhere_there_is_none(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path)
    assert await hover(stage, stage.open("a.md", TEXT), 4, 0) is None
    assert await hover(stage, stage.open("b.md", TEXT), 400, 7) is None


async def test_hovers_can_be_switched_off(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path, {"editor.hover": False})
    assert await hover(stage, stage.open("a.md", TEXT), 2, 1) is None
