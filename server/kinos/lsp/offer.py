"""What is offered about open documents: only to a client that declared it, and for Markdown alone where it lets us say so."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from kinos.domain.setting import Settings
from kinos.lsp.ability import Abilities
from kinos.lsp.client import EditorClient
from kinos.lsp.folders import Folders
from kinos.lsp.protocol import CONTENT_MODIFIED, Server
from kinos.tokens.document import OpenText
from kinos.tokens.position import Encoding

if TYPE_CHECKING:
    from kinos.engine.session import Session
    from kinos.lsp.folder import Folder

MARKDOWN = types.TextDocumentFilterPattern(scheme="file", pattern="**/*.{md,markdown}")
LENSES = ("workspace.code_lens.refresh_support", types.WORKSPACE_CODE_LENS_REFRESH)
HINTS = ("workspace.inlay_hint.refresh_support", types.WORKSPACE_INLAY_HINT_REFRESH)
"""What a client declares, and what it is then asked, when lenses or hints became others though nobody typed."""

TEAM_FILES = types.TextDocumentFilterPattern(scheme="file", pattern="**/{.kinos/teams/*.toml,teams/*/config.json}")


class Declared(Protocol):
    """What a client declared."""

    @property
    def encoding(self) -> Encoding:
        """What a column counts, as negotiated."""
        ...

    @property
    def able(self) -> Abilities:
        """What it declared about code actions and workspace edits."""
        ...

    @property
    def commands(self) -> Collection[str]:
        """The commands that it has itself."""
        ...

    def can(self, capability: str) -> bool:
        """Whether it declared a capability, named by its path in snake case."""
        ...

    def listed(self, capability: str) -> Sequence[object]:
        """The values it listed for a capability, in its order."""
        ...


@dataclass(frozen=True, slots=True)
class Offer:
    """A request that is answered, the capability (a path in snake case) that a client declares who asks it, and how a
    registration says for which documents. `options` are for a client that cannot be told that. `refresh` is the capability of a
    client that can be asked to ask again, and the request for that.
    """

    method: str
    capability: str
    handler: Callable[[Any], Any]
    options: Any
    registration: Callable[[Sequence[Any]], Any]
    documents: Sequence[Any] = (MARKDOWN,)
    refresh: tuple[str, str] | None = None


type Maker = Callable[[Declared, Folders], Offer]
"""Makes an offer once it is known what the client declared."""


class Offers:
    """The offers of one connection."""

    def __init__(self, server: Server, client: EditorClient, folders: Folders, makers: Sequence[Maker]) -> None:
        self._server = server
        self._client = client
        self._folders = folders
        self._makers = makers
        self._later: list[Offer] = []

    def declare(self) -> None:
        """Before `initialize` is answered: what the answer has to say."""
        for offer in (make(self._client, self._folders) for make in self._makers):
            if self._client.can(f"{offer.capability}.dynamic_registration"):
                self._later.append(offer)
            elif self._client.can(offer.capability):
                self._server.feature(offer.method, offer.options)(offer.handler)

    def register(self) -> None:
        """Once the client is ready: what it takes a registration for."""
        for offer in self._later:
            self._server.feature(offer.method)(offer.handler)
            self._client.register(offer.method, offer.registration(offer.documents))
            # Neovim asks when a document is opened or changed; one that was open by then it would not ask about.
            if offer.refresh is not None and self._client.can(offer.refresh[0]):
                self._client.refresh(offer.refresh[1], lambda: None)


@dataclass(frozen=True, slots=True)
class Opened:
    """An open document of a folder, as it is now."""

    folder: Folder
    path: str
    text: OpenText

    @property
    def session(self) -> Session:
        """The engine of its folder."""
        return self.folder.session


def about_open[P, T](
    folders: Folders, wanted: Callable[[Settings], bool], make: Callable[[Opened, P], T]
) -> Callable[[P], Any]:
    """A handler for requests about one document: what `make` makes of it, unless the folder's settings do not want that.

    It waits until the messages behind it are read: a request that is cancelled by then is not worked out, and one whose
    document has changed is answered with ContentModified, since the editor will ask again.
    """

    def handle(params: Any) -> Any:
        place = folders.opened(params.text_document.uri)
        buffer = None if place is None else place.folder.session.buffers.get(place.path)
        version = None if buffer is None else buffer.text.version

        async def answer() -> T | None:
            if place is None or buffer is None or not wanted(place.folder.session.settings):
                return None
            if place.folder.session.buffers.get(place.path) is not buffer or buffer.text.version != version:
                raise JsonRpcException("The document has changed since it was asked about.", CONTENT_MODIFIED)
            return make(Opened(place.folder, place.path, buffer.text), params)

        return answer()

    return inspect.markcoroutinefunction(handle)
