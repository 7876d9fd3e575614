"""Bytes in and out: the protocol's frames, and standard input and output kept for the protocol alone."""

import asyncio
import os
import queue
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Protocol

_CHUNK = 1 << 16
_FLUSH = 0.5
"""Seconds the last messages may take to leave: an editor that no longer reads must not keep the process."""


class Output(Protocol):
    """Where messages go. Writing never blocks and never raises: an editor that has gone shows at the input's end."""

    def write(self, data: bytes) -> None:
        """Send `data` after what was sent before."""
        ...

    def close(self) -> None:
        """There is nothing more to send."""
        ...


async def frames(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """The bodies of the messages until the stream ends, in whatever way it does."""
    with suppress(asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ValueError):
        while True:
            length = await _length(reader)
            if length:
                yield await reader.readexactly(length)


async def _length(reader: asyncio.StreamReader) -> int:
    """Read one block of headers: the bytes of the body, 0 when it names none."""
    length = 0
    while (line := await reader.readuntil(b"\n")).strip():
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    return length


def claimed_stdio() -> tuple[int, int]:
    """Descriptors of the protocol's input and output.

    From now on 0 is the null device, so that no child process eats messages, and 1 is the log, so that a stray print is
    harmless.
    """
    incoming, outgoing = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2 if sys.stderr is not None else null, 1)
    os.close(null)
    return incoming, outgoing


def stdin_reader(descriptor: int) -> asyncio.StreamReader:
    """What comes from `descriptor`, be it a pipe, a socket, a file or a terminal."""
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()

    def pump() -> None:
        # A closed loop means that nobody wants to know any more.
        with suppress(RuntimeError):
            with suppress(OSError):
                while chunk := os.read(descriptor, _CHUNK):
                    loop.call_soon_threadsafe(reader.feed_data, chunk)
            loop.call_soon_threadsafe(reader.feed_eof)

    # The editor's end may have been made non-blocking for both.
    os.set_blocking(descriptor, True)
    threading.Thread(target=pump, name="input", daemon=True).start()
    return reader


class StdoutWriter:
    """Writes to `descriptor` in a thread: an editor that is slow to read never holds up the loop."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        os.set_blocking(descriptor, True)
        self._thread = threading.Thread(target=self._run, name="output", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Send `data` after what was sent before."""
        self._queue.put(data)

    def close(self) -> None:
        """Let the last messages leave, and say that there are no more."""
        self._queue.put(None)
        self._thread.join(_FLUSH)

    def _run(self) -> None:
        with suppress(OSError):
            while (data := self._queue.get()) is not None:
                _write_all(self._descriptor, data)
        with suppress(OSError):
            os.close(self._descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


class Deadline:
    """Ends the process by force when it is not over `seconds` after `start`: an editor that left must not leave us."""

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, os._exit, [1])
        self._timer.daemon = True

    def start(self) -> None:
        """From now on."""
        self._timer.start()
