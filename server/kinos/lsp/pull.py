"""Diagnostics for an editor that asks for them: what there is to say is kept, told when asked, and streamed while it listens."""

import asyncio
import itertools
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lsprotocol import types

from kinos.lsp.background import Background

CLEAN = "clean"
"""The result id of a document that nothing is to be said about."""

INTERVAL = 0.5
"""Seconds between two requests to ask again."""

type Item = types.WorkspaceFullDocumentDiagnosticReport | types.WorkspaceUnchangedDocumentDiagnosticReport
type Send = Callable[[Sequence[Item]], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What there is to say about a document, under the name `id`; `version` is None for a closed one."""

    id: str
    version: int | None
    items: tuple[types.Diagnostic, ...]


_NOTHING = Report(CLEAN, None, ())


class Pull:
    """All documents of one editor, by URI. `refresh` asks the editor to ask again; it does so by itself after its own changes.

    Nothing is kept of a document that nothing is to be said about.
    """

    def __init__(self, refresh: Callable[[], object], background: Background) -> None:
        self._refresh = refresh
        self._background = background
        self._numbers = itertools.count(1)
        self._reports: dict[str, Report] = {}
        self._answered: dict[str, Report] = {}
        self._unsure: set[str] = set()
        """Closed documents of which nobody knows what the editor shows: it was told of them while they were open."""
        self._stream: _Stream | None = None
        self._polled = False
        self._asking = False
        self._again = False

    def publish(self, uri: str, version: int | None, diagnostics: Sequence[types.Diagnostic]) -> None:
        """These are the diagnostics of a document, and it has no others of ours."""
        before, items = self._reports.get(uri, _NOTHING), tuple(diagnostics)
        after = Report(before.id if items == before.items else self._name(items), version, items)
        if items:
            self._reports[uri] = after
        else:
            self._reports.pop(uri, None)
        if version is None:
            self.closed(uri)
            self._touch(uri)
            if self._stream is None and self._polled:
                self._ask_again()
        elif (answered := self._answered.get(uri)) is None:
            self._touch(uri)  # it may be open without being asked for
        elif answered.version == version and answered.id != after.id:
            self._ask_again()

    def document(self, uri: str, version: int | None, previous: str | None) -> types.DocumentDiagnosticReport:
        """The answer about one document: what was published last. `version` is its own now; `previous` is the id known there."""
        report = self._reports.get(uri, _NOTHING)
        if version is not None:
            self._answered[uri] = Report(report.id, version, report.items)
        if report.id == previous:
            return types.RelatedUnchangedDocumentDiagnosticReport(report.id)
        return types.RelatedFullDocumentDiagnosticReport(items=report.items, result_id=report.id)

    async def workspace(self, previous: Mapping[str, str], send: Send | None) -> Sequence[Item]:
        """The answer about all documents. With `send` it is told piece by piece, and does not end before there is another
        listener or `close`.
        """
        if self._stream is not None:
            self._stream.end()
        uris = {**dict.fromkeys(previous), **dict.fromkeys(self._reports), **dict.fromkeys(sorted(self._unsure))}
        first = [self._item(uri, self._known(uri, previous)) for uri in uris]
        self._polled = send is None
        if send is None:
            return [item for item in first if item is not None]
        known = {uri: report.id for uri, report in self._reports.items()}
        stream = self._stream = _Stream(known)
        if told := [item for item in first if item is not None]:
            send(told)
        try:
            while await stream.news():
                if told := list(self._news(stream)):
                    send(told)
        finally:
            if self._stream is stream:
                self._stream = None
        return ()

    def closed(self, uri: str) -> None:
        """The editor closed a document: what it was told of it was of a text that may have gone."""
        answered = self._answered.pop(uri, None)
        if answered is not None and answered.id != CLEAN:
            self._unsure.add(uri)

    def close(self) -> None:
        """Nobody listens any more."""
        if self._stream is not None:
            self._stream.end()

    def _name(self, items: tuple[types.Diagnostic, ...]) -> str:
        # Ids that an editor kept from a server before this one must not be taken for ours.
        return f"{os.getpid()}-{next(self._numbers)}" if items else CLEAN

    def _touch(self, uri: str) -> None:
        if self._stream is not None:
            self._stream.touch(uri)

    def _item(self, uri: str, known: str) -> Item | None:
        """What to tell of a document of which `known` was told; None when there is nothing."""
        report = self._reports.get(uri, _NOTHING)
        if report.id != known:
            return types.WorkspaceFullDocumentDiagnosticReport(
                uri=uri, items=report.items, version=report.version, result_id=report.id
            )
        if report.id == CLEAN:
            return None
        return types.WorkspaceUnchangedDocumentDiagnosticReport(uri=uri, result_id=report.id, version=report.version)

    def _known(self, uri: str, told: Mapping[str, str]) -> str:
        """The id of what the editor shows of a document, of which it was told as `told` says; empty where nobody knows."""
        if uri in self._unsure:
            self._unsure.discard(uri)
            return ""
        return told.get(uri, CLEAN)

    def _news(self, stream: "_Stream") -> Iterable[Item]:
        for uri in stream.taken():
            known, report = self._known(uri, stream.known), self._reports.get(uri, _NOTHING)
            if report.id != known and (item := self._item(uri, known)) is not None:
                stream.known[uri] = report.id
                yield item

    def _ask_again(self) -> None:
        """Ask the editor to ask again, once for all that happens until it could."""
        self._again = True
        if not self._asking:
            self._asking = True
            self._background.start(self._keep_asking())

    async def _keep_asking(self) -> None:
        try:
            while self._again:
                await asyncio.sleep(0)  # all that happens in this turn
                self._again = False
                self._refresh()
                await asyncio.sleep(INTERVAL)
        finally:
            self._asking = False


class _Stream:
    """A listener: the ids it `known`s, by URI, and the documents that may have news for it."""

    def __init__(self, known: dict[str, str]) -> None:
        self.known = known
        self._touched: dict[str, None] = {}
        self._wake = asyncio.Event()
        self._over = False

    def touch(self, uri: str) -> None:
        """There may be news of this document."""
        self._touched[uri] = None
        self._wake.set()

    def taken(self) -> Sequence[str]:
        """The documents there may be news of, which are none any more."""
        touched, self._touched = tuple(self._touched), {}
        return touched

    async def news(self) -> bool:
        """Wait for news; False when there will be none."""
        await self._wake.wait()
        self._wake.clear()
        return not self._over

    def end(self) -> None:
        """There will be no more."""
        self._over = True
        self._wake.set()
