"""Teams and agents: shipped with KinOS, overridden or added by a workspace, or of installed packages. Read anew each time."""

import os
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from kinos.adapters.legacy_folder import LegacyTeam, legacy_teams
from kinos.adapters.packaged import mistake, packaged
from kinos.adapters.regular import stamped
from kinos.adapters.share import shared
from kinos.adapters.text_file import read
from kinos.adapters.whole_file import replace_file
from kinos.domain.demand import Approved, Demand, nothing
from kinos.domain.errors import ContentError, KinosError, SetupError, UsageError
from kinos.domain.legacy import ORIGIN as LEGACY
from kinos.domain.legacy import with_agents
from kinos.domain.near import did_you_mean
from kinos.domain.team import NAME, Agent, Team, read_agent, read_team
from kinos.domain.trust import tightened, wider
from kinos.extension import AGENTS
from kinos.extension.installed import installed

SHIPPED, OWN = "kinos", "workspace"
"""Who brings a team or an agent."""


class FileCatalog:
    """The shipped files, and those of the workspace at `root`: under `.kinos/`, then its teams of 2024, then the shipped.

    What an agent of the workspace may do beyond the shipped ones counts only if `approved`.
    """

    def __init__(self, root: Path | None, approved: Approved = nothing) -> None:
        self._root = root
        self._approved = approved
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

    def agent(self, name: str, team: Team | None = None) -> Agent:
        """The agent called `name`; of what only teams of 2024 have, the one in the folder of `team` comes first."""
        agent = self._agent(name, team)
        return tightened(agent, self.shipped(name), self._approved) if agent.origin == OWN else agent

    def demands(self) -> Sequence[Demand]:
        """What the agents of the workspace bring beyond the shipped ones."""
        found: list[Demand] = []
        for name in self.agents():
            with suppress(KinosError):  # said where agents are listed
                agent = self._agent(name)
                found += wider(agent, self.shipped(name)) if agent.origin == OWN else ()
        return found

    def adopt(self, name: str) -> tuple[str, bool]:
        """The path of the workspace's own prompt file, made as a copy of the shipped one where there was none."""
        _check("an agent", name)
        adopted = self._adopted("prompts", f"{name}.md")
        if adopted is None:
            agent = self.agent(name)
            raise UsageError(f"The prompt of {name} is no file under prompts/.", f"It is brought by {agent.source}.")
        return adopted

    def adopt_team(self, name: str) -> tuple[str, bool]:
        """The path of the workspace's own team file, made as a copy of the shipped one where there was none."""
        _check("a team", name)
        old = next((team for team in self._old() if team.name == name), None)
        if old is not None and self._file("teams", f"{name}.toml")[0] != OWN:
            return old.read().source, False
        adopted = self._adopted("teams", f"{name}.toml")
        if adopted is None:
            raise _unknown("team", name, self.teams())
        return adopted

    def _adopted(self, folder: str, name: str) -> tuple[str, bool] | None:
        """The workspace's own file, and whether it was made by this; None where there is none to copy."""
        origin, file = self._file(folder, name)
        own = self._folders.get(OWN)
        if file is None or own is None:
            return None
        if origin == OWN:
            return str(file), False
        target = own / folder / file.name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.parent.resolve() != own.parent.resolve() / ".kinos" / folder:
                raise SetupError(f"{target.parent} leads elsewhere.", "Make it a folder, not a link.")
            replace_file(target, file.read_bytes())
        except OSError as error:
            raise SetupError(f"{target} cannot be written: {error.strerror}.", "Check its folder.") from error
        return str(target), True

    def stamp(self, team: Team) -> Hashable:
        """The files under `.kinos/`, and those beside a team of 2024, each with its size and when it was changed."""
        own = self._folders.get(OWN)
        folders = [] if own is None else [own / "teams", own / "prompts"]
        if team.origin == LEGACY:
            folders.append(Path(team.source).parent)
        return tuple(mark for folder in folders for mark in marks(folder))

    def teams(self) -> Sequence[str]:
        """Names, sorted."""
        return sorted({*self._names("teams", ".toml"), *(team.name for team in self._old())})

    def agents(self) -> Sequence[str]:
        """Names, sorted."""
        packages = (name for name in installed(AGENTS) if NAME.fullmatch(name))
        return sorted({*self._names("prompts", ".md"), *packages, *self._beside()})

    def shipped_agents(self) -> Sequence[str]:
        """Names of those that KinOS brings."""
        return [file.stem for file in _listed(self._folders[SHIPPED] / "prompts", ".md") if _is_file(file)]

    def stray_teams(self) -> Mapping[str, str]:
        """What has a team's name but is no file, with a sentence that says so."""
        return self._strays("teams", ".toml")

    def stray_agents(self) -> Mapping[str, str]:
        """What has an agent's name but is no file, and packaged agents that cannot run, with a sentence that says so."""
        return self._strays("prompts", ".md") | self._broken()

    def _broken(self) -> dict[str, str]:
        shipped = self.shipped_agents()
        found = {}
        for name, package in installed(AGENTS).items():
            if name in shipped:
                found[name] = f"{package.said}: KinOS has an agent of that name, which stays in use"
            elif problem := mistake(package):
                found[name] = problem
        return found

    def _agent(self, name: str, team: Team | None = None) -> Agent:
        _check("an agent", name)
        origin, file = self._file("prompts", f"{name}.md")
        if file is not None:
            return replace(read_agent(read(file), str(file), name), origin=origin)
        if (package := installed(AGENTS).get(name)) is not None:
            return packaged(package)
        for old in sorted(self._old(), key=lambda old: team is None or old.name != team.name):
            if (agent := old.agent(name)) is not None:
                return agent
        raise _unknown("agent", name, self.agents())

    def shipped(self, name: str) -> Agent | None:
        """The agent of that name that KinOS brings; None when it brings none."""
        file = self._folders[SHIPPED] / "prompts" / f"{name}.md"
        return read_agent(read(file), str(file), name) if _is_file(file) else None

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


def marks(folder: Path) -> Iterator[Hashable]:
    """What there is in a folder, each with its size and when it was changed; nothing of one that cannot be listed."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in found:
        try:
            now = entry.stat()
        except OSError:  # it has gone meanwhile, or is a link that leads nowhere
            yield entry.name
        else:
            yield entry.name, *stamped(now)


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
    meant = did_you_mean(name, known)
    return UsageError(f"There is no {what} {name!r}.", f"{meant} There are: {', '.join(known)}.".lstrip())


def _is_file(file: Path) -> bool:
    # Unlike Path.is_file, this is plainly False below a folder that may not be entered.
    return os.path.isfile(file)  # noqa: PTH113


def _stray(file: Path) -> ContentError:
    return ContentError("it is not a file (a folder, or a link that leads nowhere): rename or remove it", str(file))
