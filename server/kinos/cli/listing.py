"""`kin teams` and `kin agents`: what there is, from where, and what is wrong with it."""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from kinos.cli.outside import Outside
from kinos.cli.terminal import say_json, table, warn
from kinos.domain.errors import KinosError


def options(parser: argparse.ArgumentParser) -> None:
    """Options of both."""
    parser.add_argument("--json", action="store_true", help="as JSON")


def teams(args: argparse.Namespace, outside: Outside) -> int:
    """List the teams; exit 1 when one is wrong."""
    catalog = outside.catalog(args.folder)
    rows, wrong = [], []
    known = set(catalog.agents())
    for name in catalog.teams():
        try:
            team = catalog.team(name)
        except KinosError as error:
            wrong.append({"name": name, "error": str(error)})
            continue
        agents = [member.agent for member in team.members]
        rows.append({"name": name, "summary": team.summary, "agents": agents, "source": team.source})
        wrong.extend(
            {"name": name, "error": f"{team.source}: it names the agent {agent!r}, which does not exist"}
            for agent in agents
            if agent not in known
        )
    wrong.extend(_strays(catalog.stray_teams(), catalog.teams()))
    return _show(args, rows, wrong, "agents")


def agents(args: argparse.Namespace, outside: Outside) -> int:
    """List the agents; exit 1 when one is wrong."""
    catalog = outside.catalog(args.folder)
    rows, wrong = [], []
    for name in catalog.agents():
        try:
            agent = catalog.agent(name)
        except KinosError as error:
            wrong.append({"name": name, "error": str(error)})
        else:
            rows.append({"name": name, "summary": agent.role, "edits": list(agent.edits), "source": agent.source})
    wrong.extend(_strays(catalog.stray_agents(), catalog.agents()))
    return _show(args, rows, wrong, "edits")


def _strays(strays: Mapping[str, str], listed: Sequence[str]) -> list[dict[str, str]]:
    """What is no file at all; one that also stands in the place of a file has been complained of."""
    return [{"name": name, "error": why} for name, why in sorted(strays.items()) if name not in listed]


def _show(args: argparse.Namespace, rows: list[dict[str, Any]], wrong: list[dict[str, str]], extra: str) -> int:
    if args.json:
        say_json({"found": rows, "errors": wrong})
    else:
        shown = [{**row, extra: ", ".join(row[extra])} for row in rows]
        columns = {"name": "name", "summary": "what it does", extra: extra}
        table(shown, columns | ({"source": "file"} if args.verbose else {}))
        for entry in wrong:
            warn(entry["error"])
    return 1 if wrong else 0
