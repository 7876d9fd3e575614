"""Open documents: what the editor says they are."""

import asyncio

import pytest

from fakes.clock import FakeClock
from kinos.engine.buffer import Buffers
from kinos.tokens.document import Encoding, Position, TextEdit


@pytest.fixture
def buffers(clock: FakeClock) -> Buffers:
    return Buffers(clock)


def test_a_document_is_open_from_open_to_close(buffers: Buffers) -> None:
    buffers.open("a.md", "text", 1)
    assert "a.md" in buffers
    assert list(buffers) == ["a.md"]
    closed = buffers.close("a.md")
    assert closed is not None
    assert closed.text.text == "text"
    assert "a.md" not in buffers
    assert buffers.get("a.md") is None
    assert buffers.close("a.md") is None


def test_a_change_makes_it_unsaved_until_it_is_saved(buffers: Buffers) -> None:
    buffer = buffers.open("a.md", "one\n", 1)
    assert buffer.saved
    buffers.change("a.md", [TextEdit(Position(0, 0), Position(0, 3), "two")], 2, Encoding.UTF16)
    assert (buffer.text.text, buffer.text.version, buffer.saved) == ("two\n", 2, False)
    buffers.save("a.md")
    assert buffer.saved
    buffers.save("not open.md")


def test_typing_is_over_after_a_moment(buffers: Buffers, clock: FakeClock) -> None:
    buffers.open("a.md", "", 1)
    assert buffers.typing("a.md", 1.0) <= 0
    clock.set(10.0)
    buffers.change("a.md", ["x"], 2, Encoding.UTF16)
    assert buffers.typing("a.md", 1.0) == 1.0
    clock.set(10.4)
    assert buffers.typing("a.md", 1.0) == pytest.approx(0.6)
    assert buffers.typing("not open.md", 1.0) == 0.0


@pytest.mark.parametrize("what", ["change", "close", "wake"])
async def test_whoever_waits_hears_of_it(buffers: Buffers, clock: FakeClock, what: str) -> None:
    buffers.open("a.md", "", 1)
    waiting = asyncio.create_task(buffers.heard("a.md", 1000.0))
    clock.later(3.0, lambda: buffers.wake() if what == "wake" else happen(buffers, what))
    await waiting
    assert clock.monotonic() == 3.0


def happen(buffers: Buffers, what: str) -> None:
    if what == "close":
        buffers.close("a.md")
    else:
        buffers.change("a.md", ["x"], 2, Encoding.UTF16)


async def test_waiting_ends_with_the_time_and_at_once_for_what_is_not_open(buffers: Buffers, clock: FakeClock) -> None:
    buffers.open("a.md", "", 1)
    await buffers.heard("a.md", 5.0)
    assert clock.monotonic() == 5.0
    await buffers.heard("not open.md", 5.0)
    assert clock.monotonic() == 5.0
