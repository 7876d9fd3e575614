"""Real time, and names."""

import asyncio
from datetime import timedelta

from kinos.adapters.clock import RandomIds, SystemClock


async def test_a_wait_ends_with_the_event_or_the_time() -> None:
    clock, event = SystemClock(), asyncio.Event()
    began = clock.monotonic()
    await clock.wait(event, 0.01)
    assert clock.monotonic() - began >= 0.009
    assert not event.is_set()
    waiting = asyncio.create_task(clock.wait(event, None))
    await asyncio.sleep(0)
    assert not waiting.done()
    event.set()
    await waiting
    await clock.wait(event, 1000)


def test_the_time_has_its_zone() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)


def test_names_are_short_and_new() -> None:
    names = {RandomIds().new("c") for _ in range(500)}
    assert len(names) == 500
    assert all(name[0] == "c" and len(name) == 9 and name.isalnum() for name in names)
