"""Teams and agents in memory."""

from collections.abc import Hashable, Mapping, Sequence

from kinos.domain.errors import ContentError, UsageError
from kinos.domain.team import Agent, Member, Team


class MemoryCatalog:
    """Implements `Catalog`. `teams` gives each agent of a team its weights in EXPANSION and CONVERGENCE."""

    def __init__(self, teams: Mapping[str, Mapping[str, tuple[float, float]]], agents: Mapping[str, Agent]) -> None:
        self._teams = dict(teams)
        self._agents = dict(agents)
        self.broken: dict[str, str] = {}
        self.version = 0
        self.adopted: set[str] = set()
        self.mistakes: tuple[str, ...] = ()
        """What each team says was not taken as its file has it."""

    def team(self, name: str) -> Team:
        if name in self.broken:
            raise ContentError(self.broken[name], f"teams/{name}.toml", 2)
        if name not in self._teams:
            raise UsageError(f"There is no team {name!r}.", f"There are: {', '.join(self.teams())}.")
        members = (Member(agent, *weights) for agent, weights in self._teams[name].items())
        return Team(name, f"the team {name}", tuple(members), source=f"teams/{name}.toml", mistakes=self.mistakes)

    def agent(self, name: str, team: Team | None = None) -> Agent:
        if name in self.broken:
            raise ContentError(self.broken[name], f"prompts/{name}.md", 2)
        if name not in self._agents:
            raise UsageError(f"There is no agent {name!r}.", f"There are: {', '.join(self.agents())}.")
        return self._agents[name]

    def adopt(self, name: str) -> tuple[str, bool]:
        self.agent(name)
        made = name not in self.adopted
        self.adopted.add(name)
        return f"/w/.kinos/prompts/{name}.md", made

    def adopt_team(self, name: str) -> tuple[str, bool]:
        self.team(name)
        made = f"team {name}" not in self.adopted
        self.adopted.add(f"team {name}")
        return f"/w/.kinos/teams/{name}.toml", made

    def stamp(self, team: Team) -> Hashable:
        return self.version

    def put(self, *agents: Agent, **teams: Mapping[str, tuple[float, float]]) -> None:
        """Somebody writes files of agents and teams, right ones."""
        self._agents.update({agent.name: agent for agent in agents})
        self._teams.update(teams)
        for name in (*teams, *(agent.name for agent in agents)):
            self.broken.pop(name, None)
        self.version += 1

    def spoil(self, name: str, mistake: str) -> None:
        """Somebody writes a mistake into the file of a team or an agent."""
        self.broken[name] = mistake
        self.version += 1

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
