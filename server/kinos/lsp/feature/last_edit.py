"""`kinos.server.lastEdit`: what an agent changed last in an open document, for an editor to mark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kinos.domain.errors import UsageError
from kinos.lsp.folders import Folders
from kinos.lsp.protocol import Server
from kinos.lsp.server_command import offered

KEYS: Mapping[str, tuple[str, ...]] = {"lastEdit": ("uri",)}


def register(server: Server, folders: Folders) -> None:
    """Offer the command."""

    @offered(server, "lastEdit", KEYS["lastEdit"])
    async def last_edit(given: Mapping[str, Any]) -> Any:
        return await answer(folders, given.get("uri"))


async def answer(folders: Folders, uri: object) -> dict[str, Any]:
    """The change and its lines, none where `editor.changes` is off. Raises UsageError for a document that is not open here."""
    from kinos.engine.trace import trace

    place = folders.located(uri)
    session = place.folder.session
    found = await trace(session, place.path)
    if found is None:
        raise UsageError(f"{place.path} is not open.", "Open it first.")
    shown = found.change if session.settings.editor_changes else None
    return {
        "version": found.version,
        "change": None if shown is None else shown.described(),
        "lines": [{"first": first, "last": last} for first, last in (found.lines if shown else ())],
    }
