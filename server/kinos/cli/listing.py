"""`kin teams` and `kin agents`: what there is, from where, and what is wrong with it."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kinos.cli.outside import Outside
from kinos.cli.terminal import say, say_json, table, warn
from kinos.domain.errors import KinosError
from kinos.engine.mistake import strangers


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
    catalog = outside.catalog(args.folder)
    rows, wrong = [], []
    known = catalog.agents()
    for name in catalog.teams():
        try:
            team = catalog.team(name)
        except KinosError as error:
            wrong.append({"name": name, "error": str(error)})
            continue
        agents = [member.agent for member in team.members]
        rows.append(
            {"name": name, "summary": team.summary, "agents": agents, "origin": team.origin, "source": team.source}
        )
        wrong.extend({"name": name, "error": mistake} for mistake in team.mistakes)
        wrong.extend({"name": name, "error": mistake} for mistake in strangers(team, known))
    wrong.extend(_strays(catalog.stray_teams(), wrong))
    return _show(args, rows, wrong, "agents")


def agents(args: argparse.Namespace, outside: Outside) -> int:
    """List the agents; exit 1 when one is wrong."""
    catalog = outside.catalog(args.folder)
    rows, wrong = [], []
    mistaken: list[dict[str, str]] = []
    for name in catalog.agents():
        try:
            agent = catalog.agent(name)
        except KinosError as error:
            wrong.append({"name": name, "error": str(error)})
        else:
            found = {"summary": agent.role, "edits": list(agent.edits), "origin": agent.origin, "source": agent.source}
            rows.append({"name": name, **found})
            mistaken.extend({"name": name, "error": mistake} for mistake in agent.mistakes)
    wrong.extend(_strays(catalog.stray_agents(), wrong))
    wrong.extend(mistaken)
    return _show(args, rows, wrong, "edits")


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


def _strays(strays: Mapping[str, str], wrong: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """What is no file at all, or no agent that can run; what was complained of already is left out."""
    known = {entry["name"] for entry in wrong}
    return [{"name": name, "error": why} for name, why in sorted(strays.items()) if name not in known]


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
