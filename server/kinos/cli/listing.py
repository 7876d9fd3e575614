"""`kin teams` and `kin agents`: what there is, from where, and what is wrong with it."""

import argparse
from pathlib import Path
from typing import Any

from kinos.cli.outside import Outside
from kinos.cli.terminal import say, say_json, table, warn
from kinos.engine import listing


def options(parser: argparse.ArgumentParser) -> None:
    """Options of both."""
    parser.add_argument("--json", action="store_true", help="as JSON")


def team_options(parser: argparse.ArgumentParser) -> None:
    """Options of `kin teams`."""
    options(parser)
    parser.add_argument(
        "--import",
        dest="source",
        type=Path,
        metavar="DIR",
        help="write the teams of 2024 in DIR into .kinos/ of the folder",
    )
    parser.add_argument("--replace", action="store_true", help="with --import: write over files that are there")


def teams(args: argparse.Namespace, outside: Outside) -> int:
    """List the teams, or import those of 2024; exit 1 when something is wrong with one."""
    if args.source is not None:
        return _import(args, outside)
    return _show(args, *listing.teams(outside.catalog(args.folder)), "agents")


def agents(args: argparse.Namespace, outside: Outside) -> int:
    """List the agents; exit 1 when one is wrong."""
    return _show(args, *listing.agents(outside.catalog(args.folder)), "edits")


def _import(args: argparse.Namespace, outside: Outside) -> int:
    results = outside.convert(args.source, args.folder, replace=args.replace)
    files = [result.file for result in results if result.file]
    mistakes = [mistake for result in results for mistake in result.mistakes]
    if args.json:
        say_json({"written": files, "errors": mistakes})
    else:
        for file in files:
            say(f"wrote {file}")
        for mistake in mistakes:
            warn(mistake)
    return 1 if mistakes else 0


def _show(args: argparse.Namespace, rows: list[dict[str, Any]], wrong: list[dict[str, str]], extra: str) -> int:
    if args.json:
        say_json({"found": rows, "errors": wrong})
    else:
        shown = [{**row, extra: ", ".join(row[extra])} for row in rows]
        columns = {"name": "name", "origin": "from", "summary": "what it does", extra: extra}
        table(shown, columns | ({"source": "file"} if args.verbose else {}))
        for entry in wrong:
            warn(entry["error"])
    return 1 if wrong else 0
