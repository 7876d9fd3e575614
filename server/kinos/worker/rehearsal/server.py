"""The HTTP server on 127.0.0.1: reads requests, has them answered, bills them, and writes what the API would write."""

import json
import socket
import sys
import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, override

from kinos.domain.errors import UnavailableError
from kinos.worker.rehearsal import api
from kinos.worker.rehearsal.answer import Answer, Text, body, events, frame
from kinos.worker.rehearsal.billing import PromptCache, input_tokens
from kinos.worker.rehearsal.knob import STATUS, Fault, Knobs
from kinos.worker.rehearsal.meter import tokens
from kinos.worker.rehearsal.model import Model, bad_edit, kind_of

type Rules = Callable[[api.Request], Answer]
"""What answers a request the API accepts."""

MESSAGES = "/v1/messages"
COUNT = "/v1/messages/count_tokens"
_WRITE = 16_384
"""Bytes of events written together when nothing is to be slow."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request that came in, and the HTTP status it was answered with. Headers are folded; the key is not kept."""

    path: str
    headers: Mapping[str, str]
    body: Any
    status: int


class Rehearsal:
    """A server that runs from construction to `close`. `requests` are the latest ones, oldest first."""

    def __init__(self, rules: Rules | None = None, knobs: Knobs | None = None, port: int = 0, keep: int = 1000) -> None:
        self.knobs = knobs or Knobs()
        self.requests: deque[Recorded] = deque(maxlen=keep)
        self.rules: Rules = rules or Model()
        self.cache = PromptCache()
        self._server = _Server(self, port)
        self._thread = threading.Thread(target=self._server.run, name="rehearsal")
        self._thread.start()

    @property
    def url(self) -> str:
        """The address, without a path."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Break off what is being answered, and return when no thread is left."""
        self._server.end()
        self._thread.join()


@contextmanager
def serving(rules: Rules | None = None, knobs: Knobs | None = None) -> Iterator[Rehearsal]:
    """A server for the time of the block, on a free port."""
    server = Rehearsal(rules, knobs)
    try:
        yield server
    finally:
        server.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, rehearsal: Rehearsal, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.rehearsal = rehearsal
        self.closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def run(self) -> None:
        """Serve until `end`."""
        while not self.closing.is_set():
            self.handle_request()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):  # it may be closed already
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def end(self) -> None:
        """Wake `run` and let it end; a call from another thread."""
        self.closing.set()
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.server_port), 1):
            pass

    @override
    def verify_request(self, request: Any, client_address: Any) -> bool:
        return not self.closing.is_set()

    @override
    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    @override
    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that hangs up is nothing to report.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        request_id = f"req_{uuid.uuid4().hex[:24]}"
        path = self.path.partition("?")[0]
        raw = self._body()
        try:
            if path not in (MESSAGES, COUNT):
                raise api.Refusal(404, "Not Found")
            version = api.version_in({name.lower(): value for name, value in self.headers.items()})
            if raw is None:
                raise api.Refusal(413, "Request exceeds the maximum allowed number of bytes.")
            request = api.read(raw, path == COUNT, version)
            size = _sized(request)
        except api.Refusal as refusal:
            self._record(path, raw, refusal.status)
            self._refuse(refusal, request_id)
            return
        if path == COUNT:
            self._record(path, raw, 200)
            self._json(200, {"input_tokens": size}, request_id)
            return
        self._messages(request, raw, request_id)

    def do_GET(self) -> None:
        self._refuse(api.Refusal(405, "Method Not Allowed", "invalid_request_error"), f"req_{uuid.uuid4().hex[:24]}")

    def _messages(self, request: api.Request, raw: bytes | None, request_id: str) -> None:
        rehearsal = self.server.rehearsal
        kind = kind_of(request)
        fault = rehearsal.knobs.take_fault(kind)
        if fault in STATUS:
            status, name, message = STATUS[fault]
            self._record(MESSAGES, raw, status)
            self._wait(rehearsal.knobs.delay)
            self._refuse(api.Refusal(status, message, name), request_id)
            return
        self._record(MESSAGES, raw, 200)
        answer = (rehearsal.knobs.take_answer() or _at_fault(fault, request) or rehearsal.rules(request)).named()

        def count(text: str) -> int:
            return tokens(text, request.model)

        answer = answer.within(request.max_tokens, count)
        if fault is Fault.CUT:
            answer = answer.within(answer.tokens(count) // 2, count)
        usage = rehearsal.cache.bill(request).usage(answer.tokens(count), answer.searches)
        self._wait(rehearsal.knobs.delay)
        if request.stream:
            self._stream(answer, request.model, usage, request_id, fault)
        else:
            self._whole(body(answer, request.model, usage), request_id, fault)

    def _body(self) -> bytes | None:
        """The request's body, empty when it does not say how long it is; None when it is larger than allowed."""
        stated = self.headers.get("content-length") or ""
        if not (stated.isascii() and stated.isdigit()):
            self.close_connection = True
            return b""
        length = int(stated[:20])
        if length <= self.server.rehearsal.knobs.most_bytes:
            return self.rfile.read(length)
        self.close_connection = True
        left = min(length, 64 * 1024 * 1024)
        while left > 0 and (piece := self.rfile.read(min(left, 65_536))):
            left -= len(piece)
        return None

    def _record(self, path: str, raw: bytes | None, status: int) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        for secret in ("x-api-key", "authorization"):
            if secret in headers:
                headers[secret] = "(given)"
        try:
            data = json.loads(raw or b"")
        except (ValueError, RecursionError):
            data = None
        self.server.rehearsal.requests.append(Recorded(path, headers, data, status))

    def _wait(self, seconds: float) -> None:
        if seconds > 0:
            self.server.closing.wait(seconds)

    def _refuse(self, refusal: api.Refusal, request_id: str) -> None:
        self._json(refusal.status, refusal.body(request_id), request_id)

    def _json(self, status: int, data: Mapping[str, Any], request_id: str) -> None:
        raw = json.dumps(data, ensure_ascii=False).encode()
        self._head(status, request_id, "application/json", {"Content-Length": str(len(raw))})
        self.wfile.write(raw)

    def _head(self, status: int, request_id: str, kind: str, more: Mapping[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("request-id", request_id)
        if status == 429:
            self.send_header("retry-after", f"{self.server.rehearsal.knobs.retry_after:g}")
        for name, value in more.items():
            self.send_header(name, value)
        self.end_headers()

    def _whole(self, data: Mapping[str, Any], request_id: str, fault: Fault | None) -> None:
        if fault is Fault.STALL:
            self._stall()
        elif fault is Fault.HALF_STREAM:
            raw = json.dumps(data).encode()
            self._head(200, request_id, "application/json", {"Content-Length": str(len(raw))})
            self.wfile.write(raw[: len(raw) // 2])
            self._hang_up()
        else:
            self._json(200, data, request_id)

    def _stream(
        self, answer: Answer, model: str, usage: Mapping[str, Any], request_id: str, fault: Fault | None
    ) -> None:
        headers = {"Cache-Control": "no-cache", "Transfer-Encoding": "chunked"}
        self._head(200, request_id, "text/event-stream; charset=utf-8", headers)
        frames = [frame(name, data) for name, data in events(answer, model, usage)]
        broken = fault in (Fault.STALL, Fault.HALF_STREAM)
        self._pieces(frames[: len(frames) // 2] if broken else frames)
        if fault is Fault.STALL:
            self._stall()
        elif broken:
            self._hang_up()
        else:
            self.wfile.write(b"0\r\n\r\n")

    def _pieces(self, frames: Sequence[bytes]) -> None:
        waiting = b""
        for piece in frames:
            self._wait(self.server.rehearsal.knobs.pace)
            waiting += piece
            if self.server.rehearsal.knobs.pace > 0 or len(waiting) > _WRITE or piece is frames[-1]:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(waiting), waiting))
                waiting = b""

    def _stall(self) -> None:
        """Send nothing more until the client, or the server, closes the connection."""
        self.connection.recv(1)
        self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):  # the client may have been first
            self.connection.shutdown(socket.SHUT_RDWR)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what came in is recorded."""


def _sized(request: api.Request) -> int:
    """The input tokens of `request`. Raises Refusal when the API would not take it."""
    try:
        size = input_tokens(request)
    except UnavailableError as error:
        raise api.Refusal(404, f"model: {request.model}") from error
    if size > api.MAX_INPUT:
        raise api.Refusal(400, f"prompt is too long: {size} tokens > {api.MAX_INPUT} maximum")
    return size


def _at_fault(fault: Fault | None, request: api.Request) -> Answer | None:
    """The wrong answer `fault` asks for."""
    if fault is Fault.EMPTY:
        return Answer(())
    if fault is Fault.NO_TOOL:
        return Answer((Text("I looked at everything and would rather talk about it first."),))
    if fault is Fault.BAD_EDIT:
        return bad_edit(request)
    return None
