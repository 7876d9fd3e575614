"""`kinos.server.editPrompt` and `editTeam`: a prompt or team file of the workspace's own, opened in the editor, and the code
actions that lead there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kinos.domain.own_file import Kind, kind_of
from kinos.domain.team import agent_at
from kinos.lsp.action import Choice
from kinos.lsp.client import EditorClient
from kinos.lsp.folders import Folders, Place
from kinos.lsp.protocol import PREFIX, Server
from kinos.lsp.server_command import offered
from kinos.lsp.uri import path_of, uri_of

if TYPE_CHECKING:
    from kinos.lsp.folder import Folder

KEYS = {"editPrompt": ("folder", "agent"), "editTeam": ("folder", "team")}
"""The commands, and all that their object may have."""
KIND = "refactor.kinos.editPrompt"

_PROMPT = re.compile(r".*/prompts/([^/]+)\.md")


def register(server: Server, folders: Folders) -> None:
    """Offer the commands."""
    client = EditorClient(server)
    for name in KEYS:
        _opening(server, folders, client, name)


def _opening(server: Server, folders: Folders, client: EditorClient, name: str) -> None:
    @offered(server, name)
    async def command(given: dict[str, Any]) -> Any:
        from kinos.engine.command import run

        folder = folders.named(given.pop("folder", None))
        made = await run(folder.session, name, given)
        made["uri"] = uri_of(made.pop("path"))
        if client.able.shows:
            client.show(made["uri"])
        return made


def prompt_offers(uri: str, place: Place | None, folders: Sequence[Folder], line: int) -> list[Choice]:
    """Edit the prompt of the agent that the cursor is at in a team file, or of whose shipped prompt this file is."""
    if place is not None:
        buffer = place.folder.session.buffers.get(place.path)
        is_team = buffer is not None and kind_of(place.path) is Kind.TEAM
        name = agent_at(buffer.text.text, line) if buffer is not None and is_team else ""
        return [_offer(place.folder, name, "")] if name in place.folder.session.catalog.agents() else []
    found = _PROMPT.fullmatch(path_of(uri) or "")
    there = [folder for folder in folders if found is not None and found[1] in folder.session.catalog.agents()]
    return [_offer(folder, found[1], f" in {folder.path}") for folder in there if found is not None]


def _offer(folder: Folder, name: str, where: str) -> Choice:
    given = {"folder": folder.uri, "agent": name}
    return Choice(f"Edit the prompt of {name}{where}", KIND, command=(f"{PREFIX}editPrompt", given))
