"""`kin review`: what waits for a person, what it would change, and the word that lands or drops it."""

import argparse
import sys
from pathlib import Path
from typing import Any

from kinos.cli.amend import amended
from kinos.cli.change import NOTHING, say_change
from kinos.cli.engine import command
from kinos.cli.outside import Outside
from kinos.cli.program import typed
from kinos.cli.terminal import complain, paint, say, say_json
from kinos.domain.errors import KinosError


def review_options(parser: argparse.ArgumentParser) -> None:
    """Options of `kin review`."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("change", nargs="?", default="", metavar="ID", help="show this one with what it would change")
    which.add_argument(
        "--accept", default="", metavar="ID", help="land it; or say that you looked at one that landed by itself"
    )
    which.add_argument("--reject", default="", metavar="ID", help="drop it")
    which.add_argument("--edit", default="", metavar="ID", help="edit it in VISUAL or EDITOR; yours waits in its place")
    which.add_argument("--diff", default="", metavar="ID", help="show what it would change")
    which.add_argument("-i", dest="ask", action="store_true", help="show one after the other and ask what to do")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why: the agent is told")
    parser.add_argument("--json", action="store_true", help="as JSON")


def review(args: argparse.Namespace, outside: Outside) -> int:
    """List what waits, show one, accept, edit or reject one. Exit 3 when nothing waits, or nothing was edited."""
    if args.diff:
        say(_painted(_diff(outside, args.folder, args.diff)))
        return 0
    if args.ask:
        return _ask_for_each(args, outside)
    if args.change:
        return _show(args, outside)
    if args.edit:
        return _amend(args, outside)
    if args.accept or args.reject:
        method = "accept" if args.accept else "reject"
        change = command(outside, args.folder, method, {"change": args.accept or args.reject, "reason": args.reason})
        say_json(change) if args.json else say_change(change, reason=True)
        return 0
    waiting = _waiting(args, outside)
    if args.json:
        say_json(waiting)
    elif not waiting:
        say("Nothing waits for review.")
    for change in waiting if not args.json else ():
        say_change(change, reason=True)
    if waiting and not args.json:
        says = (
            "kin review ID shows one, --accept ID lands it, --edit ID edits it, --reject ID --reason TEXT drops it, "
            "-i asks for each."
        )
        say(typed(says, args.folder))
    return 0 if waiting else NOTHING


def _waiting(args: argparse.Namespace, outside: Outside) -> list[dict[str, Any]]:
    return [change for change in command(outside, args.folder, "history", {}) if change["state"] == "proposed"]


def _ask_for_each(args: argparse.Namespace, outside: Outside) -> int:
    """Show one change after the other with what it would change, and do what the person says."""
    waiting = _waiting(args, outside)
    for number, change in enumerate(waiting, 1):
        say_change(change, reason=True)
        say(f"\n{_painted(_diff(outside, args.folder, change['id']))}\n")
        answer = _answer(f"{number} of {len(waiting)}. Accept, reject, skip or quit? [a/r/s/q] ")
        if answer == "q":
            return 0
        if answer != "s":
            _decide(outside, args.folder, change["id"], accept=answer == "a")
    if not waiting:
        say("Nothing waits for review.")
    return 0 if waiting else NOTHING


def _decide(outside: Outside, folder: Path, identity: str, *, accept: bool) -> None:
    """Accept or reject one; one that no longer fits is said, and the next is looked at."""
    reason = "" if accept else _line("Why? The agent is told: ").strip()
    try:
        done = command(outside, folder, "accept" if accept else "reject", {"change": identity, "reason": reason})
    except KinosError as error:
        complain(error, folder)
    else:
        say(f"{identity}: {done['state']}\n")


def _answer(question: str) -> str:
    while True:
        line = _line(question)
        answer = line.strip().lower()[:1]
        if not line or answer in ("a", "r", "s", "q"):
            return answer or "q"


def _line(question: str) -> str:
    """What the person types; empty at the end of the input."""
    sys.stdout.write(question)
    sys.stdout.flush()
    return sys.stdin.readline() if sys.stdin is not None else ""


def _painted(diff: str) -> str:
    """A diff in colours, where there are any."""
    return "\n".join(paint(line, _colour(line)) for line in diff.split("\n"))


def _colour(line: str) -> str:
    if line.startswith(("--- ", "+++ ")):
        return "bold"
    return {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")


def _amend(args: argparse.Namespace, outside: Outside) -> int:
    made = amended(outside, args.folder, args.edit)
    if args.json:
        say_json(made)
    elif made is None:
        say("Nothing was changed.")
    else:
        say_change(made, reason=True)
        say(
            f"\nIt waits in the place of {args.edit}. To land it: {typed('kin review', args.folder)} --accept {made['id']}"
        )
    return NOTHING if made is None else 0


def _show(args: argparse.Namespace, outside: Outside) -> int:
    """One change, whatever became of it, and what it makes of its files."""
    diff = _diff(outside, args.folder, args.change)
    changes = command(outside, args.folder, "history", {})
    change = next(change for change in changes if change["id"] == args.change)
    if args.json:
        say_json({**change, "diff": diff})
    else:
        say_change(change, reason=True)
        say(f"\n{_painted(diff)}")
    return 0


def _diff(outside: Outside, folder: Path, change: str) -> str:
    text: str = command(outside, folder, "diff", {"change": change})
    return text.rstrip("\n")
