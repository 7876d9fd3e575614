"""The counter process: real, killed in the middle, and started again."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kinos.adapters.counter_client import CounterProcess
from kinos.adapters.folder import Folder
from kinos.domain.count import Count, Terms
from kinos.domain.errors import UnavailableError
from kinos.domain.size import Counted, Size
from kinos.tokens.counter import counter_for
from kinos.tokens.section import bulk, overview
from kinos.tokens.suggestion import suggestion

FAMILY = "claude-v4.8"
TERMS = Terms(FAMILY, Counted.EXACT, 1000)


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[CounterProcess]:
    counter = CounterProcess(Folder(tmp_path))
    yield counter
    await counter.close()


async def told(found: AsyncIterator[Sequence[Count]]) -> dict[str, Count]:
    return {count.path: count async for counts in found for count in counts}


def pid(counter: CounterProcess) -> int:
    assert counter._process is not None
    return counter._process.pid


def counters() -> set[int]:
    """The counter processes below this one."""
    below = {int(pid) for file in Path("/proc/self/task").glob("*/children") for pid in file.read_text().split()}
    return {pid for pid in below if b"kinos.adapters.counter" in Path(f"/proc/{pid}/cmdline").read_bytes()}


async def test_files_are_counted_and_those_that_cannot_be_say_why(counter: CounterProcess, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Hello there.\n", encoding="utf-8")
    (tmp_path / "empty.md").write_bytes(b"")
    (tmp_path / "bad.md").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "big.md").write_bytes(b"x" * 1001)
    found = await told(counter.scan(TERMS))
    assert found["empty.md"] == Count("empty.md", Size(0))
    assert found["a.md"].size == Size(await counter.text("Hello there.\n", FAMILY))
    for path in ("bad.md", "big.md"):
        assert found[path].size is None
        assert found[path].error
    assert await told(counter.scan(TERMS)) == {path: found[path] for path in ("bad.md", "big.md")}, (
        "nothing else is new"
    )
    assert await told(counter.look(TERMS, ["empty.md", "gone.md"])) == {
        "empty.md": Count("empty.md", Size(0)),
        "gone.md": Count("gone.md"),
    }


async def test_what_each_heading_holds_is_worked_out(counter: CounterProcess) -> None:
    text = "# A\n\none two\n\n# B\n\none\n"
    rows, tokens = await counter.overview(text, FAMILY)
    assert (rows, tokens) == overview(text, counter_for(FAMILY))
    assert tokens == counter_for(FAMILY).count(rows).tokens


async def test_where_a_text_is_too_large_is_worked_out(counter: CounterProcess) -> None:
    text = "# A\n\none two\n\n# B\n\none\n"
    assert await counter.bulk(text, FAMILY, 5) == bulk(text, counter_for(FAMILY), 5)


async def test_nothing_runs_before_the_first_question_or_after_the_end(tmp_path: Path) -> None:
    counter = CounterProcess(Folder(tmp_path))
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
    found = await told(counter.scan(Terms("no-such-tokenizer", Counted.EXACT, 10)))
    assert found["a.md"].size is None
    assert "no-such-tokenizer" in found["a.md"].error


async def test_a_process_killed_in_the_middle_says_so_and_the_next_look_tells_everything(
    counter: CounterProcess, tmp_path: Path
) -> None:
    paths = [f"{number}.md" for number in range(3000)]
    for path in paths:
        (tmp_path / path).write_text(f"This is document {path}.\n" * 20, encoding="utf-8")

    async def killed() -> None:
        async for _ in counter.scan(TERMS):
            assert counter._process is not None
            counter._process.kill()

    with pytest.raises(UnavailableError, match="ended"):
        await killed()
    assert sorted(await told(counter.scan(TERMS))) == sorted(paths)


async def test_what_changes_on_the_disk_is_told_while_other_questions_are_answered(
    counter: CounterProcess, tmp_path: Path
) -> None:
    (tmp_path / "a.md").write_text("x", encoding="utf-8")
    await told(counter.scan(TERMS))
    heard: asyncio.Queue[Count] = asyncio.Queue()

    async def listen() -> None:
        async for found in counter.watch(TERMS):
            assert not isinstance(found, str)
            for count in found:
                heard.put_nowait(count)

    listening = asyncio.create_task(listen())
    (tmp_path / "new.md").write_text("hello, world", encoding="utf-8")
    assert await heard.get() == Count("new.md", Size(4))
    assert await counter.text("x", FAMILY) == 1
    (tmp_path / "new.md").unlink()
    while (count := await heard.get()).path != "new.md" or not count.gone:
        pass
    listening.cancel()
    await asyncio.wait([listening])
    # The process watches no more: it tells nothing of this, and goes on answering.
    (tmp_path / "later.md").write_text("hello, world", encoding="utf-8")
    assert await counter.text("x", FAMILY) == 1


async def test_suggestions_come_over_the_pipe_as_they_were_made(counter: CounterProcess, tmp_path: Path) -> None:
    text = "# A\n\n" + "".join(f"## Part {n}\n\n{'some words of it ' * 20}\n\n" for n in range(4))
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    terms = Terms(FAMILY, Counted.EXACT, 10_000)
    await told(counter.scan(terms))
    (made,) = await counter.suggest(terms, ["a.md", "gone.md"], 300)
    assert replace(made, repeats=()) == suggestion("a.md", text, counter_for(FAMILY), 300, ["a.md"])
    assert len(made.repeats) == 3


async def test_a_watch_ends_with_its_process(counter: CounterProcess) -> None:
    watching = counter.watch(TERMS)
    waiting = asyncio.ensure_future(anext(watching))
    await counter.text("x", FAMILY)
    assert counter._process is not None
    counter._process.kill()
    with pytest.raises(UnavailableError):
        await waiting


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
    async for _ in counter.scan(TERMS):
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


async def test_a_process_that_falls_silent_is_ended_and_the_next_look_works(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Hello there.\n", encoding="utf-8")
    counter = CounterProcess(Folder(tmp_path), silence=60.0)  # it may take a while to start
    assert await counter.text("Hello there.\n", FAMILY)
    counter._silence = 0.3
    stopped = pid(counter)
    os.kill(stopped, signal.SIGSTOP)
    with pytest.raises(UnavailableError, match=r"said nothing for 0\.3 s and was ended.* disk") as caught:
        await counter.text("Hello there.\n", FAMILY)
    assert caught.value.remedy
    counter._silence = 60.0
    assert (await told(counter.scan(TERMS))).keys() == {"a.md"}
    assert pid(counter) != stopped
    assert stopped not in counters()
    await counter.close()


async def test_a_counter_that_works_for_somebody_else_is_not_silent(tmp_path: Path) -> None:
    counter = CounterProcess(Folder(tmp_path))
    assert await counter.text("warm", FAMILY)
    assert counter._process is not None
    counter._silence = 0.3
    queue: asyncio.Queue[Any] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    waiting = asyncio.create_task(counter._answer(counter._process, queue, 0.3))

    def heard(times: int) -> None:
        counter._heard = loop.time()
        loop.call_later(0.1, heard if times else queue.put_nowait, times - 1 if times else {"tokens": 1})

    heard(6)
    assert await waiting == {"tokens": 1}
    await counter.close()


async def test_a_watch_may_be_silent_for_ever(tmp_path: Path) -> None:
    counter = CounterProcess(Folder(tmp_path))
    assert await counter.text("warm", FAMILY)
    counter._silence = 0.05
    watching = asyncio.create_task(anext(aiter(counter.watch(TERMS))))
    done, _ = await asyncio.wait([watching], timeout=0.5)
    assert not done
    watching.cancel()
    await asyncio.wait([watching])
    await counter.close()


async def test_a_count_that_nobody_waits_for_any_more_ends_soon_and_the_next_tells_everything(
    counter: CounterProcess, tmp_path: Path
) -> None:
    for number in range(3000):
        (tmp_path / f"{number}.md").write_text("Hello there, whoever reads this.\n" * 25, encoding="utf-8")
    some = counter.scan(TERMS)
    first = await anext(some)
    assert len(first) < 3000
    await some.aclose()
    found = counter.look(TERMS, ["0.md"])
    looked = await told(found)
    assert looked["0.md"].size
    every = await told(counter.scan(TERMS))
    assert len(every) == 2999, "what was counted and not told is told anew"
    assert len({**looked, **every}) == 3000


async def test_a_request_that_is_stopped_before_its_turn_is_left_out(counter: CounterProcess, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Hello there.\n", encoding="utf-8")
    waiting = asyncio.create_task(counter.text("word " * 500_000, FAMILY))
    asked = [asyncio.create_task(counter.suggest(TERMS, ["a.md"], 1)) for _ in range(3)]
    while len(counter._answers) < 4:
        await asyncio.sleep(0)
    for each in asked:
        each.cancel()
    await waiting
    assert (await counter.text("Hello there.", FAMILY)) > 0
    assert counter._answers == {}
