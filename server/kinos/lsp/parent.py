"""The death of the editor's process, which nothing else tells when the connection is not a pipe of its own."""

import asyncio
import os
from contextlib import suppress


async def gone(process: int) -> bool:
    """True once `process` has ended; False at once where it cannot be watched: not from here, or not by this system."""
    handle = None
    with suppress(AttributeError, OSError):
        handle = os.pidfd_open(process)
    if handle is None:
        return False
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    try:
        loop.add_reader(handle, ended.set)
        await ended.wait()
    finally:
        loop.remove_reader(handle)
        os.close(handle)
    return True
