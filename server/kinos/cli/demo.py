"""`kin demo`: a rehearsed team on a sample workspace, from start to take-back."""

import argparse
import asyncio
from pathlib import Path

from kinos.cli.engine import FRONT_END
from kinos.cli.outside import Outside, Workspace
from kinos.cli.program import typed
from kinos.cli.team import perform, view_of
from kinos.cli.terminal import say, warn
from kinos.domain.size import Level, kilotokens
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends
from kinos.engine.session import Session

CYCLES = 8


def options(parser: argparse.ArgumentParser) -> None:
    """Options of `kin demo`."""
    parser.add_argument(
        "into", nargs="?", type=Path, metavar="DIR", help="where to make it; default: a new temporary folder"
    )
    parser.add_argument("--cycles", type=int, default=CYCLES, help=f"at most so many cycles (default: {CYCLES})")


def run(args: argparse.Namespace, outside: Outside) -> int:
    """Make the workspace and run the default team on it."""
    return asyncio.run(_run(args, outside))


async def _run(args: argparse.Namespace, outside: Outside) -> int:
    folder = outside.sample(args.into)
    say(f"A sample workspace: {folder}")
    workspace = outside.workspace(folder, FRONT_END)
    for problem in workspace.problems:
        warn(problem, folder)
    try:
        await workspace.open()
        before = _sizes(workspace.session)
        start = Start("default", rehearse=True, landing="auto", ends=Ends(args.cycles, idle=True, at_cap=True))
        code = await perform(workspace, start, view_of(workspace), as_json=False)
        _report(workspace, before, folder)
        return code
    finally:
        await workspace.close()


def _sizes(session: Session) -> dict[str, int]:
    return {path: size.tokens for path, size in session.sizes.documents.sizes.items()}


def _report(workspace: Workspace, before: dict[str, int], folder: Path) -> None:
    session = workspace.session
    after = _sizes(session)
    limits = session.sizes.documents.limits
    say()
    say("What changed:")
    for path in sorted({*before, *after}):
        old, new = before.get(path), after.get(path)
        if old != new:
            say(f"  {_size(old):>7} → {_size(new):>7}  {'' if new is None else limits.level(new).mark}  {path}")
    say(
        f"Total {kilotokens(sum(before.values()))} → {kilotokens(sum(after.values()))} tokens",
    )
    over = [sum(limits.level(size) is not Level.OK for size in sizes.values()) for sizes in (before, after)]
    say(f"Documents over a limit: {over[0]} → {over[1]}")
    say(f"Phase: {session.state.phase.name} ({session.state.phase.reason})")
    say("This was a rehearsal: rules instead of a model, no key, no outside call, no cost.")
    say()
    say(typed("Look around:   kin map", folder))
    say(typed("               kin history", folder))
    say(typed("Take it back:  kin undo --all", folder))


def _size(tokens: int | None) -> str:
    return "–" if tokens is None else kilotokens(tokens)
