"""Entry points of installed packages: found without importing them, loaded only when they are meant."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kinos.domain.errors import SetupError


@dataclass(frozen=True, slots=True)
class Installed:
    """One entry point: `value` is `module:object`, `package` the distribution that brings it."""

    name: str
    value: str
    package: str

    @property
    def origin(self) -> str:
        """Who brings it, as a list shows it."""
        return f"package {self.package}"

    def folder(self) -> Path:
        """The folder of its top package, which is not imported for that. Raises SetupError when there is none."""
        import importlib.util  # only where an entry point is meant

        top = self.value.partition(":")[0].partition(".")[0]
        try:
            spec = importlib.util.find_spec(top)
        except (ImportError, ValueError):
            spec = None
        if spec is None or not spec.submodule_search_locations:
            raise SetupError(f"{self.said}: there is no package {top!r}.", "Install it again.")
        return Path(next(iter(spec.submodule_search_locations)))

    @property
    def said(self) -> str:
        """How it is named in a message."""
        return f"{self.name} ({self.origin}, {self.value})"


def installed(group: str) -> Mapping[str, Installed]:
    """The entry points of `group` by name; of two with one name the first that is found, as Python itself has it."""
    import importlib.metadata  # it is slow to import, and most commands mean no entry point

    found: dict[str, Installed] = {}
    for entry in importlib.metadata.entry_points(group=group):
        package = entry.dist.name if entry.dist else "?"
        found.setdefault(entry.name, Installed(entry.name, entry.value, package))
    return found


def load(value: str, home: str = "") -> Any:
    """The object of an entry point; `home` is a folder of modules that this interpreter may not know. Raises ImportError.

    Whatever the module itself raises passes unchanged.
    """
    if home and home not in sys.path:
        sys.path.append(home)
    from importlib.metadata import EntryPoint

    entry = EntryPoint("", value, "")
    try:
        return entry.load()
    except AttributeError as error:
        raise ImportError(f"there is no {value}: {error}") from error
