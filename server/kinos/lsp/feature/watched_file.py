"""Files that change outside the editor: `workspace/didChangeWatchedFiles`, registered where the client can watch."""

from lsprotocol import types

from kinos.lsp.client import EditorClient
from kinos.lsp.folders import Folders
from kinos.lsp.protocol import Server

WATCHED = (
    types.FileSystemWatcher("**/*.{md,markdown}"),
    types.FileSystemWatcher("**/.kinos/{config.toml,teams/*.toml,prompts/*.md}"),
    # A folder that goes is one deletion of the folder, not of each document in it.
    types.FileSystemWatcher("**/*", types.WatchKind.Delete),
)


def register(server: Server, folders: Folders) -> None:
    """Take the notifications."""

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(params: types.DidChangeWatchedFilesParams) -> None:
        folders.did_change_on_disk([change.uri for change in params.changes])


def watch(client: EditorClient) -> None:
    """Ask the client to watch, if it offers to."""
    if client.can("workspace.did_change_watched_files.dynamic_registration"):
        options = types.DidChangeWatchedFilesRegistrationOptions(WATCHED)
        client.register(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
