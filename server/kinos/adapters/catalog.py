"""Teams and agents from files: shipped with KinOS, overridden or added by a workspace. Read anew each time."""

from collections.abc import Callable, Sequence
from pathlib import Path

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

    def _names(self, folder: str, suffix: str) -> list[str]:
        stems = {file.stem for base in self._folders for file in (base / folder).glob(f"*{suffix}")}
        return sorted(stem for stem in stems if NAME.fullmatch(stem))

    def _read[T](self, what: str, folder: str, suffix: str, name: str, read: Callable[[str, str, str], T]) -> T:
        if not NAME.fullmatch(name):
            article = "an" if what.startswith("a") else "a"
            raise UsageError(
                f"{name!r} is no name of {article} {what}: small letters, digits, - and _, a letter first."
            )
        for base in reversed(self._folders):
            file = base / folder / f"{name}{suffix}"
            if file.is_file():
                return read(_text(file), str(file), name)
        known = ", ".join(self._names(folder, suffix))
        raise UsageError(f"There is no {what} {name!r}.", f"There are: {known}.")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ContentError("not UTF-8 text", str(file)) from error
    except OSError as error:
        raise SetupError(f"{file} cannot be read: {error.strerror}.") from error
