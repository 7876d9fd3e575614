"""What an editor that asks for diagnostics is told, and when it is asked to ask again."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lsprotocol import types

from kinos.lsp import pull as module
from kinos.lsp.background import Background
from kinos.lsp.pull import Item, Pull

RANGE = types.Range(types.Position(0, 0), types.Position(0, 1))


def long(words: str = "long") -> list[types.Diagnostic]:
    return [types.Diagnostic(RANGE, words)]


class Asking:
    """An editor that asks, and what it has been told."""

    def __init__(self) -> None:
        self.refreshed = 0
        self.background = Background()
        self.pull = Pull(self.refresh, self.background)
        self.told: list[list[tuple[str, str, int]]] = []
        self.news = asyncio.Event()

    def refresh(self) -> None:
        self.refreshed += 1
        self.news.set()

    def hear(self, items: Sequence[Item]) -> None:
        self.told.append([brief(item) for item in items])
        self.news.set()

    async def listen(self, previous: dict[str, str] | None = None) -> "asyncio.Task[Sequence[Item]]":
        task = asyncio.create_task(self.pull.workspace(previous or {}, self.hear))
        await settled()
        return task

    def id(self, uri: str) -> str:
        report = self.pull.document(uri, None, None)
        assert report.result_id is not None
        return report.result_id


def brief(item: Item) -> tuple[str, str, int]:
    """URI, kind, number of diagnostics."""
    return item.uri, item.kind, len(getattr(item, "items", ()))


async def settled() -> None:
    """Until all that is due has happened."""
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
async def asking() -> AsyncIterator[Asking]:
    asking = Asking()
    yield asking
    asking.pull.close()
    await asking.background.stop()


async def test_a_document_is_told_with_a_result_id_and_the_second_time_that_it_is_unchanged(asking: Asking) -> None:
    asking.pull.publish("a", 1, long())
    first = asking.pull.document("a", 1, None)
    assert isinstance(first, types.RelatedFullDocumentDiagnosticReport)
    assert list(first.items) == long()
    again = asking.pull.document("a", 1, first.result_id)
    assert again == types.RelatedUnchangedDocumentDiagnosticReport(first.result_id or "")


async def test_the_same_diagnostics_of_another_version_are_unchanged(asking: Asking) -> None:
    asking.pull.publish("a", 1, long())
    before = asking.id("a")
    asking.pull.publish("a", 2, long())
    assert asking.id("a") == before
    asking.pull.publish("a", 3, long("longer"))
    assert asking.id("a") != before


async def test_a_clean_document_has_an_id_too_and_nothing_is_kept_of_it(asking: Asking) -> None:
    first = asking.pull.document("a", 1, None)
    assert isinstance(first, types.RelatedFullDocumentDiagnosticReport)
    assert list(first.items) == []
    assert isinstance(asking.pull.document("a", 1, first.result_id), types.RelatedUnchangedDocumentDiagnosticReport)
    asking.pull.publish("b", None, long())
    asking.pull.publish("b", None, [])
    assert asking.pull._reports == {}


async def test_without_a_stream_all_that_is_over_a_limit_is_told_at_once_and_what_is_no_longer(asking: Asking) -> None:
    asking.pull.publish("a", None, long())
    asking.pull.publish("b", None, long())
    known = {"a": asking.id("a"), "gone": "from another server", "clean": "clean"}
    items = await asking.pull.workspace(known, None)
    assert sorted(map(brief, items)) == [("a", "unchanged", 0), ("b", "full", 1), ("gone", "full", 0)]


async def test_a_stream_is_told_what_there_is_and_then_only_what_changes(asking: Asking) -> None:
    asking.pull.publish("a", None, long())
    listening = await asking.listen()
    asking.pull.publish("b", None, long())
    asking.pull.publish("c", None, long())
    await settled()
    asking.pull.publish("a", None, long())  # as it was
    asking.pull.publish("d", None, [])  # clean, and never was anything else
    await settled()
    asking.pull.publish("b", None, [])
    await settled()
    assert asking.told == [[("a", "full", 1)], [("b", "full", 1), ("c", "full", 1)], [("b", "full", 0)]]
    assert not listening.done()
    assert asking.refreshed == 0


async def test_a_stream_of_nothing_says_nothing(asking: Asking) -> None:
    await asking.listen()
    assert asking.told == []


async def test_what_comes_and_goes_before_it_could_be_told_is_not_told(asking: Asking) -> None:
    await asking.listen()
    asking.pull.publish("a", None, long())
    asking.pull.publish("a", None, [])
    await settled()
    assert asking.told == []


async def test_a_second_listener_ends_the_first(asking: Asking) -> None:
    first = await asking.listen()
    await asking.listen()
    assert list(await first) == []
    asking.pull.publish("a", None, long())
    await settled()
    assert asking.told == [[("a", "full", 1)]]


async def test_the_end_ends_a_stream_with_an_answer(asking: Asking) -> None:
    listening = await asking.listen()
    asking.pull.close()
    assert list(await listening) == []


async def test_a_stream_that_is_cancelled_is_gone(asking: Asking) -> None:
    listening = await asking.listen()
    listening.cancel()
    await asyncio.wait([listening])
    asking.pull.publish("a", None, long())
    await settled()
    assert asking.told == []


async def test_what_an_open_document_is_asked_for_is_not_streamed_as_well(asking: Asking) -> None:
    await asking.listen()
    asking.pull.document("a", 1, None)
    for version in range(2, 9):
        asking.pull.publish("a", version, long(f"{version} words"))
        asking.pull.document("a", version, None)
        await settled()
    assert asking.told == []
    assert asking.refreshed == 0


async def test_an_open_document_that_nobody_asks_for_is_streamed(asking: Asking) -> None:
    await asking.listen()
    asking.pull.publish("a", 1, long())
    await settled()
    assert asking.told == [[("a", "full", 1)]]


async def test_a_document_that_is_closed_is_streamed_whatever_was_told_while_it_was_open(asking: Asking) -> None:
    await asking.listen()
    asking.pull.publish("a", 2, long())
    asking.pull.document("a", 2, None)
    await settled()
    asking.told.clear()
    asking.pull.publish("a", None, [])
    await settled()
    assert asking.told == [[("a", "full", 0)]]


async def test_nothing_is_kept_of_documents_that_were_opened_asked_for_and_closed(asking: Asking) -> None:
    await asking.listen()
    for number in range(50):
        asking.pull.publish(f"{number}", 1, [])
        asking.pull.document(f"{number}", 1, None)
        asking.pull.closed(f"{number}")
    assert (asking.pull._answered, asking.pull._reports) == ({}, {})
    assert asking.pull._unsure == set()


async def test_the_editor_is_asked_to_ask_again_when_what_it_was_told_of_a_version_has_changed(asking: Asking) -> None:
    asking.pull.publish("a", 1, long())
    asking.pull.document("a", 1, None)
    asking.pull.publish("a", 1, long())
    await settled()
    assert asking.refreshed == 0
    asking.pull.publish("a", 1, long("and where"))
    await settled()
    assert asking.refreshed == 1


async def test_many_reasons_to_ask_again_are_one_request_at_a_time(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "INTERVAL", 0.01)
    for number in range(20):
        asking.pull.document(f"{number}", 1, None)
    for number in range(20):
        asking.pull.publish(f"{number}", 1, long())
    await settled()
    assert asking.refreshed == 1
    for number in range(20):
        asking.pull.publish(f"{number}", 1, long("again"))
    while asking.background._tasks:
        await asyncio.wait(asking.background._tasks)
    assert asking.refreshed == 2


async def test_who_asks_for_all_without_a_stream_is_asked_to_ask_again(asking: Asking) -> None:
    asking.pull.publish("a", None, long())
    await settled()
    assert asking.refreshed == 0
    await asking.pull.workspace({}, None)
    asking.pull.publish("b", None, long())
    await settled()
    assert asking.refreshed == 1


URIS = ("a", "b")


class Mirror:
    """An editor as VS Code is: it asks about each open document after its own changes, and leaves those out of what is streamed.

    `truth` is what the server last published of each document.
    """

    def __init__(self) -> None:
        self.asking = Asking()
        self.pull = Pull(self.refresh, self.asking.background)
        self.truth: dict[str, tuple[str, ...]] = {}
        self.shows: dict[str, tuple[str, ...]] = {}
        self.ids: dict[str, str] = {}
        self.open: dict[str, int] = {}
        self.listening: asyncio.Task[Sequence[Item]] | None = None

    def refresh(self) -> None:
        for uri in self.open:
            self.ask(uri)

    def publish(self, uri: str, words: tuple[str, ...]) -> None:
        self.truth[uri] = words
        self.pull.publish(uri, self.open.get(uri), [types.Diagnostic(RANGE, word) for word in words])

    def ask(self, uri: str) -> None:
        report = self.pull.document(uri, self.open.get(uri), self.ids.get(uri))
        if isinstance(report, types.RelatedFullDocumentDiagnosticReport):
            self.shows[uri] = tuple(each.message for each in report.items)
        assert report.result_id is not None
        self.ids[uri] = report.result_id

    def hear(self, items: Sequence[Item]) -> None:
        for item in items:
            if isinstance(item, types.WorkspaceFullDocumentDiagnosticReport):
                if item.uri not in self.open:
                    self.shows[item.uri] = tuple(each.message for each in item.items)
                assert item.result_id is not None
                if item.uri not in self.open:
                    self.ids[item.uri] = item.result_id

    async def do(self, deed: str, uri: str, words: tuple[str, ...]) -> None:
        match deed:
            case "open" if uri not in self.open:
                self.open[uri] = 1
                self.publish(uri, words)
                self.ask(uri)
            case "type" if uri in self.open:
                self.open[uri] += 1
                self.publish(uri, words)
                self.ask(uri)
            case "learn":
                self.publish(uri, words)
            case "close" if uri in self.open:
                del self.open[uri]
                self.pull.closed(uri)
                if words != self.truth[uri]:
                    self.publish(uri, words)
            case "listen":
                self.listening = asyncio.create_task(self.pull.workspace(dict(self.ids), self.hear))
            case "settle":
                await settled()

    async def end(self) -> None:
        """The editor listens, if it did not before, and all that is due has happened."""
        if self.listening is None:
            await self.do("listen", "", ())
        await settled()
        while self.asking.background._tasks:
            await asyncio.wait(self.asking.background._tasks)
        await settled()
        self.pull.close()
        if self.listening is not None:
            await self.listening


DEEDS = st.tuples(
    st.sampled_from(["open", "type", "learn", "close", "listen", "settle"]),
    st.sampled_from(URIS),
    st.sampled_from([(), ("long",), ("too long",)]),
)


@given(st.booleans(), st.lists(DEEDS, max_size=12))
@example(False, [("listen", "a", ()), ("open", "a", ("long",)), ("close", "a", ())])
@example(True, [("open", "a", ("long",)), ("close", "a", ())])
@settings(max_examples=400)
def test_in_the_end_an_editor_shows_what_there_is_whatever_happened_before(
    listens: bool, deeds: list[tuple[str, str, tuple[str, ...]]]
) -> None:
    async def live() -> None:
        mirror = Mirror()
        for deed in [("listen", "", ()), ("settle", "", ())] * listens + deeds:
            await mirror.do(*deed)
        await mirror.end()
        assert {uri: mirror.shows.get(uri, ()) for uri in URIS} == {uri: mirror.truth.get(uri, ()) for uri in URIS}

    module.INTERVAL, before = 0.001, module.INTERVAL
    try:
        asyncio.run(live())
    finally:
        module.INTERVAL = before
