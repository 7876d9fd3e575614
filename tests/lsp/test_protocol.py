"""Whatever a client sends, a request is answered, and nothing of ours leaks."""

import asyncio
import gc
import json
import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lsprotocol import types

from kinos.domain.errors import NoAgentsError, NoKeyError, UsageError, WorkspaceHeldError
from kinos.lsp.protocol import REQUEST_FAILED, Server, refusal

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8) | st.just("jsonrpc"), inner, max_size=3)
    ),
    max_leaves=8,
)


class Connection:
    """A server without folders, and what it wrote. `echoed` are the parameters of `kinos/echo`."""

    def __init__(self) -> None:
        self.server = Server("0")
        self.server.protocol.set_writer(self)
        self.written: list[dict[str, Any]] = []
        self.echoed: list[Any] = []

        @self.server.feature("kinos/echo")
        def echo(params: Any) -> Any:
            self.echoed.append(params)
            return {"got": params}

        @self.server.feature("kinos/refuse")
        def refuse(params: Any) -> None:
            raise refusal(NoKeyError("There is no key.", "Set one."))

        @self.server.feature("kinos/fail")
        def fail(params: Any) -> None:
            raise RuntimeError("on purpose")

        self.gate = asyncio.Event()

        @self.server.feature("kinos/wait")
        async def wait(params: Any) -> Any:
            await self.gate.wait()
            return "waited"

        @self.server.command("kinos.wait")
        async def wait_and_refuse(*arguments: Any) -> Any:
            await self.gate.wait()
            raise refusal(NoKeyError("There is no key.", "Set one."))

        @self.server.command("kinos.later")
        async def later(*arguments: Any) -> None:
            self.server.protocol.afterwards(lambda: self.server.protocol.notify("kinos/done"))
            await self.gate.wait()

        @self.server.feature(types.TEXT_DOCUMENT_DID_SAVE)
        def did_save(params: types.DidSaveTextDocumentParams) -> None:
            raise RuntimeError("while saving")

    def write(self, data: bytes) -> None:
        """Implements `Output`."""
        self.written.append(json.loads(data.partition(b"\r\n\r\n")[2]))

    def close(self) -> None:
        """Implements `Output`."""

    def send(self, message: Any) -> dict[str, Any] | None:
        """Send anything; the answer, if there was one."""
        before = len(self.written)
        self.server.protocol.receive(message if isinstance(message, bytes) else json.dumps(message).encode())
        return self.written[before] if len(self.written) > before else None

    def request(self, method: str, **more: Any) -> dict[str, Any]:
        """Send a request; its answer."""
        answer = self.send({"jsonrpc": "2.0", "id": 7, "method": method, **more})
        assert answer is not None
        assert answer["id"] == 7
        return answer


@pytest.fixture
def connection() -> Connection:
    return Connection()


def test_a_request_of_ours_without_parameters_is_answered(connection: Connection) -> None:
    assert connection.request("kinos/echo")["result"] == {"got": None}


@given(JSON)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_payloads_arrive_as_they_were_sent(connection: Connection, payload: Any) -> None:
    assert connection.request("kinos/echo", params=payload)["result"] == {"got": payload}


@given(
    JSON,
    st.sampled_from(["textDocument/didOpen", "workspace/executeCommand", "initialize", "shutdown", "nothing/known"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_parameters_are_answered(connection: Connection, payload: Any, method: str) -> None:
    connection.server.protocol._shutdown = False
    answer = connection.request(method, params=payload)
    assert ("error" in answer) != ("result" in answer)


def test_a_known_request_with_wrong_parameters_is_refused(connection: Connection) -> None:
    assert (
        connection.request("workspace/executeCommand", params={"command": 5, "arguments": 5})["error"]["code"] == -32602
    )


def test_an_unknown_request_is_refused(connection: Connection) -> None:
    assert connection.request("nothing/known")["error"]["code"] == -32601


def test_a_request_after_shutdown_is_refused(connection: Connection) -> None:
    connection.server.protocol.shut_down()
    assert connection.request("kinos/echo")["error"]["code"] == -32600


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b"[" * 100_000, b"[]", b"5", b"{}", b'{"jsonrpc": "1.0", "method": "kinos/echo"}']
)
def test_what_is_no_message_is_left_alone_and_the_next_one_is_answered(connection: Connection, body: bytes) -> None:
    assert connection.send(body) is None
    assert "result" in connection.request("kinos/echo")


def test_an_unknown_notification_is_left_alone(connection: Connection) -> None:
    assert connection.send({"jsonrpc": "2.0", "method": "nothing/known"}) is None


def test_a_response_nobody_waits_for_is_left_alone(connection: Connection) -> None:
    assert connection.send({"jsonrpc": "2.0", "id": 99, "result": None}) is None
    assert connection.send({"jsonrpc": "2.0", "id": 99, "error": {"code": 1, "message": "no"}}) is None


def test_what_cannot_be_done_is_answered_with_its_remedy(connection: Connection) -> None:
    assert connection.request("kinos/refuse")["error"] == {
        "code": REQUEST_FAILED,
        "message": "There is no key. Set one.",
        "data": {"kind": "no-key", "remedy": "Set one."},
    }


def test_an_error_of_ours_is_answered_without_its_traceback(
    connection: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = connection.request("kinos/fail")
    assert answer["error"] == {"code": -32603, "message": "KinOS failed: RuntimeError: on purpose. Its log says more."}
    assert "test_protocol.py" in caplog.text


def test_an_error_in_a_notification_is_logged_and_shows_nothing(
    connection: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        params = {"textDocument": {"uri": "file:///a.md"}}
        assert connection.send({"jsonrpc": "2.0", "method": "textDocument/didSave", "params": params}) is None
    assert "while saving" in caplog.text


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (UsageError("x"), "usage"),
        (NoKeyError("x"), "no-key"),
        (NoAgentsError("x"), "no-agents"),
        (WorkspaceHeldError("x"), "workspace-held"),
    ],
)
def test_the_kind_of_an_error_is_its_name(error: UsageError, kind: str) -> None:
    data = refusal(error).data
    assert data is not None
    assert data["kind"] == kind


async def ended(connection: Connection) -> None:
    """Let what waits go on, to its end."""
    connection.gate.set()
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_client_cannot_answer_its_own_request(connection: Connection) -> None:
    assert connection.send({"jsonrpc": "2.0", "id": 7, "method": "kinos/wait"}) is None
    assert connection.send({"jsonrpc": "2.0", "id": 7, "result": "made up"}) is None
    await ended(connection)
    assert connection.written[-1]["result"] == "waited"


async def test_what_has_ended_is_not_kept(connection: Connection) -> None:
    protocol = connection.server.protocol
    connection.send({"jsonrpc": "2.0", "id": 7, "method": "kinos/wait"})
    connection.send({"jsonrpc": "2.0", "method": "kinos/wait"})
    command = {"command": "kinos.wait"}
    connection.send({"jsonrpc": "2.0", "id": 8, "method": "workspace/executeCommand", "params": command})
    asked = protocol.send_request("kinos/ask", {})
    (number,) = (message["id"] for message in connection.written if message.get("method"))
    connection.send({"jsonrpc": "2.0", "id": number, "error": {"code": 1, "message": "no"}})
    assert asked.exception() is not None
    await ended(connection)
    assert (protocol._request_futures, protocol._result_types, protocol._asked) == ({}, {}, set())


async def test_a_command_that_is_cut_off_is_answered(connection: Connection, caplog: pytest.LogCaptureFixture) -> None:
    before = asyncio.all_tasks()
    command = {"command": "kinos.wait"}
    connection.send({"jsonrpc": "2.0", "id": 7, "method": "workspace/executeCommand", "params": command})
    for task in asyncio.all_tasks() - before:
        task.cancel()
    await ended(connection)
    assert connection.written[-1]["error"]["code"] == -32800
    assert "Exception in callback" not in caplog.text


async def test_a_command_that_fails_after_it_was_cancelled_fails_without_a_word(
    connection: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    command = {"command": "kinos.wait"}
    connection.send({"jsonrpc": "2.0", "id": 7, "method": "workspace/executeCommand", "params": command})
    answer = connection.send({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 7}})
    assert answer is not None
    assert answer["error"]["code"] == -32800
    await ended(connection)
    gc.collect()
    assert "never retrieved" not in caplog.text


async def test_what_is_to_come_afterwards_comes_behind_the_answer_of_its_own_request() -> None:
    connection = Connection()
    command = {"jsonrpc": "2.0", "id": 7, "method": "workspace/executeCommand", "params": {"command": "kinos.later"}}
    assert connection.send(command) is None
    await asyncio.sleep(0)
    connection.send({"jsonrpc": "2.0", "id": 8, "method": "kinos/echo", "params": {}})
    connection.gate.set()
    while len(connection.written) < 3:
        await asyncio.sleep(0)
    assert [message.get("id", message.get("method")) for message in connection.written] == [8, 7, "kinos/done"]
