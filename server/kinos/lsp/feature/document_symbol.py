"""`textDocument/documentSymbol`: the sections of a document with their sizes, and the tree of the map."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lsprotocol import types

from kinos.domain.map_entry import Entry, entries
from kinos.domain.project_map import MAP_NAME
from kinos.domain.size import amount
from kinos.lsp.folders import Folders
from kinos.lsp.offer import Declared, Offer, Opened, about_open
from kinos.tokens.document import OpenText
from kinos.tokens.position import Encoding, units
from kinos.tokens.section import SectionSize

if TYPE_CHECKING:
    from kinos.engine.insight import Outlined

LABEL = "KinOS"
"""How an editor that has an outline of its own tells this one from it."""
NAMELESS = "(no title)"
"""The name of a section whose heading has no words: editors refuse an empty one."""
DEEPEST = 50
"""Folders within folders of the map that are shown."""

_CAPABILITY = "text_document.document_symbol"


def offer(client: Declared, folders: Folders) -> Offer:
    """Symbols as a tree where the client takes one, else as a list."""

    def make(
        opened: Opened, params: types.DocumentSymbolParams
    ) -> Sequence[types.DocumentSymbol | types.SymbolInformation]:
        found = document_symbols(opened, client.encoding)
        if client.can(f"{_CAPABILITY}.hierarchical_document_symbol_support"):
            return found
        return list(flat(found, params.text_document.uri))

    label = LABEL if client.can(f"{_CAPABILITY}.label_support") else None
    return Offer(
        types.TEXT_DOCUMENT_DOCUMENT_SYMBOL,
        _CAPABILITY,
        about_open(folders, lambda settings: settings.editor_symbols, make),
        types.DocumentSymbolOptions(label=label),
        lambda documents: types.DocumentSymbolRegistrationOptions(documents, label=label),
    )


def document_symbols(opened: Opened, encoding: Encoding) -> list[types.DocumentSymbol]:
    """The outline of an open document; of the map also what its tree names."""
    from kinos.engine.insight import outlined

    found = section_symbols(opened.text, outlined(opened.session, opened.path, opened.text), encoding)
    if opened.path != MAP_NAME:
        return found
    lines = [opened.text.line(number) or "" for number in range(opened.text.line_count)]
    tree = [entry for entry in entries(lines, opened.session.sizes.documents.sizes) if 0 < entry.depth <= DEEPEST]
    for symbol in (each for root in found for each in (root, *(root.children or ()))):
        if tree and not symbol.children and _holds(symbol, tree[0]):
            symbol.children = tree_symbols(opened.text, tree, encoding)
    return found


def section_symbols(text: OpenText, outline: Outlined, encoding: Encoding) -> list[types.DocumentSymbol]:
    """A symbol for each section, from its heading to its last line; its size is the detail, where it is known."""

    def symbol(section: SectionSize) -> types.DocumentSymbol:
        return types.DocumentSymbol(
            name=section.title.strip() or NAMELESS,
            kind=types.SymbolKind.String,
            range=_lines(text, section.line, section.end, encoding),
            selection_range=_lines(text, section.line, section.end_of_title, encoding),
            detail=amount(section.tokens) if outline.sized else None,
            children=[symbol(child) for child in section.children],
        )

    return [symbol(section) for section in outline.sections]


def tree_symbols(text: OpenText, tree: Sequence[Entry], encoding: Encoding) -> list[types.DocumentSymbol]:
    """The folders and documents of a map, each below its folder."""
    roots: list[types.DocumentSymbol] = []
    above: list[types.DocumentSymbol] = []
    for entry in tree:
        line = text.line(entry.line) or ""
        start, end = (types.Position(entry.line, units(line[:at], encoding)) for at in (entry.start, entry.end))
        symbol = types.DocumentSymbol(
            name=line[entry.start : entry.end].strip() or NAMELESS,
            kind=types.SymbolKind.Package if entry.path.endswith("/") else types.SymbolKind.File,
            range=_lines(text, entry.line, entry.line + 1, encoding),
            selection_range=types.Range(start, end),
            detail=entry.size or None,
            children=[],
        )
        del above[entry.depth - 1 :]
        for folder in above:
            folder.range.end = symbol.range.end
        below = above[-1].children if above else roots
        assert isinstance(below, list)
        below.append(symbol)
        above.append(symbol)
    return roots


def flat(
    found: Sequence[types.DocumentSymbol], uri: str, above: str | None = None
) -> Iterator[types.SymbolInformation]:
    """The same for a client that takes no tree: each names the one it is in."""
    for symbol in found:
        yield types.SymbolInformation(types.Location(uri, symbol.range), symbol.name, symbol.kind, container_name=above)
        yield from flat(symbol.children or (), uri, symbol.name)


def _holds(symbol: types.DocumentSymbol, entry: Entry) -> bool:
    return symbol.range.start.line <= entry.line <= symbol.range.end.line


def _lines(text: OpenText, first: int, end: int, encoding: Encoding) -> types.Range:
    """From the start of the line `first` to the end of the one before `end`."""
    last = max(first, end - 1)
    return types.Range(types.Position(first, 0), types.Position(last, units(text.line(last) or "", encoding)))
