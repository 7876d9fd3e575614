"""A tiny Messages API that answers from a list, and remembers what it was asked."""

import contextlib
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, BinaryIO, Self


@dataclass(frozen=True)
class Answer:
    """One answer of the API.

    It waits for `after`; `hang_up` closes the connection instead of answering, `drip` sends a byte now and then, forever.
    Half of the body is sent before it is `broken` (the connection closed) or `stuck` (nothing more comes); `pace` is seconds
    before each event.
    """

    status: int = 200
    body: Mapping[str, Any] | str = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    after: threading.Event | None = None
    hang_up: bool = False
    drip: bool = False
    broken: bool = False
    stuck: bool = False
    pace: float = 0.0


@dataclass(frozen=True)
class Request:
    """What arrived."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


def message(
    content: Sequence[Mapping[str, Any]], stop: str = "end_turn", usage: Mapping[str, int] | None = None
) -> Answer:
    """A message of the model."""
    return Answer(
        body={
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-test",
            "content": list(content),
            "stop_reason": stop,
            "stop_sequence": None,
            "usage": {"input_tokens": 100, "output_tokens": 20, **(usage or {})},
        }
    )


def says(text: str, stop: str = "end_turn", usage: Mapping[str, int] | None = None) -> Answer:
    """The model answers with words."""
    return message([{"type": "text", "text": text}], stop, usage)


def uses(name: str, arguments: Any, stop: str = "tool_use", usage: Mapping[str, int] | None = None) -> Answer:
    """The model calls a tool."""
    return message([{"type": "tool_use", "id": "toolu_1", "name": name, "input": arguments}], stop, usage)


def stalls() -> Answer:
    """The API never answers."""
    return Answer(after=threading.Event())


def refuses(status: int, kind: str, text: str = "no", headers: Mapping[str, str] | None = None) -> Answer:
    """The API refuses with an HTTP status and an error type of its own."""
    return Answer(status, {"type": "error", "error": {"type": kind, "message": text}}, headers or {})


class ScriptedApi:
    """Serves `answers` one by one on 127.0.0.1; a request too many is refused with 400."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[Request] = []
        self.arrived = threading.Semaphore(0)
        self.closing = threading.Event()
        self._waited: list[threading.Event] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """The base URL of the API."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        for event in self._waited:
            event.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait_for(self, requests: int = 1) -> None:
        """Return once so many more requests have arrived."""
        for _ in range(requests):
            assert self.arrived.acquire(timeout=60), "no request arrived"

    def _next(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            answer = (
                self.answers.pop(0) if self.answers else refuses(400, "invalid_request_error", "nothing is scripted")
            )
            if answer.after is not None:
                self._waited.append(answer.after)
        self.arrived.release()
        return answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # one packet an answer: two make Nagle's algorithm wait 40 ms

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                answer = api._next(Request(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                if answer.after is not None:
                    answer.after.wait()
                if answer.hang_up:
                    self.close_connection = True
                    return
                kind, text = _written(answer, body)
                self.send_response(answer.status)
                for name, value in {"Content-Type": kind, **answer.headers}.items():
                    self.send_header(name, value)
                self.send_header(
                    "Content-Length", str(len(text.encode()) + answer.drip * 1_000_000 + 2 * bool(answer.pace))
                )
                self.end_headers()
                while answer.drip and not api.closing.wait(0.1):
                    self.wfile.write(b" ")
                    self.wfile.flush()
                self.close_connection = _send(self.wfile, answer, text.encode(), api.closing)

            def log_message(self, *args: Any) -> None:
                pass

            def handle(self) -> None:
                with contextlib.suppress(ConnectionError):  # the worker was ended in the middle
                    super().handle()

        return Handler


def _written(answer: Answer, request: Mapping[str, Any]) -> tuple[str, str]:
    """The kind and text of the body: a message is streamed to who asks for that."""
    if isinstance(answer.body, str):
        return "application/json", answer.body
    if request.get("stream") and answer.body.get("type") == "message":
        return "text/event-stream", "".join(
            f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n" for name, data in _events(answer.body)
        )
    return "application/json", json.dumps(answer.body)


def _events(body: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    usage = {**body["usage"], "output_tokens": 1}
    yield "message_start", {"message": {**body, "content": [], "stop_reason": None, "usage": usage}}
    for index, block in enumerate(body["content"]):
        empty = {"text": ""} if block["type"] == "text" else {"input": {}}
        yield "content_block_start", {"index": index, "content_block": {**block, **empty}}
        yield "ping", {}
        yield "content_block_delta", {"index": index, "delta": _delta(block)}
        yield "content_block_stop", {"index": index}
    delta = {"stop_reason": body["stop_reason"], "stop_sequence": None}
    yield "message_delta", {"delta": delta, "usage": {"output_tokens": body["usage"]["output_tokens"]}}
    yield "message_stop", {}


def _delta(block: Mapping[str, Any]) -> Mapping[str, Any]:
    if block["type"] == "text":
        return {"type": "text_delta", "text": block["text"]}
    return {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}


def _send(out: BinaryIO, answer: Answer, raw: bytes, closing: threading.Event) -> bool:
    """Write the body in the way `answer` wants it; whether the connection is to be closed then."""
    if answer.broken or answer.stuck:
        out.write(raw[: len(raw) // 2])
        out.flush()
        if answer.stuck:
            closing.wait()
        return True
    if not answer.pace:
        out.write(raw)
        return False
    for piece in raw.split(b"\n\n"):
        closing.wait(answer.pace)
        out.write(piece + b"\n\n")
        out.flush()
    return False
