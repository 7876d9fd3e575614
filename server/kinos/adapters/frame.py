"""Length-prefixed frames on a stream: 4 bytes big-endian, then that many bytes of UTF-8 JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from kinos.domain.message import MAX_FRAME

if TYPE_CHECKING:  # who counts in a terminal need not import it
    import asyncio


async def read_frame(reader: asyncio.StreamReader) -> bytes | None:
    """The body of the next frame, None at the end of the stream. Raises ValueError for an impossible length."""
    try:
        length = int.from_bytes(await reader.readexactly(4), "big")
        if length > MAX_FRAME:
            raise ValueError(f"a frame of {length} bytes")
        return await reader.readexactly(length)
    except (EOFError, ConnectionError):
        return None


def framed(body: bytes) -> bytes:
    """`body` with its length in front."""
    return len(body).to_bytes(4, "big") + body


def frames(stream: IO[bytes]) -> Iterator[bytes]:
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
