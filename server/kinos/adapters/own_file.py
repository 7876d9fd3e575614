"""The files that people write for KinOS, and what is wrong with them: by the readers that the engine goes by."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from kinos.adapters.catalog import FileCatalog, marks
from kinos.adapters.config_file import layer, read_layer, user_file
from kinos.adapters.legacy_folder import LegacyTeam, config_files, is_meant, legacy_teams
from kinos.adapters.regular import SMALL, stamp_of
from kinos.adapters.text_file import read
from kinos.domain.demand import Approved
from kinos.domain.errors import ContentError, SetupError
from kinos.domain.layer import Source, judged
from kinos.domain.legacy import config_mistakes
from kinos.domain.mistake import Code, Mistake
from kinos.domain.own_file import HOME, Kind, kind_of, stem_of
from kinos.domain.team import NAME, agent_mistakes, team_mistakes
from kinos.domain.toml_line import line_of
from kinos.domain.trust import tightened

_KEPT_NAMES = "small letters, digits, - and _, a letter first"


class FileOwnFiles:
    """Implements `OwnFiles` for the folder `root`, whose teams and agents are those of `catalog`."""

    def __init__(self, root: Path, catalog: FileCatalog, approved: Approved) -> None:
        self._root = root
        self._home = root / HOME
        self._catalog = catalog
        self._approved = approved

    def stamp(self) -> Hashable:
        """The files, each with its size and when it was changed."""
        old = [file.parent for file in config_files(self._root, strict=False)]
        below = [mark for folder in (*self._folders()[1:], *old) for mark in marks(folder)]
        return (*below, stamp_of(self._home / "config.toml"))

    def texts(self) -> Mapping[str, str | Mistake]:
        """Each file's text, or why it cannot be read."""
        return {path: self._text(self._root / path) for path in self._paths()}

    def mistakes(self, path: str, text: str) -> Sequence[Mistake]:
        """What is wrong with `text` as the file at `path`."""
        text = text.removeprefix("\ufeff").replace("\r\n", "\n")
        if len(text) > SMALL:
            return [Mistake(Code.UNREADABLE, f"it has more than {SMALL:,} characters, so it is left aside")]
        match kind_of(path):
            case Kind.TEAM:
                found = team_mistakes(text, stem_of(path), self._catalog.agents())
                return [*_of_name(path, "a team"), *found]
            case Kind.PROMPT:
                return [*_of_name(path, "an agent"), *self._of_prompt(path, text)]
            case Kind.CONFIG:
                return list(self._of_config(path, text))
            case Kind.LEGACY:
                return self._of_legacy(self._root / path, text)
            case None:
                return ()

    def _of_prompt(self, path: str, text: str) -> Iterator[Mistake]:
        agent, found = agent_mistakes(text, stem_of(path))
        yield from found
        if agent is None or found:
            return
        # A demand is for a file; its approval is by that name.
        agent = replace(agent, source=str(self._root / path))
        judged_agent = tightened(agent, self._catalog.shipped(agent.name), self._approved)
        for said in judged_agent.mistakes:
            key = "search" if ": search of " in said else "edits"
            message = said.removeprefix(f"{agent.source}: ")
            yield Mistake(Code.NOT_APPROVED, message, _line(text, key))

    def _of_legacy(self, file: Path, text: str) -> list[Mistake]:
        if not is_meant(self._root, file, text):
            return []
        folder = file.parent
        known = {*self._catalog.agents(), *LegacyTeam("", folder).prompts()}
        double = [
            Mistake(Code.LEGACY, f"there is a team {team.name!r} in {team.folder.relative_to(self._root)} already", 1)
            for team in legacy_teams(self._root)
            if folder in team.doubles
        ]
        return [*double, *config_mistakes(text, folder.name, known)]

    def _of_config(self, path: str, text: str) -> Iterator[Mistake]:
        own, mistake = read_layer(text, str(self._root / path), Source.WORKSPACE_FILE)
        if mistake is not None:
            yield mistake
            return
        user, _ = layer(user_file(), Source.USER_FILE)
        _, before = judged([user], self._approved)
        _, problems = judged([user, own], self._approved)
        for problem in problems:
            if problem not in before:
                yield Mistake(problem.code, problem.said, line_of(problem.key, own.lines))

    def _paths(self) -> Iterator[str]:
        for folder in self._folders():
            try:
                names = sorted(entry.name for entry in folder.iterdir())
            except OSError:
                continue
            for name in names:
                path = (folder / name).relative_to(self._root).as_posix()
                if kind_of(path) is not None:
                    yield path
        yield from (file.relative_to(self._root).as_posix() for file in config_files(self._root))

    def _folders(self) -> tuple[Path, Path, Path]:
        return self._home, self._home / "teams", self._home / "prompts"

    def _text(self, file: Path) -> str | Mistake:
        try:
            return read(file)
        except ContentError as error:
            return Mistake(Code.UNREADABLE, error.problem)
        except SetupError as error:
            return Mistake(Code.UNREADABLE, error.message)


def _of_name(path: str, what: str) -> Iterator[Mistake]:
    if not NAME.fullmatch(stem_of(path)):
        yield Mistake(
            Code.WRONG_NAME, f"{stem_of(path)!r} is no name of {what}, so the file is left aside: {_KEPT_NAMES}", 1
        )


def _line(text: str, key: str) -> int | None:
    """The line of a key in the front matter of a prompt."""
    lines = text.split("\n")
    return next((number for number, line in enumerate(lines, 1) if line.lstrip().startswith(key)), None)
