"""Size diagnostics: which a document has, and keeping what the editor shows in step with the sizes of one folder."""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types

from kinos.domain.event import Event, SizesCounted
from kinos.domain.setting import Settings
from kinos.domain.size import Counted, Level, Limits, Size
from kinos.domain.state import State
from kinos.engine.session import Session
from kinos.lsp.background import Background
from kinos.lsp.client import Client
from kinos.tokens.position import Encoding, units

SOURCE = "kinos"
CODES = {Level.LONG: "document-long", Level.TOO_LONG: "document-too-long"}

_IGNORED = re.compile(r"<!--\s*kinos:\s*ignore-size\s*-->")
_LINE_END = re.compile(r"[\r\n]")
_SEVERITY = {name.lower(): types.DiagnosticSeverity[name] for name in ("Error", "Warning", "Information", "Hint")}


@dataclass(frozen=True, slots=True)
class Ruler:
    """How sizes are judged in one folder: the limits, what counted the tokens, and a severity for each level over one."""

    limits: Limits
    tokenizer: str
    severities: Mapping[Level, types.DiagnosticSeverity]

    def over(self, size: Size | None) -> bool:
        """Whether a document of this size is over a limit."""
        return size is not None and self.limits.level(size.tokens) is not Level.OK


def ruler(settings: Settings, tokenizer: str) -> Ruler:
    """The ruler that the settings describe."""
    severities = {
        Level.LONG: _SEVERITY[settings.diagnostics_severity_long],
        Level.TOO_LONG: _SEVERITY[settings.diagnostics_severity_too_long],
    }
    return Ruler(Limits(settings.tokens_warn, settings.tokens_error), tokenizer, severities)


def diagnostics(size: Size | None, text: str, rule: Ruler, encoding: Encoding) -> list[types.Diagnostic]:
    """What there is to say about a document: one diagnostic on its first line when it is over a limit, else none.

    A document with the comment `<!-- kinos: ignore-size -->` anywhere in it has none.
    """
    if size is None or not rule.over(size) or _IGNORED.search(text):
        return []
    level = rule.limits.level(size.tokens)
    end = _LINE_END.search(text)
    first = text if end is None else text[: end.start()]
    return [
        types.Diagnostic(
            range=types.Range(types.Position(0, 0), types.Position(0, units(first, encoding))),
            message=_message(size, level, rule),
            severity=rule.severities[level],
            code=CODES[level],
            source=SOURCE,
        )
    ]


def _message(size: Size, level: Level, rule: Ruler) -> str:
    limit = rule.limits.error if level is Level.TOO_LONG else rule.limits.warn
    word = "too long" if level is Level.TOO_LONG else "long"
    doubt = ", unconfirmed for this model" if size.counted is Counted.UNCONFIRMED else ""
    return f"This document is {word}: {size.tokens} tokens, above {limit} ({rule.tokenizer}{doubt})."


class Diagnostics:
    """Publishes the diagnostics of one folder as a difference over touched paths.

    An open document's are sent at once, with its version; while newer changes of it are already in the queue they wait for
    those. A closed one's are sent without a version, once its text has been looked at.
    """

    def __init__(
        self, root: Path, session: Session, client: Client, background: Background, uri: Callable[[str], str],
        owned: Callable[[str], bool],
    ) -> None:  # fmt: skip
        self._root = root
        self._session = session
        self._client = client
        self._background = background
        self._uri = uri
        self._owned = owned
        self._rule = ruler(session.settings, session.sizes.tokenizer)
        self._mode = session.settings.diagnostics_mode
        self._shown: dict[str, list[types.Diagnostic]] = {}
        self._known: set[str] = set()
        self._open: set[str] = set()
        self._closed: set[str] = set()
        self._looking = False

    def on_event(self, before: State, after: State, event: Event) -> None:
        """Subscribed to the session's store."""
        if isinstance(event, SizesCounted):
            self.touch(event.paths)

    def touch(self, paths: Iterable[str]) -> None:
        """Look at these documents again."""
        if self._mode == "off":
            return
        for path in paths:
            if path in self._session.buffers:
                if not self._open:
                    asyncio.get_running_loop().call_soon(self._publish_open)
                self._open.add(path)
            else:
                self._closed.add(path)
        if self._closed and not self._looking:
            self._looking = True
            self._background.start(self._publish_closed())

    def touch_all(self) -> None:
        """Look at every document again: what belongs to this folder has changed."""
        self.touch({*self._session.sizes.documents.sizes, *self._shown})

    def clear(self) -> None:
        """Show nothing from now on: the folder is no longer ours."""
        self._mode = "off"
        for path in tuple(self._shown):
            self._publish(path, None, [])

    def _publish_open(self) -> None:
        paths, self._open = self._open, set()
        for path in paths:
            buffer = self._session.buffers.get(path)
            if buffer is None:
                continue
            wanted = self._wanted(path, buffer.text.text)
            # The first answer is given in any case, so that an editor knows where it stands.
            if wanted or path in self._shown or path not in self._known:
                self._known.add(path)
                self._publish(path, buffer.text.version, wanted)

    async def _publish_closed(self) -> None:
        try:
            while self._closed:
                paths, self._closed = self._closed, set()
                over = [path for path in paths if self._mode == "workspace" and self._rule.over(self._size(path))]
                texts = await asyncio.to_thread(_texts, self._root, over) if over else {}
                # What was opened meanwhile is told by its own text.
                for path in sorted(paths - set(self._session.buffers)):
                    self._show_closed(path, texts.get(path))
        finally:
            self._looking = False

    def _show_closed(self, path: str, text: str | None) -> None:
        self._known.discard(path)
        wanted = [] if text is None else self._wanted(path, text)
        if wanted != self._shown.get(path, []):
            self._publish(path, None, wanted)

    def _wanted(self, path: str, text: str) -> list[types.Diagnostic]:
        if self._mode == "off" or not self._owned(path):
            return []
        return diagnostics(self._size(path), text, self._rule, self._client.encoding)

    def _size(self, path: str) -> Size | None:
        return self._session.sizes.documents.sizes.get(path)

    def _publish(self, path: str, version: int | None, wanted: list[types.Diagnostic]) -> None:
        if wanted:
            self._shown[path] = wanted
        else:
            self._shown.pop(path, None)
        self._client.publish(self._uri(path), version, wanted)


def _texts(root: Path, paths: Iterable[str]) -> dict[str, str]:
    """The texts of closed documents; one that has gone meanwhile has none."""
    texts = {}
    for path in paths:
        with suppress(OSError):
            texts[path] = (root / path).read_bytes().decode("utf-8-sig", "replace")
    return texts
