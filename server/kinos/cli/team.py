"""`kin [TEAM]`: run a team on a folder, watch it, and end with what it came to."""

import argparse
import asyncio
import difflib
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from kinos.cli.engine import FRONT_END
from kinos.cli.outside import Outside, Workspace
from kinos.cli.program import typed
from kinos.cli.summary import as_it_is_now, told
from kinos.cli.terminal import OutputError, output, say, say_json, warn
from kinos.cli.view import View
from kinos.domain.change import Change
from kinos.domain.errors import KinosError, UsageError, WorkspaceHeldError
from kinos.domain.event import Event
from kinos.domain.layer import Layer, Source
from kinos.domain.rehearsal import only_rehearses
from kinos.domain.setting import read
from kinos.domain.state import State
from kinos.engine.lifecycle import Start
from kinos.engine.ports import Catalog
from kinos.engine.run import Ends
from kinos.engine.session import Session
from kinos.engine.tally import Tally

LANDED, NOTHING, BUDGET, FAILED, WAITING, STOPPED = 0, 3, 4, 5, 6, 130
"""Exit codes of a run, as in docs/reference.md."""


def options(parser: argparse.ArgumentParser) -> None:
    """Options of a run."""
    parser.add_argument(
        "team", nargs="?", default="", metavar="TEAM", help="see kin teams; default: chosen, with a reason"
    )
    parser.add_argument("--cycles", type=_count, metavar="N", help="end after N cycles in all")
    parser.add_argument("--until", choices=["idle"], help="end once every awake agent found nothing to do")
    parser.add_argument(
        "--rehearse", action="store_true", help="use KinOS' own rule-based model: no key, no outside call"
    )
    parser.add_argument("--model", default="", metavar="M", help="the model that decides and edits")
    parser.add_argument("--budget", type=_dollars, metavar="USD", help="the cap for this run, in US dollars")
    landing = parser.add_mutually_exclusive_group()
    landing.add_argument(
        "--auto", action="store_const", const="auto", dest="landing", help="changes land (the default here)"
    )
    landing.add_argument("--review", action="store_const", const="review", dest="landing", help="changes wait for you")
    parser.add_argument("--json", action="store_true", help="one event a line, as JSON")


def run(args: argparse.Namespace, outside: Outside) -> int:
    """Run the team until its end, a cap, or Ctrl+C."""
    return asyncio.run(_run(args, outside))


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of cycles, 1 or more")
    return int(text)


def _dollars(text: str) -> str:
    """A cap that cannot be read must not silently become another one: then nothing is started."""
    try:
        read("budget.usd", text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(error.message) from error
    return text


def layers(args: argparse.Namespace) -> list[Layer]:
    """What the options say as settings."""
    values: dict[str, object] = {}
    if args.model:
        values |= {"model.plan": args.model, "model.edit": args.model}
    if args.budget:
        values["budget.usd"] = args.budget
    return [Layer(Source.COMMAND_LINE, values)]


def rehearses(args: argparse.Namespace) -> bool:
    """Whether rehearsal was asked for, here or in the environment. Raises UsageError when the environment is unclear."""
    return args.rehearse or only_rehearses(os.environ)


async def _run(args: argparse.Namespace, outside: Outside) -> int:
    rehearse = rehearses(args)
    workspace = outside.workspace(args.folder, FRONT_END, layers(args), verbose=args.verbose)
    for problem in workspace.problems:
        warn(problem, args.folder)
    others = outside.engines(args.folder)
    if others:
        raise WorkspaceHeldError(
            f"Another KinOS (process {others[0]}) works on this folder.",
            "`kin status` shows what it does and `kin stop` ends its team; if it is an editor's, start the team there: agents "
            "never write under an open editor.",
        )
    check_name(args, workspace.session.catalog)
    _check_neighbours(args, outside)
    ends = Ends(args.cycles, args.until == "idle", at_cap=True)
    start = Start(args.team, rehearse, args.landing or "", ends=ends)
    try:
        await workspace.open()
        view = view_of(workspace, as_json=args.json)
        return await perform(workspace, start, view, as_json=args.json)
    finally:
        await workspace.close()


def _check_neighbours(args: argparse.Namespace, outside: Outside) -> None:
    """Raise WorkspaceHeldError when the folder holds, or is in, one that an engine has: its editor may have files open."""
    near = outside.neighbour(args.folder)
    if near is not None:
        folder, process = near
        raise WorkspaceHeldError(
            f"KinOS (process {process}) has {folder} open, and files of it are here.",
            f"Run the team there, or close it first; {typed('kin status', folder)} shows what it does.",
        )


def check_name(args: argparse.Namespace, catalog: Catalog) -> None:
    """Raise UsageError when the first word is neither a team nor, as this was reached, a command."""
    teams = catalog.teams()
    if not args.team or args.team in {*teams, *catalog.stray_teams()}:
        return
    close = difflib.get_close_matches(args.team, [*args.commands, *teams])
    meant = f"Did you mean {' or '.join(close)}? " if close else ""
    raise UsageError(
        f"There is no command or team {args.team!r}.",
        f"{meant}Teams: {', '.join(teams)}. Commands: see kin --help.",
    )


def view_of(workspace: Workspace, *, as_json: bool = False) -> View:
    """How to show a run: as JSON, live on a terminal, as plain lines elsewhere."""
    # rich is imported when something is shown, not by `kin lsp` or a commit hook.
    from kinos.cli.live import JsonView, LiveView, PlainView

    if as_json:
        return JsonView()
    return LiveView(workspace.session, workspace.root) if output().isatty() else PlainView(workspace.root)


class _Shown:
    """Shows events until it cannot: then the run is stopped in good order, and `problem` says why."""

    def __init__(self, view: View, stopped: asyncio.Event) -> None:
        self._view = view
        self._stopped = stopped
        self.problem: OutputError | BrokenPipeError | None = None

    def show(self, before: State, after: State, event: Event) -> None:
        """A subscriber: what it raised would be taken for a fault of the engine."""
        if self.problem is not None:
            return
        try:
            self._view.show(before, after, event)
        except (OutputError, BrokenPipeError) as error:
            self.problem = error
            self._stopped.set()


async def perform(workspace: Workspace, start: Start, view: View, *, as_json: bool) -> int:
    """Start the team, show it until it ends, and print the summary. Returns the exit code."""
    session, stopped = workspace.session, asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    shown = _Shown(view, stopped)
    unsubscribe = session.subscribe(shown.show)
    try:
        with view.running():
            await _until_the_end(session, start, stopped)
    finally:
        unsubscribe()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
    if shown.problem is not None:
        raise shown.problem
    changes = [change for change in session.changes() if change.session == session.id]
    tally = as_it_is_now(session.tally, changes)
    code = exit_code(tally, stopped=stopped.is_set() or tally.stopped)
    _summarise(tally, session.state, changes, code, workspace.root, as_json=as_json)
    return code


async def _until_the_end(session: Session, start: Start, stopped: asyncio.Event) -> None:
    stop = asyncio.create_task(stopped.wait())
    work = asyncio.create_task(_start_and_finish(session, start))
    try:
        await asyncio.wait([stop, work], return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:  # Ctrl+C came just before there was a handler for it: asyncio cancels this task
        stopped.set()
    stop.cancel()
    if not work.done():
        work.cancel()
        await asyncio.wait([work])
        await session.stop_team()
        with suppress(asyncio.CancelledError, KinosError):  # such as: it was stopped while it was starting
            work.result()
    elif not work.cancelled():
        work.result()


async def _start_and_finish(session: Session, start: Start) -> None:
    await session.start_team(start)
    await session.finished()


def exit_code(tally: Tally, *, stopped: bool) -> int:
    """The exit code of a run that came to `tally`."""
    if stopped:
        return STOPPED
    if tally.budget:
        return BUDGET
    if tally.landed:
        return LANDED
    if tally.failed:
        return FAILED
    return WAITING if tally.waiting else NOTHING


def _summarise(
    tally: Tally, state: State, changes: Sequence[Change], code: int, folder: Path, *, as_json: bool
) -> None:
    summary: Mapping[str, Any] = {
        "type": "summary",
        "landed": tally.landed,
        "waiting": tally.waiting,
        "refused": tally.refused,
        "failed": tally.failed,
        "cycles": tally.cycles,
        "tokens": state.spend.usage.total,
        "usd": state.spend.usd,
        "phase": state.phase.name.value,
        "exit": code,
    }
    if as_json:
        say_json(summary)
        return
    for line in told(tally, state, changes, folder):
        say(line)
    for line in dict.fromkeys(filter(None, (tally.budget, tally.last_failure))):
        warn(line, folder)
