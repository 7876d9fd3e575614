"""The size diagnostics of a folder: what is published when."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from kinos.domain.bulk import Bulk
from kinos.lsp.background import Background
from kinos.lsp.diagnostic import Form
from kinos.lsp.size_report import SizeReport
from kinos.tokens.document import Position, TextEdit
from kinos.tokens.position import Encoding
from lsp.stage import RecordingClient, StagedWorkspace, idle, workspace

LONG = "word " * 30
"""Above the limit of 20 tokens that the folders here have."""


class Shown:
    """A folder with the diagnostics of its documents."""

    def __init__(
        self, root: Path, given: Mapping[str, Any], foreign: tuple[str, ...] = (), form: Form | None = None
    ) -> None:
        self.root = root
        self.workspace: StagedWorkspace = workspace(root, {"tokens.warn": 20, "tokens.error": 500, **given}, True)
        self.session = self.workspace.session
        self.client = RecordingClient()
        self.background = Background()
        self.diagnostics = SizeReport(
            root, self.session, self.client, self.background, form or Form(), "file:///docs", lambda path: path,
            lambda path: path not in foreign,
        )  # fmt: skip
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


# -- where it is too large --------------------------------------------------------------------------------------------

SECTIONS = "# Title\n\n" + "".join(f"## Part {number}\n\n{'word ' * 9}\n\n" for number in range(1, 6))
RELATED = Form(related=True)


def places(shown: Shown, path: str) -> list[tuple[int, str]]:
    """Line and message of what belongs to the one diagnostic that is shown."""
    (diagnostic,) = [found for name, _, found in shown.client.published if name == path][-1]
    related = diagnostic.related_information or ()
    return [(each.location.range.start.line, each.message.split("has")[0].strip()) for each in related]


CROSSED = "With this line it"


def part(number: int, line: int) -> tuple[int, str]:
    return line, f"The section “Part {number}”"


async def test_an_open_document_shows_at_once_and_then_where_it_is_too_large(tmp_path: Path) -> None:
    shown = Shown(tmp_path, {}, form=RELATED)
    shown.session.did_open("a.md", SECTIONS, 1)
    await shown.quiet()
    assert shown.published == [("a.md", 1, 1), ("a.md", 1, 1)]
    assert shown.client.published[0][2][0].related_information == []
    assert places(shown, "a.md") == [(4, CROSSED), part(1, 2), part(2, 6), part(3, 10)]


async def test_a_closed_document_shows_where_it_is_too_large(tmp_path: Path) -> None:
    shown = Shown(tmp_path, {}, form=RELATED)
    shown.write("a.md", SECTIONS)
    await shown.session.open()
    await shown.quiet()
    assert shown.published == [("a.md", None, 1), ("a.md", None, 1)]
    assert places(shown, "a.md")[0] == (4, CROSSED)


async def test_places_move_with_what_is_typed_before_they_are_worked_out_anew(tmp_path: Path) -> None:
    shown = Shown(tmp_path, {}, form=RELATED)
    shown.session.did_open("a.md", SECTIONS, 1)
    await shown.quiet()
    new = TextEdit(Position(0, 0), Position(0, 0), "one\ntwo\n\n")
    gone = TextEdit(Position(13, 0), Position(13, 0), "x")  # the heading of part 3, moved by three lines
    shown.session.did_change("a.md", [new, gone], 2, Encoding.UTF16)
    await asyncio.sleep(0)
    assert shown.published[-1] == ("a.md", 2, 1)
    assert places(shown, "a.md") == [(7, CROSSED), part(1, 5), part(2, 9)]
    await shown.quiet()
    assert places(shown, "a.md") == [(7, CROSSED), part(2, 9), part(1, 5), part(4, 17)]


async def test_while_somebody_types_nothing_is_worked_out(tmp_path: Path) -> None:
    shown = Shown(tmp_path, {}, form=RELATED)
    shown.session.did_open("a.md", SECTIONS, 1)
    await shown.quiet()
    asked: list[str] = []
    find = shown.session.sizes.bulk

    async def counted(text: str, limit: int) -> Bulk | None:
        asked.append(text)
        return await find(text, limit)

    shown.diagnostics._bulks._find = counted
    for version in range(2, 40):
        shown.session.did_change("a.md", [TextEdit(Position(4, 0), Position(4, 0), "x ")], version, Encoding.UTF16)
        await asyncio.sleep(0)
    await shown.quiet()
    assert asked == [shown.session.buffers.get("a.md").text.text]  # type: ignore[union-attr]
    assert shown.published[-1] == ("a.md", 39, 1)


async def test_a_client_that_shows_no_related_places_costs_no_work(shown: Shown) -> None:
    shown.session.did_open("a.md", SECTIONS, 1)
    await shown.quiet()
    assert shown.published == [("a.md", 1, 1)]
    assert "a.md" not in shown.diagnostics._bulks


async def test_where_it_is_too_large_may_stay_unknown(tmp_path: Path) -> None:
    shown = Shown(tmp_path, {}, form=RELATED)

    async def nothing(text: str, limit: int) -> Bulk | None:
        return None

    shown.diagnostics._bulks._find = nothing
    shown.session.did_open("a.md", SECTIONS, 1)
    await shown.quiet()
    assert shown.published == [("a.md", 1, 1)]


async def test_a_document_that_is_opened_while_its_file_is_read_is_told_by_its_own_text(shown: Shown) -> None:
    shown.write("a.md", LONG)
    await shown.session.open()
    shown.session.did_open("a.md", LONG + LONG, 1)
    await shown.quiet()
    assert shown.published == [("a.md", 1, 1)]


# -- what takes it away -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("opened", [True, False])
async def test_a_document_that_becomes_ignored_loses_it_and_has_it_again_once_it_is_not(
    shown: Shown, opened: bool
) -> None:
    shown.write("a.md", LONG)
    shown.write("b.md", LONG)
    await shown.session.open()
    if opened:
        shown.session.did_open("a.md", LONG, 1)
    await shown.quiet()
    shown.write(".gitignore", "a.md\n")
    await shown.changed(".gitignore")
    assert shown.codes("a.md") == []
    assert shown.session.picture()["documents"]["count"] == 1
    if opened:
        change(shown, "a.md", LONG + "more", 2)
        await shown.quiet()
        assert shown.codes("a.md") == []
    (shown.root / ".gitignore").unlink()
    await shown.changed(".gitignore")
    assert shown.codes("a.md") == ["document-long"]
    assert shown.session.picture()["documents"]["count"] == 2


@pytest.mark.parametrize("opened", [True, False])
async def test_a_document_that_a_setting_excludes_loses_it(shown: Shown, opened: bool) -> None:
    shown.write("a.md", LONG)
    await shown.session.open()
    if opened:
        shown.session.did_open("a.md", LONG, 1)
    await shown.quiet()
    settings = shown.session.settings
    await shown.session.configure(replace(settings, documents_exclude=("a.*",)))
    await shown.quiet()
    assert shown.codes("a.md") == []
    await shown.session.configure(settings)
    await shown.quiet()
    assert shown.codes("a.md") == ["document-long"]


@pytest.mark.parametrize("opened", [True, False])
async def test_limits_severities_and_mode_hold_at_once_when_they_change(shown: Shown, opened: bool) -> None:
    shown.write("a.md", LONG)
    await shown.session.open()
    if opened:
        shown.session.did_open("a.md", LONG, 1)
    await shown.quiet()
    settings = shown.session.settings
    for changed, codes in (
        ({"tokens_warn": 400}, []),
        ({"tokens_error": 25}, ["document-too-long"]),
        ({"diagnostics_mode": "off"}, []),
        ({"diagnostics_mode": "openFiles"}, ["document-long"] if opened else []),
        ({}, ["document-long"]),
    ):
        given: dict[str, Any] = changed
        await shown.session.configure(replace(settings, **given))
        await shown.quiet()
        assert shown.codes("a.md") == codes
    await shown.session.configure(replace(settings, diagnostics_severity_long="hint"))
    await shown.quiet()
    assert shown.client.published[-1][2][0].severity is types.DiagnosticSeverity.Hint


async def test_a_document_that_the_disk_no_longer_has_keeps_it_while_it_is_open(shown: Shown) -> None:
    shown.write("a.md", LONG)
    await shown.session.open()
    shown.session.did_open("a.md", LONG, 1)
    await shown.quiet()
    (shown.root / "a.md").unlink()
    await shown.changed("a.md")
    await shown.session.look()
    await shown.quiet()
    assert shown.codes("a.md") == ["document-long"]
    await shown.session.did_close("a.md")
    await shown.quiet()
    assert shown.codes("a.md") == []


async def test_a_document_renamed_on_the_disk_takes_it_along(shown: Shown) -> None:
    shown.write("a.md", LONG)
    await shown.session.open()
    await shown.quiet()
    (shown.root / "a.md").rename(shown.root / "b.md")
    await shown.changed("a.md", "b.md")
    assert (shown.codes("a.md"), shown.codes("b.md")) == ([], ["document-long"])


async def test_a_document_renamed_by_the_editor_takes_it_along(shown: Shown) -> None:
    shown.write("a.md", LONG)
    await shown.session.open()
    shown.session.did_open("a.md", LONG, 1)
    await shown.quiet()
    (shown.root / "a.md").rename(shown.root / "b.md")
    closing = asyncio.create_task(shown.session.did_close("a.md"))
    shown.session.did_open("b.md", LONG, 1)
    await closing
    await shown.quiet()
    assert (shown.codes("a.md"), shown.codes("b.md")) == ([], ["document-long"])


async def test_a_folder_that_is_ignored_takes_all_of_its_documents_away(shown: Shown) -> None:
    (shown.root / "docs").mkdir()
    shown.write("docs/a.md", LONG)
    shown.write("docs/b.md", LONG)
    await shown.session.open()
    await shown.quiet()
    shown.write(".kinosignore", "docs/\n")
    await shown.changed(".kinosignore")
    assert shown.codes("docs/a.md") == shown.codes("docs/b.md") == []
