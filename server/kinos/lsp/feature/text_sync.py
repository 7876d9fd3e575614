"""Text synchronisation: `textDocument/didOpen`, `didChange`, `didSave`, `didClose` of every document, incremental."""

from collections.abc import Sequence

from lsprotocol import types

from kinos.lsp.folders import Folders
from kinos.lsp.protocol import Server
from kinos.tokens.document import TextEdit
from kinos.tokens.position import Position


def register(server: Server, folders: Folders) -> None:
    """Offer it."""

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        folders.did_open(document.uri, document.text, document.version, document.language_id)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeTextDocumentParams) -> None:
        folders.did_change(params.text_document.uri, text_edits(params.content_changes), params.text_document.version)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def did_save(params: types.DidSaveTextDocumentParams) -> None:
        folders.did_save(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        folders.did_close(params.text_document.uri)


def text_edits(changes: Sequence[types.TextDocumentContentChangeEvent]) -> list[TextEdit | str]:
    """The changes as our own document takes them: a range with its text, or the whole text."""
    return [_text_edit(change) for change in changes]


def _text_edit(change: types.TextDocumentContentChangeEvent) -> TextEdit | str:
    if isinstance(change, types.TextDocumentContentChangePartial):
        start, end = change.range.start, change.range.end
        return TextEdit(Position(start.line, start.character), Position(end.line, end.character), change.text)
    return change.text
