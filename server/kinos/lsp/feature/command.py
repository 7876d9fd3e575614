"""`workspace/executeCommand` and `kinos/state`: what the editor asks of a folder's engine."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kinos.domain.errors import KinosError, StoppedError, UsageError
from kinos.domain.notification import Kind
from kinos.domain.rehearsal import only_rehearses
from kinos.lsp.client import EditorClient
from kinos.lsp.folders import Folders
from kinos.lsp.progress import PATIENCE, Progress, counted
from kinos.lsp.protocol import TOKEN, Server, refusal
from kinos.lsp.server_command import argument, offered

if TYPE_CHECKING:
    from kinos.domain.change import ChangeState
    from kinos.domain.event import Event
    from kinos.domain.state import State
    from kinos.engine.session import Session

STATE = "kinos/state"
COMMANDS = (
    "startTeam", "stopTeam", "startAgent", "stopAgent", "pauseTeam", "resumeTeam", "setBudget", "status",
    "setPhase", "showMap", "updateMap", "documents", "history", "cycles", "figures", "phaseHistory",
    "undo", "redo", "teams", "agents", "diff", "contents", "proposal", "editChange", "accept", "reject", "doctor",
)  # fmt: skip
"""The commands of the engine that editors are offered, without the prefix."""

_TOLD = frozenset({"status", "setPhase", "pauseTeam", "resumeTeam", "setBudget"})
"""Commands that are answered with the picture."""

_STARTING = frozenset({"startTeam", "startAgent"})
_MAPS = frozenset({"showMap", "updateMap"})

LONG = {
    "startTeam": "starting the team",
    "startAgent": "starting the agent",
    "showMap": "making the map",
    "updateMap": "writing the map",
    "doctor": "looking at what is installed",
    "undo": "taking changes back",
    "redo": "putting changes back",
}
"""Commands that may take long, and what a person reads meanwhile."""


def register(server: Server, folders: Folders) -> None:
    """Offer every command of the engine, and the state."""
    client = EditorClient(server)
    for name in COMMANDS:
        _command(server, client, folders, name)

    @server.feature(STATE)
    def state(params: Any) -> dict[str, Any]:
        try:
            return folders.named(argument([params]).get("folder")).picture()
        except KinosError as error:
            raise refusal(error) from error


def _command(server: Server, client: EditorClient, folders: Folders, name: str) -> None:
    @offered(server, name)
    async def command(given: dict[str, Any]) -> Any:
        folder = folders.named(given.pop("folder", None))
        if name in _STARTING and only_rehearses(os.environ):
            given["rehearse"] = True
        if _in_background(given):
            server.protocol.afterwards(lambda: folders.start(_told(server, client, folder.session, name, given)))
            return None
        answer = await shown(server, folder.session, name, given)
        # The engine names the folder by its real path, an editor by its own.
        return folder.picture() if name in _TOLD else answer


def _in_background(given: dict[str, Any]) -> bool:
    """Whether nobody waits for what it comes to."""
    background = given.pop("background", None)
    if background is None:
        return False
    if not isinstance(background, bool):
        raise UsageError("background must be true or false.")
    return background


async def _told(server: Server, client: EditorClient, session: Session, name: str, given: Mapping[str, Any]) -> None:
    """Do what nobody waits for; what goes wrong is told."""
    TOKEN.set(None)  # that one was for the request, which has been answered
    try:
        await shown(server, session, name, given)
    except KinosError as error:
        client.tell(Kind.FLASH, f"KinOS: {error}")


async def shown(server: Server, session: Session, name: str, given: Mapping[str, Any]) -> Any:
    """Do it, as a progress when it takes long. A team that is started shows itself, unless the client sent a token for it."""
    from kinos.engine import command as engine

    title, token = LONG.get(name, ""), TOKEN.get()
    if not title or (name in _STARTING and token is None):
        return await engine.run(session, name, given)
    stopped = asyncio.Event()
    work = asyncio.ensure_future(engine.run(session, name, given, stopped.is_set))

    def stop() -> None:
        stopped.set()
        if not engine.COMMANDS[name].stepwise:
            work.cancel()

    with (
        server.progresses.shown(f"KinOS: {title}", stop, token=token, after=PATIENCE) as progress,
        reported(session, name, progress),
    ):
        try:
            return await work
        except asyncio.CancelledError:
            if stopped.is_set():
                raise StoppedError(f"You stopped {name} before it was done.") from None
            raise


@contextmanager
def reported(session: Session, name: str, progress: Progress) -> Iterator[None]:
    """While the block runs, say how many changes came to what, or how much has been counted."""
    from kinos.domain.event import ChangeMoved, SizesCounted
    from kinos.engine import command as engine

    stepwise = engine.COMMANDS[name].stepwise
    moved: Counter[ChangeState] = Counter()
    maps = name in _MAPS

    def hear(before: State, after: State, event: Event) -> None:
        if maps and isinstance(event, SizesCounted):
            progress.report(counted(after))
        elif stepwise and isinstance(event, ChangeMoved):
            moved[event.change.state] += 1
            progress.report(", ".join(f"{number} {state}" for state, number in moved.items()))

    end = session.subscribe(hear)
    try:
        yield
    finally:
        end()
