"""Teams and agents from files: shipped with KinOS, overridden or added by a workspace. Read anew each time."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from kinos.adapters.legacy_folder import LegacyTeam, legacy_teams
from kinos.adapters.share import shared
from kinos.adapters.text_file import read
from kinos.domain.errors import ContentError, SetupError, UsageError
from kinos.domain.legacy import with_agents
from kinos.domain.team import NAME, Agent, Team, read_agent, read_team

SHIPPED, OWN = "kinos", "workspace"
"""Who brings a team or an agent."""


class FileCatalog:
    """The shipped files, and those of the workspace at `root`: under `.kinos/`, then its teams of 2024, then the shipped."""

    def __init__(self, root: Path | None) -> None:
        self._root = root
        self._folders = {SHIPPED: shared()} | ({OWN: root / ".kinos"} if root else {})

    def team(self, name: str) -> Team:
        """The team called `name`."""
        _check("a team", name)
        origin, file = self._file("teams", f"{name}.toml")
        old = next((team for team in self._old() if team.name == name), None)
        if old is not None and origin != OWN:
            return with_agents(old.read(), {*self.agents(), *old.prompts()})
        if file is None:
            raise _unknown("team", name, self.teams())
        return replace(read_team(read(file), str(file), name), origin=origin)

    def agent(self, name: str) -> Agent:
        """The agent called `name`."""
        return self._agent(name, self._old())

    def crew(self, team: Team) -> Mapping[str, Agent]:
        """The agents of `team`, by name and in its order; for what only teams of 2024 have, its own folder comes first."""
        old = sorted(self._old(), key=lambda other: other.name != team.name)
        return {member.agent: self._agent(member.agent, old) for member in team.members}

    def teams(self) -> Sequence[str]:
        """Names, sorted."""
        return sorted({*self._names("teams", ".toml"), *(team.name for team in self._old())})

    def agents(self) -> Sequence[str]:
        """Names, sorted."""
        return sorted({*self._names("prompts", ".md"), *self._beside()})

    def shipped_agents(self) -> Sequence[str]:
        """Names of those that KinOS brings."""
        return [file.stem for file in _listed(self._folders[SHIPPED] / "prompts", ".md") if _is_file(file)]

    def stray_teams(self) -> Mapping[str, str]:
        """What has a team's name but is no file, with a sentence that says so."""
        return self._strays("teams", ".toml")

    def stray_agents(self) -> Mapping[str, str]:
        """What has an agent's name but is no file, with a sentence that says so."""
        return self._strays("prompts", ".md")

    def _agent(self, name: str, old: Sequence[LegacyTeam]) -> Agent:
        _check("an agent", name)
        origin, file = self._file("prompts", f"{name}.md")
        if file is not None:
            return replace(read_agent(read(file), str(file), name), origin=origin)
        for team in old:
            if (agent := team.agent(name)) is not None:
                return agent
        raise _unknown("agent", name, self.agents())

    def _old(self) -> Sequence[LegacyTeam]:
        return legacy_teams(self._root) if self._root else ()

    def _beside(self) -> set[str]:
        """Agents of the teams of 2024; other files beside their prompts, such as a README, are none."""
        return {name for team in self._old() for name in _members(team) & team.prompts().keys()}

    def _names(self, folder: str, suffix: str) -> list[str]:
        return sorted({file.stem for file in self._found(folder, suffix) if _is_file(file)})

    def _strays(self, folder: str, suffix: str) -> dict[str, str]:
        return {file.stem: str(_stray(file)) for file in self._found(folder, suffix) if not _is_file(file)}

    def _found(self, folder: str, suffix: str) -> Iterator[Path]:
        """Whatever is named like a team or an agent."""
        for base in self._folders.values():
            yield from _listed(base / folder, suffix)

    def _file(self, folder: str, name: str) -> tuple[str, Path | None]:
        """Who brings that file, and where; nobody and nothing when it is not there. Raises ContentError for a stray."""
        for origin, base in reversed(self._folders.items()):
            file = base / folder / name
            if _is_file(file):
                return origin, file
            if os.path.lexists(file):
                raise _stray(file)
        return "", None


def _listed(folder: Path, suffix: str) -> Sequence[Path]:
    """What is named like a team or an agent in one folder. Raises SetupError."""
    try:
        found = sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        raise SetupError(f"The folder {folder} cannot be read: {error.strerror}.", "Check its permissions.") from error
    return [file for file in found if file.suffix == suffix and NAME.fullmatch(file.stem)]


def _members(team: LegacyTeam) -> set[str]:
    try:
        return {member.agent for member in team.read().members}
    except (ContentError, SetupError):  # said where the team is listed
        return set()


def _check(what: str, name: str) -> None:
    if not NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name of {what}: small letters, digits, - and _, a letter first.")


def _unknown(what: str, name: str, known: Sequence[str]) -> UsageError:
    return UsageError(f"There is no {what} {name!r}.", f"There are: {', '.join(known)}.")


def _is_file(file: Path) -> bool:
    # Unlike Path.is_file, this is plainly False below a folder that may not be entered.
    return os.path.isfile(file)  # noqa: PTH113


def _stray(file: Path) -> ContentError:
    return ContentError("it is not a file (a folder, or a link that leads nowhere): rename or remove it", str(file))
