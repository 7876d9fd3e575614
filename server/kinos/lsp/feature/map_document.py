"""`kinos.server.mapDocument`: the map with its links, for an editor that shows it as a document of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lsprotocol.converters import get_converter

from kinos.lsp.client import EditorClient
from kinos.lsp.feature.command import shown
from kinos.lsp.feature.document_link import map_links
from kinos.lsp.folders import Folders
from kinos.lsp.protocol import Server
from kinos.lsp.server_command import offered
from kinos.tokens.position import Encoding

if TYPE_CHECKING:
    from kinos.lsp.folder import Folder

KEYS: Mapping[str, tuple[str, ...]] = {"mapDocument": ("folder",)}


def register(server: Server, folders: Folders) -> None:
    """Offer the command."""
    client = EditorClient(server)

    @offered(server, "mapDocument", KEYS["mapDocument"])
    async def map_document(given: Mapping[str, Any]) -> Any:
        folder = folders.named(given.get("folder"))
        return linked(folder, await shown(server, folder.session, "showMap", {}), client.encoding)


def linked(folder: Folder, text: str, encoding: Encoding) -> dict[str, Any]:
    """The text of the map, and where in it what leads where; no links where `editor.links` is off."""
    from kinos.tokens.document import OpenText

    offered = folder.session.settings.editor_links
    links = map_links(OpenText(text, 0), folder.session.sizes.documents.sizes, folder.uri_of, encoding)
    return {"text": text, "links": get_converter().unstructure(links) if offered else []}
