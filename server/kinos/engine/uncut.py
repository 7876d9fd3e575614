"""Work that a cancellation does not cut off in the middle."""

import asyncio
from collections.abc import Coroutine


async def uncut[T](work: Coroutine[None, None, T]) -> T:
    """Await `work`; a cancellation is obeyed once it is finished."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
