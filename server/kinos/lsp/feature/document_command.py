"""Commands about one document, which the editor names by its URI: `kinos.server.splitDocument` and `consolidate`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kinos.domain.errors import LandingError, UsageError
from kinos.lsp.client import EditorClient
from kinos.lsp.folders import Folders
from kinos.lsp.protocol import Server
from kinos.lsp.server_command import offered
from kinos.lsp.workspace_edit import Dialect, workspace_edit

if TYPE_CHECKING:
    from kinos.engine.manuscript import Restructured

KEYS: Mapping[str, tuple[str, ...]] = {"splitDocument": ("uri", "headings"), "consolidate": ("uri", "withdraw")}
"""The commands, and all that their object may have."""


def register(server: Server, folders: Folders) -> None:
    """Offer them."""
    client = EditorClient(server)

    @offered(server, "splitDocument", KEYS["splitDocument"])
    async def split_document(given: Mapping[str, Any]) -> dict[str, Any]:
        place = folders.located(given.get("uri"))
        if not client.edits:
            raise UsageError("This editor makes no edits for a server.", "It has to declare workspace.applyEdit.")
        restructuring, uri = place.folder.session.restructuring, place.folder.uri_of
        done = await restructuring.split(place.path, _headings(given))
        dialect = Dialect(client.encoding, client.able, uri)
        refused = await client.apply(workspace_edit(done, dialect), done.label) or await restructuring.arrived(done)
        if refused:
            raise LandingError(f"{place.path} was not split: {refused.rstrip('.')}.", "Ask again.")
        return _answer(done, uri)

    @offered(server, "consolidate", KEYS["consolidate"])
    async def consolidate(given: Mapping[str, Any]) -> Any:
        from kinos.engine.command import run

        place = folders.located(given.get("uri"))
        others = {key: value for key, value in given.items() if key != "uri"}
        return await run(place.folder.session, "consolidate", {"path": place.path, **others})


def _headings(given: Mapping[str, Any]) -> Sequence[str]:
    value = given.get("headings")
    if value is None:
        return ()
    if not isinstance(value, list) or not value or not all(isinstance(each, str) and each for each in value):
        raise UsageError("headings must be a list of headings, by their words or anchors.")
    return value


def _answer(done: Restructured, uri: Callable[[str], str]) -> dict[str, Any]:
    created = [
        {"uri": uri(made.path), "title": made.title, "headings": list(made.headings), "tokens": made.tokens}
        for made in done.made
    ]
    return {"created": created, "changed": [uri(each.path) for each in done.rewrites if each.before is not None]}
