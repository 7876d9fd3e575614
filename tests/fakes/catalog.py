"""Teams and agents in memory."""

from collections.abc import Mapping, Sequence

from kinos.domain.errors import UsageError
from kinos.domain.team import Agent, Member, Team


class MemoryCatalog:
    """Implements `Catalog`. `teams` gives each agent of a team its weights in EXPANSION and CONVERGENCE."""

    def __init__(self, teams: Mapping[str, Mapping[str, tuple[float, float]]], agents: Mapping[str, Agent]) -> None:
        self._teams = teams
        self._agents = agents
        self.mistakes: tuple[str, ...] = ()
        """What each team says was not taken as its file has it."""

    def team(self, name: str) -> Team:
        if name not in self._teams:
            raise UsageError(f"There is no team {name!r}.", f"There are: {', '.join(self.teams())}.")
        members = (Member(agent, *weights) for agent, weights in self._teams[name].items())
        return Team(name, f"the team {name}", tuple(members), mistakes=self.mistakes)

    def agent(self, name: str) -> Agent:
        if name not in self._agents:
            raise UsageError(f"There is no agent {name!r}.", f"There are: {', '.join(self.agents())}.")
        return self._agents[name]

    def crew(self, team: Team) -> Mapping[str, Agent]:
        return {member.agent: self.agent(member.agent) for member in team.members}

    def teams(self) -> Sequence[str]:
        return sorted(self._teams)

    def agents(self) -> Sequence[str]:
        return sorted(self._agents)

    def stray_teams(self) -> Mapping[str, str]:
        return {}

    def stray_agents(self) -> Mapping[str, str]:
        return {}


def agent(name: str, pace: float = 20.0, watches: tuple[str, ...] = ("**/*.md",), model: str | None = None) -> Agent:
    """An agent that may edit all Markdown."""
    return Agent(name, f"does what {name} does", f"You are {name}.", watches=watches, pace=pace, model=model)
