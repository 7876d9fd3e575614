"""How sizes went: a line for each step, whatever happened to the file meanwhile."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kinos.adapters import size_history
from kinos.adapters.size_history import SizeHistory

NOON = datetime(2026, 3, 21, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 21, 13, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sizes.jsonl"


def test_only_what_changed_is_recorded_also_by_the_next_process(file: Path) -> None:
    SizeHistory(file).record(NOON, {"a.md": 5, "b.md": 7})
    history = SizeHistory(file)
    history.record(LATER, {"a.md": 5, "b.md": 9, "c.md": 1})
    history.record(LATER, {"a.md": 5, "b.md": 9, "c.md": 1})
    noon, later = NOON.isoformat(), LATER.isoformat()
    assert SizeHistory(file).read() == {
        "a.md": [(noon, 5)],
        "b.md": [(noon, 7), (later, 9)],
        "c.md": [(later, 1)],
    }


def test_a_document_that_went_and_came_back_shows_it(file: Path) -> None:
    history = SizeHistory(file)
    for sizes in ({"a.md": 5}, {}, {}, {"a.md": 5}):
        history.record(NOON, sizes)
    assert [tokens for _, tokens in history.read()["a.md"]] == [5, None, 5]


def test_lines_that_are_none_are_passed_over(file: Path) -> None:
    SizeHistory(file).record(NOON, {"a.md": 5})
    with file.open("a", encoding="utf-8") as stream:
        stream.write('[]\n{"path": "b.md"}\nno json\n{"time": "x", "path": "a.md", "tok')
    assert list(SizeHistory(file).read()) == ["a.md"]
    SizeHistory(file).record(LATER, {"a.md": 6})
    assert [tokens for _, tokens in SizeHistory(file).read()["a.md"]] == [5, 6]


def test_a_name_that_is_no_text_is_recorded_too(file: Path) -> None:
    SizeHistory(file).record(NOON, {"bad\udcff.md": 5})
    assert list(SizeHistory(file).read()) == ["bad\udcff.md"]


def test_a_long_history_is_shortened_to_the_latest_sizes(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size_history, "LARGEST", 5000)
    history = SizeHistory(file)
    for tokens in range(100):
        history.record(NOON, {"a.md": tokens, "still.md": 1})
    kept = SizeHistory(file).read()
    assert kept["a.md"][-1][1] == 99
    assert len(kept["a.md"]) < 100
    assert len(kept["still.md"]) == 1


def test_without_a_file_there_is_no_history(file: Path) -> None:
    assert SizeHistory(file).read() == {}
