import asyncio
import os

from kinos.lsp.parent import gone


async def test_the_end_of_a_process_is_noticed() -> None:
    process = await asyncio.create_subprocess_exec("sleep", "60")
    watching = asyncio.create_task(gone(process.pid))
    await asyncio.sleep(0)
    assert not watching.done()
    process.kill()
    assert await asyncio.wait_for(watching, 10)
    await process.wait()


async def test_a_process_that_cannot_be_seen_is_not_watched() -> None:
    process = await asyncio.create_subprocess_exec("true")
    await process.wait()
    assert not await gone(process.pid)


async def test_nothing_is_left_open_when_the_watch_is_cut_off() -> None:
    before = set(os.listdir("/proc/self/fd"))  # noqa: PTH208
    watching = asyncio.create_task(gone(os.getpid()))
    await asyncio.sleep(0)
    watching.cancel()
    await asyncio.wait([watching])
    assert set(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
