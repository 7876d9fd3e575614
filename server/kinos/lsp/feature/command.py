"""`workspace/executeCommand` and `kinos/state`: what the editor asks of a folder's engine."""

import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from kinos.domain.errors import KinosError, UsageError
from kinos.domain.rehearsal import only_rehearses
from kinos.engine.command import run
from kinos.lsp.folders import Folders
from kinos.lsp.protocol import Server, refusal

PREFIX = "kinos.server."
STATE = "kinos/state"
COMMANDS = (
    "startTeam", "stopTeam", "startAgent", "stopAgent", "pauseTeam", "resumeTeam", "setBudget", "status",
    "setPhase", "showMap", "updateMap", "history", "undo",
    "redo", "diff", "proposal", "editChange", "accept", "reject", "doctor",
)  # fmt: skip
"""The commands of the engine that editors are offered, without the prefix."""

_TOLD = frozenset({"status", "setPhase", "pauseTeam", "resumeTeam", "setBudget"})
"""Commands that are answered with the picture."""

_STARTING = frozenset({"startTeam", "startAgent"})


def register(server: Server, folders: Folders) -> None:
    """Offer every command of the engine, and the state."""
    for name in COMMANDS:
        server.command(PREFIX + name)(_command(folders, name))

    @server.feature(STATE)
    def state(params: Any) -> dict[str, Any]:
        try:
            return folders.named(argument([params]).get("folder")).picture()
        except KinosError as error:
            raise refusal(error) from error


def argument(given: Sequence[object]) -> dict[str, Any]:
    """The one optional object that commands and requests take. Raises UsageError for anything else."""
    objects = [value for value in given if value is not None]
    if not objects:
        return {}
    if len(objects) > 1 or not isinstance(objects[0], dict):
        raise UsageError("A command takes one object, or nothing.")
    return objects[0]


def _command(folders: Folders, name: str) -> Callable[..., Awaitable[Any]]:
    async def command(*arguments: Any) -> Any:
        try:
            given = dict(argument(arguments))
            folder = folders.named(given.pop("folder", None))
            if name in _STARTING and only_rehearses(os.environ):
                given["rehearse"] = True
            answer = await run(folder.session, name, given)
        except KinosError as error:
            raise refusal(error) from error
        # The engine names the folder by its real path, an editor by its own.
        return folder.picture() if name in _TOLD else answer

    return command
