"""`workspace/didChangeConfiguration`: the editor's settings become others; registered for where the client wants that."""

from lsprotocol import types

from kinos.lsp.client import EditorClient
from kinos.lsp.configuration import SECTION, EditorSettings
from kinos.lsp.protocol import Server


def register(server: Server, settings: EditorSettings) -> None:
    """Take the notifications."""

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def did_change_configuration(params: types.DidChangeConfigurationParams) -> None:
        settings.changed(params.settings)


def follow(client: EditorClient) -> None:
    """Ask the client to tell, if it offers to: some tell only of what was registered for."""
    if client.can("workspace.did_change_configuration.dynamic_registration"):
        options = types.DidChangeConfigurationRegistrationOptions(SECTION)
        client.register(types.WORKSPACE_DID_CHANGE_CONFIGURATION, options)
