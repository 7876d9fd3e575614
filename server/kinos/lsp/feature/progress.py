"""`window/workDoneProgress/cancel`: the person stops what a progress shows."""

from lsprotocol import types

from kinos.lsp.folders import Folders
from kinos.lsp.protocol import Server


def register(server: Server, folders: Folders) -> None:
    """Take it, in the place of pygls, which only marks the token."""

    @server.feature(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def cancel(params: types.WorkDoneProgressCancelParams) -> None:
        server.progresses.cancel(params.token)
