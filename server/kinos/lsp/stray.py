"""Open documents that belong to no folder of the editor: a single file, an untitled buffer. They have a size and its diagnostic,
by the person's own settings, and neither engine nor agents.
"""

import asyncio
import posixpath
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lsprotocol import types

from kinos.domain.errors import UnavailableError
from kinos.domain.path import is_document
from kinos.domain.setting import Settings
from kinos.domain.size import Limits, Size
from kinos.lsp.diagnostic import Document, Form, diagnostics, ruler
from kinos.lsp.publisher import Publisher
from kinos.lsp.uri import path_of
from kinos.tokens.counter import Counter, counter_for
from kinos.tokens.document import OpenText, TextEdit
from kinos.tokens.family import Choice, tokenizer_for
from kinos.tokens.file import too_large
from kinos.tokens.position import Encoding

_UNTITLED = "untitled:"
_MARKDOWN = "markdown"
"""What editors call the language."""


def is_stray(uri: str) -> bool:
    """Whether a document of this name is followed: a file, or one that is none yet. Other schemes are somebody else's views."""
    return path_of(uri) is not None or uri.startswith(_UNTITLED)


def is_sized(uri: str, language: str) -> bool:
    """Whether it has a size: Markdown by its name, or, as long as it has none, by its language."""
    name = posixpath.basename(path_of(uri) or uri)
    return is_document(name) or (uri.startswith(_UNTITLED) and language == _MARKDOWN)


@dataclass(frozen=True, slots=True)
class Measured:
    """A document's size beside the limits that count for it; without a size the reason why."""

    size: Size | None
    reason: str
    limits: Limits
    tokenizer: str


@dataclass(slots=True)
class _Stray:
    text: OpenText
    language: str
    sized: bool
    shown: bool = False
    """Whether anything was published of it."""


class Strays:
    """By URI. `read` gives the settings that count outside every folder; `publisher` and `form` are known once the editor is."""

    def __init__(
        self, publisher: Callable[[], Publisher], form: Callable[[], Form], docs: str, read: Callable[[], Settings]
    ) -> None:
        self._publisher = publisher
        self._form = form
        self._docs = docs
        self._read = read
        self._settings: Settings | None = None
        self._counter: tuple[Choice, Counter] | None = None
        self._strays: dict[str, _Stray] = {}
        self._touched: dict[str, None] = {}

    def __contains__(self, uri: str) -> bool:
        return uri in self._strays

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._strays))

    def open(self, uri: str, text: str, version: int, language: str, *, twin: bool = False) -> None:
        """The editor opened it. A `twin` is another name of a document of a folder, where it has its size."""
        stray = self._strays[uri] = _Stray(OpenText(text, version), language, not twin and is_sized(uri, language))
        if stray.sized:
            self._settings = None  # the person's file may have changed since the last one was opened
            self._touch(uri)

    def change(self, uri: str, edits: Sequence[TextEdit | str], version: int, encoding: Encoding) -> None:
        """The editor changed it."""
        stray = self._strays[uri]
        stray.text.apply(edits, version, encoding)
        if stray.sized:
            self._touch(uri)

    def take(self, uri: str) -> tuple[OpenText, str] | None:
        """It was closed, or belongs to a folder from now on: its text and its language. None when it is not here."""
        stray = self._strays.pop(uri, None)
        if stray is None:
            return None
        if stray.shown:
            self._publisher().publish(uri, None, [])
        return stray.text, stray.language

    def configured(self) -> None:
        """The editor's settings are others."""
        self._settings = None
        for uri, stray in self._strays.items():
            if stray.sized:
                self._touch(uri)

    def version(self, uri: str) -> int | None:
        """The version of the open document; None when it is not here."""
        return self._strays[uri].text.version if uri in self._strays else None

    def measured(self, uri: str) -> Measured | None:
        """Its size as its text is now; None for what has none by its kind."""
        stray, settings = self._strays[uri], self._now()
        if not stray.sized:
            return None
        limits, tokenizer = Limits(settings.tokens_warn, settings.tokens_error), self._choice(settings).tokenizer
        try:
            return Measured(self._size(stray.text, settings), "", limits, tokenizer)
        except UnavailableError as error:
            return Measured(None, str(error), limits, tokenizer)

    def publish(self) -> None:
        """Publish now what is to be said."""
        touched, self._touched = self._touched, {}
        for uri in touched:
            if (stray := self._strays.get(uri)) is not None:
                wanted = self._wanted(uri, stray.text)
                stray.shown = bool(wanted)
                self._publisher().publish(uri, stray.text.version, wanted)

    def _touch(self, uri: str) -> None:
        """While newer changes of it are already in the queue it waits for those."""
        if not self._touched:
            asyncio.get_running_loop().call_soon(self.publish)
        self._touched[uri] = None

    def _wanted(self, uri: str, text: OpenText) -> list[types.Diagnostic]:
        settings = self._now()
        if settings.diagnostics_mode == "off":
            return []
        try:
            size = self._size(text, settings)
        except UnavailableError:
            return []
        rule = ruler(settings, self._choice(settings).tokenizer)
        return diagnostics(Document(uri, text, size), rule, self._form(), self._docs)

    def _now(self) -> Settings:
        self._settings = self._settings or self._read()
        return self._settings

    def _size(self, text: OpenText, settings: Settings) -> Size:
        """Raises UnavailableError."""
        if text.bytes > settings.documents_max_bytes:
            raise UnavailableError(too_large(settings.documents_max_bytes))
        return text.count(self._count(settings))

    def _count(self, settings: Settings) -> Counter:
        choice = self._choice(settings)
        if self._counter is None or self._counter[0] != choice:
            self._counter = choice, counter_for(choice.tokenizer, choice.counted)
        return self._counter[1]

    def _choice(self, settings: Settings) -> Choice:
        return tokenizer_for(settings.tokens_tokenizer, settings.model_plan)
