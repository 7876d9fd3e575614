"""The lenses of an open document, as an editor is given them."""

from pathlib import Path
from typing import Any

from lsprotocol import types

from kinos.domain.project_map import MAP_NAME
from kinos.engine.lens import Lens
from kinos.lsp.feature.code_lens import code_lens, offer
from lsp.stage import OneFolder

LONG = "# Title 🌊\n\n" + "".join(f"## Part {number}\n\n{'word ' * 40 * number}\n\n" for number in range(1, 6))


async def lenses(stage: OneFolder, uri: str) -> Any:
    return await stage.ask(offer, types.CodeLensParams(types.TextDocumentIdentifier(uri)))


def words(found: list[types.CodeLens]) -> list[str]:
    return [lens.command.title for lens in found if lens.command]


async def test_a_document_has_its_size_on_its_first_line(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path)
    (lens,) = await lenses(stage, stage.open("a.md", "word " * 100))
    assert (lens.command.title, lens.command.command) == ("✓ 0.1k tokens, of 6k", "")
    assert lens.range == types.Range(types.Position(0, 0), types.Position(0, 0))


async def test_a_long_one_has_its_heaviest_sections_and_a_command_that_splits_it(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path, {"tokens.warn": 300, "tokens.error": 10_000})
    stage.client.declared = frozenset({"workspace.apply_edit"})
    uri = stage.open("a.md", LONG)
    size, split, *parts = await lenses(stage, uri)
    assert size.command.title == "⚠️ 0.6k tokens, above 0.3k"
    assert (split.command.command, split.command.arguments) == ("kinos.server.splitDocument", [{"uri": uri}])
    assert [LONG.split("\n")[lens.range.start.line] for lens in parts] == ["## Part 3", "## Part 4", "## Part 5"]
    assert all(
        " tokens, " in lens.command.title and lens.command.title.endswith(" % of the document") for lens in parts
    )
    ignoring = stage.open("b.md", f"{LONG}\n<!-- kinos:ignore-size -->\n")
    assert "Split at its headings" not in words(await lenses(stage, ignoring))
    stage.client.declared = frozenset()
    assert "Split at its headings" not in words(await lenses(stage, uri))


async def test_the_request_starts_the_team(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path)
    start, rehearse, size = await lenses(stage, stage.open("demande.md", "Do it.\n"))
    assert (start.command.title, start.command.command) == ("▶ Start team", "kinos.server.startTeam")
    assert start.command.arguments == [{"folder": stage.folder.uri}]
    assert rehearse.command.arguments == [{"folder": stage.folder.uri, "rehearse": True}]
    assert size.command.command == ""


async def test_a_folder_that_is_not_trusted_starts_none(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path, trusted=False)
    assert words(await lenses(stage, stage.open("demande.md", "Do it.\n"))) == ["✓ 0.0k tokens, of 6k"]


async def test_the_map_and_what_is_no_markdown_have_none(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path)
    assert await lenses(stage, stage.open(MAP_NAME, "# Project Map\n")) == []
    assert await lenses(stage, stage.open("a.py", "pass\n")) == []


async def test_a_document_without_a_size_says_why(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path, {"documents.maxBytes": 10})
    (lens,) = await lenses(stage, stage.open("a.md", "word " * 100))
    assert lens.command.title.startswith("❔ no size: ")


async def test_lenses_can_be_switched_off(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path, {"editor.lenses": False})
    assert await lenses(stage, stage.open("demande.md", "Do it.\n")) is None


def test_a_command_of_the_editors_own_keeps_its_name() -> None:
    made = code_lens(Lens(0, "Review", "kinos.editChange", {"change": "c1"}), "file:///w", "file:///w/a.md")
    assert made.command == types.Command(
        "Review", "kinos.editChange", arguments=[{"folder": "file:///w", "change": "c1"}]
    )
