"""Bytes in and out: the protocol's frames, and two descriptors, pipes or a socket, each with a thread of its own."""

import asyncio
import os
import queue
import select
import stat
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Protocol

_CHUNK = 1 << 16
_AHEAD = 1 << 20
"""Bytes that are read before anybody has handled them, about."""
_SURE = 512 if sys.platform == "win32" else select.PIPE_BUF
"""Bytes that a pipe or a socket takes without waiting once it says that it takes some."""
_FLUSH = 0.5
"""Seconds the last messages may take to leave: an editor that no longer reads must not keep the process."""
_LOOK = 0.1
"""Seconds between two looks whether the other end is there still, while nothing is read."""
ROOM = 1 << 16
"""Bytes that may be under way to the editor when more is handed over that can wait."""
MOST = 1 << 23
"""Bytes under way at which nothing more is taken from an editor that does not read its answers."""


class Output(Protocol):
    """Where messages go. Writing never blocks and never raises."""

    @property
    def pending(self) -> int:
        """Bytes that the editor has not taken yet."""
        ...

    def write(self, data: bytes) -> None:
        """Send `data` after what was sent before."""
        ...

    def when_room(self, then: Callable[[], None]) -> None:
        """Call `then` on the loop, once, as soon as at most `ROOM` bytes are pending."""
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


class _Ready(Protocol):
    """Waits for so many seconds; whether it has come."""

    def __call__(self, *, timeout: float) -> bool: ...


class Input:
    """What comes from `descriptor`, be it a pipe, a socket, a file or a terminal.

    `gone` is set once the other end has been closed, also while there is something left to read. `ending` is called then as
    well, perhaps twice, in a thread: a loop that hangs is not waited for.
    """

    def __init__(self, descriptor: int, ending: Callable[[], None] = lambda: None) -> None:
        self.reader = asyncio.StreamReader(limit=_AHEAD)
        self.gone = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._descriptor = descriptor
        self._ending = ending
        self._ahead = threading.Semaphore(_AHEAD // _CHUNK)  # a loop that is busy is not buried in what comes
        self._valve = threading.Event()
        self._valve.set()
        # The reader closes and opens the valve as it would one of asyncio's own transports.
        self.reader.set_transport(self)  # type: ignore[arg-type]
        # The editor's end may have been made non-blocking for both.
        os.set_blocking(descriptor, True)
        threading.Thread(target=self._pump, name="input", daemon=True).start()

    def pause_reading(self) -> None:
        """Too much waits to be handled."""
        self._valve.clear()

    def resume_reading(self) -> None:
        """There is room again."""
        self._valve.set()

    def _pump(self) -> None:
        # A closed loop means that nobody wants to know any more.
        with suppress(RuntimeError):
            with suppress(OSError):
                while chunk := os.read(self._descriptor, _CHUNK):
                    self._wait(self._ahead.acquire)
                    self._loop.call_soon_threadsafe(self._feed, chunk)
                    self._wait(self._valve.wait)
            self._leave()
            self._loop.call_soon_threadsafe(self.reader.feed_eof)

    def _leave(self) -> None:
        self._ending()
        self._loop.call_soon_threadsafe(self.gone.set)

    def _feed(self, chunk: bytes) -> None:
        self._ahead.release()
        self.reader.feed_data(chunk)

    def _wait(self, ready: _Ready) -> None:
        """Until it is; meanwhile the other end may be closed, which no read tells."""
        while not ready(timeout=_LOOK):
            if hung_up(self._descriptor):
                self._leave()


def hung_up(descriptor: int) -> bool:
    """Whether the other end of a pipe or a socket has been closed, whatever is left to read."""
    look = select.poll()
    look.register(descriptor, getattr(select, "POLLRDHUP", 0))
    return bool(look.poll(0))


class Writer:
    """Writes to `descriptor` what it takes at once, and the rest in a thread: an editor that is slow to read never holds up
    the loop. `gone` is set when it cannot be written to any more; of a pipe that nothing else comes through (`alone`) that is
    seen also while nothing is written.
    """

    def __init__(self, descriptor: int, *, alone: bool = False) -> None:
        self.gone = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._descriptor = descriptor
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._pending = 0
        self._waiting: list[Callable[[], None]] = []
        os.set_blocking(descriptor, True)
        kind = os.fstat(descriptor).st_mode
        self._watched = alone and (stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind))
        if self._watched:
            self._loop.add_reader(descriptor, self._look)
        self._room = _room(descriptor)
        self._thread = threading.Thread(target=self._run, name="output", daemon=True)
        self._thread.start()

    @property
    def pending(self) -> int:
        """Bytes that the editor has not taken yet."""
        return self._pending

    def write(self, data: bytes) -> None:
        """Send `data` after what was sent before."""
        with self._lock:
            rest = data if self._pending else data[self._at_once(data) :]
            if rest:
                self._pending += len(rest)
                self._queue.put(rest)

    def when_room(self, then: Callable[[], None]) -> None:
        """Call `then` on the loop, once, as soon as at most `ROOM` bytes are pending."""
        with self._lock:
            if self._pending > ROOM:
                self._waiting.append(then)
                return
        self._loop.call_soon(then)

    def close(self) -> None:
        """Let the last messages leave, and say that there are no more."""
        self._unwatch()
        self._queue.put(None)
        self._thread.join(_FLUSH)

    def _look(self) -> None:
        """Something is to be read where nobody has anything to say: the other end was closed."""
        self._unwatch()
        if hung_up(self._descriptor):
            self.gone.set()

    def _unwatch(self) -> None:
        if self._watched:
            self._watched = False
            self._loop.remove_reader(self._descriptor)

    def _at_once(self, data: bytes) -> int:
        """Write what can be without waiting; how many bytes that were. A thread that is woken has to wait for the loop first."""
        written = 0
        # An end that is gone is for the thread to meet.
        with suppress(OSError):
            while written < len(data) and self._writable():
                written += os.write(self._descriptor, memoryview(data)[written : written + _SURE])
        return written

    def _writable(self) -> bool:
        return self._room is not None and [event for _, event in self._room.poll(0)] == [select.POLLOUT]

    def _run(self) -> None:
        broken = False
        while (data := self._queue.get()) is not None:
            try:
                for start in range(0, 0 if broken else len(data), _CHUNK):
                    self._write(memoryview(data)[start : start + _CHUNK])
            except OSError:
                broken = True
                self._call(self.gone.set)
            self._took(len(data))
        with suppress(OSError):
            os.close(self._descriptor)

    def _write(self, rest: memoryview) -> None:
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def _took(self, written: int) -> None:
        with self._lock:
            self._pending -= written
            if self._pending > ROOM:
                return
            waiting, self._waiting = self._waiting, []
        for then in waiting:
            self._call(then)

    def _call(self, then: Callable[[], object]) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody wants to know any more
            self._loop.call_soon_threadsafe(then)


def _room(descriptor: int) -> "select.poll | None":
    """What tells whether something can be written; None where nothing does, as for pipes on Windows."""
    if sys.platform == "win32":
        return None
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    return poll


class Deadline:
    """Ends the process by force when it is not over `seconds` after `start`: an editor that left must not leave us. `last` is
    called before, to end whatever is left below.
    """

    def __init__(self, seconds: float, last: Callable[[], None] = lambda: None) -> None:
        self._last = last
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def start(self) -> None:
        """From the first call on."""
        with suppress(RuntimeError):
            self._timer.start()

    def _end(self) -> None:
        try:
            self._last()
        finally:
            os._exit(1)
