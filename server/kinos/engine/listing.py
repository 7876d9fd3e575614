"""The teams and agents there are, and what is wrong with them, as plain values."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kinos.domain.errors import KinosError
from kinos.engine.mistake import strangers
from kinos.engine.ports import Catalog

type Listing = tuple[list[dict[str, Any]], list[dict[str, str]]]
"""What was found, and what is wrong: `{"name", "error"}`."""


def teams(catalog: Catalog) -> Listing:
    """Every team, with its agents. Reads files."""
    known = catalog.agents()

    def row(name: str) -> tuple[dict[str, Any], Sequence[str]]:
        team = catalog.team(name)
        agents = [member.agent for member in team.members]
        found = {"name": name, "summary": team.summary, "agents": agents, "origin": team.origin, "source": team.source}
        return found, [*team.mistakes, *strangers(team, known)]

    return _listed(catalog.teams(), row, catalog.stray_teams())


def agents(catalog: Catalog) -> Listing:
    """Every agent, with what it may edit. Reads files."""

    def row(name: str) -> tuple[dict[str, Any], Sequence[str]]:
        agent = catalog.agent(name)
        found = {"summary": agent.role, "edits": list(agent.edits), "origin": agent.origin, "source": agent.source}
        return {"name": name, **found}, agent.mistakes

    return _listed(catalog.agents(), row, catalog.stray_agents())


def _listed(
    names: Sequence[str], row: Callable[[str], tuple[dict[str, Any], Sequence[str]]], strays: Mapping[str, str]
) -> Listing:
    """What `row` says of each name. A stray is no file at all, or no agent that can run; it is complained of once."""
    rows: list[dict[str, Any]] = []
    wrong: list[dict[str, str]] = []
    for name in names:
        try:
            found, mistakes = row(name)
        except KinosError as error:
            wrong.append({"name": name, "error": str(error)})
            continue
        rows.append(found)
        wrong.extend({"name": name, "error": mistake} for mistake in mistakes)
    known = {entry["name"] for entry in wrong}
    wrong.extend({"name": name, "error": why} for name, why in sorted(strays.items()) if name not in known)
    return rows, wrong
