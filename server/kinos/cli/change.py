"""`kin history`, `undo` and `redo`."""

import argparse
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kinos.cli.engine import command, commands
from kinos.cli.outside import Outside
from kinos.cli.terminal import say, say_json, table, warn
from kinos.domain.change import not_saved
from kinos.domain.usage import dollars

NOTHING = 3


def history_options(parser: argparse.ArgumentParser) -> None:
    """Options of `kin history`."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--agents", action="store_true", help="what each agent did and cost, over all sessions")
    which.add_argument("--sessions", action="store_true", help="what each session has spent; rehearsals are left out")
    parser.add_argument("--json", action="store_true", help="as JSON")


def history(args: argparse.Namespace, outside: Outside) -> int:
    """Print every change, the latest last; with --agents the figures of each agent instead, with --sessions what was spent."""
    if args.sessions:
        return _sessions(args, outside)
    if args.agents:
        return _figures(args, outside)
    changes = command(outside, args.folder, "history", {})
    if args.json:
        say_json(changes)
    elif not changes:
        say("Nothing was done here yet.")
    for change in changes if not args.json else ():
        say_change(change, reason=args.verbose or change["state"] not in ("landed", "undone"))
    return 0


def _sessions(args: argparse.Namespace, outside: Outside) -> int:
    found = command(outside, args.folder, "sessions", {})
    if args.json:
        say_json(found)
    elif not found:
        say("No session was run here on a real model yet.")
    else:
        table([_spent(each) for each in found], _SESSIONS)
    return 0


_SESSIONS = {
    "began": "began", "team": "team", "minutes": "minutes", "runs": "runs", "tokens": "tokens", "cost": "US$", "end": "",
}  # fmt: skip


def _spent(each: dict[str, Any]) -> dict[str, Any]:
    usd = each["usd"]
    return each | {
        "began": f"{datetime.fromisoformat(each['began']).astimezone():%Y-%m-%d %H:%M}",
        "minutes": f"{each['minutes']:.1f}",
        "tokens": each["tokensIn"] + each["tokensOut"],
        "cost": "?" if usd is None else f"{usd:.4f}",
        "end": "" if each["ended"] else "runs, or was cut off",
    }


def _figures(args: argparse.Namespace, outside: Outside) -> int:
    found = command(outside, args.folder, "figures", {})
    if args.json:
        say_json(found)
    elif not found:
        say("No agent has run here yet.")
    else:
        table([_shown(each) for each in found], _FIGURES)
    return 0


_FIGURES = {
    "agent": "agent", "cycles": "cycles", "landed": "landed", "waiting": "proposed", "nothing": "nothing to do",
    "refused": "refused", "failed": "failed", "success": "success", "mean": "mean s", "tokens": "tokens", "cost": "US$",
}  # fmt: skip


def _shown(each: dict[str, Any]) -> dict[str, Any]:
    rate, seconds, usd = each["successRate"], each["meanSeconds"], each["usd"]
    return each | {
        "success": "–" if rate is None else f"{rate:.0%}",
        "mean": "–" if seconds is None else f"{seconds:.1f}",
        "tokens": each["tokensIn"] + each["tokensOut"],
        "cost": "?" if usd is None else f"{usd:.4f}",
    }


def revert_options(parser: argparse.ArgumentParser) -> None:
    """Options of `kin undo` and `kin redo`."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("change", nargs="?", default="", metavar="ID", help="one change; without it the last one")
    which.add_argument("--cycle", default="", metavar="ID", help="everything of one cycle")
    which.add_argument("--agent", default="", metavar="NAME", help="everything of one agent")
    which.add_argument("--session", action="store_true", help="everything of the last run")
    which.add_argument("--all", action="store_true", help="everything")
    parser.add_argument("--json", action="store_true", help="as JSON")


def undo(args: argparse.Namespace, outside: Outside) -> int:
    """Take changes back. Exit 3 when there is none, 1 when one was set aside."""
    return _revert(args, outside, "undo", "Taken back")


def redo(args: argparse.Namespace, outside: Outside) -> int:
    """Put back what was undone. Exit 3 when there is none, 1 when one was set aside."""
    return _revert(args, outside, "redo", "Put back")


def _revert(args: argparse.Namespace, outside: Outside, method: str, done: str) -> int:
    selection = {
        "change": args.change,
        "cycle": args.cycle,
        "agent": args.agent,
        "session": args.session,
        "all": args.all,
    }
    answer, changes = commands(outside, args.folder, (method, selection), ("history", {}))
    if args.json:
        say_json(answer)
    else:
        names = {change["id"]: f"  {change['agent']}: {change['title']}" for change in changes}
        for identity in answer["changes"]:
            say(f"{done}: {identity}{names.get(identity, '')}")
        for change in answer["unsaved"]:
            warn(f"{change['id']}: {not_saved(change['paths'])}. Save in the editor, so that it is on the disk too.")
        for aside in answer["setAside"]:
            warn(f"{aside['id']} was set aside: {aside['reason']}")
        if not answer["changes"] and not answer["setAside"]:
            say(f"There is nothing to {method}.")
    if answer["setAside"]:
        return 1
    return 0 if answer["changes"] else NOTHING


def say_change(change: Mapping[str, Any], *, reason: bool) -> None:
    """Say `lines_of` a change."""
    for line in lines_of(change, reason=reason):
        say(line)


def lines_of(change: Mapping[str, Any], *, reason: bool) -> list[str]:
    """A change in a line, its files below it, and with `reason` why it was made and why it came to that."""
    at = datetime.fromisoformat(change["time"]).astimezone()
    cost = "rehearsal" if change["rehearsal"] else dollars(change["usd"], 4)
    lines = [
        f"{change['id']}  {at:%Y-%m-%d %H:%M}  {change['agent']:<15}  {change['state']:<10}  {change['title']}  ({cost})"
    ]
    for file in change["files"]:
        origin = f" (was {file['from']})" if file.get("from") else ""
        lines.append(f"           {file['kind']:<8} {file['path']}{origin}")
    if reason:
        lines += [f"           {text}" for text in (change["why"], change["reason"]) if text]
    return lines
