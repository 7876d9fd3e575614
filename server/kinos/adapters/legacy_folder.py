"""The teams of 2024 in a workspace: `teams/*/config.json` at its root, or below `.kinos/`, with their prompts beside."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kinos.adapters.text_file import read
from kinos.domain.errors import KinosError
from kinos.domain.legacy import SEARCHES, is_config, named, read_config, read_prompt, searching
from kinos.domain.team import NAME, Agent, Team

CONFIG = "config.json"


@dataclass(frozen=True, slots=True)
class LegacyTeam:
    """One of them: its name, its folder, and other folders whose team has the same name."""

    name: str
    folder: Path
    doubles: tuple[Path, ...] = ()

    def read(self) -> Team:
        """The team. Raises ContentError, SetupError."""
        file = self.folder / CONFIG
        team = read_config(read(file), str(file), self.folder.name)
        said = (f"{double / CONFIG}: there is a team {self.name!r} in {self.folder} already" for double in self.doubles)
        return replace(team, mistakes=(*team.mistakes, *said))

    def prompts(self) -> Mapping[str, Path]:
        """Its prompt files by agent."""
        return {file.stem: file for file in _sorted(self.folder) if file.suffix == ".md" and NAME.fullmatch(file.stem)}

    def agent(self, name: str) -> Agent | None:
        """The agent of that name, where the folder has a prompt for it. Raises ContentError, SetupError."""
        file = self.prompts().get(name)
        if file is None:
            return None
        search = SEARCHES if name in searching(read(self.folder / CONFIG)) else 0
        return read_prompt(read(file), str(file), name, search=search)


def legacy_teams(root: Path) -> Sequence[LegacyTeam]:
    """The teams of 2024 in the workspace at `root`, sorted by name; those below `.kinos/` come before those at the root."""
    found: dict[str, LegacyTeam] = {}
    for file in config_files(root):
        folder = file.parent
        name = _name(folder)
        first = found.get(name)
        found[name] = LegacyTeam(name, folder) if first is None else replace(first, doubles=(*first.doubles, folder))
    return [found[name] for name in sorted(found) if NAME.fullmatch(name)]


def given_teams(source: Path) -> Sequence[LegacyTeam]:
    """The teams of 2024 that a person names by a folder: of one team, of several, or of a project with `teams/`.

    Where one of several looks like a team, or none does, all with a `config.json` are given: a broken one is then told.
    """
    own = [source] if (source / CONFIG).is_file() else []
    places = [(parent, strict) for strict in (True, False) for parent in (source, source / "teams")]
    parent = next((parent for parent, strict in places if any(_folders(parent, strict=strict))), source)
    folders = own or [*_folders(parent, strict=False)]
    return [LegacyTeam(_name(folder), folder) for folder in folders]


def config_files(root: Path, *, strict: bool = True) -> Sequence[Path]:
    """The `config.json` of each team of 2024 in the workspace at `root`; else also what may be another program's, unread."""
    folders = (*_folders(root / ".kinos" / "teams", strict=False), *_folders(root / "teams", strict=strict))
    return [folder / CONFIG for folder in folders]


def is_meant(root: Path, file: Path, text: str) -> bool:
    """Whether `text`, or what is on the disk, is a team of ours: at the root of a workspace `teams/` may be another program's."""
    return file.is_relative_to(root / ".kinos") or is_config(text) or _looks_like_one(file)


def _name(folder: Path) -> str:
    try:
        return named(read(folder / CONFIG), folder.name)
    except KinosError:  # said when the team itself is read
        return named("", folder.name)


def _folders(parent: Path, *, strict: bool) -> Iterator[Path]:
    """Folders with a `config.json`; `strict` wants it to look like a team, for `teams/` may be another program's."""
    for folder in _sorted(parent):
        file = folder / CONFIG
        # Unlike Path.is_file, this is plainly False below a folder that may not be entered.
        if os.path.isfile(file) and (not strict or _looks_like_one(file)):  # noqa: PTH113
            yield folder


def _looks_like_one(file: Path) -> bool:
    try:
        return is_config(read(file))
    except KinosError:
        return False


def _sorted(folder: Path) -> Sequence[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:  # the folder is not there; one that cannot be read is told by who lists team files
        return []
