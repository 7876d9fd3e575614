"""The running team as its files say it now: a changed file is taken up, one with a mistake leaves the last good version."""

from collections.abc import Callable
from dataclasses import dataclass

from kinos.domain.errors import ContentError, KinosError, UsageError
from kinos.domain.team import Agent, Team
from kinos.engine.ports import Catalog

STILL = 0.2
"""Seconds a file must have stood still before it is read: who writes it may be in the middle of it."""

type Say = Callable[[str, str], None]
"""Tells a person something: `info` or `warning`, and a sentence."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a look found: agents whose prompt file says something new, and agents that joined and left the team."""

    changed: frozenset[str]
    joined: tuple[str, ...]
    left: tuple[str, ...]


class Roster:
    """The team and its agents, by name; `say` is told what was taken up and what could not be.

    A team without a file of its own (one agent that was started alone) stays as it is but for its agents.
    """

    def __init__(self, catalog: Catalog, team: Team, say: Say) -> None:
        """Raises what `Catalog.agent` raises, so that a team starts whole or not at all."""
        self._catalog = catalog
        self._say = say
        self._stamp = self._seen = catalog.stamp(team)
        self._seen_at = 0.0
        self._wrong: dict[str, str] = {}
        self.team = team
        self.agents = {member.agent: self._found(member.agent, team) for member in team.members}

    def add(self, name: str) -> None:
        """One more agent, that the team need not have. Raises what `Catalog.agent` raises."""
        self.agents[name] = self._catalog.agent(name, self.team)

    def mistakes(self) -> tuple[str, ...]:
        """What of the team and its agents was not taken as their files have it."""
        return (*self.team.mistakes, *(said for agent in self.agents.values() for said in agent.mistakes))

    @property
    def being_written(self) -> bool:
        """Whether a file changed at the last look, and is to be taken up once it stands still."""
        return self._seen != self._stamp

    def look(self, now: float) -> Renewal | None:
        """Take up what changed in the files and stands still since; None when nothing does. `now` is in seconds, monotonic."""
        stamp = self._catalog.stamp(self.team)
        if stamp != self._seen:
            self._seen, self._seen_at = stamp, now
        if stamp == self._stamp or now < self._seen_at + STILL:
            return None
        self._stamp = stamp
        before, agents, known = self.team, dict(self.agents), self.mistakes()
        if before.source:
            self.team = self._read(f"the team {before.name}", self._reread, before)
        left = tuple(member.agent for member in before.members if self.team.member(member.agent) is None)
        self.agents = {}
        for name in dict.fromkeys([*(member.agent for member in self.team.members), *agents]):
            if name not in left and (agent := self._agent(name, agents.get(name))) is not None:
                self.agents[name] = agent
        joined = tuple(name for name in self.agents if name not in agents)
        changed = frozenset(name for name, agent in self.agents.items() if agents.get(name, agent) != agent)
        self._tell(before, known, Renewal(changed, joined, left))
        return Renewal(changed, joined, left)

    def _reread(self) -> Team:
        """The team as its file says now. Raises what `Catalog.team` raises, and ContentError when nobody of it can run."""
        team = self._catalog.team(self.team.name)
        wrong: list[str] = []
        for member in team.members:
            try:
                self.agents.get(member.agent) or self._found(member.agent, team)
            except KinosError as error:
                wrong.append(str(error))
            else:
                return team
        raise ContentError(f"none of its agents can run: {'; '.join(wrong)}", team.source)

    def _agent(self, name: str, last: Agent | None) -> Agent | None:
        return self._read(name, lambda: self._found(name, self.team), last)

    def _found(self, name: str, team: Team) -> Agent:
        """The agent called `name`. Raises what `Catalog.agent` raises; where the file of `team` is wrong, it is named."""
        try:
            return self._catalog.agent(name, team)
        except UsageError as error:
            if team.source and team.member(name) is not None:
                raise team.stranger(name, self._catalog.agents()) from error
            raise

    def _read[T](self, what: str, read: Callable[[], T], last: T) -> T:
        """What is read, else `last`; a mistake is told once, and that it is gone."""
        try:
            found = read()
        except KinosError as error:
            if self._wrong.get(what) != str(error):
                self._wrong[what] = str(error)
                stays = f"{what} stays out" if last is None else f"{what} goes on as it was"
                self._say("warning", f"{str(error).rstrip('.')}. Until this is mended, {stays}.")
            return last
        if self._wrong.pop(what, None):
            self._say("info", f"What was wrong with {what} is mended: it goes by its file again.")
        return found

    def _tell(self, before: Team, known: tuple[str, ...], renewal: Renewal) -> None:
        for mistake in self.mistakes():
            if mistake not in known:
                self._say("warning", mistake)
        for name in sorted(renewal.changed):
            self._say("info", f"The prompt file of {name} changed: it goes by it from its next cycle on.")
        news = [f"{name} joins" for name in renewal.joined] + [f"{name} leaves" for name in renewal.left]
        news += [
            f"{member.agent} weighs {member.expansion:g} in EXPANSION and {member.convergence:g} in CONVERGENCE"
            for member in self.team.members
            if before.member(member.agent) not in {None, member}
        ]
        if before.model != self.team.model:
            news.append(f"its model is {self.team.model or 'the one of the settings'}")
        if news:
            self._say("info", f"The file of the team {self.team.name} changed: {'; '.join(news)}.")
