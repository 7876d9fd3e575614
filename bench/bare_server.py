"""The peer of a keystroke: a pygls server that only echoes one diagnostic for each change."""

from lsprotocol import types
from pygls.lsp.server import LanguageServer

server = LanguageServer("bare", "1", text_document_sync_kind=types.TextDocumentSyncKind.Incremental)
_PLACE = types.Range(types.Position(0, 0), types.Position(0, 1))


def _echo(uri: str, version: int) -> None:
    diagnostic = types.Diagnostic(
        _PLACE, "This document is echoed.", types.DiagnosticSeverity.Warning, "echo", source="bare"
    )
    server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, [diagnostic], version))


@server.feature(types.TEXT_DOCUMENT_DID_OPEN)
def did_open(params: types.DidOpenTextDocumentParams) -> None:
    """Echo."""
    _echo(params.text_document.uri, params.text_document.version)


@server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
def did_change(params: types.DidChangeTextDocumentParams) -> None:
    """Echo."""
    _echo(params.text_document.uri, params.text_document.version)


if __name__ == "__main__":
    server.start_io()
