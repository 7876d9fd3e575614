"""Sizes: in step with the disk and with what is open; totals and phase follow."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from fakes.clock import FakeClock
from fakes.disk import MemoryDisk
from fakes.workers import WordCounting
from fakes.world import World
from kinos.domain import event as ev
from kinos.domain.phase import Phase
from kinos.domain.setting import Settings
from kinos.engine.buffer import Buffers
from kinos.engine.manner import manner
from kinos.engine.sizes import Sizes
from kinos.engine.store import Store
from kinos.tokens.document import Encoding, Position, TextEdit


class Scale:
    """Sizes and what they are made of."""

    def __init__(self, clock: FakeClock, model: str = "claude-sonnet-5-5") -> None:
        self.disk = MemoryDisk({"a.md": "one two\n", "docs/b.md": "three\n", ".hidden/c.md": "x\n", "d.txt": "y\n"})
        self.buffers = Buffers(clock)
        self.counting = WordCounting(self.disk)
        self.store = Store()
        self.events: list[ev.Event] = []
        self.store.subscribe(lambda before, after, event: self.events.append(event))
        self.settings = replace(
            Settings(), model_plan=model, tokens_warn=3, tokens_error=6, phase_limit=20, documents_max_bytes=1000
        )
        self.sizes = Sizes(self.disk, self.buffers, self.counting, self.store, clock, manner(self.settings))

    def table(self) -> dict[str, int]:
        return {path: size.tokens for path, size in self.sizes.documents.sizes.items()}


@pytest.fixture
def scale(clock: FakeClock) -> Scale:
    return Scale(clock)


async def test_a_scan_counts_every_document_and_says_so_once(scale: Scale) -> None:
    assert await scale.sizes.scan() == ["a.md", "docs/b.md"]
    assert scale.table() == {"a.md": 2, "docs/b.md": 1}
    assert scale.store.state.sizes.total == 3
    assert [type(event) for event in scale.events] == [*[ev.SizesCounted] * 3, ev.PhaseMoved], "the phase at the end"
    scale.events.clear()
    assert await scale.sizes.scan() == []
    assert scale.events == []


async def test_a_scan_of_an_empty_folder_says_so_too(clock: FakeClock) -> None:
    scale = Scale(clock)
    scale.disk.files.clear()
    assert await scale.sizes.scan() == []
    assert scale.store.state.phase.since is not None


async def test_only_what_changed_is_counted_again(scale: Scale) -> None:
    await scale.sizes.scan()
    scale.counting.counted.clear()
    scale.disk.put("docs/b.md", "three four five\n")
    scale.disk.put("new.md", "six\n")
    del scale.disk.files["a.md"]
    assert await scale.sizes.scan() == ["a.md", "docs/b.md", "new.md"]
    assert scale.counting.counted == ["docs/b.md", "new.md"]
    assert scale.table() == {"docs/b.md": 3, "new.md": 1}


async def test_what_cannot_be_counted_is_listed_with_its_reason_and_never_as_0(scale: Scale) -> None:
    scale.counting.broken["a.md"] = "not UTF-8"
    await scale.sizes.scan()
    assert scale.table() == {"docs/b.md": 1}
    assert scale.sizes.documents.errors == {"a.md": "not UTF-8"}
    assert "❔ a.md has no size: not UTF-8" in scale.sizes.project_map([]).body()


async def test_files_touched_are_looked_at_again_whether_they_came_or_went(scale: Scale) -> None:
    await scale.sizes.scan()
    scale.disk.put("new.md", "six seven\n")
    del scale.disk.files["a.md"]
    await scale.sizes.refresh(["new.md", "a.md", "d.txt", ".hidden/c.md", "map (readonly).md"])
    assert scale.table() == {"docs/b.md": 1, "new.md": 2}
    scale.events.clear()
    await scale.sizes.refresh(["d.txt"])
    assert scale.events == []


async def test_an_ignored_document_is_not_counted_when_touched_or_opened(scale: Scale) -> None:
    scale.disk.hidden = {"a.md"}
    await scale.sizes.scan()
    await scale.sizes.refresh(["a.md"])
    scale.buffers.open("a.md", "text", 1)
    assert scale.sizes.opened("a.md") is None
    assert scale.table() == {"docs/b.md": 1}


async def test_an_open_document_wins_over_the_disk(scale: Scale) -> None:
    await scale.sizes.scan()
    scale.buffers.open("a.md", "", 1)
    touched = scale.sizes.opened("a.md")
    assert touched is not None
    assert touched.new is not None
    assert touched.new.tokens == 0
    scale.disk.put("a.md", "many words stand on the disk\n")
    await scale.sizes.scan()
    await scale.sizes.refresh(["a.md"])
    assert scale.table()["a.md"] == 0
    del scale.disk.files["a.md"]
    await scale.sizes.scan()
    assert scale.table()["a.md"] == 0, "it is still open"


async def test_a_document_opened_while_it_is_being_counted_is_the_editors(scale: Scale) -> None:
    await scale.sizes.scan()
    scale.disk.put("a.md", "changed\n")
    looking = asyncio.create_task(scale.sizes.refresh(["a.md"]))
    await asyncio.sleep(0)
    scale.buffers.open("a.md", "", 1)
    scale.sizes.opened("a.md")
    await looking
    assert scale.table()["a.md"] == 0


async def test_a_closed_document_counts_as_it_is_on_the_disk_again(scale: Scale) -> None:
    await scale.sizes.scan()
    scale.buffers.open("a.md", "", 1)
    scale.sizes.opened("a.md")
    scale.buffers.close("a.md")
    await scale.sizes.refresh(["a.md"])
    assert scale.table()["a.md"] == 2


async def test_a_counter_that_died_is_asked_again_and_nothing_is_lost(scale: Scale) -> None:
    scale.counting.deaths = 1
    await scale.sizes.scan()
    assert scale.table() == {"a.md": 2, "docs/b.md": 1}
    scale.disk.put("a.md", "one\n")
    scale.counting.deaths = 1
    await scale.sizes.refresh(["a.md"])
    assert scale.table() == {"a.md": 1, "docs/b.md": 1}


async def test_a_counter_that_keeps_dying_is_given_up_with_a_word(scale: Scale) -> None:
    scale.counting.deaths = 100
    assert await scale.sizes.scan() == []
    assert [event.level for event in scale.events if isinstance(event, ev.Noted)] == ["error"]


async def test_what_changes_on_the_disk_is_told_without_looking(scale: Scale) -> None:
    await scale.sizes.scan()
    told: list[Sequence[str]] = []
    heard = asyncio.Event()

    def changed(paths: Sequence[str]) -> None:
        told.append(paths)
        heard.set()

    watching = asyncio.create_task(scale.sizes.watch(changed))
    scale.disk.put("a.md", "one two three four\n")
    del scale.disk.files["docs/b.md"]
    scale.counting.changes.put_nowait("look at this")
    scale.counting.changes.put_nowait(["a.md", "docs/b.md"])
    await heard.wait()
    assert scale.sizes.watching
    assert told == [["a.md", "docs/b.md"]]
    assert scale.table() == {"a.md": 4}
    assert [event.message for event in scale.events if isinstance(event, ev.Noted)] == ["look at this"]
    watching.cancel()
    await asyncio.wait([watching])
    assert not scale.sizes.watching


async def test_a_watch_that_dies_looks_at_everything_and_goes_on_until_it_died_too_often(scale: Scale) -> None:
    await scale.sizes.scan()
    for _ in range(3):
        scale.counting.changes.put_nowait(None)
    scale.disk.put("new.md", "six\n")
    told: list[Sequence[str]] = []
    await scale.sizes.watch(told.append)
    assert told == [["new.md"], [], []]
    assert not scale.sizes.watching
    assert [event.level for event in scale.events if isinstance(event, ev.Noted)] == ["warning"] * 3 + ["error"]


async def test_an_open_document_that_is_too_large_has_the_reason_a_closed_one_has(scale: Scale) -> None:
    scale.buffers.open("a.md", "x" * 1000, 1)
    scale.sizes.opened("a.md")
    assert "a.md" in scale.sizes.documents.sizes
    scale.buffers.change("a.md", [TextEdit(Position(0, 0), Position(0, 0), "é")], 2, Encoding.UTF16)
    scale.sizes.opened("a.md")
    assert "larger than documents.maxBytes (1000 bytes)" in scale.sizes.documents.errors["a.md"]


async def test_a_keystroke_moves_size_total_and_phase_at_once(scale: Scale) -> None:
    await scale.sizes.scan()
    scale.buffers.open("a.md", "", 1)
    scale.buffers.change("a.md", ["word " * 40], 2, Encoding.UTF16)
    scale.sizes.opened("a.md")
    assert scale.store.state.sizes.total > 12
    assert scale.store.state.sizes.too_long == 1
    assert scale.store.state.phase.name is Phase.CONVERGENCE


async def test_what_is_opened_before_the_first_count_does_not_move_the_phase(scale: Scale) -> None:
    scale.buffers.open("a.md", "word " * 40, 1)
    scale.sizes.opened("a.md")
    assert scale.store.state.phase.since is None
    await scale.sizes.scan()
    assert scale.store.state.phase.name is Phase.CONVERGENCE


async def test_what_is_not_open_cannot_be_counted_as_open(scale: Scale) -> None:
    assert scale.sizes.opened("a.md") is None


async def test_a_model_newer_than_the_table_makes_every_size_unconfirmed(clock: FakeClock) -> None:
    scale = Scale(clock, "claude-sonnet-9")
    await scale.sizes.scan()
    assert scale.store.state.sizes.counted == "unconfirmed"


async def test_without_a_tokenizer_an_open_document_has_a_reason_and_no_size(clock: FakeClock) -> None:
    scale = Scale(clock, "somebodys-model")
    scale.buffers.open("a.md", "text", 1)
    touched = scale.sizes.opened("a.md")
    assert touched is not None
    assert touched.new is None
    assert "No tokenizer is known" in scale.sizes.documents.errors["a.md"]


async def test_any_text_can_be_counted(scale: Scale) -> None:
    assert await scale.sizes.count("one two three") == 3
    assert scale.sizes.tokenizer == "claude-v4.8"


async def test_only_documents_over_a_limit_have_suggestions_each_worked_out_once(scale: Scale) -> None:
    scale.disk.put("a.md", "one two three four\n")
    await scale.sizes.scan()
    assert await scale.sizes.suggest()
    assert not await scale.sizes.suggest()
    assert scale.counting.suggested == [["a.md"]]
    assert "## Suggestions\n- a.md: it has no headings" in scale.sizes.project_map([]).body()
    scale.disk.put("a.md", "one two three four five\n")
    await scale.sizes.scan()
    assert await scale.sizes.suggest()
    scale.disk.put("a.md", "one\n")
    await scale.sizes.scan()
    assert await scale.sizes.suggest(), "one is gone"
    assert scale.counting.suggested == [["a.md"], ["a.md"]]
    assert "Suggestions" not in scale.sizes.project_map([]).body()


async def test_what_cannot_be_read_is_asked_for_once_and_a_dead_counter_again(scale: Scale) -> None:
    scale.disk.put("a.md", "one two three four\n")
    await scale.sizes.scan()
    scale.counting.deaths = 1
    await scale.sizes.suggest()
    assert scale.sizes.suggestions == {}
    del scale.disk.files["a.md"]
    await scale.sizes.suggest()
    assert not await scale.sizes.suggest()
    assert "cannot be read now" in scale.sizes.suggestions["a.md"].reason


async def test_a_text_is_counted_as_claudes_where_nobody_knows_how_its_model_counts() -> None:
    world = World({"a.md": "one two\n"}, model_plan="openai/somewhere")
    await world.session.open()
    counted: list[str] = []
    text = world.counting.text

    async def heard(words: str, tokenizer: str) -> int:
        counted.append(tokenizer)
        return await text(words, tokenizer)

    world.counting.text = heard  # type: ignore[method-assign]
    assert await world.session.sizes.count("one two") == 2
    assert counted == ["claude-v4.8"]
