"""The folders of the editor's workspace, and the documents it has open: which folder each belongs to."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from kinos.domain.errors import KinosError, UsageError
from kinos.domain.layer import flattened
from kinos.domain.setting import Settings
from kinos.lsp.background import Background
from kinos.lsp.client import Client, explained
from kinos.lsp.complaint import Complaints
from kinos.lsp.option import Options
from kinos.lsp.outside import BUILT_IN, Deeds, Factory, General, Workspace
from kinos.lsp.publisher import Publisher
from kinos.lsp.pull import Item, Pull, Send
from kinos.lsp.stray import Strays, is_stray
from kinos.lsp.uri import path_of, uri_of, within
from kinos.tokens.document import TextEdit

if TYPE_CHECKING:
    from kinos.domain.event import Event
    from kinos.domain.state import State
    from kinos.engine.ports import Editor
    from kinos.lsp.folder import Folder


@dataclass(frozen=True, slots=True)
class Place:
    """A document: its folder and its path in it."""

    folder: Folder
    path: str


class Folders:
    """One editor's workspace. A document belongs to the deepest folder; one in no folder is a stray."""

    def __init__(self, client: Client, background: Background, factory: Factory, general: General = BUILT_IN) -> None:
        self.options = Options()
        self._client = client
        self._background = background
        self._factory = factory
        self._folders: list[Folder] = []
        self._left: list[Folder] = []
        self._refused: dict[str, str] = {}
        self._open: dict[str, Place] = {}
        self._general = general
        self.strays = Strays(self._publisher, lambda: client.form, uri_of(str(general.docs)), self._general_settings)
        """The open documents that are in no folder."""
        self._given: Mapping[str, Mapping[str, Any] | None] = {}
        self._other: Mapping[str, Any] | None = None
        self._complaints = Complaints(client)
        self.watched = False
        """Whether the editor tells what changes on the disk."""
        self.on_arranged: list[Callable[[], object]] = []
        """Called each time folders have come or gone."""
        self._pull = Pull(lambda: client.refresh(types.WORKSPACE_DIAGNOSTIC_REFRESH, lambda: None), background)

    def __iter__(self) -> Iterator[Folder]:
        return iter(self._folders)

    @property
    def deeds(self) -> Deeds:
        """What a person can have done beside the engines. Raises UsageError where there is nothing of the kind."""
        if self._general.deeds is None:
            raise UsageError("This server does nothing beside its engines.")
        return self._general.deeds

    # -- folders --------------------------------------------------------------------------------------------------

    def add(self, uri: str) -> None:
        """The editor has this folder. What is wrong with it, or with its settings, is logged once."""
        path = path_of(uri)
        if path is None or any(folder.root == os.path.realpath(path) for folder in self._folders):
            return
        self._refused.pop(path, None)
        # What a folder needs is loaded with the first one: a start does not wait for it.
        from kinos.lsp import folder as lsp

        try:
            folder = lsp.Folder(
                uri, path, self._client, self._publisher(), self._background,
                lambda editor: self._make(uri, path, editor), self._names, self._complaints.put,
            )  # fmt: skip
        except KinosError as error:
            self._refused[path] = str(error)
            self._client.log("error", str(error))
            return
        self._folders.append(folder)
        folder.session.subscribe(self._on_event)
        self._configure_client()
        self._arrange()
        self._background.start(folder.open(watch=not self.watched))

    def remove(self, uri: str) -> None:
        """The editor no longer has it: its team is stopped, and nothing is shown for it."""
        path = path_of(uri)
        self._refused.pop(path or "", None)
        for folder in [folder for folder in self._folders if folder.path == path]:
            self._folders.remove(folder)
            self._left.append(folder)
            folder.clear()
            self._configure_client()
            self._complaints.put(folder.uri, ())
            self._arrange()
            self._background.start(self._end(folder))

    async def _end(self, folder: Folder) -> None:
        await folder.close()
        self._left.remove(folder)

    async def close(self) -> None:
        """End everything of all folders, also of those that have left and may not have ended yet."""
        self._pull.close()
        self._complaints.close()
        folders = (*self._folders, *self._left)
        results = await asyncio.gather(*(folder.close() for folder in folders), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    def configure(self, options: Options) -> None:
        """What the editor said at the start; for folders that are added from now on."""
        self.options = options
        self._complaints.put(None, options.problems)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Have work done that nobody waits for."""
        self._background.start(work)

    def take(self, given: Mapping[str, Mapping[str, Any] | None], other: Mapping[str, Any] | None) -> None:
        """The editor has these settings now, by dotted key: by the URI of a folder, and elsewhere `other`.

        They are all it has, so that what it gave at the start counts only where it says nothing (None).
        """
        before = {folder.uri: self._settings(folder.uri) for folder in self._folders}
        self._given, self._other = given, other
        for folder in self._folders:
            settings = self._settings(folder.uri)
            if settings != before[folder.uri]:
                self._background.start(folder.configure(settings))
        self.strays.configured()

    def named(self, name: object) -> Folder:
        """The folder that a request names by path or URI; with None the only one. Raises UsageError."""
        if name is None:
            return self._only()
        if not isinstance(name, str):
            raise UsageError(f"folder must be a path or a URI, not {name!r}.")
        path = path_of(name) or name.rstrip("/")
        for folder in self._folders:
            if path in (folder.path, folder.root):
                return folder
        known = ", ".join(folder.path for folder in self._folders) or "none"
        raise UsageError(self._refused.get(path, f"{path} is not a folder of this editor."), f"Its folders: {known}.")

    def _only(self) -> Folder:
        if len(self._folders) == 1:
            return self._folders[0]
        if self._folders:
            raise UsageError("Several folders are open.", f"Name one: {', '.join(f.path for f in self._folders)}.")
        raise UsageError(next(iter(self._refused.values()), "No folder is open."), "Open one first.")

    def _on_event(self, before: State, after: State, event: Event) -> None:
        from kinos.domain.event import SettingsChanged

        if isinstance(event, SettingsChanged):
            self._configure_client()

    def _configure_client(self) -> None:
        self._client.configure([folder.session.settings for folder in self._folders])

    def _make(self, uri: str, path: str, editor: Editor) -> Workspace:
        return self._factory(Path(path), self._settings(uri.removesuffix("/")), self.options.trusted, editor)

    def _settings(self, uri: str) -> Mapping[str, Any]:
        """What the editor says for a folder, by dotted key."""
        given = self._given.get(uri, self._other) if uri else self._other
        return flattened(self.options.settings) if given is None else given

    def _general_settings(self) -> Settings:
        settings, problems = self._general.settings(self._settings(""))
        self._complaints.put("", problems)
        return settings

    def _publisher(self) -> Publisher:
        return self._pull if self._client.pulls else self._client

    def _arrange(self) -> None:
        """Folders came or went: give every document to the one that owns it now."""
        changed = [folder for folder in self._folders if self._inner(folder) != folder.inner]
        for folder in changed:
            folder.cede(self._inner(folder))
        for uri, place in tuple(self._open.items()):
            if self._place(uri) != place:
                self._move(uri, place)
        for uri in self.strays:
            if self._place(uri) is not None:
                self._open_anew(uri)
        for folder in changed:
            self._background.start(folder.look())
        for arranged in self.on_arranged:
            arranged()

    def _inner(self, folder: Folder) -> tuple[str, ...]:
        """The folders inside this one, by their paths in it."""
        inner = (other.root for other in self._folders if within(other.root, folder.root))
        return tuple(root.removeprefix(folder.root.rstrip("/") + "/") for root in inner)

    def _move(self, uri: str, place: Place) -> None:
        buffer = place.folder.session.buffers.get(place.path)
        del self._open[uri]
        if place.folder in self._folders:
            self._background.start(place.folder.session.did_close(place.path))
        if buffer is not None:
            self.did_open(uri, buffer.text.text, buffer.text.version)

    # -- documents ------------------------------------------------------------------------------------------------

    def did_open(self, uri: str, text: str, version: int, language: str = "") -> None:
        """The editor opened a document. Views of other schemes are somebody else's."""
        if not is_stray(uri):
            return
        place = self._place(uri)
        # A second name of an open file is followed but does not count: two texts cannot both be the truth.
        if place is None or any(place == other and uri != name for name, other in self._open.items()):
            self.strays.open(uri, text, version, language, twin=place is not None)
            return
        self._open[uri] = place
        place.folder.spell(place.path, uri)
        with explained(self._client):
            place.folder.session.did_open(place.path, text, version)
        place.folder.mistakes.touch(place.path)

    def opened(self, uri: str) -> Place | None:
        """The open document of that name, if it is one of a folder."""
        return self._open.get(uri)

    def located(self, uri: object) -> Place:
        """The document that a request names, open or not. Raises UsageError when it is in no folder."""
        place = self._place(uri) if isinstance(uri, str) else None
        if place is None:
            raise UsageError(f"{uri!r} is the URI of no file in a folder of this editor.", "Give an object with uri.")
        return place

    def did_change(self, uri: str, edits: Sequence[TextEdit | str], version: int) -> None:
        """The editor changed it."""
        place = self._open.get(uri)
        if place is not None:
            place.folder.session.did_change(place.path, edits, version, self._client.encoding)
            place.folder.mistakes.touch(place.path)
        elif uri in self.strays:
            self.strays.change(uri, edits, version, self._client.encoding)

    def did_save(self, uri: str) -> None:
        """The editor wrote it to the disk."""
        place = self._open.get(uri)
        if place is not None:
            with explained(self._client):
                place.folder.session.did_save(place.path)
            place.folder.mistakes.look([place.path])

    def did_close(self, uri: str) -> None:
        """The editor closed it."""
        self.strays.take(uri)
        place = self._open.pop(uri, None)
        if place is not None:
            self._pull.closed(place.folder.uri_of(place.path))
            self._background.start(self._close(place))
            self._take_second(place)

    def _take_second(self, place: Place) -> None:
        """A second name under which the document stays open is the truth from now on."""
        for uri in self.strays:
            if self._place(uri) == place:
                self._open_anew(uri)

    def _open_anew(self, uri: str) -> None:
        if (stray := self.strays.take(uri)) is not None:
            text, language = stray
            self.did_open(uri, text.text, text.version, language)

    def _names(self, file: str) -> list[str]:
        """The names of the open documents that are the real `file`."""
        names = (path_of(uri) for uri in (*self._open, *self.strays))
        return [name for name in names if name is not None and os.path.realpath(name) == file]

    def did_change_on_disk(self, uris: Sequence[str]) -> None:
        """Files, or folders that are gone, changed outside the editor."""
        by_folder: dict[Folder, list[str]] = {}
        for uri in uris:
            place = self._place(uri)
            if place is not None:
                by_folder.setdefault(place.folder, []).extend(affected(place.path, place.folder.documents))
        for folder, paths in by_folder.items():
            folder.mistakes.look(paths)
            self._background.start(self._look(folder, paths))

    # -- diagnostics that are asked for ---------------------------------------------------------------------------

    def document_diagnostic(self, uri: str, previous: str | None) -> types.DocumentDiagnosticReport:
        """What there is to say about a document; `previous` is the id of what the editor knows."""
        place = self._place(uri)
        if place is None:
            self.strays.publish()
            return self._pull.document(uri, self.strays.version(uri), previous)
        place.folder.publish_open()
        buffer = place.folder.session.buffers.get(place.path) if uri in self._open else None
        version = None if buffer is None else buffer.text.version
        return self._pull.document(place.folder.uri_of(place.path), version, previous)

    async def workspace_diagnostic(self, previous: Mapping[str, str], send: Send | None) -> Sequence[Item]:
        """What there is to say about all documents; `previous` are the ids of what the editor knows, by URI."""
        return await self._pull.workspace(previous, send)

    # -- inside ---------------------------------------------------------------------------------------------------

    async def _close(self, place: Place) -> None:
        with explained(self._client):
            await place.folder.session.did_close(place.path)
        place.folder.mistakes.look([place.path])

    async def _look(self, folder: Folder, paths: Sequence[str]) -> None:
        with explained(self._client):
            await folder.session.did_change_on_disk(paths)

    def _place(self, uri: str) -> Place | None:
        path = path_of(uri)
        if path is None:
            return None
        for folder in sorted(self._folders, key=lambda folder: len(folder.root), reverse=True):
            inside = folder.relative(path)
            if inside is not None:
                return Place(folder, inside)
        return None


def affected(path: str, documents: Collection[str]) -> list[str]:
    """The paths to look at when `path` changed: itself, or the documents in it when it was a folder."""
    below = [document for document in documents if within(document, path)]
    return below or [path]
