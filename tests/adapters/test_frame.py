"""Frames on a stream."""

import asyncio

import pytest

from kinos.adapters.frame import framed, read_frame
from kinos.domain.message import MAX_FRAME


def stream(content: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    reader.feed_data(content)
    reader.feed_eof()
    return reader


async def test_frames_come_back_one_after_the_other() -> None:
    reader = stream(framed(b"one") + framed(b"") + framed(b"three"))
    assert [await read_frame(reader) for _ in range(4)] == [b"one", b"", b"three", None]


@pytest.mark.parametrize("cut", range(7))
async def test_a_frame_cut_short_is_the_end(cut: int) -> None:
    assert await read_frame(stream(framed(b"one")[:cut])) is None


async def test_an_impossible_length_is_a_fault() -> None:
    with pytest.raises(ValueError, match="a frame of"):
        await read_frame(stream((MAX_FRAME + 1).to_bytes(4, "big")))


async def test_a_connection_that_breaks_is_the_end() -> None:
    reader = asyncio.StreamReader()
    reader.set_exception(ConnectionResetError())
    assert await read_frame(reader) is None
