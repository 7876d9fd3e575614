"""Length-prefixed frames on a stream: 4 bytes big-endian, then that many bytes of UTF-8 JSON."""

import asyncio

from kinos.domain.message import MAX_FRAME


async def read_frame(reader: asyncio.StreamReader) -> bytes | None:
    """The body of the next frame, None at the end of the stream. Raises ValueError for an impossible length."""
    try:
        length = int.from_bytes(await reader.readexactly(4), "big")
        if length > MAX_FRAME:
            raise ValueError(f"a frame of {length} bytes")
        return await reader.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def framed(body: bytes) -> bytes:
    """`body` with its length in front."""
    return len(body).to_bytes(4, "big") + body
