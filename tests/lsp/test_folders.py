"""Which folder a document belongs to, and what happens when folders come and go."""

import asyncio
import gc
import weakref
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kinos.domain.errors import SetupError, UsageError
from kinos.domain.event import Noted
from kinos.engine.ports import Editor
from kinos.lsp.background import Background
from kinos.lsp.folders import Folders, affected
from kinos.lsp.option import Options, options
from kinos.lsp.uri import uri_of
from lsp.stage import RecordingClient, StagedWorkspace, idle, workspace

LONG = "word " * 7000


class Stage:
    """The folders of an editor. `made` are their workspaces."""

    def __init__(self) -> None:
        self.client = RecordingClient()
        self.background = Background()
        self.made: list[StagedWorkspace] = []
        self.given: list[tuple[Mapping[str, Any], bool]] = []
        self.editors: list[Editor] = []
        self.folders = Folders(self.client, self.background, self._make)

    def _make(self, root: Path, given: Mapping[str, Any], trusted: bool, editor: Editor) -> StagedWorkspace:
        self.given.append((given, trusted))
        self.editors.append(editor)
        self.made.append(workspace(root, given, trusted, editor))
        return self.made[-1]

    def add(self, *roots: Path) -> None:
        for root in roots:
            self.folders.add(root.as_uri())

    def open(self, path: Path, text: str = "text\n", version: int = 1) -> None:
        self.folders.did_open(path.as_uri(), text, version)

    async def quiet(self) -> None:
        """Until all that follows from what was said has happened."""
        for _ in range(3):
            await idle(self.background)
            await asyncio.sleep(0)

    def texts(self) -> list[dict[str, str]]:
        """The open documents of each workspace, by path."""
        return [
            {path: buffer.text.text for path in each.session.buffers if (buffer := each.session.buffers.get(path))}
            for each in self.made
        ]


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "w" / "inner").mkdir(parents=True)
    return tmp_path / "w"


async def test_a_document_belongs_to_the_deepest_folder(stage: Stage, root: Path) -> None:
    stage.add(root, root / "inner")
    stage.open(root / "inner" / "a.md")
    stage.open(root / "b.md")
    assert stage.texts() == [{"b.md": "text\n"}, {"a.md": "text\n"}]


async def test_a_document_outside_every_folder_is_left_alone(stage: Stage, root: Path, tmp_path: Path) -> None:
    stage.add(root)
    stage.open(tmp_path / "w2" / "a.md")
    stage.folders.did_change((tmp_path / "w2" / "a.md").as_uri(), ["more"], 2)
    stage.folders.did_save((tmp_path / "w2" / "a.md").as_uri())
    stage.folders.did_close((tmp_path / "w2" / "a.md").as_uri())
    assert stage.texts() == [{}]


async def test_other_schemes_are_left_alone(stage: Stage, root: Path) -> None:
    stage.add(root)
    for uri in ("untitled:a.md", f"git:{root}/a.md", "vscode-notebook-cell:/a.md"):
        stage.folders.did_open(uri, "text", 1)
        stage.folders.did_change(uri, ["more"], 2)
        stage.folders.did_close(uri)
    assert stage.texts() == [{}]


async def test_what_was_never_opened_can_be_changed_and_closed(stage: Stage, root: Path) -> None:
    stage.add(root)
    uri = (root / "a.md").as_uri()
    stage.folders.did_change(uri, ["more"], 2)
    stage.folders.did_save(uri)
    stage.folders.did_close(uri)
    assert stage.texts() == [{}]


@pytest.mark.parametrize("name", ["my notes.md", "résumé.md", "100%.md", "a;b.md", "a#b?c.md"])
async def test_names_with_odd_letters_are_found(stage: Stage, root: Path, name: str) -> None:
    stage.add(root)
    stage.open(root / name)
    assert stage.texts() == [{name: "text\n"}]


async def test_the_editors_spelling_of_a_uri_is_kept(stage: Stage, root: Path) -> None:
    stage.add(root)
    uri = f"{root.as_uri()}/r%c3%a9sum%c3%a9.md"
    stage.folders.did_open(uri, "text", 1)
    (folder,) = stage.folders
    assert folder.uri_of("résumé.md") == uri
    assert folder.uri_of("other file.md") == f"{root.as_uri()}/other%20file.md"


async def test_a_folder_behind_a_link_is_the_real_one_but_named_as_the_editor_does(
    stage: Stage, root: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(root)
    stage.add(link)
    stage.open(link / "a.md")
    stage.open(root / "b.md")
    (folder,) = stage.folders
    assert stage.texts() == [{"a.md": "text\n", "b.md": "text\n"}]
    assert folder.uri_of("closed.md") == f"{link.as_uri()}/closed.md"
    assert folder.picture()["folder"] == str(link)


async def test_a_folder_inside_reached_by_a_link_is_the_same_document(stage: Stage, root: Path) -> None:
    (root / "link").symlink_to(root / "inner")
    stage.add(root)
    stage.open(root / "link" / "a.md")
    assert stage.texts() == [{"inner/a.md": "text\n"}]


async def test_a_second_name_of_an_open_document_does_not_disturb_it(stage: Stage, root: Path) -> None:
    (root / "link").symlink_to(root / "inner")
    stage.add(root)
    stage.open(root / "inner" / "a.md", "first")
    stage.open(root / "link" / "a.md", "second")
    stage.folders.did_change((root / "link" / "a.md").as_uri(), ["second, changed"], 2)
    stage.folders.did_close((root / "link" / "a.md").as_uri())
    assert stage.texts() == [{"inner/a.md": "first"}]


async def test_a_second_name_that_stays_open_is_the_document_from_then_on(stage: Stage, root: Path) -> None:
    (root / "link").symlink_to(root / "inner")
    stage.add(root)
    stage.open(root / "inner" / "a.md", "first")
    stage.open(root / "link" / "a.md", "second")
    stage.folders.did_close((root / "inner" / "a.md").as_uri())
    stage.folders.did_change((root / "link" / "a.md").as_uri(), ["second, changed"], 2)
    assert stage.texts() == [{"inner/a.md": "second, changed"}]
    (folder,) = stage.folders
    assert folder.uri_of("inner/a.md") == (root / "link" / "a.md").as_uri()


@pytest.mark.parametrize("name", ["w/alias.md", "elsewhere.md"])
async def test_a_file_open_by_another_name_is_known_by_it(stage: Stage, root: Path, tmp_path: Path, name: str) -> None:
    (root / "a.md").write_text("text\n")
    (tmp_path / name).symlink_to(root / "a.md")
    stage.add(root)
    stage.open(tmp_path / name)
    (editor,) = stage.editors
    assert editor.other_name("a.md") == str(tmp_path / name)
    assert editor.other_name("b.md") == ""
    stage.open(root / "a.md")
    assert editor.other_name("a.md") == ""


async def test_the_same_folder_twice_is_one(stage: Stage, root: Path) -> None:
    stage.add(root, root)
    stage.folders.add(f"{root.as_uri()}/")
    assert len(stage.made) == 1


async def test_documents_that_were_open_before_their_folder_came_belong_to_it_then(stage: Stage, root: Path) -> None:
    stage.open(root / "a.md", "one\n")
    stage.folders.did_change((root / "a.md").as_uri(), ["two\n"], 2)
    stage.add(root)
    assert stage.texts() == [{"a.md": "two\n"}]


async def test_a_deeper_folder_that_comes_takes_its_documents_over(stage: Stage, root: Path) -> None:
    stage.add(root)
    stage.open(root / "inner" / "a.md", "one\n", 5)
    stage.add(root / "inner")
    assert stage.texts() == [{}, {"a.md": "one\n"}]
    buffer = stage.made[1].session.buffers.get("a.md")
    assert buffer is not None
    assert buffer.text.version == 5


async def test_a_deeper_folder_that_goes_gives_them_back_and_ends(stage: Stage, root: Path) -> None:
    stage.add(root, root / "inner")
    stage.open(root / "inner" / "a.md")
    stage.folders.remove((root / "inner").as_uri())
    assert stage.texts()[0] == {"inner/a.md": "text\n"}
    await stage.folders.close()
    assert stage.made[1].closed


async def test_what_a_folder_showed_is_taken_away_when_it_goes(stage: Stage, root: Path) -> None:
    (root / "a.md").write_text(LONG)
    stage.add(root)
    uri = (root / "a.md").as_uri()
    await stage.client.until(lambda: stage.client.shown(uri))
    stage.folders.remove(root.as_uri())
    assert stage.client.shown(uri) == []


async def test_a_folder_that_cannot_be_read_is_explained_and_asked_for_in_vain(stage: Stage, tmp_path: Path) -> None:
    stage.add(tmp_path / "missing")
    ((level, message),) = stage.client.logged
    assert level == "error"
    assert "missing" in message
    with pytest.raises(UsageError, match="missing"):
        stage.folders.named(None)


async def test_an_engine_that_cannot_open_is_explained_and_told_of(stage: Stage, root: Path) -> None:
    stage.add(root)
    stage.made[0].open = _refuse  # type: ignore[method-assign]
    (folder,) = stage.folders
    await folder.open()
    assert ("error", "The runtime folder is open to others.") in stage.client.logged


async def test_a_key_in_a_note_does_not_reach_the_editors_log(stage: Stage, root: Path) -> None:
    stage.folders.configure(Options(settings={"model.key": "swordfish"}))
    stage.add(root)
    stage.made[0].session.store.dispatch(Noted(datetime.now(UTC), "error", "swordfish is no key"))
    assert ("error", "[key] is no key") in stage.client.logged


async def test_a_problem_with_settings_is_named_once_for_all_folders(stage: Stage, root: Path) -> None:
    stage.folders.configure(Options(settings={"tokens.warn": "many", "team.parallel": 9}, problems=("no option",)))
    stage.add(root, root / "inner")
    await stage.client.until(lambda: stage.client.flashes)
    (message,) = stage.client.flashes
    assert all(message.count(word) == 1 for word in ("no option", "tokens.warn", "team.parallel"))
    assert len([text for level, text in stage.client.logged if level == "warning"]) == 3


async def test_options_reach_every_folder(stage: Stage, root: Path) -> None:
    stage.folders.configure(options({"trusted": False, "settings": {"map": {"write": "never"}}}))
    stage.add(root, root / "inner")
    assert stage.given == [({"map.write": "never"}, False)] * 2
    assert not stage.made[1].session.trusted


async def test_a_folder_is_named_by_path_or_uri_and_the_only_one_not_at_all(stage: Stage, root: Path) -> None:
    stage.add(root)
    (folder,) = stage.folders
    names = (None, str(root), f"{root}/", root.as_uri(), uri_of(f"{root}/"))
    assert {stage.folders.named(name) for name in names} == {folder}


@pytest.mark.parametrize("name", ["/elsewhere", 5, ["a"], ""])
async def test_a_folder_that_is_none_is_refused(stage: Stage, root: Path, name: object) -> None:
    stage.add(root)
    with pytest.raises(UsageError):
        stage.folders.named(name)


async def test_with_several_folders_one_must_be_named(stage: Stage, root: Path) -> None:
    stage.add(root, root / "inner")
    with pytest.raises(UsageError, match="inner"):
        stage.folders.named(None)


async def test_with_no_folder_there_is_nothing_to_ask(stage: Stage) -> None:
    with pytest.raises(UsageError, match="No folder is open"):
        stage.folders.named(None)


async def test_a_status_follows_the_first_count(stage: Stage, root: Path) -> None:
    (root / "a.md").write_text("some words\n")
    stage.add(root)
    await stage.client.until(lambda: stage.client.statuses)
    assert stage.client.statuses[0]["documents"]["count"] == 1


async def test_a_change_on_the_disk_is_counted(stage: Stage, root: Path) -> None:
    stage.add(root)
    (root / "a.md").write_text(LONG)
    stage.folders.did_change_on_disk([(root / "a.md").as_uri(), "file:///elsewhere/a.md"])
    await stage.client.until(lambda: stage.client.shown((root / "a.md").as_uri()))


def test_a_folder_that_is_gone_takes_its_documents_along() -> None:
    documents = ["docs/a.md", "docs/api/b.md", "docs.md"]
    assert affected("docs", documents) == ["docs/a.md", "docs/api/b.md"]
    assert affected("docs.md", documents) == ["docs.md"]


async def _refuse(*, watch: bool) -> None:
    raise SetupError("The runtime folder is open to others.")


async def test_a_document_is_counted_by_its_deepest_folder_alone(stage: Stage, root: Path) -> None:
    (root / "b.md").write_text("outer\n")
    (root / "inner" / "a.md").write_text("inner\n")
    (root / "inner" / "open.md").write_text("open\n")
    stage.add(root)
    stage.open(root / "inner" / "open.md")
    await idle(stage.background)
    stage.add(root / "inner")
    await idle(stage.background)
    outer, inner = (made.session for made in stage.made)
    assert list(outer.sizes.documents.sizes) == ["b.md"]
    assert sorted(inner.sizes.documents.sizes) == ["a.md", "open.md"]
    assert "a.md" not in outer.map.text()


async def test_a_deeper_folder_that_goes_is_counted_by_the_outer_one_again(stage: Stage, root: Path) -> None:
    (root / "inner" / "a.md").write_text(LONG)
    stage.add(root, root / "inner")
    await idle(stage.background)
    uri = (root / "inner" / "a.md").as_uri()
    assert stage.client.shown(uri) == ["document-long"]
    stage.folders.remove((root / "inner").as_uri())
    await stage.client.until(lambda: stage.client.shown(uri) == ["document-long"])
    await idle(stage.background)
    assert list(stage.made[0].session.sizes.documents.sizes) == ["inner/a.md"]


async def test_settings_of_a_folder_count_there_alone_and_at_once(stage: Stage, root: Path) -> None:
    (root / "a.md").write_text(LONG)
    (root / "inner" / "b.md").write_text(LONG)
    stage.add(root, root / "inner")
    outer, inner = (root / "a.md").as_uri(), (root / "inner" / "b.md").as_uri()
    await stage.client.until(lambda: stage.client.shown(outer) and stage.client.shown(inner))
    stage.folders.take({(root / "inner").as_uri(): {"tokens.warn": 1, "tokens.error": 2}}, {"diagnostics.mode": "off"})
    await stage.client.until(lambda: stage.client.shown(inner) == ["document-too-long"])
    await stage.client.until(lambda: stage.client.shown(outer) == [])
    assert [made.session.settings.diagnostics_mode for made in stage.made] == ["off", "workspace"]


async def test_what_the_editor_says_later_takes_the_place_of_what_it_said_at_the_start(
    stage: Stage, root: Path
) -> None:
    stage.folders.configure(Options(settings={"tokens": {"warn": 10}, "team": {"parallel": 3}}))
    stage.add(root)
    stage.folders.take({}, None)
    await idle(stage.background)
    assert stage.made[0].session.settings.tokens_warn == 10
    stage.folders.take({}, {"tokens.warn": 20})
    await idle(stage.background)
    settings = stage.made[0].session.settings
    assert (settings.tokens_warn, settings.team_parallel) == (20, 2)


async def test_a_folder_that_comes_later_begins_with_the_settings_of_the_editor(stage: Stage, root: Path) -> None:
    stage.folders.take({}, {"team.parallel": 3})
    stage.add(root)
    assert stage.made[0].session.settings.team_parallel == 3


async def test_a_bad_value_is_told_again_once_it_was_mended_and_comes_back(stage: Stage, root: Path) -> None:
    stage.add(root)
    for value, messages in (("many", 1), (5000, 1), ("many", 2)):
        stage.folders.take({}, {"tokens.warn": value})
        await idle(stage.background)
        if value == 5000:
            await stage.client.until(lambda: not stage.folders._complaints._due)
        await stage.client.until(lambda wanted=messages: len(stage.client.flashes) == wanted)


async def test_who_follows_is_told_when_folders_come_and_go(stage: Stage, root: Path) -> None:
    seen: list[int] = []
    stage.folders.on_arranged.append(lambda: seen.append(len(list(stage.folders))))
    stage.add(root, root / "inner")
    stage.folders.remove(root.as_uri())
    assert seen == [1, 2, 1]


# -- files below .kinos/ ----------------------------------------------------------------------------------------------

WRONG = "[tokens]\nwarm = 5\n"


@pytest.fixture
def config(root: Path) -> Path:
    (root / ".kinos").mkdir()
    return root / ".kinos" / "config.toml"


async def test_a_folder_that_has_left_is_kept_by_nobody(stage: Stage, root: Path) -> None:
    stage.add(root)
    await stage.quiet()
    gone = weakref.ref(stage.made[0].session)
    stage.folders.remove(root.as_uri())
    await stage.quiet()
    stage.made.clear()
    stage.editors.clear()
    stage.client.progresses.clear()
    gc.collect()
    assert gone() is None


async def test_a_settings_file_is_checked_as_it_is_opened_changed_saved_and_closed(
    stage: Stage, root: Path, config: Path
) -> None:
    config.write_text("")
    stage.add(root)
    await idle(stage.background)
    stage.open(config, WRONG)
    await stage.quiet()
    assert stage.client.shown(config.as_uri()) == ["unknown-setting"]
    stage.folders.did_change(config.as_uri(), [""], 2)
    await stage.quiet()
    assert stage.client.shown(config.as_uri()) == []
    config.write_text(WRONG)
    stage.folders.did_close(config.as_uri())
    await stage.quiet()
    assert stage.client.shown(config.as_uri()) == ["unknown-setting"]


async def test_a_prompt_that_is_saved_makes_its_agent_known_to_a_team_that_is_open(stage: Stage, root: Path) -> None:
    team, prompt = root / ".kinos/teams/mine.toml", root / ".kinos/prompts/ann.md"
    prompt.parent.mkdir(parents=True)
    stage.add(root)
    await idle(stage.background)
    stage.open(team, 'summary = "s"\n[[agents]]\nname = "ann"\n')
    await stage.quiet()
    assert stage.client.shown(team.as_uri()) == ["unknown-agent"]
    stage.open(prompt, '+++\nrole = "r"\n+++\nx')
    prompt.write_text('+++\nrole = "r"\n+++\nx')
    stage.folders.did_save(prompt.as_uri())
    await stage.quiet()
    assert stage.client.shown(team.as_uri()) == []


@pytest.mark.parametrize("named", [".kinos/config.toml", ".kinos"])
async def test_what_the_editor_says_has_changed_below_kinos_is_looked_at(
    stage: Stage, root: Path, config: Path, named: str
) -> None:
    stage.add(root)
    await idle(stage.background)
    config.write_text(WRONG)
    stage.folders.did_change_on_disk([(root / named).as_uri()])
    await stage.quiet()
    assert stage.client.shown(config.as_uri()) == ["unknown-setting"]


async def test_a_folder_that_leaves_takes_the_mistakes_of_its_files_along(
    stage: Stage, root: Path, config: Path
) -> None:
    config.write_text(WRONG)
    stage.add(root)
    await stage.quiet()
    assert stage.client.shown(config.as_uri()) == ["unknown-setting"]
    stage.folders.remove(root.as_uri())
    assert stage.client.shown(config.as_uri()) == []
