"""`kin new`: a mission, which is a folder with a request to fill in."""

import argparse
from pathlib import Path

from kinos.cli.outside import Outside
from kinos.cli.program import program, there
from kinos.cli.terminal import say
from kinos.domain.errors import SetupError, UsageError
from kinos.domain.path import REQUESTS
from kinos.domain.request import FORM

REQUEST = REQUESTS[0]


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
    there = next((name for name in REQUESTS if (folder / name).exists()), "")
    if there:
        raise UsageError(f"{folder / there} is there already, and stays as it is.", "Name another folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / REQUEST).open("x", encoding="utf-8") as stream:
            stream.write(FORM)
    except OSError as error:
        raise SetupError(
            f"{folder} cannot be made a mission: {error.strerror}.", "Name a folder you may write."
        ) from error
    _say_next(folder, args.team)
    return 0


def _say_next(folder: Path, team: str) -> None:
    kin, where = f"{program()}{f' {team}' if team else ''}", there(folder)
    say(f"A mission: {folder / REQUEST}")
    say("1. Fill it in: agents read it and never edit it.")
    say(f"2. See the whole path without a key:  {kin} --rehearse --cycles 3{where}")
    say(f"3. Let the team work:                 {kin}{where}")
