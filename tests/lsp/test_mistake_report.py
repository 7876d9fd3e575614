"""What is wrong with team, prompt and settings files, told as they are edited."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from kinos.domain.mistake import Code, Mistake
from kinos.lsp import mistake_report as module
from kinos.lsp.background import Background
from kinos.lsp.diagnostic import Form
from kinos.lsp.mistake_report import MistakeReport, mistake_diagnostics
from kinos.tokens.document import OpenText
from kinos.tokens.position import Encoding
from lsp.stage import RecordingClient, idle, workspace

TEAM, PROMPT, CONFIG = ".kinos/teams/mine.toml", ".kinos/prompts/ann.md", ".kinos/config.toml"
OLD = "teams/old/config.json"
GOOD = {
    TEAM: 'summary = "s"\n\n[[agents]]\nname = "management"\n',
    PROMPT: '+++\nrole = "r"\n+++\nDo it.\n',
    CONFIG: "[tokens]\nwarn = 5000\n",
    OLD: '{"id": "old", "agents": ["management"]}',
}
BAD = {
    TEAM: 'summary = "s"\n\n[[agents]]\nname = "managment"\n',
    PROMPT: "+++\nrole = 3\n+++\nDo it.\n",
    CONFIG: "[tokens]\nwarn = -1\n",
    OLD: '{"id": "old", "agents": ["management", "managment"]}',
}
CODES = {TEAM: ["unknown-agent"], PROMPT: ["wrong-value"], CONFIG: ["wrong-value"], OLD: ["legacy-team"]}


class Edited:
    """A folder whose files below `.kinos/` are edited."""

    def __init__(self, root: Path, given: dict[str, Any] | None = None, form: Form | None = None) -> None:
        self.root = root
        self.session = workspace(root, given or {}, True).session
        self.client = RecordingClient()
        self.background = Background()
        self.report = MistakeReport(
            self.session, self.client, self.background, form or Form(), "file:///docs", lambda path: path
        )

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")

    def open(self, path: str, text: str) -> None:
        self.session.did_open(path, text, 1)
        self.report.touch(path)

    def change(self, path: str, text: str, version: int) -> None:
        self.session.did_change(path, [text], version, Encoding.UTF16)
        self.report.touch(path)

    async def close(self, path: str) -> None:
        await self.session.did_close(path)
        self.report.look([path])
        await self.quiet()

    async def look(self) -> None:
        self.report.look()
        await self.quiet()

    async def quiet(self) -> None:
        await idle(self.background)
        await asyncio.sleep(0)

    @property
    def published(self) -> list[tuple[str, int | None, int]]:
        return [(path, version, len(found)) for path, version, found in self.client.published]


@pytest.fixture
def edited(tmp_path: Path) -> Edited:
    return Edited(tmp_path)


def test_a_mistake_is_on_its_line_and_one_about_the_whole_on_the_first() -> None:
    text = OpenText("one\ntwo 🌊\n", 1)
    mistakes = [Mistake(Code.UNKNOWN_KEY, "unknown key 'x'", 2), Mistake(Code.MISSING_KEY, "role is missing")]
    first, second = mistake_diagnostics(text, mistakes, Form(Encoding.UTF8, linked=True), "file:///docs")
    assert first == types.Diagnostic(
        range=types.Range(types.Position(1, 0), types.Position(1, 8)),
        message="Unknown key 'x'",
        severity=types.DiagnosticSeverity.Error,
        code="unknown-key",
        code_description=types.CodeDescription("file:///docs/mistakes.md#unknown-key"),
        source="kinos",
    )
    assert second.range == types.Range(types.Position(0, 0), types.Position(0, 3))


def test_a_line_that_is_no_longer_there_is_the_last_one() -> None:
    (found,) = mistake_diagnostics(OpenText("a\nb", 1), [Mistake(Code.SYNTAX, "x", 9)], Form(), "")
    assert found.range.start.line == 1


def test_a_message_that_quotes_a_long_value_is_cut() -> None:
    (found,) = mistake_diagnostics(OpenText("a", 1), [Mistake(Code.SYNTAX, "x" * 5000)], Form(), "")
    assert found.message == "X" + "x" * 498 + "…"


def test_with_a_mild_mistake_the_rest_of_the_file_is_taken_so_it_is_a_warning() -> None:
    (found,) = mistake_diagnostics(OpenText("a", 1), [Mistake(Code.UNKNOWN_AGENT, "x")], Form(), "")
    assert (found.severity, found.code_description) == (types.DiagnosticSeverity.Warning, None)


@pytest.mark.parametrize("path", list(GOOD))
async def test_an_open_file_is_told_at_each_change_before_it_is_saved(edited: Edited, path: str) -> None:
    edited.write(path, GOOD[path])
    edited.open(path, GOOD[path])
    await edited.quiet()
    assert edited.published == []
    edited.change(path, BAD[path], 2)
    await edited.quiet()
    assert edited.published == [(path, 2, 1)]
    assert edited.client.shown(path) == CODES[path]
    edited.change(path, GOOD[path], 3)
    await edited.quiet()
    assert edited.published == [(path, 2, 1), (path, 3, 0)]


@pytest.mark.parametrize("path", list(GOOD))
async def test_closing_without_saving_takes_it_away_when_the_file_is_fine(edited: Edited, path: str) -> None:
    edited.write(path, GOOD[path])
    edited.open(path, BAD[path])
    await edited.quiet()
    await edited.close(path)
    assert edited.published == [(path, 1, 1), (path, None, 0)]


@pytest.mark.parametrize("path", list(GOOD))
async def test_a_file_that_was_saved_with_it_keeps_it_when_it_is_closed(edited: Edited, path: str) -> None:
    edited.write(path, BAD[path])
    edited.open(path, BAD[path])
    await edited.quiet()
    await edited.close(path)
    assert edited.published == [(path, 1, 1)]


async def test_closing_a_file_that_was_never_saved_takes_it_away(edited: Edited) -> None:
    edited.open(TEAM, BAD[TEAM])
    await edited.quiet()
    await edited.close(TEAM)
    assert edited.client.shown(TEAM) == []


async def test_closed_files_are_told_too_until_they_are_mended_or_go(edited: Edited) -> None:
    for path, text in BAD.items():
        edited.write(path, text)
    await edited.look()
    assert sorted(edited.published) == [(path, None, 1) for path in sorted(BAD)]
    edited.write(TEAM, GOOD[TEAM])
    (edited.root / PROMPT).unlink()
    await edited.look()
    assert edited.published[len(BAD) :] == [(PROMPT, None, 0), (TEAM, None, 0)]


async def test_what_changes_on_the_disk_is_found_though_nobody_says_so(
    edited: Edited, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EVERY", 0.01)
    edited.write(TEAM, BAD[TEAM])
    edited.report.follow()
    await edited.client.until(lambda: edited.client.shown(TEAM))
    edited.write(TEAM, GOOD[TEAM] + "# longer\n")
    await edited.client.until(lambda: not edited.client.shown(TEAM))
    edited.report.stop()
    await edited.quiet()


async def test_a_renamed_file_takes_its_mistakes_along(edited: Edited) -> None:
    edited.write(PROMPT, BAD[PROMPT])
    await edited.look()
    (edited.root / PROMPT).rename(edited.root / ".kinos/prompts/bob.md")
    await edited.look()
    assert edited.client.shown(PROMPT) == []
    assert edited.client.shown(".kinos/prompts/bob.md") == ["wrong-value"]


async def test_an_agent_is_known_once_its_prompt_is_saved_and_the_open_team_says_so(edited: Edited) -> None:
    team = GOOD[TEAM].replace("management", "ann")
    edited.open(TEAM, team)
    await edited.quiet()
    assert edited.client.shown(TEAM) == ["unknown-agent"]
    edited.write(PROMPT, GOOD[PROMPT])
    edited.report.look([PROMPT])
    await edited.quiet()
    assert edited.published == [(TEAM, 1, 1), (TEAM, 1, 0)]
    (edited.root / PROMPT).unlink()
    edited.report.look([PROMPT])
    await edited.quiet()
    assert edited.client.shown(TEAM) == ["unknown-agent"]


async def test_a_team_of_2024_stays_ours_while_it_is_broken_and_follows_the_prompts_beside(edited: Edited) -> None:
    edited.write(OLD, GOOD[OLD])
    edited.open(OLD, GOOD[OLD])
    edited.change(OLD, GOOD[OLD][:-1], 2)
    await edited.quiet()
    assert edited.client.shown(OLD) == ["no-team"]
    edited.change(OLD, GOOD[OLD].replace("management", "scribe"), 3)
    await edited.quiet()
    assert edited.client.shown(OLD) == ["no-team"]
    edited.write("teams/old/scribe.md", "Write.")
    await edited.look()
    assert edited.client.shown(OLD) == []


async def test_a_file_that_cannot_be_read_is_told(edited: Edited) -> None:
    edited.write(TEAM, "")
    (edited.root / TEAM).write_bytes(b"\xff\xfe")
    (edited.root / ".kinos/teams/folder.toml").mkdir()
    await edited.look()
    assert edited.client.shown(TEAM) == ["unreadable"]
    assert edited.client.shown(".kinos/teams/folder.toml") == ["unreadable"]


async def test_other_files_are_none_of_it(edited: Edited) -> None:
    for path in (
        "teams/mine.toml",
        "teams/config.json",
        "teams/other/config.json",
        "teams/other/settings.json",
        ".kinos/notes.toml",
        ".kinos/teams/deep/x.toml",
        ".kinos/state/config.toml",
        "a.md",
    ):
        edited.write(path, "= 3")
        edited.open(path, "= 3")
    await edited.look()
    assert edited.published == []


@pytest.mark.parametrize(("mode", "told"), [("off", []), ("openFiles", [(TEAM, 1, 1)])])
async def test_the_mode_says_where_they_are_told(tmp_path: Path, mode: str, told: list[Any]) -> None:
    edited = Edited(tmp_path, {"diagnostics.mode": mode})
    edited.write(PROMPT, BAD[PROMPT])
    edited.open(TEAM, BAD[TEAM])
    await edited.quiet()
    await edited.look()
    assert edited.published == told


async def test_a_folder_that_goes_shows_nothing_any_more(edited: Edited) -> None:
    edited.write(PROMPT, BAD[PROMPT])
    edited.open(TEAM, BAD[TEAM])
    await edited.look()
    edited.report.clear()
    assert edited.client.shown(TEAM) == edited.client.shown(PROMPT) == []
    edited.change(TEAM, BAD[TEAM] + "\n", 2)
    await edited.look()
    assert edited.client.shown(TEAM) == []


@pytest.mark.parametrize("opened", [True, False])
async def test_the_mode_holds_at_once_when_it_changes(edited: Edited, opened: bool) -> None:
    edited.session.subscribe(edited.report.on_event)
    edited.write(CONFIG, BAD[CONFIG])
    if opened:
        edited.open(CONFIG, BAD[CONFIG])
    await edited.look()
    settings = edited.session.settings
    for mode, told in (("off", False), ("openFiles", opened), ("workspace", True)):
        await edited.session.configure(replace(settings, diagnostics_mode=mode))
        await edited.quiet()
        assert bool(edited.client.shown(CONFIG)) is told
