from pathlib import Path

import pytest

from kinos.domain.errors import UsageError
from kinos.lsp.feature.size import sized
from lsp.stage import OneFolder


async def test_it_is_the_size_of_what_was_just_typed(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path, {"tokens.warn": 3})
    uri = stage.open("a.md", "one two")
    before = sized(stage.folders, uri)
    assert before is not None
    assert (before["version"], before["tokens"], before["level"], before["mark"]) == (1, 2, "ok", "✓")
    stage.folders.did_change(uri, ["one two three four"], 2)
    after = sized(stage.folders, uri)
    assert after is not None
    assert (after["version"], after["tokens"], after["level"], after["mark"]) == (2, 4, "long", "⚠️")
    assert (after["warn"], after["error"], after["counted"], after["reason"]) == (3, 12000, "exact", "")


async def test_a_closed_document_has_its_size_without_a_version(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("one two", encoding="utf-8")
    stage = OneFolder(tmp_path)
    await stage.session.counted()
    answer = sized(stage.folders, stage.uri("a.md"))
    assert answer is not None
    assert (answer["uri"], answer["version"], answer["tokens"]) == (stage.uri("a.md"), None, 2)


@pytest.mark.parametrize("path", ["a.py", ".hidden/a.md"])
async def test_what_is_not_counted_has_none(tmp_path: Path, path: str) -> None:
    stage = OneFolder(tmp_path)
    assert sized(stage.folders, stage.open(path, "one two")) is None


async def test_what_is_too_large_says_why_it_has_none(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path, {"documents.maxBytes": 5})
    answer = sized(stage.folders, stage.open("a.md", "one two"))
    assert answer is not None
    assert (answer["tokens"], answer["level"], answer["mark"], answer["counted"]) == (None, None, "❔", "unavailable")
    assert "documents.maxBytes" in answer["reason"]


@pytest.mark.parametrize(
    ("uri", "language", "tokens"), [("untitled:Untitled-1", "markdown", 2), ("file:///elsewhere/a.md", "markdown", 2),
                                    ("untitled:Untitled-1", "plaintext", None), ("file:///elsewhere/a.py", "python", None)]
)  # fmt: skip
async def test_a_document_in_no_folder_has_one_by_its_kind(
    tmp_path: Path, uri: str, language: str, tokens: int | None
) -> None:
    stage = OneFolder(tmp_path)
    stage.folders.did_open(uri, "one two", 7, language)
    answer = sized(stage.folders, uri)
    assert (answer and (answer["version"], answer["tokens"])) == (tokens and (7, tokens))


@pytest.mark.parametrize("uri", [None, 5, "untitled:Untitled-9", "file:///elsewhere/a.md"])
async def test_what_is_neither_open_nor_in_a_folder_is_refused(tmp_path: Path, uri: object) -> None:
    with pytest.raises(UsageError):
        sized(OneFolder(tmp_path).folders, uri)
