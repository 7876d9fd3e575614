"""The size of each section behind its heading."""

from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from kinos.domain.project_map import MAP_NAME
from kinos.lsp.feature.inlay_hint import offer
from kinos.tokens.position import Encoding
from lsp.stage import OneFolder

TEXT = "# One 🌊漢字\n\n" + "word " * 1500 + "\n\n## Below\n\nmore\n\nTwo 🌊\n===\n\nlast\n"


async def hints(stage: OneFolder, uri: str, first: int = 0, last: int = 1000) -> Any:
    place = types.Range(types.Position(first, 0), types.Position(last, 0))
    return await stage.ask(offer, types.InlayHintParams(types.TextDocumentIdentifier(uri), place))


@pytest.mark.parametrize(("encoding", "one", "two"), [("utf-8", 16, 8), ("utf-16", 10, 6), ("utf-32", 9, 5)])
async def test_each_heading_has_its_size_behind_it(tmp_path: Path, encoding: str, one: int, two: int) -> None:
    stage = OneFolder(tmp_path, encoding=Encoding(encoding))
    found = await hints(stage, stage.open("a.md", TEXT))
    places = [(hint.position.line, hint.position.character) for hint in found]
    assert places == [(0, one), (4, 8), (8, two)]
    assert found[0].label == "1.5k tokens"
    assert all(hint.padding_left for hint in found)
    assert " with the sections below: " in found[0].tooltip
    assert found[0].tooltip.endswith("of the document, 25 % of the limit of 6k")


async def test_only_what_is_asked_for_is_answered(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path)
    assert [hint.position.line for hint in await hints(stage, stage.open("a.md", TEXT), 3, 5)] == [4]


@pytest.mark.parametrize("path", [MAP_NAME, ".kinos/prompts/own.md", "notes.txt"])
async def test_what_is_not_counted_has_none(tmp_path: Path, path: str) -> None:
    stage = OneFolder(tmp_path)
    assert await hints(stage, stage.open(path, TEXT)) == []


async def test_where_no_tokenizer_sees_lines_there_are_none(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path, {"tokens.tokenizer": "o200k_base"})
    assert await hints(stage, stage.open("a.md", TEXT)) == []


async def test_they_can_be_switched_off(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path, {"editor.hints": False})
    assert await hints(stage, stage.open("a.md", TEXT)) is None
