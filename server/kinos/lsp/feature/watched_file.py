"""Files that change outside the editor: `workspace/didChangeWatchedFiles`, from an editor that watches."""

import os

from lsprotocol import types

from kinos.domain.path import IGNORE_FILES, is_markdown
from kinos.lsp.folders import Folders
from kinos.lsp.protocol import Server
from kinos.lsp.uri import path_of


def register(server: Server, folders: Folders) -> None:
    """Take the notifications."""

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(params: types.DidChangeWatchedFilesParams) -> None:
        folders.did_change_on_disk([change.uri for change in params.changes if matters(change)])


def matters(change: types.FileEvent) -> bool:
    """Whether it may be about a document, about what is ignored, or about a folder: others come and go all the time."""
    path = path_of(change.uri)
    if path is None:
        return False
    if change.type is not types.FileChangeType.Created:
        return True
    name = os.path.basename(path)  # noqa: PTH119
    return is_markdown(name) or name in IGNORE_FILES or "/.kinos/" in path or not os.path.isfile(path)  # noqa: PTH113
