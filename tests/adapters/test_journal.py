"""The journal on disk: what was recorded is read again, whoever wrote it and however it ended."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kinos.adapters.journal import FileJournal
from kinos.domain.change import Change, ChangeState, FileChange, digest
from kinos.domain.errors import LandingError
from kinos.domain.usage import Usage
from kinos.engine.ports import Intent

CHANGE = Change(
    "c1", "y1", "s1", "ann", "Tïtle", "why\nand why", (FileChange("a.md", "x", None, "y", "z"),),
    datetime(2026, 3, 21, 15, 30, tzinfo=UTC), ChangeState.PROPOSED, "because", Usage(1, 2, 3, 4, 5), 0.25, rehearsal=True,
)  # fmt: skip
INTENTS = [Intent("a.md", "x", None, buffer=False), Intent("b.md", None, "y", buffer=True)]


@pytest.fixture
def journal(tmp_path: Path) -> FileJournal:
    return FileJournal(tmp_path)


def test_a_change_comes_back_as_it_was_in_its_last_state(journal: FileJournal, tmp_path: Path) -> None:
    journal.record(CHANGE)
    assert journal.changes() == [CHANGE]
    rejected = CHANGE.to(ChangeState.REJECTED, "no")
    journal.record(rejected)
    assert journal.changes() == FileJournal(tmp_path).changes() == [rejected]


def test_changes_stay_in_the_order_in_which_they_were_made(journal: FileJournal) -> None:
    for number in (1, 2, 3):
        journal.record(replace(CHANGE, id=f"c{number}"))
    journal.record(replace(CHANGE, id="c1").to(ChangeState.ACCEPTED))
    assert [change.id for change in journal.changes()] == ["c1", "c2", "c3"]


def test_an_empty_journal_holds_nothing_and_makes_no_file(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "nowhere")
    assert journal.changes() == []
    assert journal.pending() == {}
    assert journal.image("0" * 64) is None
    assert not (tmp_path / "nowhere").exists()


def test_intents_stand_until_they_are_settled(journal: FileJournal, tmp_path: Path) -> None:
    journal.intend("c1", INTENTS)
    journal.intend("c2", INTENTS[:1])
    assert FileJournal(tmp_path).pending() == {"c1": INTENTS, "c2": INTENTS[:1]}
    journal.settle("c1", None)
    assert FileJournal(tmp_path).pending() == {"c2": INTENTS[:1]}
    assert journal.changes() == []


def test_a_settlement_says_at_one_stroke_what_the_change_is_now(journal: FileJournal, tmp_path: Path) -> None:
    journal.record(CHANGE)
    journal.intend("c1", INTENTS)
    landed = CHANGE.to(ChangeState.ACCEPTED).to(ChangeState.LANDED)
    journal.settle("c1", landed)
    other = FileJournal(tmp_path)
    assert other.pending() == {}
    assert other.changes() == [landed]


@pytest.mark.parametrize("cut", [1, 10, 100])
def test_a_last_line_that_was_cut_off_is_passed_over_and_swallows_nothing(tmp_path: Path, cut: int) -> None:
    journal, file = FileJournal(tmp_path), tmp_path / "journal.jsonl"
    journal.record(CHANGE)
    whole = file.stat().st_size
    journal.record(CHANGE.to(ChangeState.ACCEPTED))
    with file.open("r+b") as stream:
        stream.truncate(file.stat().st_size - cut)
    assert FileJournal(tmp_path).changes() == [CHANGE]
    assert file.stat().st_size > whole
    after = FileJournal(tmp_path)
    after.record(replace(CHANGE, id="c2"))
    after.record(replace(CHANGE, id="c3"))
    assert [change.id for change in after.changes()] == ["c1", "c2", "c3"]
    assert after.changes() == FileJournal(tmp_path).changes()


@pytest.mark.parametrize(
    "line", [b"", b"[]", b"7", b'"x"', b"{}", b'{"type": "change", "id": "c9"}', b"\xff\xfe", b"{"]
)
def test_a_line_that_says_nothing_is_passed_over(tmp_path: Path, line: bytes) -> None:
    journal = FileJournal(tmp_path)
    journal.record(CHANGE)
    with (tmp_path / "journal.jsonl").open("ab") as stream:
        stream.write(line + b"\n")
    journal.record(replace(CHANGE, id="c2"))
    assert [change.id for change in FileJournal(tmp_path).changes()] == ["c1", "c2"]


def test_what_another_process_appends_is_followed(tmp_path: Path) -> None:
    here, there = FileJournal(tmp_path), FileJournal(tmp_path)
    here.record(CHANGE)
    assert there.changes() == [CHANGE]
    there.record(CHANGE.to(ChangeState.ACCEPTED))
    there.intend("c1", INTENTS)
    assert here.changes()[0].state is ChangeState.ACCEPTED
    assert here.pending() == {"c1": INTENTS}


def test_a_line_half_written_by_another_process_is_read_once_it_is_whole(tmp_path: Path) -> None:
    here, there = FileJournal(tmp_path), FileJournal(tmp_path)
    here.record(CHANGE)
    content = (tmp_path / "journal.jsonl").read_bytes()
    (tmp_path / "journal.jsonl").write_bytes(content[:50])
    assert there.changes() == []
    (tmp_path / "journal.jsonl").write_bytes(content)
    assert there.changes() == [CHANGE]


def test_a_journal_that_was_removed_is_forgotten(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path)
    journal.record(CHANGE)
    journal.record(replace(CHANGE, id="c2"))
    journal.intend("c2", INTENTS)
    assert len(journal.changes()) == 2
    (tmp_path / "journal.jsonl").unlink()
    assert len(journal.changes()) == 2
    FileJournal(tmp_path).record(replace(CHANGE, id="c3"))
    assert [change.id for change in journal.changes()] == ["c3"]
    assert journal.pending() == {}


def test_images_are_kept_by_content_and_once(journal: FileJournal, tmp_path: Path) -> None:
    name = journal.keep(b"\x00\xff\r\n")
    assert name == digest(b"\x00\xff\r\n")
    kept = tmp_path / "images" / name[:2] / name
    stamp = kept.stat().st_mtime_ns
    assert journal.keep(b"\x00\xff\r\n") == name
    assert kept.stat().st_mtime_ns == stamp
    assert journal.image(name) == b"\x00\xff\r\n"
    assert [file.name for file in kept.parent.iterdir()] == [name]


def test_names_and_texts_that_are_not_utf_8_come_back(journal: FileJournal, tmp_path: Path) -> None:
    odd = replace(CHANGE, title="half \ud83d", files=(FileChange("\udcff.md", None, "x"),))
    journal.record(odd)
    assert FileJournal(tmp_path).changes() == [odd]


def test_a_disk_that_refuses_is_said_and_nothing_is_relied_on(tmp_path: Path) -> None:
    (tmp_path / "images").write_text("in the way", encoding="utf-8")
    (tmp_path / "journal.jsonl").mkdir()
    journal = FileJournal(tmp_path)
    with pytest.raises(LandingError, match="journal cannot be written"):
        journal.keep(b"x")
    with pytest.raises(LandingError, match="journal cannot be written"):
        journal.record(CHANGE)
