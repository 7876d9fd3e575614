"""`workspace/didChangeWorkspaceFolders`: folders that come and go while the editor runs."""

from collections.abc import Sequence

from lsprotocol import types

from kinos.lsp.folders import Folders
from kinos.lsp.protocol import Server
from kinos.lsp.uri import uri_of


def register(server: Server, folders: Folders) -> None:
    """Take the notifications."""

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def did_change_workspace_folders(params: types.DidChangeWorkspaceFoldersParams) -> None:
        for folder in params.event.removed:
            folders.remove(folder.uri)
        for folder in params.event.added:
            folders.add(folder.uri)


def first_folders(params: types.InitializeParams) -> Sequence[str]:
    """URIs of the folders at the start; older clients name one root."""
    if params.workspace_folders is not None:
        return [folder.uri for folder in params.workspace_folders]
    if params.root_uri:
        return [params.root_uri]
    return [uri_of(params.root_path)] if params.root_path else []
