import asyncio
import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Any

import pytest

from kinos.lsp.transport import ROOM, Input, Writer, frames


async def bodies(*chunks: bytes) -> list[bytes]:
    """What is read from these bytes, which then end."""
    reader = asyncio.StreamReader()
    for chunk in chunks:
        reader.feed_data(chunk)
    reader.feed_eof()
    return [body async for body in frames(reader)]


async def test_messages_are_told_apart_by_their_length() -> None:
    assert await bodies(b"Content-Length: 2\r\n\r\n{}Content-Length: 4\r\n\r\n[1] ") == [b"{}", b"[1] "]


async def test_other_headers_and_other_spellings_are_read_over() -> None:
    head = b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length:2\n\r\n"
    assert await bodies(head, b"{}") == [b"{}"]


@pytest.mark.parametrize(
    "rest",
    [
        b"",
        b"Content-Le",
        b"Content-Length: 9\r\n\r\n{}",
        b"Content-Length: nine\r\n\r\n{}",
        b"Content-Length: -1\r\n\r\n{}",
    ],
)
async def test_the_stream_is_over_where_it_is_cut_or_broken(rest: bytes) -> None:
    assert await bodies(b"Content-Length: 2\r\n\r\n{}", rest) == [b"{}"]


async def test_a_block_without_a_length_is_left_out() -> None:
    assert await bodies(b"X: 1\r\n\r\nContent-Length: 2\r\n\r\n{}") == [b"{}"]


async def test_a_connection_that_breaks_is_over() -> None:
    reader = asyncio.StreamReader()
    reader.set_exception(ConnectionResetError())
    assert [body async for body in frames(reader)] == []


async def test_input_is_read_to_its_end() -> None:
    read, write = os.pipe()
    given = Input(read)
    os.write(write, b"some")
    assert await given.reader.readexactly(4) == b"some"
    assert not given.gone.is_set()
    os.close(write)
    assert await given.reader.read() == b""
    assert given.gone.is_set()
    os.close(read)


@pytest.mark.parametrize("kind", [os.pipe, socket.socketpair])
async def test_the_end_is_seen_behind_more_than_anybody_handles(kind: Callable[[], Any]) -> None:
    """An editor that wrote much and died: its end is known before what it wrote has been read."""
    read, write = (end if isinstance(end, int) else end.detach() for end in kind())
    given = Input(read)
    os.set_blocking(write, False)
    while given._valve.is_set():
        with suppress(BlockingIOError):
            os.write(write, b"x" * (1 << 16))
        await asyncio.sleep(0)
    with suppress(BlockingIOError):
        while os.write(write, b"x" * (1 << 16)):
            pass
    assert not given.gone.is_set()
    os.close(write)
    await given.gone.wait()
    assert not given.reader.at_eof()
    await given.reader.read()
    os.close(read)


async def test_messages_leave_in_their_order_though_nobody_reads_yet() -> None:
    read, write = os.pipe()
    writer = Writer(write)
    message = b"x" * (1 << 20)
    writer.write(message)
    writer.write(b"end")
    got: list[bytes] = []
    drain = threading.Thread(target=lambda: got.extend(iter(lambda: os.read(read, 1 << 16), b"")))
    drain.start()
    writer.close()
    drain.join(10)
    os.close(read)
    assert b"".join(got) == message + b"end"


@pytest.mark.parametrize("kind", [os.pipe, socket.socketpair])
async def test_a_message_for_which_there_is_room_has_left_before_the_loop_goes_on(kind: Callable[[], Any]) -> None:
    read, write = (end if isinstance(end, int) else end.detach() for end in kind())
    writer, interval = Writer(write), sys.getswitchinterval()
    sys.setswitchinterval(60)  # No other thread runs while this one does not wait.
    try:
        writer.write(b"quick")
        assert select.select([read], [], [], 0)[0] == [read]
        assert writer.pending == 0
    finally:
        sys.setswitchinterval(interval)
    writer.close()
    assert os.read(read, 9) == b"quick"
    os.close(read)


@pytest.mark.parametrize("kind", [os.pipe, socket.socketpair])
async def test_what_many_threads_write_at_once_arrives_whole(kind: Callable[[], Any]) -> None:
    """More than a pipe or a socket takes at a time, so that each message leaves in pieces."""
    read, write = (end if isinstance(end, int) else end.detach() for end in kind())
    writer = Writer(write)
    messages = [bytes([number]) * (1 << 18) for number in range(8)]
    ready = threading.Barrier(len(messages))

    def say(message: bytes) -> None:
        ready.wait()
        writer.write(message)

    threads = [threading.Thread(target=say, args=(message,)) for message in messages]
    for thread in threads:
        thread.start()
    with closing(os.fdopen(read, "rb")) as stream:
        got = [stream.read(1 << 18) for _ in messages]
    assert sorted(got) == messages
    for thread in threads:
        thread.join()
    writer.close()


async def test_what_the_editor_has_not_taken_is_pending_until_it_does() -> None:
    read, write = os.pipe()
    writer, room = Writer(write), asyncio.Event()
    writer.write(b"x" * (1 << 20))
    writer.when_room(room.set)
    assert writer.pending > ROOM
    assert not room.is_set()
    while writer.pending > ROOM:
        await asyncio.to_thread(os.read, read, 1 << 16)
    await room.wait()
    with closing(os.fdopen(read, "rb")) as rest:
        writer.close()
        rest.read()
    assert writer.pending == 0


@pytest.mark.parametrize("kind", [os.pipe, socket.socketpair])
async def test_a_reader_that_goes_while_nothing_is_written_is_seen_too(kind: Callable[[], Any]) -> None:
    read, write = (end if isinstance(end, int) else end.detach() for end in kind())
    writer = Writer(write, alone=True)
    writer.write(b"heard")
    assert await asyncio.to_thread(os.read, read, 5) == b"heard"
    assert not writer.gone.is_set()
    os.close(read)
    await writer.gone.wait()
    writer.close()


async def test_a_reader_that_has_gone_is_no_error_and_is_told() -> None:
    read, write = os.pipe()
    writer, room = Writer(write), asyncio.Event()
    os.close(read)
    writer.write(b"nobody hears this" * ROOM)
    writer.when_room(room.set)
    await writer.gone.wait()
    await room.wait()
    writer.write(b"nor this")
    writer.close()
    assert writer.pending == 0


def run(code: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-c", code], input=b"in", capture_output=True, timeout=20, check=False)


def test_after_the_claim_a_stray_print_goes_to_the_log_and_children_read_nothing() -> None:
    done = run(
        "import os, subprocess, sys\n"
        "from kinos.lsp.transport import claimed_stdio\n"
        "incoming, outgoing = claimed_stdio()\n"
        "print('stray', flush=True)\n"
        "subprocess.run(['cat'])\n"
        "os.write(outgoing, os.read(incoming, 9))\n"
    )
    assert done.stdout == b"in"
    assert done.stderr == b"stray\n"


def test_the_deadline_ends_a_process_that_hangs() -> None:
    done = run(
        "import threading\nfrom kinos.lsp.transport import Deadline\n"
        "d = Deadline(0.05)\nd.start()\nd.start()\nthreading.Event().wait()\n"
    )
    assert done.returncode == 1


@pytest.mark.parametrize("packets", [1, 40], ids=["little", "more than is read ahead"])
def test_the_end_of_the_input_starts_the_deadline_though_the_loop_hangs(packets: int) -> None:
    """Also when nobody takes what came before."""
    code = (
        "import asyncio, threading\nfrom kinos.lsp.transport import Deadline, Input\n"
        "async def main():\n    Input(0, Deadline(0.05).start)\n    threading.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)  # each read takes one packet
    with theirs, ours:
        for _ in range(packets):
            ours.send(b"x")
        ours.close()
        assert subprocess.run([sys.executable, "-c", code], stdin=theirs, timeout=30, check=False).returncode == 1


def test_the_deadline_keeps_nothing_alive() -> None:
    assert run("from kinos.lsp.transport import Deadline\nDeadline(600).start()\n").returncode == 0
