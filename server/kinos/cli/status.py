"""`kin status`: the engine on a folder, whichever front end runs it; without one, what the journal knows."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from kinos.cli.engine import command, commands
from kinos.cli.outside import Outside
from kinos.cli.phase import say_phase
from kinos.cli.program import typed
from kinos.cli.terminal import counted, paint, say, say_json, table
from kinos.domain.status import last_cycle

_STOPPED = "stopped"
_COLOURS = {"running": "green", "paused": "yellow", "starting": "cyan", "stopping": "cyan"}
_NAMED = 5
"""Waiting changes that are named."""
_COLUMNS = {
    "name": "agent", "state": "state", "weight": "weight", "cycles": "cycles", "landed": "landed", "waiting": "waiting",
    "failed": "failed", "spent": "spent", "about": "task or last result",
}  # fmt: skip


def options(parser: argparse.ArgumentParser) -> None:
    """Options of `kin status`."""
    parser.add_argument("--json", action="store_true", help="as JSON: the object of kinos/status")


def status(args: argparse.Namespace, outside: Outside) -> int:
    """Print the whole picture of the engine on the folder."""
    if args.json:
        say_json(command(outside, args.folder, "status", {}))
        return 0
    picture, known, changes = commands(outside, args.folder, ("status", {}), ("figures", {}), ("history", {}))
    say_phase(picture)
    documents, team = picture["documents"], picture["team"]
    number = counted(documents["count"], "document", "documents")
    say(f"{number}, {documents['long']} long, {documents['tooLong']} too long")
    say(_team(team))
    if team["heldBy"]:
        say(f"{team['heldBy']} works on this folder.")
    if picture["agents"]:
        say(f"Spent: {_spent(picture['budget'], rehearsal=team['rehearsal'])}")
        table([_agent(each) for each in picture["agents"]], _COLUMNS)
        for each in picture["agents"]:
            if each["lastError"]:
                say(f"{paint('Failed:', 'red')} {each['name']}: {' '.join(each['lastError'].split())}")
    else:
        for line in _known(known):
            say(typed(line, args.folder))
    if check := picture["check"]:
        reason = f": {check['reason']}" if check["reason"] else ""
        said = typed(f"check.command: {check['state']}{reason}", args.folder)
        say(f"{said} ({check['time'][:16].replace('T', ' ')})")
    for line in _pending(picture, changes, args.folder):
        say(line)
    return 0


def _team(team: Mapping[str, Any]) -> str:
    if not team["name"]:
        return "Team: none runs" if team["state"] == _STOPPED else f"Team: {team['state']}"
    since = f" since {_clock(team['since'])}" if team["since"] else ""
    landing = "changes wait for you" if team["landing"] == "review" else "changes land"
    parts = [landing, *(["rehearsal"] if team["rehearsal"] else []), *([team["reason"]] if team["reason"] else [])]
    return f"Team: {team['name']}, {paint(team['state'], _COLOURS.get(team['state'], ''))}{since}, {', '.join(parts)}"


def _spent(budget: Mapping[str, Any], *, rehearsal: bool) -> str:
    today, unpriced = budget["usdToday"], budget["unpricedToday"]
    usd = "? US$" if budget["usd"] is None else f"{budget['usd']:.2f}{_of(budget['usdCap'])} US$"
    return ", ".join(
        [
            "nothing, it is a rehearsal" if rehearsal else usd,
            f"{budget['tokens']:,}{_of(budget['tokensCap'])} tokens",
            f"{budget['runs']}{_of(last_cycle(budget))} cycles",
            f"{budget['minutes']:.0f}{_of(budget['minutesCap'])} minutes",
            *([] if rehearsal or today is None else [f"{today:.2f}{_of(budget['usdPerDay'])} US$ today"]),
            *([] if rehearsal or not unpriced else [f"and {unpriced:,} tokens today without a known price"]),
        ]
    )


def _of(cap: float) -> str:
    return f" of {cap:,.10g}" if cap else ""


def _agent(each: Mapping[str, Any]) -> dict[str, Any]:
    usd, tokens = each["usd"], each["tokensIn"] + each["tokensOut"]
    spent = "?" if usd is None else f"{usd:.4f} US$" if usd else f"{tokens:,} tokens"
    about = " ".join((each["deferred"] or each["task"] or each["lastResult"]).split())
    return {**each, "spent": spent, "about": about if len(about) <= 60 else f"{about[:59]}…"}


def _known(figures: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What the journal knows of earlier sessions."""
    if not figures:
        return
    cycles, landed, failed = (sum(each[key] for each in figures) for key in ("cycles", "landed", "failed"))
    costs = [each["usd"] for each in figures]
    usd = "an unknown cost" if None in costs else f"{sum(costs):.2f} US$"
    yield f"Before, over all sessions: {cycles} cycles, {landed} landed, {failed} failed, {usd} (kin history --agents)"
    for each in figures:
        if each["lastFailure"]:
            yield f"Its last failure: {each['agent']}: {' '.join(each['lastFailure'].split())}"


def _pending(picture: Mapping[str, Any], changes: Sequence[Mapping[str, Any]], folder: Path) -> Iterator[str]:
    """What the team was asked for, and what waits for a person."""
    for path in picture["asked"]:
        yield f"{paint('Asked:', 'cyan')} the team is to consolidate {path}"
    if picture["waiting"]:
        yield from _waiting(changes, folder)


def _waiting(changes: Sequence[Mapping[str, Any]], folder: Path) -> Iterator[str]:
    waiting = [change for change in changes if change["state"] == "proposed"]
    for change in waiting[:_NAMED]:
        yield f"{paint('Waits:', 'yellow')} {change['id']}  {change['agent']}: {change['title']}"
    if len(waiting) > _NAMED:
        yield f"       and {len(waiting) - _NAMED} more"
    yield typed("       kin review shows them, kin review --accept ID lands one.", folder)


def _clock(time: str) -> str:
    return f"{datetime.fromisoformat(time).astimezone():%H:%M}"
