"""Teams of 2024 written as files of today: `.kinos/teams/NAME.toml`, and a prompt for each agent that KinOS has none for."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from kinos.adapters.catalog import FileCatalog
from kinos.adapters.legacy_folder import LegacyTeam, given_teams
from kinos.adapters.text_file import read
from kinos.domain.conversion import Converted
from kinos.domain.errors import KinosError, SetupError, UsageError
from kinos.domain.legacy import prompt_text, team_text, with_agents


def convert(source: Path, root: Path, *, replace: bool) -> Sequence[Converted]:
    """Convert every team in `source` for the workspace at `root`. A file that is there stays, unless `replace`.

    Raises UsageError when there is no team in `source`, SetupError when a file cannot be written.
    """
    teams = given_teams(source)
    if not teams:
        raise UsageError(
            f"There is no team of 2024 in {source}.", "Name a folder with config.json, or one that holds such folders."
        )
    conversion = _Conversion(root, replace=replace)
    return [result for team in teams for result in conversion.team(team)]


class _Conversion:
    """Writes files below `.kinos/` of `root`, each at most once."""

    def __init__(self, root: Path, *, replace: bool) -> None:
        self._target = root / ".kinos"
        self._catalog = FileCatalog(root)
        self._shipped = frozenset(self._catalog.shipped_agents())
        self._replace = replace
        self._written: set[Path] = set()

    def team(self, old: LegacyTeam) -> Iterator[Converted]:
        """One team and its prompts; a team that cannot be read is only told."""
        try:
            prompts = old.prompts()
            team = with_agents(old.read(), {*self._catalog.agents(), *prompts})
        except KinosError as error:
            yield Converted("", (str(error),))
            return
        yield self._write(self._target / "teams" / f"{team.name}.toml", team_text(team), team.mistakes)
        for name in prompts:
            if team.member(name) and name not in self._shipped:
                yield from self._prompt(old, name)

    def _prompt(self, old: LegacyTeam, name: str) -> Iterator[Converted]:
        try:
            agent = old.agent(name)
        except KinosError as error:
            yield Converted("", (str(error),))
            return
        file = self._target / "prompts" / f"{name}.md"
        if agent is not None and not (file in self._written and read(file) == prompt_text(agent)):
            yield self._write(file, prompt_text(agent), ())

    def _write(self, file: Path, text: str, mistakes: tuple[str, ...]) -> Converted:
        if file in self._written:
            return Converted("", (*mistakes, f"{file} was written for another team just now and was left so"))
        if file.exists() and not self._replace:
            return Converted(
                "", (*mistakes, f"{file} is there already and was left as it is: --replace writes over it")
            )
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            part = file.with_name(f"{file.name}.part")
            part.write_text(text, encoding="utf-8", newline="\n")
            part.replace(file)
        except OSError as error:
            raise SetupError(f"{file} cannot be written: {error.strerror}.") from error
        self._written.add(file)
        return Converted(str(file), mistakes)
