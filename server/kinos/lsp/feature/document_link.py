"""`textDocument/documentLink`: what the map names, and the map and the request where a document names them.

Relative links of Markdown are left to the editor: the one that asks for links, VS Code, finds those by itself, and would show
each of them twice.
"""

from collections.abc import Callable, Collection

from lsprotocol import types

from kinos.domain.map_entry import entries
from kinos.domain.mention import mentions
from kinos.domain.path import REQUESTS
from kinos.domain.printable import printable
from kinos.domain.project_map import MAP_NAME
from kinos.lsp.folders import Folders
from kinos.lsp.offer import Declared, Offer, Opened, about_open
from kinos.tokens.document import OpenText
from kinos.tokens.position import Encoding, units

_CAPABILITY = "text_document.document_link"


def offer(client: Declared, folders: Folders) -> Offer:
    """Links with a word about where they lead, where the client shows one."""
    tooltips = client.can(f"{_CAPABILITY}.tooltip_support")

    def make(opened: Opened, params: types.DocumentLinkParams) -> list[types.DocumentLink]:
        found = document_links(opened, client.encoding)
        for link in found if not tooltips else ():
            link.tooltip = None
        return found

    return Offer(
        types.TEXT_DOCUMENT_DOCUMENT_LINK,
        _CAPABILITY,
        about_open(folders, lambda settings: settings.editor_links, make),
        types.DocumentLinkOptions(),
        lambda documents: types.DocumentLinkRegistrationOptions(document_selector=documents),
    )


def document_links(opened: Opened, encoding: Encoding) -> list[types.DocumentLink]:
    """The links of an open document; all lead to files."""
    if opened.path == MAP_NAME:
        return map_links(opened.text, opened.session.sizes.documents.sizes, opened.folder.uri_of, encoding)
    text, there = opened.text, opened.session.holds
    names = [name for name in (*REQUESTS, MAP_NAME) if name != opened.path and name in text.text and there(name)]
    found = []
    for mention in mentions(text.text, names):
        start, end = (text.position_at(at, encoding) for at in (mention.start, mention.end))
        place = types.Range(types.Position(start.line, start.character), types.Position(end.line, end.character))
        what = "The project map" if mention.name == MAP_NAME else "The request"
        found.append(types.DocumentLink(place, opened.folder.uri_of(mention.name), what))
    return found


def map_links(
    text: OpenText, documents: Collection[str], uri: Callable[[str], str], encoding: Encoding
) -> list[types.DocumentLink]:
    """The links in the text of a map to those of `documents` that it names; `uri` gives the address of one."""
    lines = [text.line(number) or "" for number in range(text.line_count)]
    found = []
    for entry in entries(lines, documents):
        if entry.path in documents:  # a folder cannot be opened, and an old map names what has gone
            line = lines[entry.line]
            start, end = (types.Position(entry.line, units(line[:at], encoding)) for at in (entry.start, entry.end))
            place = "" if entry.place is None else f"#L{entry.place + 1}"
            target = uri(entry.path) + place
            found.append(types.DocumentLink(types.Range(start, end), target, f"Open {printable(entry.path)}"))
    return found
