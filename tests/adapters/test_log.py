"""The engine's log: a line an event, by level, and nothing where nothing was kept yet."""

from pathlib import Path

import pytest

from fakes.clock import BEGINNING
from kinos.adapters.log import EventLog
from kinos.domain import event as ev
from kinos.domain.change import Change, ChangeState
from kinos.domain.state import State

STATE = State()
CHANGE = Change("c1", "y1", "s1", "ann", "Title", "why", (), BEGINNING, ChangeState.LANDED)


def test_events_are_lines_with_time_and_level(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "kinos.log", "info")
    log.show(STATE, STATE, ev.TeamPaused(BEGINNING, "the cap is reached"))
    log.show(STATE, STATE, ev.ChangeMoved(BEGINNING, CHANGE, ChangeState.PROPOSED))
    log.show(STATE, STATE, ev.MapWritten(BEGINNING, "map (readonly).md"))
    log.close()
    log.close()
    first, second = (tmp_path / "kinos.log").read_text(encoding="utf-8").splitlines()
    assert first == "2026-03-21T15:30:45.000+00:00 warning TeamPaused reason='the cap is reached'"
    assert "info ChangeMoved change=c1 landed" in second


def test_the_level_decides_what_is_written(tmp_path: Path) -> None:
    events = [ev.MapWritten(BEGINNING, "m"), ev.TeamRunning(BEGINNING), ev.Noted(BEGINNING, "error", "broken")]
    for level, lines in (("debug", 3), ("info", 2), ("warning", 1), ("error", 1)):
        log = EventLog(tmp_path / f"{level}.log", level)
        for event in events:
            log.show(STATE, STATE, event)
        log.close()
        assert len((tmp_path / f"{level}.log").read_text(encoding="utf-8").splitlines()) == lines


def test_a_folder_that_was_only_opened_gets_no_log(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "state" / "kinos.log", "debug")
    log.show(STATE, STATE, ev.TeamRunning(BEGINNING))
    log.close()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_once_and_no_traceback_is_printed(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    log = EventLog(Path("/dev/full"), "info")
    for _ in range(3):
        log.show(STATE, STATE, ev.TeamRunning(BEGINNING))
    log.close()
    assert [record.getMessage() for record in caplog.records] == [
        "The log /dev/full cannot be written: [Errno 28] No space left on device"
    ]
    assert "Traceback" not in capsys.readouterr().err
