"""What is true of every way in which a connection ends: soon after it nothing is alive."""

import asyncio
from collections.abc import Awaitable, Sequence

from process_tree import command_line, seconds_to_end

END = 2.0
"""Seconds in which everything must be gone."""


async def nothing_left(processes: Sequence[int], leaving: Awaitable[object] | None = None) -> None:
    """Nothing of these, of which the first is the server, is alive in time after `leaving`, or after now. A machine that is
    busy with other things gets longer: what a processor was waited for does not count.
    """
    waiting = asyncio.ensure_future(asyncio.to_thread(seconds_to_end, processes, 30))
    if leaving is not None:
        await leaving
    left, seconds = await waiting
    assert left == [], [command_line(pid) for pid in left]
    assert seconds < END, f"it took {seconds:.2f} s"
    print(f"nothing was left after {seconds:.2f} s")
