"""`kin doctor`: what is installed, reachable and missing, and the command that mends it."""

import argparse
import asyncio
from pathlib import Path

from kinos.cli.outside import Outside
from kinos.cli.program import typed
from kinos.cli.terminal import paint, say, say_json
from kinos.domain.finding import Finding, Verdict, sound

_MARKS = {Verdict.OK: ("ok", "green"), Verdict.NOTE: ("note", "yellow"), Verdict.MISSING: ("MISSING", "red")}


def options(parser: argparse.ArgumentParser) -> None:
    """Options of `kin doctor`."""
    parser.add_argument("--live", action="store_true", help="make one minimal real call, and say what it cost")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace, outside: Outside) -> int:
    """Print what was found. Exit 1 when something that is needed is missing."""
    found = asyncio.run(outside.checkup(args.folder).findings(live=args.live))
    if args.json:
        say_json({"sound": sound(found), "findings": [each.described() for each in found]})
    else:
        width = max(len(each.check) for each in found)
        for each in found:
            _say(each, width, args.folder)
    return 0 if sound(found) else 1


def _say(finding: Finding, width: int, folder: Path) -> None:
    word, colour = _MARKS[finding.verdict]
    say(f"{paint(f'{word:<7}', colour)}  {finding.check:<{width}}  {typed(finding.text, folder)}")
    if finding.remedy:
        say(f"{'':<7}  {'':<{width}}  → {typed(finding.remedy, folder)}")
