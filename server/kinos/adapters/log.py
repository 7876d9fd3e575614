"""The engine's log: a line for each event in `.kinos/state/kinos.log`, rotated at 1 MiB, three kept."""

import logging
import sys
from collections.abc import Mapping
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import override

from kinos.domain import event as ev
from kinos.domain.state import State

_LEVELS = {"error": logging.ERROR, "warning": logging.WARNING, "info": logging.INFO, "debug": logging.DEBUG}
_OF: Mapping[type[ev.Event], int] = {
    ev.CycleFailed: logging.WARNING,
    ev.TeamPaused: logging.WARNING,
    ev.SizesCounted: logging.DEBUG,
    ev.Spent: logging.DEBUG,
    ev.WeightsSet: logging.DEBUG,
    ev.MapWritten: logging.DEBUG,
}
_log = logging.getLogger(__name__)
_BYTES = 1024 * 1024
_KEPT = 3


class _Handler(RotatingFileHandler):
    """Says once that the log cannot be written, and goes on: an engine without a log is still an engine."""

    _said = False

    @override
    def handleError(self, record: logging.LogRecord) -> None:
        if not self._said:
            self._said = True
            _log.warning("The log %s cannot be written: %s", self.baseFilename, sys.exc_info()[1])

    @override
    def close(self) -> None:
        # What a full disk did not take is still in the stream.
        with suppress(OSError):
            super().close()


class EventLog:
    """A subscriber. It writes only where the state folder exists already: opening a folder leaves nothing behind."""

    def __init__(self, file: Path, level: str) -> None:
        self._file = file
        self._level = _LEVELS[level]
        self._handler: _Handler | None = None

    def show(self, before: State, after: State, event: ev.Event) -> None:
        """Write a line for `event` if its level is wanted."""
        level = _LEVELS[event.level] if isinstance(event, ev.Noted) else _OF.get(type(event), logging.INFO)
        if level >= self._level and self._file.parent.is_dir():
            self._handle(level, event)

    def close(self) -> None:
        """Give the file back."""
        if self._handler is not None:
            self._handler.close()
            self._handler = None

    def _handle(self, level: int, event: ev.Event) -> None:
        if self._handler is None:
            self._handler = _Handler(self._file, maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8", delay=True)
        said = " ".join(
            f"{key}={value!r}" for key, value in ev.wire(event).items() if key not in ("type", "time", "change")
        )
        change = f" change={event.change.id} {event.change.state}" if isinstance(event, ev.ChangeMoved) else ""
        name, time = type(event).__name__, event.time.isoformat(timespec="milliseconds")
        record = logging.LogRecord(
            "kinos",
            level,
            "",
            0,
            f"{time} {logging.getLevelName(level).lower()} {name}{change} {said}".rstrip(),
            None,
            None,
        )
        self._handler.handle(record)
