"""Files and folders that the person makes, renames and deletes in the editor: links, claims, history and sizes follow.

Each is offered only to an editor that declares it.
"""

from lsprotocol import types

from kinos.lsp.client import EditorClient
from kinos.lsp.folders import Folders
from kinos.lsp.protocol import Server
from kinos.lsp.renaming import Renaming

_DOCUMENTS = types.FileOperationPattern(
    glob="**/*.{md,markdown}",
    matches=types.FileOperationPatternKind.File,
    options=types.FileOperationPatternOptions(ignore_case=True),
)
_FOLDERS = types.FileOperationPattern(glob="**/*", matches=types.FileOperationPatternKind.Folder)
OPTIONS = types.FileOperationRegistrationOptions(
    [types.FileOperationFilter(pattern, scheme="file") for pattern in (_DOCUMENTS, _FOLDERS)]
)


def register(server: Server, folders: Folders) -> None:
    """Offer them."""
    renaming = Renaming(folders)

    @server.feature(types.WORKSPACE_WILL_RENAME_FILES, OPTIONS)
    async def will_rename_files(params: types.RenameFilesParams) -> types.WorkspaceEdit | None:
        client = EditorClient(server)
        return await renaming.will_rename(_pairs(params), client.encoding, client.able)

    @server.feature(types.WORKSPACE_DID_RENAME_FILES, OPTIONS)
    async def did_rename_files(params: types.RenameFilesParams) -> None:
        await renaming.did_rename(_pairs(params))

    @server.feature(types.WORKSPACE_DID_CREATE_FILES, OPTIONS)
    def did_create_files(params: types.CreateFilesParams) -> None:
        folders.did_change_on_disk([file.uri for file in params.files])

    @server.feature(types.WORKSPACE_DID_DELETE_FILES, OPTIONS)
    def did_delete_files(params: types.DeleteFilesParams) -> None:
        folders.did_change_on_disk([file.uri for file in params.files])


def _pairs(params: types.RenameFilesParams) -> list[tuple[str, str]]:
    return [(file.old_uri, file.new_uri) for file in params.files]
