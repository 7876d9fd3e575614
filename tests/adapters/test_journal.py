"""The journal on disk: what was recorded is read again, whoever wrote it and however it ended."""

import errno
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kinos.adapters.journal import FileJournal
from kinos.adapters.whole_file import HALF
from kinos.domain.change import Change, ChangeState, FileChange, digest
from kinos.domain.errors import LandingError
from kinos.domain.figure import CycleRecord
from kinos.domain.secret import HIDDEN, redaction
from kinos.domain.usage import Usage
from kinos.engine.ports import Begun, Intent

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
    journal.intend("c1", Begun(INTENTS))
    journal.intend("c2", Begun(INTENTS[:1]))
    assert FileJournal(tmp_path).pending() == {"c1": Begun(INTENTS), "c2": Begun(INTENTS[:1])}
    journal.settle("c1", None)
    assert FileJournal(tmp_path).pending() == {"c2": Begun(INTENTS[:1])}
    assert journal.changes() == []


def test_an_intent_says_what_the_change_is_once_it_is_carried_out(journal: FileJournal, tmp_path: Path) -> None:
    landed = CHANGE.to(ChangeState.ACCEPTED).to(ChangeState.LANDED)
    journal.intend("c1", Begun(INTENTS, landed))
    assert FileJournal(tmp_path).pending() == {"c1": Begun(INTENTS, landed)}
    assert journal.changes() == []


def test_a_settlement_says_at_one_stroke_what_the_change_is_now(journal: FileJournal, tmp_path: Path) -> None:
    journal.record(CHANGE)
    journal.intend("c1", Begun(INTENTS))
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
    there.intend("c1", Begun(INTENTS))
    assert here.changes()[0].state is ChangeState.ACCEPTED
    assert here.pending() == {"c1": Begun(INTENTS)}


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
    journal.intend("c2", Begun(INTENTS))
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
    file = kept.stat().st_ino
    assert journal.keep(b"\x00\xff\r\n") == name
    assert kept.stat().st_ino == file
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


def kept_change(journal: FileJournal, state: ChangeState, made: datetime, text: bytes) -> Change:
    """A change in `state` with an image of its own."""
    name = journal.keep(text)
    kept = replace(CHANGE, id=text.decode(), files=(FileChange("a.md", None, name),), made=made, state=state)
    journal.record(kept)
    return kept


@pytest.mark.parametrize("cut", [b"", b'{"type": "cha'])
def test_a_record_that_could_not_be_flushed_is_not_read_later(
    cut: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = FileJournal(tmp_path)
    journal.record(CHANGE)
    with (tmp_path / "journal.jsonl").open("ab") as stream:
        stream.write(cut)

    def refuse(handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        with pytest.raises(LandingError, match="Input/output error"):
            journal.record(CHANGE.to(ChangeState.REJECTED))
    journal.record(replace(CHANGE, id="c2"))
    assert journal.changes() == FileJournal(tmp_path).changes() == [CHANGE, replace(CHANGE, id="c2")]


def test_images_of_changes_that_still_have_to_land_are_never_pruned(journal: FileJournal) -> None:
    old, now = datetime(2020, 1, 1, tzinfo=UTC), datetime.now(UTC) + timedelta(hours=1)
    kept_change(journal, ChangeState.PROPOSED, old, b"waiting")
    kept_change(journal, ChangeState.LANDED, old, b"landed")
    journal.intend("c9", Begun([Intent("b.md", journal.keep(b"found"), journal.keep(b"left"), buffer=False)]))
    assert journal.prune(now, 0) == 1
    assert [journal.image(digest(text)) for text in (b"waiting", b"landed", b"found", b"left")] == [
        b"waiting", None, b"found", b"left",
    ]  # fmt: skip


def test_a_young_change_keeps_its_images_until_the_bytes_are_too_many(journal: FileJournal) -> None:
    now = datetime.now(UTC) + timedelta(hours=1)
    kept_change(journal, ChangeState.UNDONE, now, b"younger")
    kept_change(journal, ChangeState.LANDED, now - timedelta(minutes=1), b"older")
    assert journal.prune(now - timedelta(minutes=2), 1000) == 0
    assert journal.prune(now - timedelta(minutes=2), 7) == 1
    assert journal.image(digest(b"younger")) == b"younger"


def test_an_image_is_as_young_as_the_youngest_change_that_needs_it(journal: FileJournal, tmp_path: Path) -> None:
    young = kept_change(journal, ChangeState.LANDED, datetime(2026, 3, 21, tzinfo=UTC), b"shared")
    journal.record(replace(young, id="older", made=datetime(2020, 1, 1, tzinfo=UTC)))
    image = tmp_path / "images" / digest(b"shared")[:2] / digest(b"shared")
    os.utime(image, (0, 0))
    assert journal.prune(datetime(2026, 3, 20, tzinfo=UTC), 1000) == 0
    assert journal.prune(datetime(2026, 3, 22, tzinfo=UTC), 1000) == 1


CYCLE = CycleRecord(
    "y1", "s1", "crew", "ann", datetime(2026, 3, 21, tzinfo=UTC), "failed", "overloaded", "söö", 1.5, Usage(1, 2, 3, 4, 5),
    None, False,
)  # fmt: skip


def test_finished_cycles_come_back_in_order_and_beside_the_changes(journal: FileJournal, tmp_path: Path) -> None:
    other = replace(CYCLE, cycle="y0")
    for each in (CYCLE, other):
        journal.finish(each)
    journal.record(CHANGE)
    assert journal.cycles() == FileJournal(tmp_path).cycles() == [CYCLE, other]
    assert journal.changes() == [CHANGE]


def test_keys_are_taken_out_of_words_and_out_of_nothing_else(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path, redaction(("swordfish",)))
    path = "sk-learn-introduction-to-machine-learning/swordfish.md"
    said = "swordfish and sk-ant-0123456789abcdef"
    file = FileChange(path, "x", None)
    change = replace(CHANGE, title=said, why=said, reason=said, files=(file,))
    journal.record(change)
    journal.settle("c1", change)
    journal.intend("c1", Begun([Intent(path, "x", None, buffer=False)]))
    journal.finish(replace(CYCLE, reason=said))
    (read,) = FileJournal(tmp_path).changes()
    hidden = f"{HIDDEN} and {HIDDEN}"
    assert (read.title, read.why, read.reason, read.files) == (hidden, hidden, hidden, (file,))
    assert journal.cycles()[0].reason == hidden
    text = (tmp_path / "journal.jsonl").read_text(encoding="utf-8")
    assert text.replace(path, "").count("swordfish") == text.count("0123456789abcdef") == 0


def history(journal: FileJournal, number: int) -> None:
    """`number` changes, each with all lines of its life; the last one is interrupted while it lands."""
    for each in range(number):
        change = replace(CHANGE, id=f"c{each}", title="x" * 200)
        journal.record(change)
        journal.intend(change.id, Begun(INTENTS))
        if each < number - 1:
            accepted = change.to(ChangeState.ACCEPTED)
            journal.record(accepted)
            journal.settle(change.id, accepted.to(ChangeState.LANDED))
        journal.finish(replace(CYCLE, cycle=f"y{each}"))


@pytest.fixture
def spare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few lines are worth a compaction."""
    monkeypatch.setattr("kinos.adapters.journal.SPARE", 1000)


@pytest.mark.usefixtures("spare")
def test_a_compacted_journal_says_the_same_in_fewer_lines(journal: FileJournal, tmp_path: Path) -> None:
    history(journal, 20)
    said = (journal.changes(), journal.cycles(), journal.pending())
    follower = FileJournal(tmp_path)
    assert follower.changes() == said[0]
    journal.compact()
    lines = (tmp_path / "journal.jsonl").read_bytes().count(b"\n")
    assert lines == 20 + 20 + 1
    for each in (journal, follower, FileJournal(tmp_path)):
        assert (each.changes(), each.cycles(), each.pending()) == said
    journal.record(replace(CHANGE, id="new"))
    assert follower.changes()[-1].id == "new"
    stamp = (tmp_path / "journal.jsonl").stat().st_ino
    journal.compact()
    assert (tmp_path / "journal.jsonl").stat().st_ino == stamp


def test_a_journal_of_which_little_would_go_is_left_alone(journal: FileJournal, tmp_path: Path) -> None:
    history(journal, 20)
    before = (tmp_path / "journal.jsonl").read_bytes()
    journal.compact()
    assert (tmp_path / "journal.jsonl").read_bytes() == before


@pytest.mark.usefixtures("spare")
@pytest.mark.parametrize("step", ["open", "fsync", "replace"])
def test_a_compaction_that_fails_leaves_the_journal_as_it_was(
    journal: FileJournal, tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    history(journal, 20)
    before = (tmp_path / "journal.jsonl").read_bytes()

    def refuse(*given: object, **more: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        if step == "open":
            (tmp_path / f"journal.jsonl{HALF}{os.getpid()}").mkdir()
        else:
            broken.setattr(os if step == "fsync" else Path, step, refuse)
        with pytest.raises(LandingError, match="cannot be compacted"):
            journal.compact()
    assert (tmp_path / "journal.jsonl").read_bytes() == before
    journal.record(replace(CHANGE, id="new"))
    assert journal.changes()[-1].id == FileJournal(tmp_path).changes()[-1].id == "new"


def test_another_file_with_the_name_is_read_from_its_beginning_though_it_is_longer(tmp_path: Path) -> None:
    reader = FileJournal(tmp_path / "a")
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    FileJournal(tmp_path / "a").record(CHANGE)
    assert [change.id for change in reader.changes()] == ["c1"]
    writer = FileJournal(tmp_path / "b")
    for identity in ("d1", "d2", "d3"):
        writer.record(replace(CHANGE, id=identity))
    (tmp_path / "b" / "journal.jsonl").replace(tmp_path / "a" / "journal.jsonl")
    assert [change.id for change in reader.changes()] == ["d1", "d2", "d3"]


def test_what_was_read_once_is_not_read_again(
    journal: FileJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history(journal, 50)
    reader, taken = FileJournal(tmp_path), []
    take = reader._take
    monkeypatch.setattr(reader, "_take", lambda line: (taken.append(line), take(line)))
    assert len(reader.changes()) == 50
    first = len(taken)
    journal.record(replace(CHANGE, id="new"))
    assert len(reader.changes()) == 51
    assert len(taken) == first + 1
