"""`kinos/size`: the size of one document now, for an editor that shows it while the person types."""

from typing import Any

from kinos.domain.errors import KinosError
from kinos.lsp.folders import Folders
from kinos.lsp.protocol import Server, refusal
from kinos.lsp.server_command import argument
from kinos.lsp.stray import Measured

SIZE = "kinos/size"


def register(server: Server, folders: Folders) -> None:
    """Offer the request."""

    @server.feature(SIZE)
    def size(params: Any) -> dict[str, Any] | None:
        try:
            return sized(folders, argument([params]).get("uri"))
        except KinosError as error:
            raise refusal(error) from error


def sized(folders: Folders, uri: object) -> dict[str, Any] | None:
    """The answer for a document, open or not; None for what has no size here, such as source code. Raises UsageError for what
    is no name of a document in a folder of the editor, nor open.
    """
    if isinstance(uri, str) and uri in folders.strays:
        measured = folders.strays.measured(uri)
        return None if measured is None else _told(uri, folders.strays.version(uri), measured)
    place = folders.located(uri)
    documents, tokenizer = place.folder.session.sizes.documents, place.folder.session.sizes.tokenizer
    if place.path not in documents:
        return None
    buffer = place.folder.session.buffers.get(place.path)
    size, reason = documents.sizes.get(place.path), documents.errors.get(place.path, "")
    measured = Measured(size, reason, documents.limits, tokenizer)
    return _told(place.folder.uri_of(place.path), None if buffer is None else buffer.text.version, measured)


def _told(uri: str, version: int | None, measured: Measured) -> dict[str, Any]:
    size, limits = measured.size, measured.limits
    level = None if size is None else limits.level(size.tokens)
    return {
        "uri": uri,
        "version": version,
        "tokens": None if size is None else size.tokens,
        "level": None if level is None else level.value,
        "mark": "❔" if level is None else level.mark,
        "warn": limits.warn,
        "error": limits.error,
        "tokenizer": measured.tokenizer,
        "counted": "unavailable" if size is None else size.counted.value,
        "reason": measured.reason,
    }
