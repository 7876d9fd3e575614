"""`kin new`: a mission, which is a folder with a request to fill in."""

import argparse
from pathlib import Path

from kinos.cli.outside import Outside
from kinos.cli.program import program, there
from kinos.cli.terminal import say
from kinos.domain.errors import UsageError


def options(parser: argparse.ArgumentParser) -> None:
    """Options of `kin new`."""
    parser.add_argument("into", nargs="?", type=Path, metavar="DIR", help="the folder; default: this one")
    parser.add_argument("--team", default="", metavar="TEAM", help="the team that will work on it; see kin teams")


def run(args: argparse.Namespace, outside: Outside) -> int:
    """Make the folder and its request, and say what to do next. Raises UsageError when there is a request already."""
    folder: Path = args.folder / args.into if args.into else args.folder
    if args.team and args.team not in outside.catalog(folder).teams():
        teams = ", ".join(outside.catalog(folder).teams())
        raise UsageError(f"There is no team {args.team!r}.", f"There are: {teams}.")
    request = outside.mission(folder)
    _say_next(request, args.team)
    return 0


def _say_next(request: Path, team: str) -> None:
    kin, where = f"{program()}{f' {team}' if team else ''}", there(request.parent)
    say(f"A mission: {request}")
    say("1. Fill it in: agents read it and never edit it.")
    say(f"2. See the whole path without a key:  {kin} --rehearse --cycles 3{where}")
    say(f"3. Let the team work:                 {kin}{where}")
