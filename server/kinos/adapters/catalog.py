"""Teams and agents from files: shipped with KinOS, overridden or added by a workspace. Read anew each time."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from kinos.adapters.regular import SMALL, read
from kinos.adapters.share import shared
from kinos.domain.errors import ContentError, SetupError, UsageError
from kinos.domain.team import NAME, Agent, Team, read_agent, read_team


class FileCatalog:
    """The shipped files, and those under `.kinos/` of the workspace at `root`."""

    def __init__(self, root: Path | None) -> None:
        self._folders = [shared()] + ([root / ".kinos"] if root else [])

    def team(self, name: str) -> Team:
        """The team called `name`."""
        return self._read("team", "teams", ".toml", name, read_team)

    def agent(self, name: str) -> Agent:
        """The agent called `name`."""
        return self._read("agent", "prompts", ".md", name, read_agent)

    def teams(self) -> Sequence[str]:
        """Names, sorted."""
        return self._names("teams", ".toml")

    def agents(self) -> Sequence[str]:
        """Names, sorted."""
        return self._names("prompts", ".md")

    def stray_teams(self) -> Mapping[str, str]:
        """What has a team's name but is no file, with a sentence that says so."""
        return self._strays("teams", ".toml")

    def stray_agents(self) -> Mapping[str, str]:
        """What has an agent's name but is no file, with a sentence that says so."""
        return self._strays("prompts", ".md")

    def _names(self, folder: str, suffix: str) -> list[str]:
        return sorted({file.stem for file in self._found(folder, suffix) if _is_file(file)})

    def _strays(self, folder: str, suffix: str) -> dict[str, str]:
        return {file.stem: str(_stray(file)) for file in self._found(folder, suffix) if not _is_file(file)}

    def _found(self, folder: str, suffix: str) -> Iterator[Path]:
        """Whatever is named like a team or an agent."""
        for base in self._folders:
            try:
                found = sorted((base / folder).iterdir())
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise SetupError(
                    f"The folder {base / folder} cannot be read: {error.strerror}.", "Check its permissions."
                ) from error
            yield from (file for file in found if file.suffix == suffix and NAME.fullmatch(file.stem))

    def _read[T](self, what: str, folder: str, suffix: str, name: str, read: Callable[[str, str, str], T]) -> T:
        if not NAME.fullmatch(name):
            article = "an" if what.startswith("a") else "a"
            raise UsageError(
                f"{name!r} is no name of {article} {what}: small letters, digits, - and _, a letter first."
            )
        for base in reversed(self._folders):
            file = base / folder / f"{name}{suffix}"
            if _is_file(file):
                return read(_text(file), str(file), name)
            if os.path.lexists(file):
                raise _stray(file)
        known = ", ".join(self._names(folder, suffix))
        raise UsageError(f"There is no {what} {name!r}.", f"There are: {known}.")


def _is_file(file: Path) -> bool:
    # Unlike Path.is_file, this is plainly False below a folder that may not be entered.
    return os.path.isfile(file)  # noqa: PTH113


def _stray(file: Path) -> ContentError:
    return ContentError("it is not a file (a folder, or a link that leads nowhere): rename or remove it", str(file))


def _text(file: Path) -> str:
    try:
        return read(file, SMALL).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ContentError("not UTF-8 text", str(file)) from error
    except OSError as error:
        raise SetupError(f"{file} cannot be read: {error.strerror}.") from error
