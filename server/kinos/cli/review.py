"""`kin review`: what waits for a person, what it would change, and the word that lands or drops it."""

import argparse
from collections.abc import Sequence
from typing import Any

from kinos.cli.amend import amended
from kinos.cli.change import NOTHING, lines_of, say_change
from kinos.cli.diff import diff, painted, plain
from kinos.cli.engine import attempts, command
from kinos.cli.interview import interview
from kinos.cli.outside import Outside
from kinos.cli.pager import page
from kinos.cli.program import typed
from kinos.cli.terminal import complain, say, say_json
from kinos.domain.errors import KinosError, UsageError

ALL = "all"
"""In the place of an id: every change that waits."""
_FAILED = 1


def review_options(parser: argparse.ArgumentParser) -> None:
    """Options of `kin review`."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("change", nargs="?", default="", metavar="ID", help="show this one with what it would change")
    which.add_argument(
        "--accept",
        action="append",
        metavar="ID",
        help="land it; or say that you looked at one that landed by itself; may be given more than once, or as 'all'",
    )
    which.add_argument("--reject", action="append", metavar="ID", help="drop it; more than once and 'all' likewise")
    which.add_argument("--edit", default="", metavar="ID", help="edit it in VISUAL or EDITOR; yours waits in its place")
    which.add_argument("--diff", default="", metavar="ID", help="show what it would change")
    which.add_argument("-i", dest="ask", action="store_true", help="show one after the other and ask what to do")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why: the agent is told")
    parser.add_argument("--json", action="store_true", help="as JSON")


def review(args: argparse.Namespace, outside: Outside) -> int:
    """List what waits, show one, accept, edit or reject some. Exit 3 when nothing waits, or nothing was edited; 1 when one of
    several could not be accepted or rejected.
    """
    if args.diff:
        page(diff(outside, args.folder, args.diff))
        return 0
    if args.ask:
        if args.json:
            raise UsageError("-i asks a person, and nobody reads a question as JSON.", "Leave one of them out.")
        return interview(args, outside, _waiting(args, outside))
    if args.change:
        return _show(args, outside)
    if args.edit:
        return _amend(args, outside)
    if args.accept or args.reject:
        return _decide(args, outside, "accept" if args.accept else "reject", args.accept or args.reject)
    return _list(args, outside)


def _list(args: argparse.Namespace, outside: Outside) -> int:
    waiting = _waiting(args, outside)
    if args.json:
        say_json(waiting)
        return 0 if waiting else NOTHING
    if not waiting:
        return _nothing()
    for change in waiting:
        say_change(change, reason=True)
    says = (
        "kin review ID shows one, --accept ID lands it, --edit ID edits it, --reject ID --reason TEXT drops it, "
        "-i asks for each."
    )
    say(typed(says, args.folder))
    return 0


def _nothing() -> int:
    say("Nothing waits for review.")
    return NOTHING


def _waiting(args: argparse.Namespace, outside: Outside) -> list[dict[str, Any]]:
    return [change for change in command(outside, args.folder, "history", {}) if change["state"] == "proposed"]


def _decide(args: argparse.Namespace, outside: Outside, method: str, wanted: Sequence[str]) -> int:
    """Accept or reject what is wanted, each for itself, the oldest first where it is all that waits."""
    every = ALL in wanted
    named = [change["id"] for change in _waiting(args, outside)] if every else list(dict.fromkeys(wanted))
    if not named:
        return _list(args, outside)
    single = len(named) == 1 and not every
    given = [(method, {"change": identity, "reason": args.reason}) for identity in named]
    answers = attempts(outside, args.folder, *given)
    done = [answer for answer in answers if not isinstance(answer, KinosError)]
    wrong = [answer for answer in answers if isinstance(answer, KinosError)]
    if single and wrong:
        raise wrong[0]
    if args.json:
        say_json(done[0] if single else done)
    else:
        for change in done:
            say_change(change, reason=True)
    for error in wrong:
        complain(error, args.folder)
    return _FAILED if wrong else 0


def _amend(args: argparse.Namespace, outside: Outside) -> int:
    made = amended(outside, args.folder, args.edit)
    if args.json:
        say_json(made)
    elif made is None:
        say("Nothing was changed.")
    else:
        say_change(made, reason=True)
        kin = typed("kin review", args.folder)
        say(f"\nIt waits in the place of {args.edit}. To land it: {kin} --accept {made['id']}")
    return NOTHING if made is None else 0


def _show(args: argparse.Namespace, outside: Outside) -> int:
    """One change, whatever became of it, and what it makes of its files."""
    text = plain(outside, args.folder, args.change)
    changes = command(outside, args.folder, "history", {})
    change = next(change for change in changes if change["id"] == args.change)
    if args.json:
        say_json({**change, "diff": text})
    else:
        page("\n".join([*lines_of(change, reason=True), "", painted(text)]))
    return 0
