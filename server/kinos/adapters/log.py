"""The engine's log: a line an event with its context, in a file within bounds and, if wanted, on the terminal."""

import logging
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from kinos.adapters.bounded_file import append
from kinos.domain import event as ev
from kinos.domain.outcome import QUOTING
from kinos.domain.secret import Redact, redaction
from kinos.domain.state import State

_LEVELS = {"error": logging.ERROR, "warning": logging.WARNING, "info": logging.INFO, "debug": logging.DEBUG}
_OF: Mapping[type[ev.Event], int] = {
    ev.CycleFailed: logging.WARNING,
    ev.TeamPaused: logging.WARNING,
    ev.SizesCounted: logging.DEBUG,
    ev.Spent: logging.DEBUG,
    ev.DaySpent: logging.DEBUG,
    ev.WeightsSet: logging.DEBUG,
    ev.MapWritten: logging.DEBUG,
}
_COLOURS = {logging.ERROR: "31", logging.WARNING: "33", logging.INFO: "36", logging.DEBUG: "2"}
_APART = frozenset({"type", "time", "change", "agent", "cycle"})
"""Fields of an event that are not told with the others."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `context` says where it happened: workspace, session, agent, cycle."""

    time: str
    level: int
    context: str
    text: str

    def plain(self) -> str:
        """For a file."""
        return f"{self.time} {logging.getLevelName(self.level).lower()} {self.context} {self.text}".rstrip() + "\n"

    def coloured(self) -> str:
        """For a terminal."""
        colour, level = _COLOURS[self.level], logging.getLevelName(self.level).lower()
        return f"\x1b[2m{self.time}\x1b[0m \x1b[{colour}m{level}\x1b[0m \x1b[2m{self.context}\x1b[0m {self.text}\n"


class Lines:
    """Makes lines of events that are of the `level` wanted now, or above. Keys are taken out, and so is all that a model says:
    it may quote a file.
    """

    def __init__(self, level: Callable[[], str], where: Mapping[str, str], redact: Redact | None = None) -> None:
        self._level = level
        self._where = [f"{key}={value}" for key, value in where.items()]
        self._redact = redact or redaction()
        self._cycles: dict[str, str] = {}

    def line(self, event: ev.Event) -> Line | None:
        """The line of an event; None when its level is not wanted, or a model's words are all there is to it."""
        if isinstance(event, ev.Said):
            return None
        change = event.change if isinstance(event, ev.ChangeMoved) else None
        agent = change.agent if change else getattr(event, "agent", "")
        if isinstance(event, ev.CycleStarted):
            self._cycles[event.agent] = event.cycle
        cycle = change.cycle if change else getattr(event, "cycle", "") or self._cycles.get(agent, "")
        level = _LEVELS[event.level] if isinstance(event, ev.Noted) else _OF.get(type(event), logging.INFO)
        if level < _LEVELS[self._level()]:
            return None
        context = [
            *self._where,
            *([f"agent={agent}"] if agent else []),
            *([f"cycle={cycle}"] if agent and cycle else []),
        ]
        moved = f"change={change.id} {change.state}" if change else ""
        said = " ".join(f"{key}={_shown(value)}" for key, value in _told(event).items())
        text = " ".join(filter(None, (type(event).__name__, moved, said)))
        time = event.time.isoformat(timespec="milliseconds")
        return Line(time, level, " ".join(context), self._redact(text))


class EventLog:
    """A subscriber that writes to `file`, where its folder exists: opening a workspace leaves nothing behind. It says once
    that it cannot write, and goes on: an engine without a log is still an engine.
    """

    def __init__(self, file: Path, lines: Lines) -> None:
        self._file = file
        self._lines = lines
        self._said = False

    def show(self, before: State, after: State, event: ev.Event) -> None:
        """Write a line for `event` if its level is wanted."""
        line = self._lines.line(event)
        if line is None or not self._file.parent.is_dir():
            return
        try:
            append(self._file, line.plain())
        except OSError as error:
            if not self._said:
                self._said = True
                _log.warning("The log %s cannot be written: %s", self._file, error)


class TerminalLog:
    """A subscriber that writes to a terminal, in colours if it is one and NO_COLOR is not set."""

    def __init__(self, lines: Lines, stream: TextIO | None = None) -> None:
        self._lines = lines
        self._stream = stream

    def show(self, before: State, after: State, event: ev.Event) -> None:
        """Write a line for `event` if its level is wanted."""
        line, stream = self._lines.line(event), self._stream or sys.stderr
        if line is None or stream is None:
            return
        try:
            stream.write(line.plain() if os.environ.get("NO_COLOR") or not stream.isatty() else line.coloured())
            stream.flush()
        except OSError:
            return  # nobody reads it


def _told(event: ev.Event) -> dict[str, Any]:
    told = {key: value for key, value in ev.wire(event).items() if key not in _APART}
    if isinstance(event, ev.CycleRested) and event.result in QUOTING:
        told.pop("reason")
    return told


def _shown(value: Any) -> str:
    return repr(str(value)) if isinstance(value, str) else repr(value)  # a state is its word
