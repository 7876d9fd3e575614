"""`kin map` and `stop`: what a folder is like, and the engine on it."""

import argparse

from kinos.cli.engine import asked, command
from kinos.cli.outside import Outside
from kinos.cli.program import typed
from kinos.cli.terminal import counted, say, say_json

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


def stop_options(parser: argparse.ArgumentParser) -> None:
    """Options of `kin stop`."""
    parser.add_argument("--json", action="store_true", help="as JSON")


def stop(args: argparse.Namespace, outside: Outside) -> int:
    """Stop the team on the folder, whichever front end runs it. Exit 3 when none runs."""
    answer = asked(outside, args.folder, "stopTeam", {}) or {"stopped": 0}
    if args.json:
        say_json(answer)
    elif answer["stopped"]:
        say(f"Stopped: {counted(answer['stopped'], 'process', 'processes')} ended.")
    else:
        say("No team runs on this folder.")
        near = outside.neighbour(args.folder)
        if near is not None:
            say(f"KinOS (process {near[1]}) has {near[0]} open: {typed('kin stop', near[0])} stops a team there.")
    return 0 if answer["stopped"] else NOTHING
