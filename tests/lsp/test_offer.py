"""What is offered to whom, and what becomes of requests that are late."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from kinos.lsp.offer import MARKDOWN, Declared, Offer, Offers, about_open
from kinos.lsp.protocol import CONTENT_MODIFIED
from kinos.tokens.document import TextEdit
from kinos.tokens.position import Position
from lsp.stage import OneFolder


class Client:
    """A client that declared `declared`."""

    def __init__(self, *declared: str) -> None:
        self.declared = declared
        self.registered: list[tuple[str, object]] = []
        self.refreshed: list[str] = []

    def can(self, capability: str) -> bool:
        return capability in self.declared

    def register(self, method: str, options: object) -> None:
        self.registered.append((method, options))

    def refresh(self, method: str, answered: Callable[[], None]) -> None:
        self.refreshed.append(method)


class Server:
    """A server that keeps what is offered."""

    def __init__(self) -> None:
        self.features: list[tuple[str, object]] = []

    def feature(self, method: str, options: object = None) -> Any:
        self.features.append((method, options))
        return lambda handler: handler


def hover(client: Declared, folders: Any) -> Offer:
    return Offer(
        "textDocument/hover", "text_document.hover", lambda params: None, "static", types.HoverRegistrationOptions
    )


@pytest.mark.parametrize(
    ("declared", "first", "later", "registered"),
    [
        ([], [], [], []),
        (["text_document.hover"], [("textDocument/hover", "static")], [], []),
        (
            ["text_document.hover", "text_document.hover.dynamic_registration"],
            [],
            [("textDocument/hover", None)],
            [("textDocument/hover", types.HoverRegistrationOptions((MARKDOWN,)))],
        ),
    ],
)
def test_only_what_a_client_declared_is_offered(declared: Any, first: Any, later: Any, registered: Any) -> None:
    server, client = Server(), Client(*declared)
    offers = Offers(server, client, None, [hover])  # type: ignore[arg-type]
    offers.declare()
    assert server.features == first
    offers.register()
    assert server.features == [*first, *later]
    assert client.registered == registered


async def test_a_client_that_is_registered_with_late_is_asked_to_ask_for_what_is_open_already() -> None:
    def hints(client: Declared, folders: Any) -> Offer:
        return Offer("m", "c", lambda params: None, None, lambda documents: None, refresh=("r", "m/refresh"))

    for declared, asked in (
        (("c", "c.dynamic_registration", "r"), ["m/refresh"]),
        (("c", "c.dynamic_registration"), []),
    ):
        client = Client(*declared)
        offers = Offers(Server(), client, None, [hints])  # type: ignore[arg-type]
        offers.declare()
        offers.register()
        assert client.refreshed == asked


def asking(stage: OneFolder, uri: str) -> tuple[Any, list[str]]:
    """A request on its way, and the texts it was worked out for."""
    made: list[str] = []
    handler = about_open(stage.folders, lambda settings: True, lambda opened, params: made.append(opened.text.text))
    params = types.DocumentSymbolParams(types.TextDocumentIdentifier(uri))
    return asyncio.ensure_future(handler(params)), made  # type: ignore[arg-type]


async def test_a_request_about_a_text_that_has_changed_is_not_worked_out(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path)
    uri = stage.open("a.md", "one")
    answer, made = asking(stage, uri)
    stage.folders.did_change(uri, [TextEdit(Position(0, 3), Position(0, 3), " more")], 2)
    with pytest.raises(JsonRpcException) as refused:
        await answer
    assert refused.value.code == CONTENT_MODIFIED
    assert made == []


async def test_a_request_about_a_text_that_was_closed_meanwhile_is_not_worked_out(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path)
    uri = stage.open("a.md", "one")
    answer, made = asking(stage, uri)
    stage.folders.did_close(uri)
    stage.open("a.md", "one")
    with pytest.raises(JsonRpcException):
        await answer
    assert made == []


async def test_a_request_that_is_cancelled_is_not_worked_out(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path)
    answer, made = asking(stage, stage.open("a.md", "one"))
    answer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await answer
    assert made == []


async def test_a_request_is_worked_out_for_the_text_as_it_is(tmp_path: Path) -> None:
    stage = OneFolder(tmp_path)
    answer, made = asking(stage, stage.open("a.md", "one"))
    await answer
    assert made == ["one"]
