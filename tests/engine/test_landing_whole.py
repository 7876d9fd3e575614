"""A change over three files of which one cannot land, each of the three in turn: nothing of it has landed."""

import pytest

from fakes.clock import FakeClock
from fakes.editor import Reaction
from fakes.landings import Workbench
from kinos.domain.errors import ConflictError, KinosError, LandingError, PolicyError

FILES = {"a.md": "one\ntwo\n", "b.md": "three\nfour\n", "c.md": "five\nsix\n"}
MADE = {"a.md": "ONE\ntwo\n", "b.md": "THREE\nfour\n", "c.md": "FIVE\nsix\n"}
SPLIT: dict[str, str | None] = {"doc.md": "see parts\n", "parts/one.md": "one\n", "parts/two.md": "two\n"}

VICTIMS = pytest.mark.parametrize("victim", FILES)
OPENED = pytest.mark.parametrize(
    "opened", [(), ("a.md",), ("b.md",), ("a.md", "c.md"), ("a.md", "b.md", "c.md")], ids=str
)


def bench_with(opened: tuple[str, ...], clock: FakeClock) -> Workbench:
    bench = Workbench(FILES, clock)
    for path in opened:
        bench.open(path)
    return bench


async def assert_nothing_lands(bench: Workbench, expected: dict[str, str], error: type[KinosError]) -> None:
    """Landing MADE raises, and leaves files and open documents as `expected`."""
    change = bench.proposal(dict(MADE))
    with pytest.raises(error):
        await bench.landing.land(change)
    bench.editor.reactions.clear()
    await bench.clock.passing(60)
    assert {path: shown(bench, path) for path in FILES} == expected
    assert not bench.journal.pending()
    assert bench.journal.changes() == []


def shown(bench: Workbench, path: str) -> str:
    return bench.editor.text(path) if path in bench.buffers else bench.disk.text(path)


@VICTIMS
@OPENED
async def test_one_file_that_is_write_protected(victim: str, opened: tuple[str, ...], clock: FakeClock) -> None:
    bench = bench_with(opened, clock)
    bench.disk.protected = {victim}
    await assert_nothing_lands(bench, FILES, PolicyError)
    assert bench.disk.writes == []
    assert bench.editor.asked == []


@VICTIMS
@OPENED
async def test_one_file_that_the_person_rewrote(victim: str, opened: tuple[str, ...], clock: FakeClock) -> None:
    bench = bench_with(opened, clock)
    change = bench.proposal(dict(MADE))
    mine = FILES[victim].replace(FILES[victim].split("\n")[0], "mine")
    if victim in opened:
        bench.editor.replace(victim, mine)
    else:
        bench.disk.put(victim, mine)
    with pytest.raises(ConflictError, match="edited meanwhile"):
        await bench.landing.land(change)
    assert {path: shown(bench, path) for path in FILES} == {**FILES, victim: mine}
    assert bench.disk.writes == []
    assert bench.editor.asked == []


@VICTIMS
@OPENED
async def test_one_file_that_does_not_fit_on_the_disk_or_that_the_editor_drops(
    victim: str, opened: tuple[str, ...], clock: FakeClock
) -> None:
    bench = bench_with(opened, clock)
    bench.disk.full = {victim}
    bench.editor.reactions = {victim: Reaction.DROPS}
    await assert_nothing_lands(bench, FILES, LandingError)


@VICTIMS
@OPENED
async def test_one_file_that_somebody_else_changes_right_before_it_is_written(
    victim: str, opened: tuple[str, ...], clock: FakeClock
) -> None:
    bench = bench_with(opened, clock)
    other = f"{FILES[victim]}somebody else\n"
    if victim in opened:
        bench.editor.before_edit = lambda path: bench.editor.replace(path, other) if path == victim else None
    else:
        bench.disk.on_write = lambda path: bench.disk.put(path, other) if path == victim else None
    await assert_nothing_lands(bench, {**FILES, victim: other}, KinosError)


@pytest.mark.parametrize("victim", SPLIT)
@pytest.mark.parametrize("opened", [True, False])
@pytest.mark.parametrize("why", ["full", "protected", "appeared", "appears"])
async def test_a_split_of_which_one_file_cannot_land(victim: str, opened: bool, why: str, clock: FakeClock) -> None:
    bench = Workbench({"doc.md": "# One\none\n# Two\ntwo\n"}, clock)
    if opened:
        bench.open("doc.md")
    change, before = bench.proposal(SPLIT), dict(bench.disk.files)
    if why == "full":
        bench.disk.full = {victim}
        bench.editor.reaction = Reaction.DROPS if victim == "doc.md" else Reaction.APPLIES
    elif why == "protected":
        bench.disk.protected = {victim}
    else:
        before[victim] = b"somebody else's\n"
        if why == "appeared" or (opened and victim == "doc.md"):
            bench.disk.put(victim, before[victim])
            if opened and victim == "doc.md":
                bench.editor.replace("doc.md", "somebody else's\n")
        else:
            bench.disk.on_write = lambda path: bench.disk.put(path, before[path]) if path == victim else None
    text = bench.editor.text("doc.md") if opened else ""
    with pytest.raises(KinosError):
        await bench.landing.land(change)
    await clock.passing(60)
    assert bench.disk.files == before
    assert not opened or bench.editor.text("doc.md") == text
    assert not bench.journal.pending()
