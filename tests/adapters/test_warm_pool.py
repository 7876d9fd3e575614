"""Warm processes: lent for one call at a time, used again, and gone with a call that is cut off."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from adapters.test_worker_client import interpreter
from kinos.adapters.descendant import adopt_orphans, family
from kinos.adapters.interpreter import Interpreter
from kinos.adapters.warm_pool import MOST, WarmPool
from kinos.domain.errors import FaultError
from kinos.domain.message import Ready

MARK = f"warm-pool-test-{os.getpid()}"


@pytest.fixture
async def pool(tmp_path: Path) -> AsyncIterator[WarmPool]:
    adopt_orphans()
    code = Path(__file__).with_name("fake_worker.py").read_text(encoding="utf-8")
    python = interpreter(tmp_path, code)
    pool = WarmPool(Interpreter(lambda: python, None, MARK))
    assert isinstance(await pool.start(tmp_path), Ready)
    yield pool
    await ended(pool)


async def ended(pool: WarmPool) -> None:
    await pool.halt()
    for process in pool._all:
        if process.returncode is None:
            process.kill()
    await pool.clear(())


async def until(pool: WarmPool, idle: int, in_all: int) -> None:
    """Wait until so many wait for a call, of so many in all."""
    async with pool._freed:
        await pool._freed.wait_for(lambda: (len(pool._idle), len(pool._all)) == (idle, in_all))


async def test_one_process_serves_one_call_after_the_other(pool: WarmPool) -> None:
    async with pool.call() as first:
        await until(pool, 1, 2)
    async with pool.call() as second:
        assert second == first
        assert len(pool._all) == 2, "one serves, one is spare"


async def test_a_spare_is_made_ready_as_soon_as_none_is_left(pool: WarmPool) -> None:
    async with pool.call() as first:
        await until(pool, 1, 2)
        async with pool.call() as second:
            assert second != first
            await until(pool, 1, 3)


async def test_a_call_that_is_cut_off_takes_its_process_along_and_the_next_gets_another(pool: WarmPool) -> None:
    (process,) = pool._all
    with pytest.raises(asyncio.CancelledError):
        async with pool.call():
            raise asyncio.CancelledError
    await process.wait()
    async with pool.call() as streams:
        assert streams != (process.stdout, process.stdin)
        assert process not in pool._all


async def test_no_more_are_started_than_may_be_busy_with_one_spare(pool: WarmPool) -> None:
    async with AsyncExitStack() as busy:
        for _ in range(MOST - 1):
            await busy.enter_async_context(pool.call())
        await until(pool, 1, MOST)
        async with pool.call():
            await asyncio.sleep(0)
            assert len(pool._all) == MOST
            assert not pool._starting


async def test_after_halt_none_is_lent_and_none_is_left(pool: WarmPool) -> None:
    async with pool.call():
        pass
    await ended(pool)
    with pytest.raises(FaultError, match="not running"):
        async with pool.call():
            pass
    assert family([], MARK) == set()
    assert not pool.running
