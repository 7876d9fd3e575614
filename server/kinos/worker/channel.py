"""The stream between a call and the engine: a frame a message, read in a thread, so that its end is never missed."""

import os
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Protocol

from kinos.domain.message import MAX_FRAME, Message, decode, encode


class Line(Protocol):
    """What a call says to the engine, and hears from it."""

    def send(self, message: Message) -> None:
        """Send `message`; it is on its way when this returns."""

    def receive(self) -> Message:
        """Wait for the next message of the engine."""


class Stream(Protocol):
    """Bytes both ways: a stream socket, or `Pipes`."""

    def recv(self, most: int, /) -> bytes:
        """At least one byte, at most `most`; none at the end."""
        ...

    def sendall(self, data: bytes, /) -> None:
        """Send all of `data`. Raises OSError when nobody reads any more."""
        ...


class Pipes:
    """A Stream over a descriptor to read from and one to write to."""

    def __init__(self, incoming: int, outgoing: int) -> None:
        self._incoming = incoming
        self._outgoing = outgoing

    def recv(self, most: int, /) -> bytes:
        """What there is."""
        return os.read(self._incoming, most)

    def sendall(self, data: bytes, /) -> None:
        """Write it all."""
        left = memoryview(data)
        while left:
            left = left[os.write(self._outgoing, left) :]


class Channel:
    """A Line over a stream. `ended` is called, in a thread, as soon as the engine is gone or talks nonsense."""

    def __init__(self, stream: Stream, ended: Callable[[str], None]) -> None:
        self._stream = stream
        self._ended = ended
        self._heard: SimpleQueue[Message] = SimpleQueue()

    def start(self) -> None:
        """Read from now on."""
        threading.Thread(target=self._read, name="channel", daemon=True).start()

    def send(self, message: Message) -> None:
        """Send `message`. Raises OSError when the engine is gone; `ended` is about to be called then."""
        self._stream.sendall(encode(message))

    def receive(self) -> Message:
        """Wait for the next message. Never returns when the engine is gone: `ended` ends the process."""
        return self._heard.get()

    def _read(self) -> None:
        try:
            while (body := read_frame(self._stream)) is not None:
                self._heard.put(decode(body))
            reason = "the engine closed the call"
        except (OSError, ValueError) as error:
            reason = f"the stream of the call broke: {error}"
        self._ended(reason)


def read_frame(stream: Stream) -> bytes | None:
    """The body of the next frame; None at the end. Raises ValueError for half a frame or one over MAX_FRAME."""
    head = _read_exactly(stream, 4)
    if not head:
        return None
    length = int.from_bytes(head, "big")
    if len(head) < 4 or length > MAX_FRAME:
        raise ValueError("not a frame")
    body = _read_exactly(stream, length)
    if len(body) < length:
        raise ValueError("half a frame")
    return body


def _read_exactly(stream: Stream, count: int) -> bytes:
    """`count` bytes, or fewer at the end of the stream."""
    data = bytearray()
    while len(data) < count:
        piece = stream.recv(min(count - len(data), 1 << 20))
        if not piece:
            break
        data += piece
    return bytes(data)
