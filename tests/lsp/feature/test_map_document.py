"""The map with its links, for an editor that shows it as a document of its own."""

from pathlib import Path

from kinos.lsp.feature.map_document import linked
from kinos.tokens.position import Encoding
from lsp.stage import OneFolder


async def mapped(folder: Path, **given: object) -> OneFolder:
    (folder / "README.md").write_text("word")
    stage = OneFolder(folder, given, Encoding.UTF32)
    await stage.session.sizes.scan()
    return stage


async def test_every_document_the_map_names_has_a_link_where_it_is_named(tmp_path: Path) -> None:
    stage = await mapped(tmp_path)
    shown = linked(stage.folder, stage.session.map.text(), stage.client.encoding)
    (link,) = shown["links"]
    line, place = shown["text"].split("\n")[link["range"]["start"]["line"]], link["range"]
    assert line[place["start"]["character"] : place["end"]["character"]] == "README.md"
    assert (link["target"], link["tooltip"]) == (stage.uri("README.md"), "Open README.md")


async def test_no_links_are_told_where_they_are_switched_off(tmp_path: Path) -> None:
    stage = await mapped(tmp_path, **{"editor.links": False})
    assert linked(stage.folder, stage.session.map.text(), stage.client.encoding)["links"] == []
