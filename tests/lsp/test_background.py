import asyncio
import logging

import pytest

from kinos.lsp.background import Background


async def test_work_runs_up_to_its_first_wait_at_once() -> None:
    done: list[str] = []

    async def work() -> None:
        done.append("before")
        await asyncio.sleep(0)
        done.append("after")

    background = Background()
    background.start(work())
    assert done == ["before"]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert done == ["before", "after"]


@pytest.mark.parametrize("wait", [True, False])
async def test_a_failure_is_heard(caplog: pytest.LogCaptureFixture, *, wait: bool) -> None:
    async def fail() -> None:
        if wait:
            await asyncio.sleep(0)
        raise RuntimeError("on purpose")

    with caplog.at_level(logging.ERROR):
        background = Background()
        background.start(fail())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert "on purpose" in caplog.text


async def test_stopping_cuts_off_what_still_runs() -> None:
    cut = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cut.set()

    background = Background()
    background.start(work())
    await background.stop()
    assert cut.is_set()
