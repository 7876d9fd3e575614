"""Importing everything once: the packages, and what they import only at their first call.

A dummy plan and edit run against canned answers on the loopback. A fork server has a throw-away child do that, since they start
threads, and a process with threads must not fork; the child tells which modules that imported, and the parent imports those.
"""

import importlib
import importlib.metadata
import json
import logging
import os
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from kinos.domain.brief import NOTHING
from kinos.domain.message import EditCall, Endpoint, Granted, Message, PlanCall, Retry
from kinos.worker import bound
from kinos.worker.call import answer

log = logging.getLogger(__name__)

PACKAGES = ("anthropic", "aider-chat", "litellm")

_TASK = {"type": "tool_use", "id": "t", "name": NOTHING, "input": {"reason": "dummy"}}
_BLOCK = {"type": "text", "text": "a.md\n```\n<<<<<<< SEARCH\none\n=======\ntwo\n>>>>>>> REPLACE\n```"}


class _Yes:
    """An engine that grants everything."""

    def send(self, message: Message) -> None:
        pass

    def receive(self) -> Message:
        return Granted(0)


def load() -> dict[str, str]:
    """Import the packages and say their versions. Raises ImportError when one is missing or broken."""
    import anthropic  # noqa: F401
    import tenacity  # noqa: F401

    from kinos.worker import claude, edit, litellm_model, plan  # noqa: F401

    litellm_model.quiet()
    claude.trusted()
    bound.load()
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {"python": ".".join(map(str, sys.version_info[:3])), **versions}


def warm(folder: str) -> None:
    """Import what the first calls would; `folder` is where the dummy edit may work."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            os.write(writer, "\n".join(dummy_cycle(folder)).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as names:
        _import(names.read().split())
    os.waitpid(child, 0)


def dummy_cycle(folder: str) -> list[str]:
    """Plan and edit once, in a folder in `folder`. Returns the modules that imported."""
    work = tempfile.mkdtemp(dir=folder)
    try:
        return _dummy(work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _import(names: Iterable[str]) -> None:
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:  # made at run time by its package
            log.debug("%s cannot be imported by name", name)


def _dummy(folder: str) -> list[str]:
    """The modules a plan and an edit import besides those that are there."""
    before = set(sys.modules)
    Path(folder, "a.md").write_text("one\n", "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        answers = (_claude(_TASK), _claude(_BLOCK), _OPENAI, _OLLAMA)
        threading.Thread(target=_serve, args=(listener, answers), daemon=True).start()
        endpoint = Endpoint("dummy", f"http://127.0.0.1:{listener.getsockname()[1]}")
        for call in _calls(endpoint, folder):
            answer(call, _Yes())
    return sorted(set(sys.modules) - before)


def _calls(endpoint: Endpoint, folder: str) -> Iterator[PlanCall | EditCall]:
    given = (1, None, endpoint, Retry(1, 0.0, ()), 20.0, 20.0)
    yield PlanCall("dummy", "claude-dummy", *given, "dummy", "dummy")
    yield EditCall("dummy", "claude-dummy", *given, folder, ("a.md",), "dummy")
    for model in ("openai/dummy", "ollama/dummy"):
        yield PlanCall("dummy", model, *given, "dummy", "dummy")


def _serve(listener: socket.socket, bodies: Iterable[bytes]) -> None:
    """Answer one request with each of `bodies`."""
    for body in bodies:
        stream, _ = listener.accept()
        with stream, stream.makefile("rb") as request:
            length = 0
            while line := request.readline().strip().lower():
                name, _, value = line.partition(b":")
                length = int(value) if name == b"content-length" else length
            request.read(length)
            head = f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: {len(body)}\r\n\r\n"
            stream.sendall(head.encode() + body)


def _claude(content: Mapping[str, object]) -> bytes:
    """An answer of the Messages API."""
    return b"".join(_event(name, data) for name, data in _stream(content))


def _event(name: str, data: Mapping[str, object]) -> bytes:
    return f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n".encode()


def _stream(content: Mapping[str, object]) -> Iterator[tuple[str, Mapping[str, object]]]:
    yield "message_start", {"message": _MESSAGE}
    yield "content_block_start", {"index": 0, "content_block": content}
    yield "content_block_stop", {"index": 0}
    yield "message_delta", {"delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}}
    yield "message_stop", {}


_MESSAGE: Mapping[str, object] = {
    "id": "m",
    "type": "message",
    "role": "assistant",
    "content": [],
    "model": "m",
    "stop_reason": None,
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 1},
}

_NOTHING = {"name": NOTHING, "arguments": '{"reason": "dummy"}'}
_CHUNK = {
    "id": "c",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, "id": "t", "function": _NOTHING}]}}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}
_END = {**_CHUNK, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
_OPENAI = b"".join(f"data: {json.dumps(chunk)}\n\n".encode() for chunk in (_CHUNK, _END)) + b"data: [DONE]\n\n"
_TOOL = {"function": {"name": NOTHING, "arguments": {"reason": "dummy"}}}
_LINE = {"model": "m", "message": {"role": "assistant", "content": "", "tool_calls": [_TOOL]}}
_OLLAMA = (
    json.dumps({**_LINE, "done": True, "done_reason": "stop", "prompt_eval_count": 1, "eval_count": 1}).encode() + b"\n"
)
