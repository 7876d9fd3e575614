"""The engine's log: a line an event with its context, by level, within bounds, and nothing where nothing was kept yet."""

import io
from pathlib import Path

import pytest

from fakes.clock import BEGINNING
from kinos.adapters import bounded_file
from kinos.adapters.log import EventLog, Lines, TerminalLog
from kinos.domain import event as ev
from kinos.domain.change import Change, ChangeState
from kinos.domain.secret import HIDDEN, redaction
from kinos.domain.state import State

STATE = State()
CHANGE = Change("c1", "y1", "s1", "ann", "Title", "why", (), BEGINNING, ChangeState.LANDED)
WHERE = {"workspace": "work", "session": "s1"}


def written(file: Path, level: str, *events: ev.Event) -> list[str]:
    """The lines that a log of `level` makes of events."""
    log = EventLog(file, Lines(lambda: level, WHERE, redaction(("swordfish",))))
    for event in events:
        log.show(STATE, STATE, event)
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def test_events_are_lines_with_time_level_and_where_it_was(tmp_path: Path) -> None:
    first, second = written(
        tmp_path / "kinos.log",
        "info",
        ev.TeamPaused(BEGINNING, "the cap is reached"),
        ev.ChangeMoved(BEGINNING, CHANGE, ChangeState.PROPOSED),
        ev.MapWritten(BEGINNING, "map (readonly).md"),
    )
    assert first == (
        "2026-03-21T15:30:45.000+00:00 warning workspace=work session=s1 TeamPaused reason='the cap is reached' cap=''"
    )
    assert second.endswith(
        " info workspace=work session=s1 agent=ann cycle=y1 ChangeMoved change=c1 landed previous='proposed'"
    )


def test_what_an_agent_does_between_is_in_its_cycle(tmp_path: Path) -> None:
    lines = written(
        tmp_path / "kinos.log",
        "debug",
        ev.CycleStarted(BEGINNING, "ann", "y7", "weight 1"),
        ev.CycleStarted(BEGINNING, "bob", "y8", "weight 1"),
        ev.AgentStopped(BEGINNING, "ann"),
        ev.AgentStopped(BEGINNING, "cid"),
    )
    assert " agent=ann cycle=y7 AgentStopped" in lines[2]
    assert " agent=cid AgentStopped" in lines[3]


def test_the_level_decides_what_is_written(tmp_path: Path) -> None:
    events = [ev.MapWritten(BEGINNING, "m"), ev.TeamRunning(BEGINNING), ev.Noted(BEGINNING, "error", "broken")]
    for level, lines in (("debug", 3), ("info", 2), ("warning", 1), ("error", 1)):
        assert len(written(tmp_path / f"{level}.log", level, *events)) == lines


def test_keys_are_not_written(tmp_path: Path) -> None:
    (line,) = written(tmp_path / "kinos.log", "info", ev.Noted(BEGINNING, "error", "swordfish, sk-0123456789abcdefgh"))
    assert line.endswith(f"message='{HIDDEN}, {HIDDEN}'")


def test_what_an_editor_said_instead_of_editing_is_not_written(tmp_path: Path) -> None:
    rested = ev.CycleRested(BEGINNING, "ann", "y1", "no change", "what is in the file", None, 1.0)
    (line,) = written(tmp_path / "kinos.log", "debug", rested)
    assert "no change" in line
    assert "what is in the file" not in line


def test_a_folder_that_was_only_opened_gets_no_log(tmp_path: Path) -> None:
    assert written(tmp_path / "state" / "kinos.log", "debug", ev.TeamRunning(BEGINNING)) == []
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_once_and_no_traceback_is_printed(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    log = EventLog(Path("/dev/full"), Lines(lambda: "info", WHERE))
    for _ in range(3):
        log.show(STATE, STATE, ev.TeamRunning(BEGINNING))
    assert [record.getMessage() for record in caplog.records] == [
        "The log /dev/full cannot be written: [Errno 28] No space left on device"
    ]
    assert "Traceback" not in capsys.readouterr().err


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_it_has_colours_and_elsewhere_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    event = ev.Noted(BEGINNING, "error", "broken")
    streams = _Terminal(), io.StringIO(), _Terminal()
    for stream in streams[:2]:
        TerminalLog(Lines(lambda: "info", WHERE), stream).show(STATE, STATE, event)
    monkeypatch.setenv("NO_COLOR", "1")
    TerminalLog(Lines(lambda: "info", WHERE), streams[2]).show(STATE, STATE, event)
    coloured, plain, asked = (stream.getvalue() for stream in streams)
    assert "\x1b[31merror\x1b[0m" in coloured
    assert plain == asked
    assert "\x1b" not in plain


def test_a_file_is_never_larger_than_its_bound_and_older_parts_are_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded_file, "MOST", 100)
    file = tmp_path / "x.log"
    for number in range(100):
        bounded_file.append(file, f"line {number}\n")
    parts = [file, *(tmp_path / f"x.log.{number}" for number in (1, 2, 3))]
    assert sorted(tmp_path.iterdir()) == sorted(parts)
    assert all(part.stat().st_size <= 100 for part in parts)
    kept = [line for part in reversed(parts) for line in part.read_text(encoding="utf-8").splitlines()]
    assert kept == [f"line {number}" for number in range(100 - len(kept), 100)]


def test_a_file_that_others_append_to_is_cut_off_and_they_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded_file, "MOST", 100)
    file = tmp_path / "worker.log"
    with file.open("ab", buffering=0) as other:
        other.write(b"x" * 100)
        bounded_file.bound(file)
        assert file.stat().st_size == 100
        other.write(b"y")
        bounded_file.bound(file)
        assert file.read_bytes() == b""
        other.write(b"after\n")
    assert file.read_bytes() == b"after\n"
    assert (tmp_path / "worker.log.1").read_bytes() == b"x" * 100 + b"y"
    bounded_file.bound(tmp_path / "nowhere")


def test_what_a_model_says_is_not_written(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "kinos.log", Lines(lambda: "debug", WHERE))
    log.show(STATE, STATE, ev.Said(BEGINNING, "ann", "y1", "the secret plan"))
    assert list(tmp_path.iterdir()) == []
