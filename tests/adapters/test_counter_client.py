"""The counter process: real, killed in the middle, and started again."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kinos.adapters.counter_client import CounterProcess
from kinos.domain.errors import UnavailableError
from kinos.domain.size import Size
from kinos.engine.ports import Count

FAMILY = "claude-v4.8"


@pytest.fixture
async def counter() -> AsyncIterator[CounterProcess]:
    counter = CounterProcess()
    yield counter
    await counter.close()


async def counted(counter: CounterProcess, root: Path, *paths: str) -> dict[str, Count]:
    return {count.path: count async for count in counter.files(root, paths, FAMILY, 1000)}


def pid(counter: CounterProcess) -> int:
    assert counter._process is not None
    return counter._process.pid


def counters() -> set[int]:
    """The counter processes below this one."""
    below = {int(pid) for file in Path("/proc/self/task").glob("*/children") for pid in file.read_text().split()}
    return {pid for pid in below if b"kinos.tokens.process" in Path(f"/proc/{pid}/cmdline").read_bytes()}


async def test_files_are_counted_and_those_that_cannot_be_say_why(counter: CounterProcess, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Hello there.\n", encoding="utf-8")
    (tmp_path / "empty.md").write_bytes(b"")
    (tmp_path / "bad.md").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "big.md").write_bytes(b"x" * 1001)
    found = await counted(counter, tmp_path, "a.md", "empty.md", "bad.md", "big.md", "missing.md")
    assert found["empty.md"] == Count("empty.md", Size(0))
    assert found["a.md"].size == Size(await counter.text("Hello there.\n", FAMILY))
    for path in ("bad.md", "big.md", "missing.md"):
        assert found[path].size is None
        assert found[path].error


async def test_nothing_runs_before_the_first_question_or_after_the_end() -> None:
    counter = CounterProcess()
    await counter.close()
    before = counter._process
    await counter.text("x", FAMILY)
    process = counter._process
    assert process is not None
    assert before is None
    await counter.close()
    assert process.returncode is not None


async def test_many_questions_at_once_share_one_process(counter: CounterProcess, tmp_path: Path) -> None:
    texts = [f"text number {number}" for number in range(20)]
    sizes = await asyncio.gather(*(counter.text(text, FAMILY) for text in texts))
    first = pid(counter)
    assert counters() == {first}
    assert sizes == [await counter.text(text, FAMILY) for text in texts]
    assert pid(counter) == first


async def test_what_a_tokenizer_cannot_count_is_unavailable_and_not_0(counter: CounterProcess, tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="no-such-tokenizer"):
        await counter.text("x", "no-such-tokenizer")
    (tmp_path / "a.md").write_text("x", encoding="utf-8")
    (count,) = [count async for count in counter.files(tmp_path, ["a.md"], "no-such-tokenizer", 10)]
    assert count.size is None
    assert "no-such-tokenizer" in count.error


async def test_a_process_killed_in_the_middle_leaves_reasons_and_the_next_question_is_answered(
    counter: CounterProcess, tmp_path: Path
) -> None:
    paths = [f"{number}.md" for number in range(3000)]
    for path in paths:
        (tmp_path / path).write_text(f"This is document {path}.\n" * 20, encoding="utf-8")
    found: list[Count] = []
    async for count in counter.files(tmp_path, paths, FAMILY, 10_000):
        if not found:
            assert counter._process is not None
            counter._process.kill()
        found.append(count)
    assert sorted(count.path for count in found) == sorted(paths), "each has an answer, once"
    left = [count for count in found if count.size is None]
    assert left
    assert {count.error for count in left} == {
        "the counter ended before it was counted; it is tried again at the next change"
    }
    assert await counter.text("x", FAMILY) > 0


async def test_a_question_under_way_when_the_process_dies_fails(counter: CounterProcess) -> None:
    await counter.text("x", FAMILY)
    asking = asyncio.create_task(counter.text("a text " * 200_000, FAMILY))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert counter._process is not None
    counter._process.kill()
    with pytest.raises(UnavailableError, match="ended"):
        await asking


async def test_a_question_asked_right_after_the_end_starts_a_new_process(counter: CounterProcess) -> None:
    await counter.text("x", FAMILY)
    first = counter._process
    assert first is not None
    first.kill()
    assert counter._reader is not None
    await counter._reader
    assert await counter.text("x", FAMILY) > 0
    assert pid(counter) != first.pid


async def test_a_question_that_is_given_up_does_not_disturb_the_next(counter: CounterProcess, tmp_path: Path) -> None:
    for number in range(50):
        (tmp_path / f"{number}.md").write_text("text\n", encoding="utf-8")
    files = counter.files(tmp_path, [f"{number}.md" for number in range(50)], FAMILY, 1000)
    async for _ in files:
        break
    assert await counter.text("x", FAMILY) > 0


async def test_a_stream_that_makes_no_sense_ends_the_questions(counter: CounterProcess) -> None:
    await counter.text("x", FAMILY)
    process = counter._process
    assert process is not None
    assert process.stdout is not None
    asking = asyncio.create_task(counter.text("a text " * 200_000, FAMILY))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    process.stdout.feed_data(b"\xff\xff\xff\xff")
    with pytest.raises(UnavailableError):
        await asking
