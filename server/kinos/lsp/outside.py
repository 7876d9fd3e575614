"""What the front end is given from outside: workspaces with their engines, general settings, and what a person does by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from kinos.domain.setting import Settings

if TYPE_CHECKING:
    from kinos.domain.demand import Demand
    from kinos.engine.ports import Editor
    from kinos.engine.session import Session


class Workspace(Protocol):
    """A folder with its engine, as the composition root makes it. `problems` are sentences about settings not taken."""

    @property
    def root(self) -> Path:
        """The folder, links resolved."""
        ...

    @property
    def session(self) -> Session:
        """Its engine."""
        ...

    @property
    def problems(self) -> tuple[str, ...]:
        """What was wrong with its settings."""
        ...

    @property
    def docs(self) -> Path:
        """The folder with the pages that diagnostics lead to."""
        ...

    @property
    def log(self) -> Path:
        """Where its log is written."""
        ...

    async def open(self, *, watch: bool) -> None:
        """Count the folder, listen to other processes, and follow what changes on the disk unless somebody else does."""
        ...

    async def configure(self, settings: Mapping[str, Any]) -> None:
        """The editor has these settings for it now. Raises KinosError when something of it cannot be followed."""
        ...

    async def close(self) -> None:
        """End everything."""
        ...


type Factory = Callable[[Path, Mapping[str, Any], bool, Editor], Workspace]
"""Makes the workspace of a folder from the editor's settings, and whether the editor trusts it. Raises KinosError."""


class Deeds(Protocol):
    """What a person has done by name, and no engine does. All of them are blocking: called off the loop."""

    def mission(self, folder: Path) -> Path:
        """Make the folder a mission; the file of its request. Raises UsageError when there is one, SetupError."""
        ...

    def sample(self, into: Path | None) -> Path:
        """Copy the sample workspace to `into`, else to a temporary folder; its real path. Raises SetupError."""
        ...

    def demands(self, root: Path) -> tuple[Sequence[tuple[Demand, bool]], Sequence[str]]:
        """What the folder brings beyond tightening, each with whether it is approved, and what it brings in vain."""
        ...

    def approve(self, root: Path, demands: Sequence[Demand]) -> None:
        """From now on these count in the folder, and nothing else of the kind. Raises SetupError."""
        ...


@dataclass(frozen=True, slots=True)
class General:
    """What counts outside every folder: the settings, from those of the editor, with what is wrong with them; the pages; what a
    person has done.
    """

    settings: Callable[[Mapping[str, Any]], tuple[Settings, Sequence[str]]]
    docs: Path
    deeds: Deeds | None = None


BUILT_IN = General(lambda given: (Settings(), ()), Path("/"))
"""For an editor whose person has no settings."""
