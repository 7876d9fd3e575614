"""Who watches the disk: the editor where it offers to, else the engines, and never both."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from lsprotocol import types

from kinos.engine.ports import Editor
from kinos.lsp.background import Background
from kinos.lsp.feature.watched_file import matters
from kinos.lsp.folders import Folders
from kinos.lsp.watching import WATCHED, Watching
from lsp.stage import RecordingClient, StagedWorkspace, idle, workspace

METHOD = types.WORKSPACE_DID_CHANGE_WATCHED_FILES


@dataclass
class Offering(RecordingClient):
    """A client that watches, or not; `accepts` is what it answers."""

    watches: bool = True
    relative: bool = False
    accepts: bool = True
    registrations: dict[str, Sequence[types.FileSystemWatcher]] = field(default_factory=dict)

    def can(self, capability: str) -> bool:
        return self.relative and capability == "workspace.did_change_watched_files.relative_pattern_support"

    async def registered(self, name: str, method: str, options: object) -> bool:
        assert method == METHOD
        assert isinstance(options, types.DidChangeWatchedFilesRegistrationOptions)
        await asyncio.sleep(0)
        self.registrations[name] = options.watchers
        return self.accepts

    def unregister(self, name: str, method: str) -> None:
        assert method == METHOD
        del self.registrations[name]


class Stage:
    def __init__(self, client: Offering) -> None:
        self.client = client
        self.background = Background()
        self.made: list[StagedWorkspace] = []
        self.folders = Folders(client, self.background, self._make)
        Watching(client, self.folders, self.background).begin()  # type: ignore[arg-type]

    def _make(self, root: Path, given: object, trusted: bool, editor: Editor) -> StagedWorkspace:
        self.made.append(workspace(root, {}, trusted, editor))
        return self.made[-1]

    async def add(self, *roots: Path) -> list[bool | None]:
        """Whether each engine watches by itself."""
        for root in roots:
            root.mkdir(exist_ok=True)
            self.folders.add(root.as_uri())
        await idle(self.background)
        return [made.watched or made.session._upkeep._watch is not None for made in self.made]


async def test_where_the_editor_watches_no_engine_does(tmp_path: Path) -> None:
    stage = Stage(Offering())
    assert await stage.add(tmp_path / "a", tmp_path / "b") == [False, False]
    assert [(each.glob_pattern, each.kind) for each in stage.client.registrations[METHOD]] == list(WATCHED)


async def test_where_the_editor_does_not_watch_each_engine_does(tmp_path: Path) -> None:
    stage = Stage(Offering(watches=False))
    assert await stage.add(tmp_path / "a", tmp_path / "b") == [True, True]
    assert stage.client.registrations == {}


async def test_where_the_editor_refuses_the_engines_watch_those_of_later_folders_too(tmp_path: Path) -> None:
    stage = Stage(Offering(accepts=False))
    assert await stage.add(tmp_path / "a") == [True]
    assert await stage.add(tmp_path / "b") == [True, True]
    await stage.folders.close()


async def test_each_folder_has_patterns_of_its_own_where_the_editor_knows_such(tmp_path: Path) -> None:
    stage = Stage(Offering(relative=True))
    one, two = tmp_path / "one", tmp_path / "two"
    assert await stage.add(one, two) == [False, False]
    bases = {name: {each.glob_pattern.base_uri for each in found} for name, found in stage.client.registrations.items()}  # type: ignore[union-attr]
    assert bases == {f"{METHOD} {folder.as_uri()}": {folder.as_uri()} for folder in (one, two)}
    stage.folders.remove(one.as_uri())
    await idle(stage.background)
    assert list(stage.client.registrations) == [f"{METHOD} {two.as_uri()}"]


async def test_what_changed_before_the_editor_watched_is_found(tmp_path: Path) -> None:
    stage = Stage(Offering())
    await stage.add(tmp_path / "a")
    (tmp_path / "a" / "early.md").write_text("one two\n")
    stage.folders.on_arranged.append(lambda: None)
    Watching(stage.client, stage.folders, stage.background).begin()  # type: ignore[arg-type]
    await idle(stage.background)
    assert list(stage.made[0].session.sizes.documents.sizes) == ["early.md"]


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("a.md", types.FileChangeType.Created, True),
        ("a.py", types.FileChangeType.Created, False),
        ("a.py", types.FileChangeType.Deleted, True),
        ("folder", types.FileChangeType.Created, True),
        (".gitignore", types.FileChangeType.Created, True),
        (".kinos/config.toml", types.FileChangeType.Created, True),
        (".kinos/config.toml", types.FileChangeType.Changed, True),
    ],
)
def test_what_comes_and_is_neither_document_nor_folder_is_left_aside(
    tmp_path: Path, name: str, change: types.FileChangeType, told: bool
) -> None:
    (tmp_path / ".kinos").mkdir()
    if name == "folder":
        (tmp_path / name).mkdir()
    else:
        (tmp_path / name).write_text("text")
    assert matters(types.FileEvent((tmp_path / name).as_uri(), change)) is told
    assert not matters(types.FileEvent("git:/a.md", change))
