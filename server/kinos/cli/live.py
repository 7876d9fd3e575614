"""What a running team looks like in a terminal: a line for each thing that happens, and a live table below them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType
from rich.live import Live
from rich.markup import escape

from kinos.cli.board import board, strokes_for
from kinos.cli.program import typed
from kinos.cli.terminal import counted, say, say_json
from kinos.domain import event as ev
from kinos.domain.change import Change, ChangeState
from kinos.domain.outcome import Result
from kinos.domain.state import State
from kinos.engine.session import Session


class JsonView:
    """One event a line."""

    def show(self, before: State, after: State, event: ev.Event) -> None:
        """Print the event; what a model says may quote files, and is no line of a log."""
        if not isinstance(event, ev.Said):
            say_json(ev.wire(event))

    def running(self) -> AbstractContextManager[object]:
        """Nothing to set up."""
        return nullcontext()


class PlainView:
    """A line for each event that matters to a person; for pipes and logs. What goes wrong names commands for `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def show(self, before: State, after: State, event: ev.Event) -> None:
        """Print it, if it matters."""
        line = told(before, event, self._folder)
        if line:
            say(f"{_clock(event.time)}  {line}")

    def running(self) -> AbstractContextManager[object]:
        """Nothing to set up."""
        return nullcontext()


class LiveView:
    """The same lines, above a picture of the team that is kept up to date and fits the terminal as it is now."""

    def __init__(self, session: Session, folder: Path, console: Console | None = None) -> None:
        self._session = session
        self._folder = folder
        self._console = console or Console(highlight=False)
        self._strokes = strokes_for(self._console.encoding)
        self._waiting = {c.id: c for c in session.changes() if c.state is ChangeState.PROPOSED}
        self._width = 0
        self._live = Live(console=self._console, get_renderable=self._picture, refresh_per_second=8)

    def show(self, before: State, after: State, event: ev.Event) -> None:
        """Print it, if it matters."""
        if isinstance(event, ev.TeamStarting):
            self._live.start()
        if isinstance(event, ev.ChangeMoved):
            self._waiting.pop(event.change.id, None)
            if event.change.state is ChangeState.PROPOSED:
                self._waiting[event.change.id] = event.change
        line = told(before, event, self._folder)
        if line:
            colour = _COLOURS.get(type(event), "")
            text = f"[dim]{_clock(event.time)}[/]  " + (f"[{colour}]{escape(line)}[/]" if colour else escape(line))
            # What went wrong is told in full, whatever else has to be cut.
            whole = isinstance(event, _WHOLE)
            self._console.print(text, overflow="fold" if whole else self._strokes.overflow, no_wrap=not whole)

    @contextmanager
    def running(self) -> Iterator[None]:
        """The table, from when a team starts until the block ends: one that is refused has none."""
        try:
            yield
        finally:
            self._live.stop()

    def _picture(self) -> RenderableType:
        session, size = self._session, self._console.size
        if size.width < self._width and self._console.is_terminal:
            # The terminal has wrapped what was drawn before, so that nobody knows how many lines that is now.
            self._console.file.write("\x1b[2J\x1b[H")
        self._width = size.width
        waiting = list(self._waiting.values())
        return board(session.picture(), session.state, size.width, size.height - 1, waiting, self._strokes)


def told(before: State, event: ev.Event, folder: Path) -> str:
    """A line for a person, with the commands in what went wrong for `folder`; empty when the event does not matter to one."""
    if isinstance(event, ev.PhaseMoved) and event.phase.name is before.phase.name:
        return ""
    teller = _TOLD.get(type(event))
    line = teller(event) if teller else ""
    return typed(line, folder) if isinstance(event, _WHOLE) else line


def _change(change: Change) -> str:
    agent, title = f"{change.agent:<15}", f"[{change.id}] {change.title}"  # the id is typed: it is never what is cut
    files = ", ".join(change.paths)
    if change.state in (ChangeState.ACCEPTED, ChangeState.PROPOSED):
        return ""  # the end of the cycle tells whether it waits
    why = f" ({change.reason})" if change.reason else ""
    return f"{agent} {change.state:<10} {title}: {files}{why}"


def _starting(e: ev.TeamStarting) -> str:
    rehearsal = ", rehearsal: rules instead of a model, no outside call" if e.rehearsal else ""
    return f"team {e.team} ({e.reason}), changes: {e.landing}{rehearsal}"


def _rested(e: ev.CycleRested) -> str:
    if e.result == Result.LANDED:
        return ""
    result = "proposed" if e.result == Result.WAITING else e.result
    return f"{e.agent:<15} {result:<10} {e.reason}"


def _clock(time: datetime) -> str:
    return f"{time.astimezone():%H:%M:%S}"


_TOLD: dict[type[ev.Event], Callable[[Any], str]] = {
    ev.TeamStarting: _starting,
    ev.TeamPaused: lambda e: f"paused: {e.reason}",
    ev.TeamStopped: lambda e: f"stopped ({e.reason}), {counted(e.ended, 'process', 'processes')} ended",
    ev.CycleStarted: lambda e: f"{e.agent:<15} looks      {e.reason}",
    ev.TaskChosen: lambda e: f"{e.agent:<15} task       {e.title}. {e.why}",
    ev.CycleRested: _rested,
    ev.AgentHeld: lambda e: f"{e.agent:<15} rests      {e.reason}",
    ev.CycleFailed: lambda e: f"{e.agent:<15} failed     {e.kind}: {e.message}",
    ev.ChangeMoved: lambda e: _change(e.change),
    ev.PhaseMoved: lambda e: f"phase {e.phase.name}: {e.phase.reason}",
    ev.Noted: lambda e: f"{e.level}: {e.message}",
}

_WHOLE = (ev.CycleFailed, ev.TeamPaused, ev.Noted, ev.TeamStopped)
_COLOURS = {ev.CycleFailed: "red", ev.ChangeMoved: "green", ev.TeamPaused: "yellow", ev.PhaseMoved: "cyan"}
