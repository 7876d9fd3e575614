"""What the command line is handed: the composition root, behind one Protocol."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from kinos.domain.conversion import Converted
    from kinos.domain.count import Count
    from kinos.domain.demand import Demand
    from kinos.domain.layer import Layer
    from kinos.domain.setting import Settings
    from kinos.domain.setup import Done, Proposal
    from kinos.engine.ports import Catalog, Checkup
    from kinos.engine.session import Session
    from kinos.tokens.family import Choice


class Workspace(Protocol):
    """One folder with its engine."""

    @property
    def root(self) -> Path:
        """The folder, without links in it."""
        ...

    @property
    def session(self) -> Session:
        """The façade."""
        ...

    @property
    def problems(self) -> tuple[str, ...]:
        """Sentences about settings that were not taken."""
        ...

    async def open(self) -> None:
        """Listen to other processes, and count the folder."""
        ...

    async def close(self) -> None:
        """End everything."""
        ...


class EditorSetup(Protocol):
    """The editors of the person whose environment this is."""

    def proposed(self, editor: str, command: tuple[str, ...]) -> Proposal:
        """What would be done for the editor to start KinOS by `command`.

        Raises UsageError when its file cannot be changed safely, SetupError when something that is needed is not there.
        """
        ...

    def carry_out(self, proposal: Proposal) -> Done:
        """Do it. Raises SetupError when it cannot be done, or the file has become another since."""
        ...

    def found(self, editor: str) -> bool:
        """Whether there is anything of the editor here."""
        ...


class Outside(Protocol):
    """Builds what a command needs."""

    def workspace(
        self, root: Path, front_end: str, layers: Sequence[Layer] = (), *, brief: bool = False, verbose: bool = False
    ) -> Workspace:
        """The engine of a folder, not yet opened; a `brief` one is for a single command, a `verbose` one logs to stderr too.

        Raises SetupError when the folder cannot be read.
        """
        ...

    def settings(self, root: Path, layers: Sequence[Layer] = ()) -> tuple[Settings, tuple[str, ...]]:
        """The settings for a folder, and what was wrong with them."""
        ...

    def demands(self, root: Path) -> tuple[Sequence[tuple[Demand, bool]], Sequence[str]]:
        """What the folder brings beyond tightening, each with whether it is approved, and what it brings in vain."""
        ...

    def approve(self, root: Path, demands: Sequence[Demand]) -> None:
        """From now on these count in the folder, and nothing else of the kind. Raises SetupError."""
        ...

    def mission(self, folder: Path) -> Path:
        """Make the folder a mission; the file of its request. Raises UsageError when there is one, SetupError."""
        ...

    def counts(self, root: Path, settings: Settings, choice: Choice) -> Iterable[Count]:
        """The documents of a folder as they are now. Raises SetupError when the folder cannot be read."""
        ...

    def confirmed(self, settings: Settings, choice: Choice, texts: Sequence[str]) -> Sequence[int]:
        """What Anthropic's `count_tokens` says of each text, the message's overhead taken off.

        Raises UsageError for a tokenizer that is not Claude's, NoKeyError without a key, FaultError when it cannot be asked.
        """
        ...

    def catalog(self, root: Path | None) -> Catalog:
        """Teams and agents."""
        ...

    def convert(self, source: Path, root: Path, *, replace: bool) -> Sequence[Converted]:
        """Write the teams of 2024 in `source` as files of today into the folder `root`.

        Raises UsageError when there are none, SetupError when a file cannot be written.
        """
        ...

    def checkup(self, root: Path) -> Checkup:
        """Looks at all that an engine on the folder needs."""
        ...

    def neighbour(self, root: Path) -> tuple[Path, int] | None:
        """A folder around this one, or inside, on which the engine of another process listens, and that process."""
        ...

    def editors(self) -> EditorSetup:
        """The person's editors."""
        ...

    def sample(self, into: Path | None) -> Path:
        """Copy the sample workspace to `into`, else to a temporary folder; its real path. Raises SetupError."""
        ...

    def engines(self, root: Path) -> Sequence[int]:
        """Processes whose engine listens for this folder, the one that holds it first."""
        ...

    async def ask(self, process: int, root: Path, method: str, params: Mapping[str, Any]) -> Any:
        """Ask the engine of another process."""
        ...

    def serve(self, address: tuple[str, int] | None) -> int:
        """Run the language server, on stdio or on TCP, until it ends."""
        ...
