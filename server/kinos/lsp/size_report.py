"""The size diagnostics of one folder, kept in step with its sizes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from kinos.domain.event import Event, SettingsChanged, SizesCounted, TokenizerChanged
from kinos.domain.exemption import ignores_size
from kinos.domain.size import Size
from kinos.domain.state import State
from kinos.lsp.background import Background
from kinos.lsp.diagnostic import Document, Form, diagnostics, ruler
from kinos.lsp.publisher import Publisher
from kinos.tokens.document import OpenText

if TYPE_CHECKING:
    from kinos.engine.session import Session

PAUSE = 0.3
"""Seconds without a change after which it is worked out anew where a document is too large."""


class SizeReport:
    """Publishes the diagnostics of one folder as a difference over touched paths.

    An open document's are sent at once, with its version; while newer changes of it are already in the queue they wait for
    those. A closed one's are sent without a version, once its text has been looked at. Where it is too large is worked out
    afterwards, in the process that counts, and then they are sent once more.
    """

    def __init__(
        self, root: Path, session: Session, publisher: Publisher, background: Background, form: Form, docs: str,
        uri: Callable[[str], str], owned: Callable[[str], bool],
    ) -> None:  # fmt: skip
        self._root = root
        self._session = session
        self._publisher = publisher
        self._background = background
        self._form = form
        self._docs = docs
        self._uri = uri
        self._owned = owned
        self._gone = False
        self._rule = ruler(session.settings, session.sizes.tokenizer)
        from kinos.engine.bulk import Bulks

        self._bulks = Bulks(session.sizes.bulk)
        self._shown: dict[str, list[types.Diagnostic]] = {}
        self._known: set[str] = set()
        self._open: set[str] = set()
        self._closed: set[str] = set()
        self._looking = False
        self._learning: set[str] = set()
        self._unlearned: dict[str, None] = {}

    def on_event(self, before: State, after: State, event: Event) -> None:
        """Subscribed to the session's store."""
        if isinstance(event, SizesCounted):
            self.touch(event.paths)
        elif isinstance(event, SettingsChanged | TokenizerChanged):
            self.touch_all()

    def touch(self, paths: Iterable[str]) -> None:
        """Look at these documents again."""
        if self._gone or (self._mode == "off" and not self._shown):
            return
        for path in paths:
            if path in self._session.buffers:
                if not self._open:
                    asyncio.get_running_loop().call_soon(self.publish_open)
                self._open.add(path)
            else:
                self._closed.add(path)
        if self._closed and not self._looking:
            self._looking = True
            self._background.start(self._publish_closed())

    def touch_all(self) -> None:
        """Look at every document again: what belongs to this folder, or how it is judged, has changed."""
        self._rule = ruler(self._session.settings, self._session.sizes.tokenizer)
        self.touch({*self._session.sizes.documents.sizes, *self._shown})

    def clear(self) -> None:
        """Show nothing from now on: the folder is no longer ours."""
        self._gone = True
        for path in tuple(self._shown):
            self._publish(path, None, [])

    def publish_open(self) -> None:
        """Publish now what is to be said of open documents."""
        paths, self._open = self._open, set()
        for path in paths:
            buffer = self._session.buffers.get(path)
            if buffer is None:
                continue
            wanted = self._wanted(path, buffer.text)
            # The first answer is given in any case, so that an editor knows where it stands.
            if wanted or path in self._shown or (path not in self._known and self._mode != "off"):
                self._known.add(path)
                self._publish(path, buffer.text.version, wanted)
            if wanted and self._form.related and path not in self._learning:
                self._learning.add(path)
                self._background.start(self._learn_open(path))

    async def _publish_closed(self) -> None:
        try:
            while self._closed:
                paths, self._closed = self._closed, set()
                texts = await self._texts(paths)
                # What was opened meanwhile is told by its own text.
                for path in sorted(paths - set(self._session.buffers)):
                    self._show_closed(path, texts.get(path))
        finally:
            self._looking = False

    def _show_closed(self, path: str, text: OpenText | None) -> None:
        self._known.discard(path)
        wanted = [] if text is None else self._wanted(path, text)
        if wanted != self._shown.get(path, []):
            self._publish(path, None, wanted)
        if wanted and self._form.related:
            if not self._unlearned:
                self._background.start(self._learn_closed())
            self._unlearned[path] = None

    async def _learn_open(self, path: str) -> None:
        """Work out where an open document is too large, once nobody has typed into it for a moment."""
        try:
            while (limit := self._limit(path)) and (buffer := self._session.buffers.get(path)) is not None:
                text, version = buffer.text, buffer.text.version
                if ignores_size(text.text) or self._bulks.current(path, text, limit):
                    return
                if path in self._bulks:
                    await asyncio.sleep(PAUSE)
                    if text.version != version:
                        continue
                await self._bulks.learn(path, text, limit)
                if self._session.buffers.get(path) is buffer and not self._gone:
                    wanted = self._wanted(path, text)
                    if wanted != self._shown.get(path, []):
                        self._publish(path, text.version, wanted)
        finally:
            self._learning.discard(path)

    async def _learn_closed(self) -> None:
        """Work out where closed documents are too large, one after the other."""
        await asyncio.sleep(0)  # those that are shown right now
        while self._unlearned:
            path = next(iter(self._unlearned))
            text, limit = (await self._texts([path])).get(path), self._limit(path)
            self._unlearned.pop(path, None)
            if text is None or not limit or path in self._session.buffers or self._bulks.current(path, text, limit):
                continue
            await self._bulks.learn(path, text, limit)
            if path not in self._session.buffers and path in self._shown and not self._gone:
                wanted = self._wanted(path, text)
                if wanted and wanted != self._shown[path]:
                    self._publish(path, None, wanted)

    def _wanted(self, path: str, text: OpenText) -> list[types.Diagnostic]:
        if self._gone or self._mode == "off" or not self._owned(path):
            return []
        size = self._size(path)
        if size is None or not self._rule.over(size):
            self._bulks.forget(path)
            return []
        document = Document(self._uri(path), text, size, self._bulks.get(path, text))
        return diagnostics(document, self._rule, self._form, self._docs)

    @property
    def _mode(self) -> str:
        return self._session.settings.diagnostics_mode

    def _size(self, path: str) -> Size | None:
        return self._session.sizes.documents.sizes.get(path)

    def _limit(self, path: str) -> int:
        """The limit that a document is above; 0 when it is above none."""
        size = self._size(path)
        return 0 if size is None or self._gone or not self._rule.over(size) else self._rule.limit(size)

    async def _texts(self, paths: Iterable[str]) -> dict[str, OpenText]:
        """The texts of closed documents over a limit, where they are shown."""
        over = [path for path in paths if self._mode == "workspace" and self._limit(path)]
        return await asyncio.to_thread(_read, self._root, over) if over else {}

    def _publish(self, path: str, version: int | None, wanted: list[types.Diagnostic]) -> None:
        if wanted:
            self._shown[path] = wanted
        else:
            self._shown.pop(path, None)
        self._publisher.publish(self._uri(path), version, wanted)


def _read(root: Path, paths: Iterable[str]) -> dict[str, OpenText]:
    """The texts of documents on the disk; one that has gone meanwhile has none."""
    texts = {}
    for path in paths:
        with suppress(OSError):
            texts[path] = OpenText((root / path).read_bytes().decode("utf-8-sig", "replace"), 0)
    return texts
