"""Teams and agents, and whether all is there that they need."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Protocol

from kinos.domain.finding import Finding
from kinos.domain.mistake import Mistake
from kinos.domain.team import Agent, Team


class Catalog(Protocol):
    """Teams and agents, shipped and of the workspace."""

    def team(self, name: str) -> Team:
        """Raises UsageError with the names there are, ContentError when its file is wrong."""
        ...

    def agent(self, name: str, team: Team | None = None) -> Agent:
        """The agent, as a member of `team` if that is given: a team may have prompts that are its own.

        Raises UsageError with the names there are, ContentError when its file is wrong.
        """
        ...

    def adopt(self, name: str) -> tuple[str, bool]:
        """The path of the workspace's own prompt file of the agent, and whether it was made by this: a copy of the shipped one.

        Raises UsageError for an agent without such a file, ContentError for one that is none, SetupError when it cannot be
        written.
        """
        ...

    def adopt_team(self, name: str) -> tuple[str, bool]:
        """The same of a team's file; a team of 2024 is the workspace's own already. Raises as `adopt`."""
        ...

    def stamp(self, team: Team) -> Hashable:
        """A value that is another one once a file has changed that `team` or its agents are read from. Cheap; raises nothing."""
        ...

    def teams(self) -> Sequence[str]:
        """Names, sorted."""
        ...

    def agents(self) -> Sequence[str]:
        """Names, sorted."""
        ...

    def stray_teams(self) -> Mapping[str, str]:
        """What has a team's name but is no file, with a sentence that says so."""
        ...

    def stray_agents(self) -> Mapping[str, str]:
        """What has an agent's name but is no file, with a sentence that says so."""
        ...


class OwnFiles(Protocol):
    """The files that people write for KinOS, by workspace-relative path (see `kinos.domain.own_file`)."""

    def stamp(self) -> Hashable:
        """A value that is another one once such a file has changed on the disk, come or gone. Cheap; raises nothing."""
        ...

    def texts(self) -> Mapping[str, str | Mistake]:
        """What there is on the disk: each file's text, or why it cannot be read. Blocking: called off the loop."""
        ...

    def mistakes(self, path: str, text: str) -> Sequence[Mistake]:
        """What is wrong with `text` as the file at `path`."""
        ...


class Checkup(Protocol):
    """Looks at all that an engine needs."""

    async def findings(self, *, live: bool) -> Sequence[Finding]:
        """What is installed, reachable and missing; with `live` also what one minimal call to the model came to."""
        ...
