"""Which diagnostics a document has, and what is published when."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from kinos.domain.setting import Settings
from kinos.domain.size import Counted, Level, Limits, Size
from kinos.lsp.background import Background
from kinos.lsp.diagnostic import Diagnostics, Ruler, diagnostics, ruler
from kinos.tokens.document import Position, TextEdit
from kinos.tokens.position import Encoding
from lsp.stage import RecordingClient, StagedWorkspace, idle, workspace

RULE = ruler(Settings(), "claude-v4.8")
LONG = "word " * 30
"""Above the limit of 20 tokens that the folders here have."""


def one(
    tokens: int, text: str = "# Title\n", rule: Ruler = RULE, encoding: Encoding = Encoding.UTF16
) -> types.Diagnostic:
    """The one diagnostic of a document."""
    (found,) = diagnostics(Size(tokens), text, rule, encoding)
    return found


@pytest.mark.parametrize("tokens", [0, 1, 6000])
def test_a_document_within_the_limits_has_none(tokens: int) -> None:
    assert diagnostics(Size(tokens), "text", RULE, Encoding.UTF16) == []


@pytest.mark.parametrize(
    ("tokens", "code"),
    [(6001, "document-long"), (12000, "document-long"), (12001, "document-too-long"), (900_000, "document-too-long")],
)
def test_a_document_above_a_limit_has_one(tokens: int, code: str) -> None:
    assert (one(tokens).code, one(tokens).source) == (code, "kinos")


def test_a_document_without_a_size_has_none() -> None:
    assert diagnostics(None, "text", RULE, Encoding.UTF16) == []


def test_the_message_gives_tokens_limit_and_tokenizer() -> None:
    assert one(7100).message == "This document is long: 7100 tokens, above 6000 (claude-v4.8)."
    assert one(13540).message == "This document is too long: 13540 tokens, above 12000 (claude-v4.8)."


def test_a_size_that_is_not_confirmed_is_said_to_be_so() -> None:
    (found,) = diagnostics(Size(7100, Counted.UNCONFIRMED), "text", RULE, Encoding.UTF16)
    assert "unconfirmed" in found.message


@pytest.mark.parametrize(
    "comment", ["<!-- kinos: ignore-size -->", "<!--kinos:ignore-size-->", "<!--  kinos:  ignore-size  -->"]
)
def test_a_comment_suppresses_it(comment: str) -> None:
    assert diagnostics(Size(7100), f"# Title\n\n{comment}\n", RULE, Encoding.UTF16) == []


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("# Title\nmore", 7),
        ("# Title\r\nmore", 7),
        ("# Title\rmore", 7),
        ("# Title", 7),
        ("", 0),
        ("a\u2028b\x0cc\nd", 5),
    ],
)
def test_it_is_on_the_first_line(text: str, end: int) -> None:
    assert one(7100, text).range == types.Range(types.Position(0, 0), types.Position(0, end))


@pytest.mark.parametrize(("encoding", "end"), [(Encoding.UTF8, 7), (Encoding.UTF16, 5), (Encoding.UTF32, 4)])
def test_its_end_counts_what_was_negotiated(encoding: Encoding, end: int) -> None:
    assert one(7100, "# 🌊x\n", encoding=encoding).range.end.character == end


def test_severities_are_settings() -> None:
    rule = ruler(Settings(diagnostics_severity_long="hint", diagnostics_severity_too_long="information"), "t")
    assert one(7000, rule=rule).severity is types.DiagnosticSeverity.Hint
    assert one(13000, rule=rule).severity is types.DiagnosticSeverity.Information
    assert RULE.severities == {
        Level.LONG: types.DiagnosticSeverity.Warning,
        Level.TOO_LONG: types.DiagnosticSeverity.Error,
    }
    assert RULE.limits == Limits(6000, 12000)


# -- publishing -------------------------------------------------------------------------------------------------------


class Shown:
    """A folder with the diagnostics of its documents."""

    def __init__(self, root: Path, given: Mapping[str, Any], foreign: tuple[str, ...] = ()) -> None:
        self.root = root
        self.workspace: StagedWorkspace = workspace(root, {"tokens.warn": 20, "tokens.error": 500, **given}, True)
        self.session = self.workspace.session
        self.client = RecordingClient()
        self.background = Background()
        self.diagnostics = Diagnostics(
            root, self.session, self.client, self.background, lambda path: path, lambda path: path not in foreign
        )
        self.session.subscribe(self.diagnostics.on_event)

    def write(self, path: str, text: str) -> None:
        (self.root / path).write_text(text, encoding="utf-8")

    async def changed(self, *paths: str) -> None:
        """Files changed on the disk, and that was looked at."""
        await self.session.did_change_on_disk(paths)
        await self.quiet()

    async def quiet(self) -> None:
        """Until everything is published."""
        await idle(self.background)

    def codes(self, path: str) -> list[str | int | None]:
        return self.client.shown(path)

    @property
    def published(self) -> list[tuple[str, int | None, int]]:
        """Path, version and number of diagnostics."""
        return [(path, version, len(found)) for path, version, found in self.client.published]


@pytest.fixture
def shown(tmp_path: Path) -> Shown:
    return Shown(tmp_path, {})


def change(shown: Shown, path: str, text: str, version: int) -> None:
    shown.session.did_change(path, [text], version, Encoding.UTF16)


async def test_an_open_document_is_published_with_its_version(shown: Shown) -> None:
    shown.session.did_open("a.md", LONG, 4)
    await shown.quiet()
    assert shown.published == [("a.md", 4, 1)]


async def test_each_change_is_published_with_its_version(shown: Shown) -> None:
    shown.session.did_open("a.md", LONG, 1)
    await shown.quiet()
    shown.session.did_change("a.md", [TextEdit(Position(0, 0), Position(0, 0), "x ")], 2, Encoding.UTF16)
    await shown.quiet()
    assert shown.published == [("a.md", 1, 1), ("a.md", 2, 1)]


async def test_changes_in_the_queue_are_published_once_with_the_last_version(shown: Shown) -> None:
    shown.session.did_open("a.md", LONG, 1)
    for version in range(2, 50):
        change(shown, "a.md", LONG + "x " * version, version)
    await shown.quiet()
    assert shown.published == [("a.md", 49, 1)]


async def test_a_document_that_shrinks_loses_it_and_that_is_told_once(shown: Shown) -> None:
    shown.session.did_open("a.md", LONG, 1)
    await shown.quiet()
    for version in (2, 3):
        change(shown, "a.md", "short", version)
        await shown.quiet()
    assert shown.published == [("a.md", 1, 1), ("a.md", 2, 0)]


async def test_a_clean_document_is_answered_when_it_is_opened_and_never_again(shown: Shown) -> None:
    shown.session.did_open("a.md", "short", 1)
    await shown.quiet()
    change(shown, "a.md", "still short", 2)
    await shown.quiet()
    assert shown.published == [("a.md", 1, 0)]


async def test_a_document_that_is_opened_again_is_answered_again(shown: Shown) -> None:
    shown.write("a.md", "short")
    for version in (1, 7):
        shown.session.did_open("a.md", "short", version)
        await shown.quiet()
        await shown.session.did_close("a.md")
        await shown.quiet()
    assert shown.published == [("a.md", 1, 0), ("a.md", 7, 0)]


async def test_closed_documents_follow_the_scan_without_a_version(shown: Shown) -> None:
    shown.write("long.md", LONG)
    shown.write("too-long.md", LONG * 30)
    shown.write("short.md", "short")
    await shown.session.open()
    await shown.quiet()
    assert sorted(shown.published) == [("long.md", None, 1), ("too-long.md", None, 1)]
    assert shown.codes("too-long.md") == ["document-too-long"]


async def test_a_closed_document_that_shrinks_or_goes_loses_it(shown: Shown) -> None:
    for path in ("a.md", "b.md"):
        shown.write(path, LONG)
    await shown.session.open()
    await shown.quiet()
    shown.write("a.md", "short")
    (shown.root / "b.md").unlink()
    await shown.changed("a.md", "b.md")
    assert shown.published[2:] == [("a.md", None, 0), ("b.md", None, 0)]


async def test_a_closed_document_that_did_not_change_is_not_told_again(shown: Shown) -> None:
    shown.write("a.md", LONG)
    await shown.session.open()
    await shown.changed("a.md")
    assert shown.published == [("a.md", None, 1)]


async def test_closing_without_saving_brings_back_what_the_disk_says(shown: Shown) -> None:
    shown.write("a.md", "short")
    shown.session.did_open("a.md", LONG, 1)
    await shown.quiet()
    await shown.session.did_close("a.md")
    await shown.quiet()
    assert shown.published == [("a.md", 1, 1), ("a.md", None, 0)]


async def test_closing_a_document_that_was_never_saved_takes_it_away(shown: Shown) -> None:
    shown.session.did_open("new.md", LONG, 1)
    await shown.quiet()
    await shown.session.did_close("new.md")
    await shown.quiet()
    assert shown.codes("new.md") == []


async def test_the_comment_is_found_in_closed_documents_too(shown: Shown) -> None:
    shown.write("a.md", f"{LONG}\n<!-- kinos: ignore-size -->\n")
    await shown.session.open()
    await shown.quiet()
    assert shown.published == []


async def test_typing_the_comment_takes_it_away(shown: Shown) -> None:
    shown.session.did_open("a.md", LONG, 1)
    await shown.quiet()
    change(shown, "a.md", f"{LONG}\n<!-- kinos: ignore-size -->\n", 2)
    await shown.quiet()
    assert shown.published == [("a.md", 1, 1), ("a.md", 2, 0)]


async def test_a_file_that_is_no_document_is_never_published(shown: Shown) -> None:
    shown.session.did_open("a.py", LONG, 1)
    shown.session.did_open("map (readonly).md", LONG, 1)
    shown.session.did_open(".hidden/a.md", LONG, 1)
    await shown.quiet()
    assert shown.published == []


async def test_with_open_files_closed_ones_are_not_shown(tmp_path: Path) -> None:
    shown = Shown(tmp_path, {"diagnostics.mode": "openFiles"})
    shown.write("a.md", LONG)
    shown.write("b.md", LONG)
    await shown.session.open()
    shown.session.did_open("a.md", LONG, 1)
    await shown.quiet()
    await shown.session.did_close("a.md")
    await shown.quiet()
    assert shown.published == [("a.md", 1, 1), ("a.md", None, 0)]


async def test_with_off_nothing_is_shown(tmp_path: Path) -> None:
    shown = Shown(tmp_path, {"diagnostics.mode": "off"})
    shown.write("b.md", LONG)
    await shown.session.open()
    shown.session.did_open("a.md", LONG, 1)
    await shown.quiet()
    assert shown.published == []


async def test_a_document_that_another_folder_owns_is_not_shown(tmp_path: Path) -> None:
    shown = Shown(tmp_path, {}, foreign=("b.md",))
    shown.write("b.md", LONG)
    await shown.session.open()
    await shown.quiet()
    assert shown.published == []


async def test_a_folder_that_goes_shows_nothing_any_more(shown: Shown) -> None:
    shown.write("b.md", LONG)
    await shown.session.open()
    shown.session.did_open("a.md", LONG, 1)
    await shown.quiet()
    shown.diagnostics.clear()
    assert shown.codes("a.md") == shown.codes("b.md") == []


async def test_a_folder_that_has_gone_shows_nothing_that_is_counted_later(shown: Shown) -> None:
    shown.diagnostics.clear()
    shown.write("b.md", LONG)
    await shown.session.open()
    shown.session.did_open("a.md", LONG, 1)
    shown.diagnostics.touch_all()
    await shown.quiet()
    assert shown.published == []
