"""The outline of a document: sections with their sizes, and the tree of the map."""

from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from kinos.domain.project_map import MAP_NAME
from kinos.lsp.feature.document_symbol import NAMELESS, offer
from kinos.tokens.counter import counter_for
from kinos.tokens.position import Encoding
from lsp.stage import OneFolder

TEXT = "intro\n\n# One 🌊漢字\n\ntext\n\n## Below\n\nmore\n\nTwo\n===\n\nlast 🌊\n"
TREE = frozenset({"text_document.document_symbol.hierarchical_document_symbol_support"})


async def symbols(stage: OneFolder, uri: str, *, tree: bool = True) -> list[Any]:
    stage.client.declared = TREE if tree else frozenset()
    found: list[Any] = await stage.ask(offer, types.DocumentSymbolParams(types.TextDocumentIdentifier(uri)))
    return found


def span(place: types.Range) -> tuple[int, int, int, int]:
    return place.start.line, place.start.character, place.end.line, place.end.character


async def test_sections_are_a_tree_with_their_sizes(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path)
    one, two = await symbols(stage, stage.open("a.md", TEXT))
    assert (one.name, two.name) == ("One 🌊漢字", "Two")
    assert [child.name for child in one.children] == ["Below"]
    count = counter_for("claude-v4.8").count
    whole, before = count(TEXT).tokens, count("intro\n\n").tokens
    sizes = [int(symbol.detail.removesuffix(" tokens")) for symbol in (one, two)]
    assert abs(sum(sizes) - (whole - before)) <= 1
    assert one.children[0].detail.endswith(" tokens")


@pytest.mark.parametrize(("encoding", "title", "last"), [("utf-8", 16, 9), ("utf-16", 10, 7), ("utf-32", 9, 6)])
async def test_ranges_are_in_the_encoding_agreed_on(tmp_path: Path, encoding: str, title: int, last: int) -> None:
    stage = OneFolder(tmp_path, encoding=Encoding(encoding))
    one, two = await symbols(stage, stage.open("a.md", TEXT))
    assert span(one.selection_range) == (2, 0, 2, title)
    assert span(one.range) == (2, 0, 9, 0)
    assert span(two.selection_range) == (10, 0, 11, 3)
    assert span(two.range) == (10, 0, 13, last)


async def test_a_client_that_takes_no_tree_is_given_a_list(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path)
    uri = stage.open("a.md", TEXT)
    found = await symbols(stage, uri, tree=False)
    assert [(each.name, each.container_name) for each in found] == [
        ("One 🌊漢字", None),
        ("Below", "One 🌊漢字"),
        ("Two", None),
    ]
    assert {each.location.uri for each in found} == {uri}


async def test_a_heading_without_words_has_a_name(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path)
    (found,) = await symbols(stage, stage.open("a.md", "##\n"))
    assert found.name == NAMELESS


async def test_where_nothing_counts_there_are_no_sizes(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path, {"model.plan": "unheard-of", "tokens.tokenizer": "auto"})
    (found, _) = await symbols(stage, stage.open("a.md", TEXT))
    assert found.detail is None


async def test_the_map_shows_its_folders_and_documents(tmp_path: Path) -> None:
    (tmp_path / "docs" / "漢字").mkdir(parents=True)
    for name in ("docs/漢字/a 🌊.md", "docs/b.md", "README.md"):
        (tmp_path / name).write_text("word " * 30)
    stage = OneFolder(tmp_path)
    await stage.session.sizes.scan()
    text = stage.session.map.text()
    (top,) = await symbols(stage, stage.open(MAP_NAME, text))
    parts = {part.name: part for part in top.children}
    assert not parts["Warnings"].children
    docs, readme = parts["Document Tree"].children
    assert (docs.name, docs.kind, readme.name, readme.kind) == (
        "docs/", types.SymbolKind.Package, "README.md", types.SymbolKind.File,
    )  # fmt: skip
    inner, b = docs.children
    assert (inner.name, [child.name for child in inner.children], b.name) == ("漢字/", ["a 🌊.md"], "b.md")
    assert b.detail == "0.0k tokens ✓"
    lines = text.split("\n")
    place = inner.children[0].selection_range
    units = lines[place.start.line].encode("utf-16-le")
    assert units[2 * place.start.character : 2 * place.end.character].decode("utf-16-le") == "a 🌊.md"
    assert docs.range.start.line < b.range.start.line == docs.range.end.line


async def test_it_can_be_switched_off(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path, {"editor.symbols": False})
    assert await symbols(stage, stage.open("a.md", TEXT)) is None


async def test_a_document_that_is_not_open_has_none(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path)
    assert await symbols(stage, stage.uri("a.md")) is None
