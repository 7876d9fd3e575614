"""Each progress begins once and ends once, on a token of its own, and a cancel reaches the work."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from kinos.lsp.client import outbox
from kinos.lsp.progress import Progresses


class Server:
    """What a progress needs of a server; `created` are the requests for a token, with their answers."""

    pending = 0

    def __init__(self, *, able: bool = True) -> None:
        self.client_capabilities = types.ClientCapabilities(
            window=types.WindowClientCapabilities(work_done_progress=able)
        )
        self.protocol = self
        self.created: list[tuple[Any, Future[None]]] = []
        self.told: list[tuple[Any, str, dict[str, Any]]] = []
        self.outbox = outbox(self, self)  # type: ignore[arg-type]
        self.progresses = Progresses(self)  # type: ignore[arg-type]

    def when_room(self, then: Callable[[], None]) -> None:
        then()

    def send_request(self, method: str, params: types.WorkDoneProgressCreateParams) -> Future[None]:
        assert method == types.WINDOW_WORK_DONE_PROGRESS_CREATE
        answer: Future[None] = Future()
        self.created.append((params.token, answer))
        return answer

    def notify(self, method: str, params: types.ProgressParams) -> None:
        assert method == types.PROGRESS
        value: Any = params.value
        more = {name: getattr(value, name, None) for name in ("title", "message", "percentage", "cancellable")}
        self.told.append((params.token, value.kind, {name: each for name, each in more.items() if each is not None}))

    def kinds(self) -> list[str]:
        return [kind for _, kind, _ in self.told]


async def until_created(server: Server, count: int = 1) -> Future[None]:
    while len(server.created) < count:
        await asyncio.sleep(0)
    return server.created[-1][1]


async def test_the_token_of_the_client_is_used_at_once() -> None:
    server = Server()
    with server.progresses.shown("Working", lambda: None, token="its own", after=60) as progress:
        progress.report("half", 50)
        progress.report("half", 50)
    assert server.created == []
    assert server.told == [
        ("its own", "begin", {"title": "Working", "cancellable": True}),
        ("its own", "report", {"message": "half", "percentage": 50}),
        ("its own", "end", {}),
    ]


async def test_the_client_is_asked_first_and_what_was_reported_meanwhile_begins_it() -> None:
    server = Server()
    with server.progresses.shown("Working") as progress:
        answer = await until_created(server)
        progress.report("half", 0)
        assert server.told == []
        answer.set_result(None)
        assert server.told == [
            (
                server.created[0][0],
                "begin",
                {"title": "Working", "cancellable": False, "message": "half", "percentage": 0},
            )
        ]
    assert server.kinds() == ["begin", "end"]


@given(st.lists(st.none() | st.integers(0, 100)), st.integers(0))
async def test_a_percentage_never_falls(shares: list[int | None], known_after: int) -> None:
    """A cap may be raised in the middle of a run; the protocol wants a number that rises."""
    server = Server()
    progress = server.progresses.start("Working")
    answer = await until_created(server)
    for number, share in enumerate(shares):
        if number == known_after:
            answer.set_result(None)
        progress.report(f"{number}", share)
    if not answer.done():
        answer.set_result(None)
    known = [told["percentage"] for _, _, told in server.told if "percentage" in told]
    assert known == sorted(known)
    assert set(known) <= set(shares), "none is made up"
    last: str | None = server.told[-1][2].get("message")
    assert last == (f"{len(shares) - 1}" if shares else None), "what is said goes on"


async def test_no_two_have_the_same_token_though_the_client_sends_one_twice() -> None:
    server = Server()
    with server.progresses.shown("One", token=1), server.progresses.shown("Two", token=1):
        (await until_created(server)).set_result(None)
        assert server.created[0][0] != 1
    with server.progresses.shown("Three"):
        (await until_created(server, 2)).set_result(None)
    assert len({token for token, _, _ in server.told}) == 3
    for token in {token for token, _, _ in server.told}:
        assert [kind for each, kind, _ in server.told if each == token] == ["begin", "end"]


async def test_what_is_over_soon_is_not_shown() -> None:
    server = Server()
    with server.progresses.shown("Working", after=0.01):
        pass
    over = asyncio.Event()
    asyncio.get_running_loop().call_later(0.02, over.set)
    await over.wait()
    assert server.created == []
    assert server.told == []


async def test_what_ends_before_the_client_answers_begins_and_ends_then() -> None:
    server = Server()
    progress = server.progresses.start("Working")
    answer = await until_created(server)
    progress.end("done")
    progress.end("again")
    assert server.told == []
    answer.set_result(None)
    assert server.kinds() == ["begin", "end"]


@pytest.mark.parametrize("refused", [JsonRpcException("no"), None])
async def test_a_client_that_will_not_show_it_is_told_nothing(refused: JsonRpcException | None) -> None:
    server = Server()
    with server.progresses.shown("Working") as progress:
        answer = await until_created(server)
        if refused is None:
            answer.cancel()
        else:
            answer.set_exception(refused)
        progress.report("half")
    assert server.told == []


async def test_a_client_that_cannot_show_any_is_not_asked() -> None:
    server = Server(able=False)
    with server.progresses.shown("Working"):
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert server.created == []


async def test_a_cancel_reaches_the_work_of_its_token_alone_and_none_that_is_over() -> None:
    server, cancelled = Server(), []
    with (
        server.progresses.shown("One", lambda: cancelled.append(1), token=1),
        server.progresses.shown("Two", lambda: cancelled.append(2), token=2),
        server.progresses.shown("Three", token=3),
    ):
        for token in (2, 3, "unknown"):
            server.progresses.cancel(token)
    server.progresses.cancel(1)
    assert cancelled == [2]


async def test_it_ends_when_the_work_fails_and_when_the_connection_does() -> None:
    server = Server()
    with pytest.raises(ZeroDivisionError), server.progresses.shown("One", token=1):
        raise ZeroDivisionError
    server.progresses.start("Two", token=2)
    server.progresses.close()
    server.progresses.close()
    assert server.kinds() == ["begin", "end", "begin", "end"]


async def test_no_report_comes_after_the_end_though_the_client_reads_late() -> None:
    server = Server()
    with server.progresses.shown("Working", token=1) as progress:
        server.pending = 1 << 20
        server.when_room = lambda then: setattr(server, "then", then)  # type: ignore[method-assign]
        progress.report("half", 50)
    progress.report("late", 90)
    server.pending = 0
    server.then()  # type: ignore[attr-defined]
    assert server.kinds() == ["begin", "end"]
