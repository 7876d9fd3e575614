"""`textDocument/hover`: what is known of a section, a document, a name in the map or an agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from kinos.domain.note import in_markdown, in_plain_text
from kinos.lsp.folders import Folders
from kinos.lsp.offer import MARKDOWN, TEAM_FILES, Declared, Offer, Opened, about_open
from kinos.tokens.document import OpenText
from kinos.tokens.position import Encoding, index, units

if TYPE_CHECKING:
    from kinos.engine.hover import Pointed

CAPABILITY = "text_document.hover"


def offer(client: Declared, folders: Folders) -> Offer:
    """Hovers in the first format of the client's that we have."""
    formats = [each for each in client.listed(f"{CAPABILITY}.content_format") if each in list(types.MarkupKind)]
    kind = types.MarkupKind(formats[0]) if formats else types.MarkupKind.PlainText

    def make(opened: Opened, params: types.HoverParams) -> types.Hover | None:
        from kinos.engine.hover import pointed

        place, text = params.position, opened.text
        at = index(text.line(place.line) or "", place.character, client.encoding)
        found = pointed(opened.session, opened.path, text, place.line, at)
        return None if found is None else hover(found, text, kind, client.encoding)

    return Offer(
        types.TEXT_DOCUMENT_HOVER,
        CAPABILITY,
        about_open(folders, lambda settings: settings.editor_hover, make),
        types.HoverOptions(),
        lambda documents: types.HoverRegistrationOptions(document_selector=documents),
        (MARKDOWN, TEAM_FILES),
    )


def hover(found: Pointed, text: OpenText, kind: types.MarkupKind, encoding: Encoding) -> types.Hover:
    """As the protocol has it."""
    made = in_markdown if kind is types.MarkupKind.Markdown else in_plain_text
    start, end = (
        types.Position(line, units((text.line(line) or "")[:at], encoding))
        for line, at in ((found.first, found.start), (found.last, found.end))
    )
    return types.Hover(types.MarkupContent(kind, made(found.notes)), types.Range(start, end))
