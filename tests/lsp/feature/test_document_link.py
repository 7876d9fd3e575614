"""Links in the map, and to the map and the request."""

from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from kinos.domain.project_map import MAP_NAME
from kinos.lsp.feature.document_link import offer
from kinos.tokens.position import Encoding
from lsp.stage import OneFolder

CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


async def links(stage: OneFolder, uri: str) -> list[types.DocumentLink]:
    found: list[types.DocumentLink] = await stage.ask(
        offer, types.DocumentLinkParams(types.TextDocumentIdentifier(uri))
    )
    return found


def words(text: str, place: types.Range, encoding: str) -> str:
    codec, size = CODECS[encoding]
    line = text.split("\n")[place.start.line].encode(codec)
    return line[size * place.start.character : size * place.end.character].decode(codec)


@pytest.mark.parametrize("encoding", CODECS)
async def test_names_in_the_map_open_their_documents(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "漢字 🌊#1.md").write_text("word " * 8000)
    (tmp_path / "README.md").write_text("word")
    stage = OneFolder(tmp_path, encoding=Encoding(encoding))
    await stage.session.sizes.scan()
    text = stage.session.map.text()
    found = await links(stage, stage.open(MAP_NAME, text))
    shown = [(words(text, link.range, encoding), link.target) for link in found]
    target = (tmp_path / "docs" / "漢字 🌊#1.md").as_uri()
    assert shown == [
        ("漢字 🌊#1.md", target), ("README.md", (tmp_path / "README.md").as_uri()), ("漢字 🌊#1.md", target),
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", CODECS)
async def test_the_request_and_the_map_are_linked_where_they_are_named(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "demande.md").write_text("do it")
    (tmp_path / MAP_NAME).write_text("# Project Map")
    text = "a\n\n漢字 🌊 demande.md, map (readonly).md and request.md, which is not there\n"
    stage = OneFolder(tmp_path, encoding=Encoding(encoding))
    found = await links(stage, stage.open("notes/a.md", text))
    assert [(words(text, link.range, encoding), link.target) for link in found] == [
        ("demande.md", stage.uri("demande.md")),
        (MAP_NAME, stage.uri(MAP_NAME)),
    ]


async def test_the_request_does_not_lead_to_itself(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path)
    assert await links(stage, stage.open("demande.md", "this is demande.md")) == []


async def test_what_the_editor_finds_by_itself_is_left_to_it(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path)
    stage.open("demande.md", "x")
    assert await links(stage, stage.open("a.md", "[b](b.md) [the request](demande.md) https://example.org")) == []


async def test_a_tooltip_is_for_clients_that_show_one(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path)
    stage.open("demande.md", "x")
    uri = stage.open("a.md", "demande.md")
    (link,) = await links(stage, uri)
    assert link.tooltip is None
    stage.client.declared = frozenset({"text_document.document_link.tooltip_support"})
    (link,) = await links(stage, uri)
    assert link.tooltip == "The request"


async def test_links_can_be_switched_off(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path, {"editor.links": False})
    stage.open("demande.md", "x")
    made: Any = await links(stage, stage.open("a.md", "demande.md"))
    assert made is None
