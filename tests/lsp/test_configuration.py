"""The editor's settings: what is read of what editors send, and when they are asked for."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from kinos.lsp.background import Background
from kinos.lsp.configuration import EditorSettings, pushed, settings_of
from kinos.lsp.folders import Folders
from lsp.stage import RecordingClient, idle, workspace

WARN = {"tokens.warn": 10}


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        ({"kinos": {"tokens": {"warn": 10}}}, WARN),  # VS Code, Neovim, eglot
        ({"kinos": {"tokens.warn": 10}}, WARN),
        ({"kinos.tokens.warn": 10, "editor.tabSize": 2}, WARN),  # vim-lsp, coc
        ({"kinos": {}, "kinos.tokens.warn": 10}, WARN),
        ({"trusted": True, "settings": {"tokens": {"warn": 10}}}, WARN),  # Helix sends the options again
        ({"kinos": None}, {}),
        ({"kinos": []}, {}),
        ({"kinos": {"model": {"prices": {"m": {"input": 1}}}}}, {"model.prices": {"m": {"input": 1}}}),
        ({}, None),
        (None, None),
        ([], None),
        ({"other": {"kinos": 1}}, None),
        ({"settings": "none"}, None),
        ({"settings": {}}, {}),
    ],
)
def test_settings_are_found_however_an_editor_sends_them(payload: object, found: object) -> None:
    assert pushed(payload) == found


def test_what_an_extension_keeps_for_itself_is_left_aside() -> None:
    section = {"server": {"command": ["kin"]}, "rehearse": True, "trace": {"server": "off"}, "tokens": {"warn": 10}}
    assert settings_of(section) == WARN


class Asked(RecordingClient):
    """A client that is asked: `answers` are given in the order wanted by whoever lets them go."""

    def __init__(self, *, configures: bool = True) -> None:
        super().__init__()
        self.configures = configures
        self.questions_for: list[Sequence[str | None]] = []
        self.pending: list[asyncio.Future[Sequence[object] | None]] = []

    async def configuration(self, section: str, uris: Sequence[str | None]) -> Sequence[object] | None:
        assert section == "kinos"
        self.questions_for.append(uris)
        self.pending.append(asyncio.get_running_loop().create_future())
        return await self.pending[-1]


class Stage:
    def __init__(self, client: Asked, *roots: Path) -> None:
        self.client = client
        self.background = Background()
        self.given: list[Mapping[str, Any]] = []
        self.folders = Folders(client, self.background, workspace)
        self.settings = EditorSettings(client, self.folders, self.background)  # type: ignore[arg-type]
        for root in roots:
            root.mkdir()
            self.folders.add(root.as_uri())

    async def warn(self) -> list[int]:
        """The limit in each folder."""
        await idle(self.background)
        return [folder.session.settings.tokens_warn for folder in self.folders]


async def test_an_editor_is_asked_for_each_folder_and_for_what_lies_in_none(tmp_path: Path) -> None:
    stage = Stage(Asked(), tmp_path / "a", tmp_path / "b")
    stage.settings.ask()
    assert stage.client.questions_for == [[(tmp_path / "a").as_uri(), (tmp_path / "b").as_uri(), None]]
    stage.client.pending[0].set_result([{"tokens": {"warn": 10}}, {"tokens.warn": 20}, None])
    assert await stage.warn() == [10, 20]


async def test_an_editor_that_is_asked_is_asked_anew_whatever_it_pushes(tmp_path: Path) -> None:
    stage = Stage(Asked(), tmp_path / "a")
    stage.settings.changed({"kinos": {"tokens": {"warn": 5}}})
    stage.client.pending[0].set_result([{"tokens": {"warn": 10}}, None])
    assert await stage.warn() == [10]


async def test_an_answer_that_comes_too_late_does_not_count(tmp_path: Path) -> None:
    stage = Stage(Asked(), tmp_path / "a")
    stage.settings.ask()
    stage.settings.ask()
    first, second = stage.client.pending
    second.set_result([{"tokens": {"warn": 20}}, None])
    first.set_result([{"tokens": {"warn": 10}}, None])
    assert await stage.warn() == [20]


@pytest.mark.parametrize("answer", [None, [], [None], ["no object", 5], [None, None, {"tokens.warn": 9}]])
async def test_an_answer_without_sense_changes_nothing(tmp_path: Path, answer: Sequence[object] | None) -> None:
    stage = Stage(Asked(), tmp_path / "a")
    stage.settings.ask()
    stage.client.pending[0].set_result(answer)
    assert await stage.warn() == [6000]


async def test_an_editor_that_is_not_asked_is_believed(tmp_path: Path) -> None:
    stage = Stage(Asked(configures=False), tmp_path / "a", tmp_path / "b")
    stage.settings.ask()
    stage.settings.changed({"kinos": {"tokens": {"warn": 10}}})
    assert await stage.warn() == [10, 10]
    stage.settings.changed({"editor": {"tabSize": 2}})
    assert await stage.warn() == [10, 10]
    stage.settings.changed({"kinos": {}})
    assert await stage.warn() == [6000, 6000]
    assert stage.client.questions_for == []
