"""What is wrong with the teams and agents there are."""

from collections.abc import Sequence

from kinos.domain.errors import KinosError
from kinos.domain.team import Team
from kinos.engine.ports import Catalog


def mistakes(catalog: Catalog) -> Sequence[str]:
    """A sentence for each mistake, with its file and, where there is one, its line."""
    return [*_of_teams(catalog), *_of_agents(catalog)]


def _of_teams(catalog: Catalog) -> list[str]:
    wrong = list(catalog.stray_teams().values())
    for name in catalog.teams():
        try:
            team = catalog.team(name)
        except KinosError as error:
            wrong.append(str(error))
            continue
        wrong.extend(team.mistakes)
        wrong.extend(strangers(team, catalog.agents()))
    return wrong


def strangers(team: Team, known: Sequence[str]) -> list[str]:
    """A sentence for each agent that the team names and that is not among those `known`."""
    return [str(team.stranger(member.agent, known)) for member in team.members if member.agent not in known]


def _of_agents(catalog: Catalog) -> list[str]:
    wrong = list(catalog.stray_agents().values())
    for name in catalog.agents():
        try:
            wrong.extend(catalog.agent(name).mistakes)
        except KinosError as error:
            wrong.append(str(error))
    return wrong
