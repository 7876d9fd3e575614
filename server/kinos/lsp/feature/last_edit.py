"""`kinos.server.lastEdit`: what an agent changed last in an open document, for an editor to mark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kinos.domain.errors import KinosError, UsageError
from kinos.lsp.feature.command import argument
from kinos.lsp.folders import Folders
from kinos.lsp.protocol import PREFIX, Server, refusal

KEYS: Mapping[str, tuple[str, ...]] = {"lastEdit": ("uri",)}


def register(server: Server, folders: Folders) -> None:
    """Offer the command."""

    @server.command(f"{PREFIX}lastEdit")
    async def last_edit(*arguments: Any) -> Any:
        from kinos.engine.command import check_keys

        try:
            given = argument(arguments)
            check_keys("lastEdit", given, KEYS["lastEdit"])
            return await answer(folders, given.get("uri"))
        except KinosError as error:
            raise refusal(error) from error


async def answer(folders: Folders, uri: object) -> dict[str, Any]:
    """The change and its lines, none where `editor.changes` is off. Raises UsageError for a document that is not open here."""
    from kinos.engine.command import described
    from kinos.engine.trace import trace

    place = folders.located(uri)
    session = place.folder.session
    found = await trace(session, place.path)
    if found is None:
        raise UsageError(f"{place.path} is not open.", "Open it first.")
    shown = found.change if session.settings.editor_changes else None
    return {
        "version": found.version,
        "change": None if shown is None else described(shown),
        "lines": [{"first": first, "last": last} for first, last in (found.lines if shown else ())],
    }
