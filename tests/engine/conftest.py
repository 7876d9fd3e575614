"""What every engine test runs on: no threads, so that virtual time is all the time there is."""

import asyncio

import pytest

from fakes.clock import FakeClock, InlineExecutor


@pytest.fixture(autouse=True)
async def _no_threads() -> None:
    asyncio.get_running_loop().set_default_executor(InlineExecutor())


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()
