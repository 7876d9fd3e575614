"""JSON-RPC as KinOS speaks it: pygls', with every request answered and no document text kept twice."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, override

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInternalError, JsonRpcInvalidRequest, JsonRpcParseError
from pygls.lsp.server import LanguageServer
from pygls.protocol import (
    JsonRPCNotification,
    JsonRPCRequestMessage,
    JsonRPCResponseMessage,
    LanguageServerProtocol,
    default_converter,
)
from pygls.protocol.language_server import lsp_method

from kinos.domain.errors import KinosError, UsageError
from kinos.domain.near import did_you_mean

if TYPE_CHECKING:
    from kinos.lsp.outbox import Outbox
    from kinos.lsp.progress import Progresses

_log = logging.getLogger(__name__)

PREFIX = "kinos.server."
"""What the names of our commands begin with."""

TOKEN: ContextVar[types.ProgressToken | None] = ContextVar("work_done_token", default=None)
"""The token that came with the command that is being done, for its progress."""

_REQUEST: ContextVar[str | int | None] = ContextVar("request", default=None)
"""The number of the request that is being handled."""

REQUEST_FAILED = -32803
"""LSP's RequestFailed: the request was understood, and there is a reason why it could not be done."""

CONTENT_MODIFIED = -32801
"""LSP's ContentModified: what was asked about has changed since."""

_OWN = (
    types.SHUTDOWN,
    types.EXIT,
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS,
    types.WINDOW_WORK_DONE_PROGRESS_CANCEL,
)
"""What pygls would handle by itself: it would keep a copy of every text and every token, and leave with sys.exit."""


class Protocol(LanguageServerProtocol):
    """One connection to one client."""

    def __init__(self, server: LanguageServer, converter: Any) -> None:
        super().__init__(server, converter)
        for method in _OWN:
            self.fm.builtin_features.pop(method, None)
        self._asked: set[str | int] = set()
        self._afterwards: dict[str | int | None, Callable[[], None]] = {}

    def receive(self, body: bytes) -> None:
        """Handle one message. A request is answered whatever is wrong with it."""
        data: Any = None
        try:
            data = json.loads(body)
            if not isinstance(data, dict) or data.get("jsonrpc") != self.VERSION:
                raise JsonRpcInvalidRequest("This is no JSON-RPC 2.0 message.")
            if self._shutdown and data.get("method") != types.EXIT:
                raise JsonRpcInvalidRequest("The server has been shut down.")
            message = self.structure_message(data)
        except (ValueError, RecursionError) as error:
            self._refuse(data, JsonRpcParseError(f"This is no JSON: {error}"))
        except JsonRpcException as error:
            self._refuse(data, error)
        else:
            _REQUEST.set(data.get("id"))
            self.handle_message(message)

    def afterwards(self, work: Callable[[], None]) -> None:
        """Have `work` done once the request that is being handled has been answered."""
        self._afterwards[_REQUEST.get()] = work

    def shut_down(self) -> None:
        """Answer no further request."""
        self._shutdown = True

    @property
    def is_shut_down(self) -> bool:
        """Whether the client asked for it."""
        return self._shutdown

    @override
    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        """As pygls does, and say that commands can show how far they are."""
        result = yield from super().lsp_initialize(params)
        if (commands := result.capabilities.execute_command_provider) is not None:
            commands.work_done_progress = True
        return result

    @override
    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    def lsp_workspace__execute_command(self, params: types.ExecuteCommandParams) -> Generator[Any, Any, Any]:
        """As pygls does; the command finds the token of its progress, and one that does not exist is told what does."""
        if params.command not in self.fm.commands:
            remedy = (
                did_you_mean(params.command, self.fm.commands) or f"There are: {', '.join(sorted(self.fm.commands))}."
            )
            raise refusal(UsageError(f"There is no command {params.command!r}.", remedy))
        TOKEN.set(params.work_done_token)
        return (yield from super().lsp_workspace__execute_command(params))

    @override
    def notify(self, method: str, params: Any | None = None) -> None:
        """Tell the client. What is plain already is sent as it is."""
        if isinstance(params, dict):
            self._send_data({"jsonrpc": self.VERSION, "method": method, "params": params})
        else:
            super().notify(method, params)

    @override
    def send_request(self, *arguments: Any, **more: Any) -> Future[Any]:
        """Ask the client."""
        answer = super().send_request(*arguments, **more)
        self._asked |= {number for number, future in self._request_futures.items() if future is answer}
        return answer

    @override
    def _execute_handler(
        self, msg_id: str | int, handler: Any, callback: Any, args: Any = None, kwargs: Any = None
    ) -> None:
        def ended(future: Any) -> None:
            # pygls forgets only what answers a request: not notifications, and not what runs inside of a command.
            if self._request_futures.get(msg_id) is future:
                del self._request_futures[msg_id]
            callback(future)

        super()._execute_handler(msg_id, handler, ended, args, kwargs)

    @override
    def _run_generator(self, future: Any, *, gen: Any, result_future: Future[Any]) -> None:
        """Go on with a command. What was cut off, or whose answer nobody takes any more, ends without a word."""
        if future is not None and future.cancelled():
            result_future.cancel()
        elif future is not None and result_future.cancelled():
            if (error := future.exception()) is not None and not isinstance(error, JsonRpcException):
                _log.error("a command that was cancelled failed", exc_info=error)
        else:
            super()._run_generator(future, gen=gen, result_future=result_future)

    @override
    def _handle_response(self, msg_id: str | int, result: Any = None, error: types.ResponseError | None = None) -> None:
        # pygls keeps the client's requests in the same table: one that answers itself would end its own request.
        if msg_id not in self._asked:
            _log.warning("An answer to %r was left alone: nothing was asked.", msg_id)
            return
        self._asked.discard(msg_id)
        self._result_types.pop(msg_id, None)
        super()._handle_response(msg_id, result, error)

    def _refuse(self, data: Any, error: JsonRpcException) -> None:
        wanted = isinstance(data, dict)
        method = data.get("method") if wanted else None
        if wanted and "id" in data and method is not None:
            self._send_response(data["id"], error=error.to_response_error())
        else:
            _log.warning("%s was left alone: %s", method or "a message", error.message)

    @override
    def _send_response(
        self, msg_id: str | int, result: Any | None = None, error: types.ResponseError | None = None
    ) -> None:
        if error is not None and error.code == JsonRpcInternalError.CODE:
            # The traceback is in the log, with its paths; the client is told what it can use.
            error = types.ResponseError(error.code, f"KinOS failed: {error.message}. Its log says more.")
        super()._send_response(msg_id, result, error)
        if (work := self._afterwards.pop(msg_id, None)) is not None:
            work()


class Server(LanguageServer):
    """pygls' server with our protocol. Errors of our own are logged, never shown as a message box."""

    protocol: Protocol
    outbox: Outbox
    """What it tells by itself goes through here."""
    progresses: Progresses

    def __init__(self, version: str) -> None:
        super().__init__("kinos", version, protocol_cls=Protocol, converter_factory=_converter)

    @override
    def report_server_error(self, error: Exception, source: object) -> None:
        """Log what is not the client's to solve."""
        if isinstance(error, JsonRpcInternalError):
            traceback = error.data["traceback"] if error.data else ()
            _log.error("%s\n%s", error.message, "".join(traceback))


def refusal(error: KinosError) -> JsonRpcException:
    """The answer to a request that cannot be done: `data.kind` names the error, `data.remedy` says what to do."""
    kind = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in type(error).__name__)
    data = {"kind": kind.strip("-").removesuffix("-error"), "remedy": error.remedy}
    return JsonRpcException(str(error), REQUEST_FAILED, data)


def _converter() -> Any:
    """Messages that LSP does not know keep their payload as it came, also when there is none."""
    converter: Any = default_converter()  # type: ignore[no-untyped-call]
    converter.register_structure_hook(
        JsonRPCRequestMessage,
        lambda data, _: JsonRPCRequestMessage(data["id"], data["method"], data["jsonrpc"], data.get("params")),
    )
    converter.register_structure_hook(
        JsonRPCNotification,
        lambda data, _: JsonRPCNotification(data["method"], data["jsonrpc"], data.get("params")),
    )
    converter.register_structure_hook(
        JsonRPCResponseMessage,
        lambda data, _: JsonRPCResponseMessage(data["id"], data["jsonrpc"], data.get("result")),
    )
    return converter
