"""One workspace folder of the editor: its engine, and what is told about it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kinos.domain.event import Event, Noted, SettingsChanged
from kinos.domain.rename import Rename
from kinos.domain.secret import redaction
from kinos.domain.setting import secrets
from kinos.domain.state import State
from kinos.lsp.background import Background
from kinos.lsp.client import Client, explained
from kinos.lsp.coalescing import Coalesced
from kinos.lsp.editor import DocumentEditor
from kinos.lsp.mistake_report import MistakeReport
from kinos.lsp.outside import Workspace
from kinos.lsp.progress import PATIENCE, counted
from kinos.lsp.publisher import Publisher
from kinos.lsp.question import CapQuestion
from kinos.lsp.refresh import Refresh
from kinos.lsp.size_report import SizeReport
from kinos.lsp.team_progress import TeamProgress
from kinos.lsp.uri import real_place, uri_of, within
from kinos.tokens.document import OpenText

if TYPE_CHECKING:
    from kinos.engine.ports import Editor


class Folder:
    """`uri` and `path` are as the editor names them; `root` is the real folder. `names` are those of the open documents
    that are one real file.
    """

    def __init__(
        self, uri: str, path: str, client: Client, publisher: Publisher, background: Background,
        make: Callable[[Editor], Workspace], names: Callable[[str], Sequence[str]],
        complain: Callable[[str, Sequence[str]], object],
    ) -> None:  # fmt: skip
        self.uri = uri.removesuffix("/")
        self.path = path
        self.inner: tuple[str, ...] = ()
        self._closed = False
        self._client = client
        self._names = names
        self._spelled: dict[str, str] = {}
        self._workspace = make(DocumentEditor(client, self._open_text, self.uri_of, self._other_name))
        self.root = str(self._workspace.root)
        self.session = self._workspace.session
        self._complain = complain
        self._complain(self.uri, self._workspace.problems)
        self._status = Coalesced(lambda: client.status(self.picture()), asyncio.get_running_loop())
        docs = uri_of(str(self._workspace.docs))
        self.diagnostics = SizeReport(
            self._workspace.root, self.session, publisher, background, client.form, docs, self.uri_of, self.owns
        )
        self.mistakes = MistakeReport(self.session, publisher, background, client.form, docs, self.uri_of)
        self.session.subscribe(self.diagnostics.on_event)
        self.session.subscribe(self.mistakes.on_event)
        self.session.subscribe(self._on_event)
        self.session.subscribe(Refresh(self.session, client, asyncio.get_running_loop()).on_event)
        self.session.subscribe(CapQuestion(self.session, client, background).on_event)
        self.session.subscribe(TeamProgress(self.session, client, background, asyncio.get_running_loop()).on_event)

    async def open(self, *, watch: bool = True) -> None:
        """Count it, and tell its state from then on: before, the figures would be wrong."""
        counting = self._client.progress("KinOS: counting documents", self.session.sizes.halt, PATIENCE)
        end = self.session.subscribe(lambda before, after, event: counting.report(counted(after)))
        try:
            with explained(self._client):
                await self._workspace.open(watch=watch)
        finally:
            end()
            counting.end()
        if not self._closed:
            self.session.subscribe(self._status.on_event)
            self._status.changed()
            self.mistakes.follow()

    async def did_rename(self, renames: Sequence[Rename]) -> None:
        """Files in it have other names, by paths in it."""
        with explained(self._client):
            await self.session.did_rename(renames)

    async def configure(self, settings: Mapping[str, Any]) -> None:
        """The editor has these settings for it now."""
        with explained(self._client):
            await self._workspace.configure(settings)

    @property
    def log(self) -> Path:
        """Where its log is written."""
        return self._workspace.log

    def watch(self) -> None:
        """Nobody else follows what changes on the disk: the engine does."""
        self.session.watch()

    async def close(self) -> None:
        """End everything of it; nothing is told any more."""
        self._closed = True
        self.mistakes.stop()
        await self._workspace.close()
        self._status.stop()

    def clear(self) -> None:
        """Show nothing about its documents any more."""
        self.diagnostics.clear()
        self.mistakes.clear()

    def publish_open(self) -> None:
        """Publish now what is to be said of open documents."""
        self.diagnostics.publish_open()
        self.mistakes.publish_open()

    def relative(self, path: str) -> str | None:
        """The path within the folder of an absolute one, links to folders resolved; None when it is not inside."""
        real = real_place(path)
        return real.removeprefix(self.root.rstrip("/") + "/") if within(real, self.root) else None

    def cede(self, inner: tuple[str, ...]) -> None:
        """Leave these folders inside to their own engines. Then `look` again."""
        self.inner = inner
        self.session.cede(inner)

    async def look(self) -> None:
        """Count again what is ours."""
        self.diagnostics.touch_all()
        with explained(self._client):
            await self.session.look()

    @property
    def documents(self) -> Collection[str]:
        """Every counted document."""
        return self.session.sizes.documents.sizes.keys()

    def owns(self, path: str) -> bool:
        """Whether no folder inside this one owns the document."""
        return not any(within(path, inner) for inner in self.inner)

    def spell(self, path: str, uri: str) -> None:
        """The editor writes the URI of `path` in this way."""
        if uri == self._own_uri(path):
            self._spelled.pop(path, None)
        else:
            self._spelled[path] = uri

    def uri_of(self, path: str) -> str:
        """The URI of a document, as the editor writes it."""
        return self._spelled.get(path) or self._own_uri(path)

    def _own_uri(self, path: str) -> str:
        return f"{self.uri}{uri_of(f'/{path}').removeprefix('file://')}"

    def picture(self) -> dict[str, Any]:
        """The object of `kinos/status`; the folder is named as the editor does."""
        return {**self.session.picture(), "folder": self.path}

    def _open_text(self, path: str) -> OpenText | None:
        buffer = self.session.buffers.get(path)
        return None if buffer is None else buffer.text

    def _other_name(self, path: str) -> str:
        if path in self.session.buffers:
            return ""
        return next(iter(self._names(os.path.realpath(os.path.join(self.root, path)))), "")  # noqa: PTH118

    def _on_event(self, before: State, after: State, event: Event) -> None:
        from kinos.engine.news import news

        redact = redaction(secrets(self.session.settings))
        if isinstance(event, Noted):
            self._client.log(event.level, redact(event.message))
        elif isinstance(event, SettingsChanged):
            self._complain(self.uri, event.problems)
            self.diagnostics.touch_all()
            self._status.changed()
        elif told := news(before, after, event):
            kind, text = told
            self._client.tell(kind, redact(text))
