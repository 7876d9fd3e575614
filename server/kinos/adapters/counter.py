"""The counter process: looks at a folder's documents and counts them. `python -m kinos.adapters.counter`.

Frames on stdin and stdout are a 4-byte big-endian length and that many bytes of UTF-8 JSON. Requests, served in order:

- `{"id", "folder", "look"}`, where `folder` is what `Folder.wire` makes and `look` is `"all"`, a list of paths, or
  `"changes"`, answered by any number of `{"id", "seen": [[path, tokens, counted, error]]}` and then `{"id", "done": true}`;
  for changes there is no end but `{"id", "stop"}`, which names the request and ends any other as soon, and `{"id", "note"}`
  is something a person should know. Tokens are null without a size; without an error too the document is gone;
- `{"id", "folder", "suggest": [path], "limit"}` → `{"id", "suggestions"}`, as `kinos.domain.suggestion.wire` makes them;
- `{"id", "tokenizer", "text"}` → `{"id", "tokens", "counted"}`;
- `{"id", "tokenizer", "bulk": text, "limit"}` → `{"id", "crossing": line or null, "sections": [[line, title, tokens]]}`.

One that cannot be served is answered by `{"id", "error": message, "done": true}`. The process ends at once when stdin does.
"""

import json
import os
import re
import signal
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, BinaryIO

from kinos.adapters.folder import unwired
from kinos.adapters.frame import framed, frames
from kinos.adapters.scan import Scan, batches
from kinos.adapters.watch import Watch
from kinos.domain.count import Count
from kinos.domain.errors import KinosError
from kinos.domain.suggestion import wire
from kinos.tokens.counter import counter_for
from kinos.tokens.section import bulk, overview

_STOP = re.compile(rb'\{"id": ?\d+, ?"stop": ?(\d+)\}')
NICENESS = 10
"""Whoever types comes first."""

type Send = Callable[[dict[str, Any]], None]
type Changes = tuple[int, Scan, set[str] | None, str]
"""What a watch found for a request: the paths that changed, None for everything, or a note."""


def frame(message: dict[str, Any]) -> bytes:
    """A message on the wire. Names of files that are no UTF-8 travel as escaped surrogates."""
    return framed(json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode())


class Service:
    """Answers requests. `changed` puts what a watch finds into the queue of the requests."""

    def __init__(self, send: Send, changed: Callable[[Changes], object]) -> None:
        self._send = send
        self._changed = changed
        self._key = ""
        self._last: Scan | None = None
        self._watches: dict[int, Watch] = {}
        self._stopped: set[int] = set()

    def serve(self, body: bytes) -> None:
        """Answer one request."""
        request: Any = None
        try:
            request = json.loads(body)
            if request["id"] in self._stopped:
                self._stopped.discard(request["id"])
            elif "stop" in request:
                self._stop(request["stop"])
            elif "text" in request:
                size = counter_for(request["tokenizer"]).count(request["text"])
                self._send({"id": request["id"], "tokens": size.tokens, "counted": size.counted})
            elif "overview" in request:
                rows, tokens = overview(request["overview"], counter_for(request["tokenizer"]))
                self._send({"id": request["id"], "overview": rows, "tokens": tokens})
            elif "bulk" in request:
                found = bulk(request["bulk"], counter_for(request["tokenizer"]), int(request["limit"]))
                sections = [(place.line, place.title, place.tokens) for place in found.sections]
                self._send({"id": request["id"], "crossing": found.crossing, "sections": sections})
            elif "suggest" in request:
                scan = self._scan(request["folder"])
                unwanted = partial(self._is_stopped, request["id"])
                made = list(scan.suggestions(map(str, request["suggest"]), int(request["limit"]), unwanted))
                if not unwanted():
                    self._send({"id": request["id"], "suggestions": [wire(suggestion) for suggestion in made]})
            else:
                self._look(request["id"], self._scan(request["folder"]), request["look"], request["folder"])
        except KinosError as error:
            self._send({"id": request["id"], "error": str(error), "done": True})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            known = request.get("id") if isinstance(request, dict) else None
            self._send({"id": known, "error": f"not a request to the counter: {error!r}", "done": True})

    def tell(self, changes: Changes) -> None:
        """Say what a watch found."""
        number, scan, paths, note = changes
        if number not in self._watches:
            return
        if note:
            self._send({"id": number, "note": note})
        self._batches(number, scan.everything() if paths is None else scan.these(paths))

    def _look(self, number: int, scan: Scan, look: object, folder: dict[str, Any]) -> None:
        if look == "changes":
            watch = Watch(Path(folder["root"]), lambda paths, note="": self._changed((number, scan, paths, note)))
            self._watches[number] = watch
            watch.start()
            return
        if look == "all":
            self._batches(number, scan.everything())
        elif isinstance(look, list):
            self._batches(number, scan.these(map(str, look), again=True))
        else:
            raise ValueError(f"look is {look!r}")
        self._send({"id": number, "done": True})

    def stop(self, number: int) -> None:
        """Nobody waits any more for what comes of this request; said from another thread, while it may be served."""
        self._stopped.add(number)

    def _is_stopped(self, number: int) -> bool:
        return number in self._stopped

    def _stop(self, number: int) -> None:
        self._stopped.discard(number)
        watch = self._watches.pop(number, None)
        if watch is not None:
            Thread(target=watch.stop, daemon=True).start()  # it may take a second, and others wait to be served

    def _begin_anew(self) -> None:
        if self._last is not None and not self._watches:
            self._last.close()
        self._last = None

    def _scan(self, wire: dict[str, Any]) -> Scan:
        """What looks at the folder on these terms. Other terms begin anew: what was told on former ones counts for nothing."""
        key = json.dumps(wire, sort_keys=True)
        if self._last is None or key != self._key:
            folder, terms = unwired(wire)
            self._begin_anew()
            self._key, self._last = key, folder.scan(terms)
        return self._last

    def _batches(self, number: int, found: Iterable[Count]) -> None:
        for batch in batches(found):
            if number in self._stopped:
                self._begin_anew()  # what was found and not told is told by the next look
                return
            self._send({"id": number, "seen": [_row(count) for count in batch]})


def _row(count: Count) -> list[Any]:
    size = count.size
    return [count.path, *((None, "") if size is None else (size.tokens, size.counted)), count.error]


def main() -> None:
    """Serve stdin until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal is the parent's to handle
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a stray print goes to the log, not into a frame
    work: SimpleQueue[bytes | Changes] = SimpleQueue()

    def send(message: dict[str, Any]) -> None:
        output.write(frame(message))
        output.flush()

    service = Service(send, work.put)
    Thread(target=_listen, args=(sys.stdin.buffer, work, service.stop), daemon=True).start()
    try:
        while True:
            item = work.get()
            if isinstance(item, bytes):
                service.serve(item)
            else:
                service.tell(item)
    except BrokenPipeError:
        os._exit(0)  # nobody listens; a normal exit would try to flush


def _listen(stream: BinaryIO, work: SimpleQueue[Any], stop: Callable[[int], None]) -> None:
    """Queue the requests, tell at once which is not wanted any more, and end the process when there can be no more of them,
    whatever is being counted.
    """
    try:
        for body in frames(stream):
            if found := _STOP.fullmatch(body):
                stop(int(found[1]))
            work.put(body)
    except ValueError as error:
        sys.stderr.write(f"counter: {error}\n")
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()
