"""What is wrong with the team, prompt and settings files of one folder, told as they are edited; teams of 2024 too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from lsprotocol import types

from kinos.domain.event import Event, SettingsChanged
from kinos.domain.mistake import MILD, Mistake
from kinos.domain.own_file import HOME, kind_of
from kinos.domain.state import State
from kinos.lsp.background import Background
from kinos.lsp.diagnostic import SOURCE, Form, line_range
from kinos.lsp.publisher import Publisher
from kinos.tokens.document import OpenText

if TYPE_CHECKING:
    from kinos.engine.session import Session

PAGE = "mistakes.md"
"""The page that says what each code means, with a heading for each."""

LONGEST = 500
"""Characters of a message."""

EVERY = 2.0
"""Seconds between two looks whether a file has changed on the disk: where these files lie the system watches nothing."""


def mistake_diagnostics(text: OpenText, mistakes: Iterable[Mistake], form: Form, docs: str) -> list[types.Diagnostic]:
    """A diagnostic for each mistake in `text`, on its line; on the first where it is about the whole. `docs` is the URI of the
    folder with the page.
    """
    return [
        types.Diagnostic(
            range=line_range(text, (mistake.line or 1) - 1, form.encoding),
            message=_sentence(mistake.message),
            severity=types.DiagnosticSeverity.Warning if mistake.code in MILD else types.DiagnosticSeverity.Error,
            code=mistake.code.value,
            code_description=types.CodeDescription(f"{docs}/{PAGE}#{mistake.code}") if form.linked else None,
            source=SOURCE,
        )
        for mistake in mistakes
    ]


def _sentence(message: str) -> str:
    """What is wrong, which may quote what stands in the file, however long that is."""
    said = message if len(message) <= LONGEST else message[: LONGEST - 1] + "…"
    return said[:1].upper() + said[1:]


class MistakeReport:
    """Publishes them: of an open file by its text, at each change and with its version, of a closed one by what is on the disk.

    Teams are looked at again when prompts come and go: they name agents.
    """

    def __init__(
        self, session: Session, publisher: Publisher, background: Background, form: Form, docs: str,
        uri: Callable[[str], str],
    ) -> None:  # fmt: skip
        self._session = session
        self._publisher = publisher
        self._background = background
        self._form = form
        self._docs = docs
        self._uri = uri
        self._gone = session.own_files is None
        self._shown: dict[str, list[types.Diagnostic]] = {}
        self._version: dict[str, int | None] = {}
        self._touched: set[str] = set()
        self._looking = False
        self._again = False
        self._seen: Hashable = None
        self._timer: asyncio.TimerHandle | None = None

    def on_event(self, before: State, after: State, event: Event) -> None:
        """Subscribed to the session's store."""
        if isinstance(event, SettingsChanged):
            self.look()

    def touch(self, path: str) -> None:
        """The editor opened or changed this file, which may be any."""
        if self._gone or kind_of(path) is None:
            return
        if not self._touched:
            asyncio.get_running_loop().call_soon(self.publish_open)
        self._touched.add(path)

    def look(self, paths: Iterable[str] = (HOME,)) -> None:
        """These files, of any kind, may have become others on the disk; or were closed: then the disk counts again."""
        if self._gone or not any(path == HOME or path.startswith(f"{HOME}/") or kind_of(path) for path in paths):
            return
        self._again = True
        if not self._looking:
            self._looking = True
            self._background.start(self._look())

    def follow(self) -> None:
        """Look at what is on the disk now, and whenever it has changed, until `clear`."""
        self._background.start(self._compare())

    def clear(self) -> None:
        """Show nothing from now on: the folder is no longer ours."""
        self.stop()
        for path in tuple(self._shown):
            self._publish(path, None, [])

    def stop(self) -> None:
        """Look no more."""
        self._gone = True
        if self._timer is not None:
            self._timer.cancel()

    def publish_open(self) -> None:
        """Publish now what is to be said of open files."""
        paths, self._touched = self._touched, set()
        for path in paths:
            buffer = self._session.buffers.get(path)
            if buffer is not None and not self._gone:
                wanted = [] if self._mode == "off" else self._found(path, buffer.text)
                if (wanted and self._version.get(path) != buffer.text.version) or wanted != self._shown.get(path, []):
                    self._publish(path, buffer.text.version, wanted)

    async def _compare(self) -> None:
        own = self._session.own_files
        stamp = None if own is None else await asyncio.to_thread(own.stamp)
        if self._gone:
            return
        if stamp != self._seen:
            self._seen = stamp
            self.look()
        self._timer = asyncio.get_running_loop().call_later(EVERY, self.follow)

    async def _look(self) -> None:
        own = self._session.own_files
        try:
            while self._again and own is not None and not self._gone:
                self._again = False
                everywhere = self._mode == "workspace"
                self._show_closed(await asyncio.to_thread(own.texts) if everywhere else {})
                for path in self._session.buffers:
                    self.touch(path)
        finally:
            self._looking = False

    def _show_closed(self, texts: Mapping[str, str | Mistake]) -> None:
        for path in sorted(texts.keys() | self._shown.keys()):
            if path in self._session.buffers or self._gone:
                continue
            found = texts.get(path, "")
            text = OpenText("" if isinstance(found, Mistake) else found, 0)
            if isinstance(found, Mistake):
                wanted = mistake_diagnostics(text, [found], self._form, self._docs)
            else:
                wanted = self._found(path, text) if path in texts else []
            if wanted != self._shown.get(path, []):
                self._publish(path, None, wanted)

    def _found(self, path: str, text: OpenText) -> list[types.Diagnostic]:
        own = self._session.own_files
        mistakes: Sequence[Mistake] = () if own is None else own.mistakes(path, text.text)
        return mistake_diagnostics(text, mistakes, self._form, self._docs)

    @property
    def _mode(self) -> str:
        return self._session.settings.diagnostics_mode

    def _publish(self, path: str, version: int | None, wanted: list[types.Diagnostic]) -> None:
        if wanted:
            self._shown[path], self._version[path] = wanted, version
        else:
            self._shown.pop(path, None)
            self._version.pop(path, None)
        self._publisher.publish(self._uri(path), version, wanted)
