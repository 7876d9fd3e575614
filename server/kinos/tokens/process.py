"""The counter process: counts closed documents out of the way of the server. `python -m kinos.tokens.process`.

Frames on stdin and stdout are a 4-byte big-endian length and that many bytes of UTF-8 JSON. Requests, served in order:

- `{"id", "tokenizer", "root", "paths": [relative to root], "maxBytes"}` → any number of
  `{"id", "sizes": [[path, tokens, counted, sha256, mtime_ns, bytes]], "errors": [[path, message]]}`,
  then `{"id", "done": true}`;
- `{"id", "tokenizer", "text"}` → `{"id", "tokens", "counted"}`.

A request may say how its counts stand (`"counted"`, `exact` unless given). One that cannot be served as a whole is
answered by `{"id", "error": message, "done": true}`. The process ends at once when stdin does, so a client keeps it
open for as long as it wants answers.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any, BinaryIO

from kinos.domain.errors import KinosError
from kinos.domain.message import MAX_FRAME
from kinos.domain.size import Counted
from kinos.tokens.counter import Counter, counter_for
from kinos.tokens.file import Measured, count_file

BATCH_SECONDS = 0.05
"""Results are sent together for about this long, so that 10,000 small files are not 10,000 frames."""

type Send = Callable[[dict[str, Any]], None]


def frame(message: dict[str, Any]) -> bytes:
    """A message on the wire. Names of files that are no UTF-8 travel as escaped surrogates."""
    body = json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode()
    return len(body).to_bytes(4, "big") + body


def frames(stream: BinaryIO) -> Iterator[bytes]:
    """The bodies of the frames in `stream` until it ends; a frame cut short ends it too.

    Raises ValueError for a length no frame may have: what follows cannot be told apart.
    """
    while len(head := stream.read(4)) == 4:
        length = int.from_bytes(head, "big")
        if length > MAX_FRAME:
            raise ValueError(f"a frame of {length} bytes")
        body = stream.read(length)
        if len(body) < length:
            return
        yield body


def serve(body: bytes, send: Send) -> None:
    """Answer one request."""
    request: Any = None
    try:
        request = json.loads(body)
        counter = counter_for(request["tokenizer"], Counted(request.get("counted", Counted.EXACT)))
        if "text" in request:
            size = counter.count(request["text"])
            send({"id": request["id"], "tokens": size.tokens, "counted": size.counted})
        else:
            _count_files(request, counter, send)
            send({"id": request["id"], "done": True})
    except KinosError as error:
        send({"id": request["id"], "error": str(error), "done": True})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        known = request.get("id") if isinstance(request, dict) else None
        send({"id": known, "error": f"not a request to the counter: {error!r}", "done": True})


def _count_files(request: dict[str, Any], counter: Counter, send: Send) -> None:
    root, max_bytes = Path(request["root"]), int(request["maxBytes"])
    sizes: list[list[Any]] = []
    errors: list[list[str]] = []
    since = monotonic()
    for path in request["paths"]:
        found = count_file(root / path, counter, max_bytes)
        if isinstance(found, Measured):
            size = found.size
            sizes.append([path, size.tokens, size.counted, found.digest, found.modified, found.bytes])
        else:
            errors.append([path, found.reason])
        if monotonic() - since > BATCH_SECONDS:
            send({"id": request["id"], "sizes": sizes, "errors": errors})
            sizes, errors, since = [], [], monotonic()
    if sizes or errors:
        send({"id": request["id"], "sizes": sizes, "errors": errors})


def main() -> None:
    """Serve stdin until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal is the parent's to handle
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a stray print goes to the log, not into a frame
    requests: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_listen, args=(sys.stdin.buffer, requests), daemon=True).start()

    def send(message: dict[str, Any]) -> None:
        output.write(frame(message))
        output.flush()

    try:
        while True:
            serve(requests.get(), send)
    except BrokenPipeError:
        os._exit(0)  # nobody listens; a normal exit would try to flush


def _listen(stream: BinaryIO, requests: SimpleQueue[bytes]) -> None:
    """Queue the requests, and end the process when there can be no more, whatever is being counted."""
    try:
        for body in frames(stream):
            requests.put(body)
    except ValueError as error:
        sys.stderr.write(f"counter: {error}\n")
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()
