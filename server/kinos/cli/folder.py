"""`kin map`, `phase`, `status` and `stop`: what a folder is like, and the engine on it."""

import argparse
from typing import Any

from kinos.cli.engine import asked, command
from kinos.cli.outside import Outside
from kinos.cli.terminal import say, say_json, table
from kinos.domain.errors import UsageError
from kinos.domain.size import kilotokens

NOTHING = 3


def map_options(parser: argparse.ArgumentParser) -> None:
    """Options of `kin map`."""
    parser.add_argument("--write", action="store_true", help="write it to `map (readonly).md`")
    parser.add_argument("--json", action="store_true", help="as JSON")


def show_map(args: argparse.Namespace, outside: Outside) -> int:
    """Print the map, or write it."""
    if args.write:
        say(f"Written: {command(outside, args.folder, 'updateMap', {})}")
    elif args.json:
        say_json(command(outside, args.folder, "mapObject", {}))
    else:
        say(command(outside, args.folder, "showMap", {}).rstrip("\n"))
    return 0


def phase_options(parser: argparse.ArgumentParser) -> None:
    """Options of `kin phase`."""
    parser.add_argument("action", nargs="?", choices=["set"], help="set the phase")
    parser.add_argument(
        "phase", nargs="?", choices=["expansion", "convergence", "auto"], help="which; auto follows the total"
    )
    parser.add_argument("--json", action="store_true", help="as JSON")


def phase(args: argparse.Namespace, outside: Outside) -> int:
    """Print the phase with its reason and headroom, after setting it if asked. Raises UsageError when nothing is said to set."""
    if args.action and not args.phase:
        raise UsageError("Which phase is to be set?", "Say `kin phase set expansion`, `convergence` or `auto`.")
    if args.action:
        picture = command(outside, args.folder, "setPhase", {"phase": args.phase})
    else:
        picture = command(outside, args.folder, "status", {})
    if args.json:
        say_json({"phase": picture["phase"], "tokens": picture["tokens"]})
        return 0
    _say_phase(picture)
    return 0


def status_options(parser: argparse.ArgumentParser) -> None:
    """Options of `kin status`."""
    parser.add_argument("--json", action="store_true", help="as JSON: the object of kinos/status")


def status(args: argparse.Namespace, outside: Outside) -> int:
    """Print the whole picture of the engine on the folder."""
    picture = command(outside, args.folder, "status", {})
    if args.json:
        say_json(picture)
        return 0
    _say_phase(picture)
    documents, team = picture["documents"], picture["team"]
    say(f"{documents['count']} documents, {documents['long']} long, {documents['tooLong']} too long")
    rehearsal = ", rehearsal" if team["rehearsal"] else ""
    say(
        f"Team: {team['name'] or 'none'}, {team['state']}{rehearsal}"
        + (f", {team['reason']}" if team["reason"] else "")
    )
    if team["heldBy"]:
        say(f"{team['heldBy']} works on this folder.")
    if picture["agents"]:
        table(
            picture["agents"],
            {"name": "agent", "state": "state", "weight": "weight", "landed": "landed", "task": "task"},
        )
    if picture["waiting"]:
        say(f"{picture['waiting']} changes wait for review: kin review")
    return 0


def stop_options(parser: argparse.ArgumentParser) -> None:
    """Options of `kin stop`."""
    parser.add_argument("--json", action="store_true", help="as JSON")


def stop(args: argparse.Namespace, outside: Outside) -> int:
    """Stop the team on the folder, whichever front end runs it. Exit 3 when none runs."""
    answer = asked(outside, args.folder, "stopTeam", {}) or {"stopped": 0}
    if args.json:
        say_json(answer)
    elif answer["stopped"]:
        say(f"Stopped: {answer['stopped']} processes ended.")
    else:
        say("No team runs on this folder.")
    return 0 if answer["stopped"] else NOTHING


def _say_phase(picture: dict[str, Any]) -> None:
    phase_, tokens = picture["phase"], picture["tokens"]
    say(f"{phase_['name']}: {phase_['reason']}")
    say(f"{tokens['total']:,} of {tokens['limit']:,} tokens ({tokens['percent']:g} %), {tokens['tokenizer']}")
    if phase_["pinned"]:
        return
    if phase_["name"] == "EXPANSION":
        say(f"{kilotokens(max(0, tokens['toConverge']))} tokens to CONVERGENCE")
    else:
        say(f"{kilotokens(max(0, tokens['toExpand']))} tokens less to EXPANSION")
