"""The phase's history on the disk: a line for each step, within bounds, whatever happened to the file meanwhile."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kinos.adapters import phase_history
from kinos.adapters.phase_history import PhaseHistory
from kinos.adapters.state_folder import WorkspaceState
from kinos.domain.errors import SetupError
from kinos.domain.phase import Phase
from kinos.domain.phase_history import PhasePoint

NOON = datetime(2026, 3, 21, 12, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "phases.jsonl"


def point(seconds: int, total: int, phase: Phase = Phase.EXPANSION) -> PhasePoint:
    return PhasePoint(NOON + timedelta(seconds=seconds), total, phase)


def test_only_what_changed_is_recorded_also_by_the_next_process(file: Path) -> None:
    PhaseHistory(file).record(point(0, 5))
    history = PhaseHistory(file)
    for each in (point(1, 5), point(2, 9), point(3, 9), point(4, 9, Phase.CONVERGENCE)):
        history.record(each)
    assert PhaseHistory(file).read() == [point(0, 5), point(2, 9), point(4, 9, Phase.CONVERGENCE)]


def test_lines_that_are_none_are_passed_over_and_swallow_none(file: Path) -> None:
    PhaseHistory(file).record(point(0, 5))
    with file.open("a", encoding="utf-8") as stream:
        stream.write(
            '[]\n{"total": 5}\n{"time": "2026-03-21", "total": 1, "phase": "EXPANSION", "pinned": false}\n{"time": "x'
        )
    PhaseHistory(file).record(point(1, 6))
    assert PhaseHistory(file).read() == [point(0, 5), point(1, 6)]


def test_a_long_history_becomes_shorter_and_keeps_its_ends(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phase_history, "LARGEST", 8000)
    monkeypatch.setattr(phase_history, "KEPT", 40)
    history = PhaseHistory(file)
    for second in range(500):
        history.record(point(second, 1000 + second))
    kept = PhaseHistory(file).read()
    assert file.stat().st_size <= 8000 + 200
    assert (kept[0], kept[-1]) == (point(0, 1000), point(499, 1499))
    assert list(file.parent.iterdir()) == [file]


def test_a_file_that_is_not_there_is_an_empty_history(file: Path) -> None:
    assert PhaseHistory(file).read() == []
    assert not file.exists()


def test_what_the_disk_refuses_is_said_with_what_to_do(tmp_path: Path) -> None:
    state = WorkspaceState(tmp_path, 0, 0)
    (tmp_path / ".kinos" / "state" / "phases.jsonl").mkdir(parents=True)
    with pytest.raises(SetupError, match="The phase cannot be recorded: Is a directory"):
        state.record_phase(point(0, 5))
