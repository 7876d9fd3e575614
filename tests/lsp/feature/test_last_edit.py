"""What an agent changed last in an open document, as it is told to an editor."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kinos.domain.change import Change, ChangeState, FileChange
from kinos.domain.errors import UsageError
from kinos.engine.trace import LARGEST
from kinos.lsp.feature.last_edit import answer
from lsp.stage import OneFolder


def landed(folder: Path, after: bytes, before: bytes = b"# One\n") -> OneFolder:
    """A change that landed in a.md."""
    stage = OneFolder(folder)
    journal = stage.session._journal
    was, made = journal.keep(before), journal.keep(after)
    file = FileChange("a.md", was, made, was, made)
    now = datetime(2026, 3, 21, tzinfo=UTC)
    journal.record(Change("c1", "y1", "s1", "ann", "Say more", "w", (file,), now, ChangeState.LANDED))
    stage.session._changes.restore()
    return stage


async def test_the_lines_come_with_the_change_and_the_version_they_are_in(tmp_path: Path) -> None:
    stage = landed(tmp_path, b"# One\r\nmore\r\nand more\r\n", before=b"# One\r\n")
    told = await answer(stage.folders, stage.open("a.md", "# One\nmore\nand more\n"))
    assert (told["version"], told["lines"]) == (1, [{"first": 1, "last": 2}])
    assert (told["change"]["agent"], told["change"]["title"]) == ("ann", "Say more")


async def test_where_nothing_of_it_is_left_none_is_told(tmp_path: Path) -> None:
    stage = landed(tmp_path, b"# One\nmore\n")
    assert await answer(stage.folders, stage.open("a.md", "# One\n")) == {"version": 1, "change": None, "lines": []}


async def test_no_lines_are_told_of_what_is_no_text_or_very_large(tmp_path: Path) -> None:
    stage = landed(tmp_path, b"# One\n\xff\n")
    assert (await answer(stage.folders, stage.open("a.md", "# One\n")))["lines"] == []
    large = "x" * LARGEST + "\n"
    stage = landed(tmp_path, f"# One\n{large}".encode())
    assert (await answer(stage.folders, stage.open("a.md", f"# One\n{large}")))["lines"] == []


async def test_a_document_that_is_not_open_is_said(tmp_path: Path) -> None:
    stage = landed(tmp_path, b"# One\nmore\n")
    with pytest.raises(UsageError, match=r"a\.md is not open\. Open it first\."):
        await answer(stage.folders, stage.uri("a.md"))
