"""Diagnostics that an editor asks for: `textDocument/diagnostic` and `workspace/diagnostic`, in place of pushed ones."""

from collections.abc import Sequence

from lsprotocol import types

from kinos.lsp.client import EditorClient
from kinos.lsp.folders import Folders
from kinos.lsp.protocol import Server
from kinos.lsp.pull import Item, Send

OPTIONS = types.DiagnosticOptions(inter_file_dependencies=False, workspace_diagnostics=True, identifier="kinos")


def offer(server: Server, client: EditorClient, folders: Folders) -> None:
    """Offer it, to an editor that can be asked to ask again; others are pushed to. Called when `initialize` is answered."""
    if not client.pulls:
        return

    @server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, OPTIONS)
    def diagnostic(params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        return folders.document_diagnostic(params.text_document.uri, params.previous_result_id)

    @server.feature(types.WORKSPACE_DIAGNOSTIC)
    async def workspace_diagnostic(params: types.WorkspaceDiagnosticParams) -> types.WorkspaceDiagnosticReport:
        previous = {result.uri: result.value for result in params.previous_result_ids}
        token = params.partial_result_token
        send = None if token is None else _sender(server, token)
        return types.WorkspaceDiagnosticReport(items=await folders.workspace_diagnostic(previous, send))


def _sender(server: Server, token: types.ProgressToken) -> Send:
    def send(items: Sequence[Item]) -> None:
        server.progress(types.ProgressParams(token, types.WorkspaceDiagnosticReportPartialResult(items)))

    return send
