"""Documents in no folder: a single file, an untitled buffer. They have sizes by the person's settings, and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kinos.domain.layer import Layer, Source, flattened, resolve
from kinos.domain.project_map import MAP_NAME
from kinos.domain.setting import Settings
from kinos.lsp.background import Background
from kinos.lsp.folders import Folders
from kinos.lsp.option import Options
from kinos.lsp.outside import General
from kinos.lsp.stray import is_sized, is_stray
from kinos.tokens.document import TextEdit
from kinos.tokens.position import Position
from lsp.stage import RecordingClient, idle, workspace

LONG = "word " * 7000
UNTITLED = "untitled:Untitled-1"


class Stage:
    """An editor; `own` are the settings of the person's file."""

    def __init__(self) -> None:
        self.client = RecordingClient()
        self.background = Background()
        self.own = Settings()
        self.folders = Folders(self.client, self.background, workspace, General(self._settings, Path("/docs")))

    def _settings(self, given: Mapping[str, Any]) -> tuple[Settings, Sequence[str]]:
        _, problems = resolve([Layer(Source.EDITOR, flattened(given))])
        return (replace(self.own, tokens_warn=given["tokens.warn"]) if "tokens.warn" in given else self.own), problems

    async def shown(self, uri: str) -> list[str | int | None]:
        await idle(self.background)
        return self.client.shown(uri)


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.mark.parametrize(
    ("uri", "language", "sized"),
    [
        ("file:///a/b.md", "plaintext", True),
        ("file:///a/B.MARKDOWN", "", True),
        ("file:///a/b.py", "markdown", False),
        (f"file:///a/{MAP_NAME}".replace(" ", "%20"), "markdown", False),
        (UNTITLED, "markdown", True),
        (UNTITLED, "python", False),
        ("untitled:notes.md", "plaintext", True),
    ],
)
def test_markdown_has_a_size_by_its_name_or_while_it_has_none_by_its_language(
    uri: str, language: str, sized: bool
) -> None:
    assert is_stray(uri)
    assert is_sized(uri, language) is sized


@pytest.mark.parametrize(
    "uri", ["git:/a.md", "output:kinos", "vscode-notebook-cell:/a.ipynb#1", "http://x/a.md", "", "%"]
)
async def test_views_of_other_schemes_are_left_alone(stage: Stage, uri: str) -> None:
    stage.folders.did_open(uri, LONG, 1, "markdown")
    stage.folders.did_change(uri, ["more"], 2)
    stage.folders.did_save(uri)
    stage.folders.did_close(uri)
    assert await stage.shown(uri) == []
    assert stage.client.published == []


async def test_an_untitled_buffer_is_told_its_size_with_its_version(stage: Stage) -> None:
    stage.folders.did_open(UNTITLED, "short\n", 1, "markdown")
    assert await stage.shown(UNTITLED) == []
    assert stage.client.published == [(UNTITLED, 1, [])], "the first answer is given in any case"
    stage.folders.did_change(UNTITLED, [TextEdit(Position(0, 0), Position(0, 0), LONG)], 2)
    assert await stage.shown(UNTITLED) == ["document-long"]
    assert stage.client.published[-1][1] == 2
    stage.folders.did_close(UNTITLED)
    assert await stage.shown(UNTITLED) == []


async def test_other_languages_have_no_size(stage: Stage) -> None:
    stage.folders.did_open(UNTITLED, LONG, 1, "python")
    stage.folders.did_change(UNTITLED, [LONG], 2)
    await idle(stage.background)
    assert stage.client.published == []


async def test_a_single_file_goes_by_the_persons_settings_and_the_editors(stage: Stage, tmp_path: Path) -> None:
    uri = (tmp_path / "a.md").as_uri()
    stage.own = replace(Settings(), tokens_error=6500, diagnostics_severity_too_long="hint")
    stage.folders.did_open(uri, LONG, 1)
    assert await stage.shown(uri) == ["document-too-long"]
    stage.folders.take({}, {"tokens.warn": 6400})
    assert await stage.shown(uri) == ["document-too-long"]
    stage.own = replace(stage.own, diagnostics_mode="off")
    stage.folders.take({}, {})
    assert await stage.shown(uri) == []


async def test_what_is_wrong_with_the_persons_settings_is_told_without_a_folder(stage: Stage) -> None:
    stage.folders.configure(Options(settings={"team.parallel": 99}))
    stage.folders.did_open(UNTITLED, "text", 1, "markdown")
    await stage.client.until(lambda: stage.client.flashes)
    assert "team.parallel" in stage.client.flashes[0]


async def test_a_file_whose_folder_comes_belongs_to_it_and_when_that_goes_it_is_alone_again(
    stage: Stage, tmp_path: Path
) -> None:
    uri = (tmp_path / "a.md").as_uri()
    stage.own = replace(Settings(), tokens_warn=1, tokens_error=100)
    stage.folders.did_open(uri, LONG, 3)
    assert await stage.shown(uri) == ["document-too-long"]
    stage.folders.add(tmp_path.as_uri())
    await stage.client.until(lambda: stage.client.shown(uri) == ["document-long"])
    stage.folders.did_change(uri, ["one two three\n"], 4)
    assert await stage.shown(uri) == []
    stage.folders.remove(tmp_path.as_uri())
    assert await stage.shown(uri) == ["document-long"], "by the person's own limits"
    assert stage.client.published[-1][1] == 4


async def test_a_second_name_of_a_document_is_not_told_twice(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "inner")
    stage.folders.add(tmp_path.as_uri())
    first, second = ((tmp_path / name / "a.md").as_uri() for name in ("inner", "link"))
    stage.folders.did_open(first, LONG, 1)
    stage.folders.did_open(second, LONG, 1)
    assert await stage.shown(first) == ["document-long"]
    assert await stage.shown(second) == []


async def test_a_document_that_is_too_large_to_count_has_none(stage: Stage) -> None:
    stage.own = replace(Settings(), documents_max_bytes=10)
    stage.folders.did_open(UNTITLED, LONG, 1, "markdown")
    assert await stage.shown(UNTITLED) == []


async def test_a_model_nobody_knows_how_to_count_for_is_no_error(stage: Stage) -> None:
    stage.own = replace(Settings(), model_plan="somebodys-model")
    stage.folders.did_open(UNTITLED, LONG, 1, "markdown")
    assert await stage.shown(UNTITLED) == []


async def test_the_comment_suppresses_it_here_too(stage: Stage) -> None:
    stage.folders.did_open(UNTITLED, f"{LONG}<!-- kinos: ignore-size -->", 1, "markdown")
    assert await stage.shown(UNTITLED) == []
