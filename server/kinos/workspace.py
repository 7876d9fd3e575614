"""One folder with its engine, as a front end is handed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kinos.domain.layer import Layer, Source, flattened

if TYPE_CHECKING:
    from kinos.adapters.configuration import Configuration
    from kinos.adapters.control_socket import ControlServer
    from kinos.engine.session import Session


@dataclass(frozen=True, slots=True)
class Workspace:
    """One folder with its engine."""

    root: Path
    session: Session
    control: ControlServer
    configuration: Configuration
    docs: Path
    """Where the pages lie that diagnostics lead to."""

    log: Path
    """Where its log is written, once there is something to log."""

    brief: bool = False
    """Whether it is there for one command: then it watches nothing."""

    @property
    def problems(self) -> tuple[str, ...]:
        """Sentences about settings that were not taken."""
        return self.session.problems

    async def configure(self, settings: Mapping[str, Any]) -> None:
        """The editor has these settings now."""
        self.configuration.give(of_an_editor(settings))
        await self.session.reload()

    async def open(self, *, watch: bool = True) -> None:
        """Listen to other processes, count the folder, and follow what changes there unless somebody else does (`watch`)."""
        await self.control.start()
        await self.session.open(watch=watch and not self.brief, follow=not self.brief)

    async def close(self) -> None:
        """End everything, whatever part of it fails."""
        try:
            await self.session.close()
        finally:
            await self.control.stop()


def of_an_editor(settings: Mapping[str, Any]) -> Layer:
    """The settings that an editor gives, as it nests them."""
    return Layer(Source.EDITOR, flattened(settings))
