import socket
from collections.abc import Iterator
from queue import SimpleQueue

import pytest

from kinos.domain.message import MAX_FRAME, Granted, Reserve, encode
from kinos.worker.channel import Channel, read_frame


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.settimeout(10)
    with ours, theirs:
        yield ours, theirs


def test_messages_go_both_ways(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    channel = Channel(theirs, lambda _: None)
    channel.start()
    channel.send(Reserve("m", 1, 2))
    assert read_frame(ours) == encode(Reserve("m", 1, 2))[4:]
    for byte in encode(Granted(3)) + encode(Granted(4)):  # a stream has no packets
        ours.sendall(bytes([byte]))
    assert [channel.receive(), channel.receive()] == [Granted(3), Granted(4)]


@pytest.mark.parametrize(
    "last",
    [
        b"",
        b"\x00\x00",
        b"\x00\x00\x00\x05{}",
        (MAX_FRAME + 1).to_bytes(4, "big"),
        b"\x00\x00\x00\x02no",
        b"\x00\x00\x00\x02{}",
    ],
    ids=["closed", "half a length", "half a frame", "too long", "no JSON", "no message"],
)
def test_the_end_of_the_engine_is_heard_at_once(pair: tuple[socket.socket, socket.socket], last: bytes) -> None:
    ours, theirs = pair
    ended: SimpleQueue[str] = SimpleQueue()
    Channel(theirs, ended.put).start()
    ours.sendall(last)
    if len(last) < 4 or last[-2:] == b"{}":
        ours.shutdown(socket.SHUT_WR)
    assert ended.get(timeout=10)
