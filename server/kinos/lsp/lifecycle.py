"""The beginning and the end of a connection: `initialize`, `initialized`, `shutdown`, `exit`, and the editor's death."""

import asyncio
from collections.abc import Sequence

from lsprotocol import types

from kinos.lsp.background import Background
from kinos.lsp.client import EditorClient
from kinos.lsp.configuration import EditorSettings
from kinos.lsp.feature import diagnostic
from kinos.lsp.feature.configuration import follow
from kinos.lsp.feature.workspace_folder import first_folders
from kinos.lsp.folders import Folders
from kinos.lsp.offer import Offers
from kinos.lsp.option import Options, options
from kinos.lsp.parent import gone
from kinos.lsp.protocol import Server
from kinos.lsp.watching import Watching


class Lifecycle:
    """One connection's. `over` is set once the process has to end."""

    def __init__(
        self,
        client: EditorClient,
        folders: Folders,
        settings: EditorSettings,
        watching: Watching,
        background: Background,
        offers: Offers,
    ) -> None:
        self.over = asyncio.Event()
        self._client = client
        self._folders = folders
        self._settings = settings
        self._watching = watching
        self._background = background
        self._offers = offers
        self._first: Sequence[str] = ()
        self._options = Options()
        self._closing: asyncio.Task[None] | None = None

    def initialize(self, params: types.InitializeParams) -> None:
        """Remember what the editor says; nothing is done before it knows what we can."""
        self._first = first_folders(params)
        self._options = options(params.initialization_options)
        if params.process_id is not None:
            self._background.start(self._watch(params.process_id))
        self._offers.declare()

    def offer(self, server: Server) -> None:
        """Offer what only some editors may be offered, by what this one declared."""
        diagnostic.offer(server, self._client, self._folders)

    def initialized(self) -> None:
        """Open the folders."""
        self._watching.begin()
        self._offers.register()
        self._folders.configure(self._options)
        follow(self._client)
        for uri in self._first:
            self._folders.add(uri)
        self._settings.ask()
        self._folders.on_arranged.append(self._settings.ask)

    async def close(self) -> None:
        """Stop every team and end every process; the same for whoever asks first, and after that."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        await self._background.stop()
        await self._folders.close()

    async def _watch(self, process: int) -> None:
        if await gone(process):
            self.over.set()


def register(server: Server, lifecycle: Lifecycle) -> None:
    """Offer it."""

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        lifecycle.initialize(params)
        lifecycle.offer(server)

    @server.feature(types.INITIALIZED)
    def initialized(params: types.InitializedParams) -> None:
        lifecycle.initialized()

    @server.feature(types.SHUTDOWN)
    async def shutdown(params: None) -> None:
        server.protocol.shut_down()
        await lifecycle.close()
        server.progresses.close()

    @server.feature(types.EXIT)
    def exit_(params: None) -> None:
        lifecycle.over.set()
