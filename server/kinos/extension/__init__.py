"""What other packages may add to KinOS, registered by entry points: agents, services and front ends. See docs/extending.md.

This module is public: what it names stays as it is. Nothing here is imported by KinOS until an entry point is meant.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from kinos.domain.task import Edits, NothingToDo, Task

__all__ = [
    "AGENTS",
    "FRONT_ENDS",
    "SERVICES",
    "STOP_TIME",
    "Agent",
    "Context",
    "Edits",
    "Engine",
    "FrontEnd",
    "NothingToDo",
    "RefusedError",
    "Service",
    "Task",
]

AGENTS, SERVICES, FRONT_ENDS = "kinos.agents", "kinos.services", "kinos.front_ends"
"""The groups of entry points. The name of an entry point is that of the agent, the service or the command."""

STOP_TIME = 0.5
"""Seconds a service has after the end of its events."""


class RefusedError(Exception):
    """A file that agents may not read; the text says why."""


class Context(Protocol):
    """What an agent is given for one cycle. It can read and ask; the workspace changes only by what `run` returns."""

    @property
    def agent(self) -> str:
        """The agent's name."""
        ...

    @property
    def prompt(self) -> str:
        """The text of its prompt file, below the front matter."""
        ...

    @property
    def phase(self) -> str:
        """EXPANSION or CONVERGENCE."""
        ...

    @property
    def request(self) -> str:
        """What the person wrote into `demande.md`; empty when nothing."""
        ...

    @property
    def brief(self) -> str:
        """What any agent would be shown now, as one text: the map, what the team did lately, the files that matter."""
        ...

    @property
    def documents(self) -> Mapping[str, int]:
        """The tokens of every Markdown document by its path: relative to the workspace, with `/`."""
        ...

    @property
    def files(self) -> Mapping[str, str | None]:
        """The texts of what `list_files` named; None for a file that does not exist. Lines end with line feeds."""
        ...

    def read(self, path: str) -> str | None:
        """One more file of the workspace, None when it does not exist. Raises RefusedError."""
        ...

    def ask(self, question: str, max_tokens: int = 4000) -> str:
        """What the agent's model answers, with what `build_prompt` made as its system prompt. Costs money of the budget.

        A failure ends the cycle as it does for any agent: there is nothing to catch.
        """
        ...

    def plan(self) -> Task | NothingToDo:
        """Ask the agent's model for one task, as any agent does. Costs money of the budget."""
        ...


class Agent(Protocol):
    """An agent in Python, made anew, without arguments, in a process of its own for each cycle."""

    def list_files(self, context: Context) -> Iterable[str]:
        """The files it wants to see, by path; they are read into `context.files`."""
        ...

    def build_prompt(self, context: Context) -> str:
        """The system prompt for what it asks the model; `context.prompt` if it has nothing to add."""
        ...

    def run(self, context: Context) -> Task | NothingToDo | Edits:
        """Do one cycle: a task for the editor model, nothing, or finished texts of files it has read or creates."""
        ...


class Service(Protocol):
    """Lives as long as a running team, in a process of its own, and hears what happens. Made without arguments."""

    def start(self, folder: str) -> None:
        """A team starts in the workspace `folder`."""
        ...

    def heard(self, event: Mapping[str, Any]) -> None:
        """Something happened: an object as `kin --json` prints it."""
        ...

    def stop(self) -> None:
        """The team stops. After half a second its process is ended."""
        ...


class Engine(Protocol):
    """The engine of one workspace, as a front end is handed it."""

    async def ask(self, method: str, params: Mapping[str, Any]) -> Any:
        """A command of docs/protocol.md without `kinos.server.`, such as `startTeam`. Raises KinosError, which says why not."""
        ...

    def status(self) -> Mapping[str, Any]:
        """The object of `kinos/status`."""
        ...

    def subscribe(self, hear: Callable[[Mapping[str, Any]], None]) -> Callable[[], None]:
        """Call `hear` with each event, as `kin --json` prints it; what is returned ends that."""
        ...

    async def finished(self) -> None:
        """Wait until the team has stopped, by itself or by hand."""
        ...


class FrontEnd(Protocol):
    """A command `kin NAME`. Made without arguments."""

    summary: str
    """What it does, in a line."""

    def options(self, parser: ArgumentParser) -> None:
        """Add its options; `-C` and `-v` are there."""
        ...

    async def run(self, args: Namespace, engine: Engine) -> int:
        """Do it; returns the exit code. When it returns, or is cancelled by Ctrl+C, the team is stopped."""
        ...
