"""The gate to closed files: whole or not at all, whatever fails and wherever it is cut off."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.fuse import Fuse, Killed
from fakes.landings import Workbench
from fakes.texts import raws
from kinos.domain.change import Change, ChangeState, FileChange, digest
from kinos.domain.errors import ConflictError, LandingError, PolicyError
from kinos.engine.ports import Begun, Intent
from kinos.engine.text import parse

FILES = {"a.md": "one\ntwo\nthree\n", "b.md": "alpha\nbeta\n", "gone.md": "old\n"}


@pytest.fixture
def bench() -> Workbench:
    return Workbench(FILES)


def split(bench: Workbench) -> Change:
    """A change that creates, edits and deletes."""
    return bench.proposed(a_md="one\nTWO\nthree\n", gone_md=None, new_md="fresh\n")


async def test_a_change_lands_with_what_was_found_and_left(bench: Workbench) -> None:
    landed = await bench.landing.land(bench.proposed(a_md="one\nTWO\nthree\n"))
    assert landed.state is ChangeState.LANDED
    assert landed.files[0].before == digest(b"one\ntwo\nthree\n")
    assert landed.files[0].after == digest(b"one\nTWO\nthree\n")
    assert bench.disk.text("a.md") == "one\nTWO\nthree\n"


async def test_files_are_created_then_edited_then_deleted(bench: Workbench) -> None:
    await bench.landing.land(split(bench))
    assert bench.disk.writes == ["new.md", "a.md", "gone.md"]
    assert "gone.md" not in bench.disk.files


async def test_what_the_person_wrote_meanwhile_is_merged(bench: Workbench) -> None:
    change = bench.proposed(a_md="one\ntwo\nTHREE\n")
    bench.disk.put("a.md", "ONE\ntwo\nthree\n")
    await bench.landing.land(change)
    assert bench.disk.text("a.md") == "ONE\ntwo\nTHREE\n"


async def test_one_file_that_conflicts_keeps_all_of_them_as_they_were(bench: Workbench) -> None:
    change = bench.proposed(a_md="one\nTWO\nthree\n", b_md="alpha\nBETA\n")
    bench.disk.put("b.md", "alpha\nmine\n")
    with pytest.raises(ConflictError, match=r"b\.md"):
        await bench.landing.land(change)
    assert bench.disk.writes == []
    assert not bench.journal.pending()


@pytest.mark.parametrize("full", ["new.md", "a.md", "gone.md"])
async def test_a_write_that_fails_takes_the_others_back(bench: Workbench, full: str) -> None:
    change, before = split(bench), dict(bench.disk.files)
    bench.disk.full = {full}
    with pytest.raises(LandingError, match="No space left"):
        await bench.landing.land(change)
    assert bench.disk.files == before
    assert not bench.journal.pending()


async def test_a_file_that_became_forbidden_in_the_middle_takes_the_others_back(bench: Workbench) -> None:
    change, before = split(bench), dict(bench.disk.files)

    def forbid(path: str) -> None:
        if path == "gone.md":
            raise PolicyError("gone.md leads out of the workspace.")

    bench.disk.on_write = forbid
    with pytest.raises(PolicyError):
        await bench.landing.land(change)
    assert bench.disk.files == before
    assert not bench.journal.pending()


async def test_a_file_changed_between_the_look_and_the_write_is_not_overwritten(bench: Workbench) -> None:
    change = split(bench)
    bench.disk.on_write = lambda path: bench.disk.put(path, "mine\n") if path == "a.md" else None
    with pytest.raises(ConflictError):
        await bench.landing.land(change)
    assert bench.disk.text("a.md") == "mine\n"
    assert "new.md" not in bench.disk.files


async def test_what_cannot_be_taken_back_is_named_and_tried_again_at_the_next_start(bench: Workbench) -> None:
    change = bench.proposed(a_md="one\nTWO\nthree\n", b_md="alpha\nBETA\n")
    bench.disk.on_write = lambda path: bench.disk.full.update({"a.md", "b.md"}) if path == "b.md" else None
    with pytest.raises(LandingError, match=r"a\.md could not be taken back"):
        await bench.landing.land(change)
    bench.disk.full.clear()
    bench.disk.on_write = lambda path: None
    bench.restart()
    assert await bench.landing.repair() == {change.id: []}
    assert bench.disk.text("a.md") == "one\ntwo\nthree\n"


@pytest.mark.parametrize("full", ["image", "intent", "flush", "settled"])
async def test_what_cannot_be_journalled_is_not_landed(bench: Workbench, full: str) -> None:
    change = bench.proposed(a_md="one\nTWO\nthree\n", new_md="fresh\n")
    bench.disk.put("a.md", "one\ntwo\nthree\nmine\n")
    before = dict(bench.disk.files)
    bench.journal.full = {full}
    with pytest.raises(LandingError, match="journal"):
        await bench.landing.land(change)
    assert bench.disk.files == before


def steps_of_a_landing() -> list[str]:
    """Every step at which a process can be killed."""
    return [
        *("journal image", "journal image", "journal image", "journal image", "journal intent"),
        *("before new.md", "after new.md", "before a.md", "after a.md", "before gone.md", "after gone.md"),
        "journal settled",
    ]


async def test_the_steps_of_a_landing_are_the_ones_it_is_killed_at_below(bench: Workbench) -> None:
    change, fuse = split(bench), Fuse()
    bench.burn(fuse)
    await bench.landing.land(change)
    assert fuse.steps == steps_of_a_landing()


@pytest.mark.parametrize("step", range(len(steps_of_a_landing()) + 1))
async def test_a_landing_killed_at_any_step_is_whole_or_gone_after_the_next_start(bench: Workbench, step: int) -> None:
    change, before = split(bench), dict(bench.disk.files)
    bench.burn(Fuse(step))
    with suppress(Killed):
        await bench.landing.land(change)
    bench.restart()
    await bench.landing.repair()
    landed = [c.id for c in bench.journal.changes() if c.state is ChangeState.LANDED]
    if landed:
        assert bench.disk.files == {"a.md": b"one\nTWO\nthree\n", "b.md": b"alpha\nbeta\n", "new.md": b"fresh\n"}
    else:
        assert bench.disk.files == before
    assert not bench.journal.pending()


@pytest.mark.parametrize("step", range(12))
async def test_an_undo_killed_at_any_step_leaves_the_change_landed_or_undone(bench: Workbench, step: int) -> None:
    landed = await bench.landing.land(split(bench))
    after = dict(bench.disk.files)
    bench.burn(Fuse(step))
    with suppress(Killed):
        await bench.landing.reverse(landed)
    bench.restart()
    await bench.landing.repair()
    (change,) = bench.journal.changes()
    if change.state is ChangeState.UNDONE:
        assert bench.disk.files == {name: text.encode() for name, text in FILES.items()}
    else:
        assert bench.disk.files == after


async def test_a_landing_killed_once_all_its_files_are_there_has_landed(bench: Workbench) -> None:
    change = split(bench)
    bench.burn(Fuse(steps_of_a_landing().index("journal settled")))
    with suppress(Killed):
        await bench.landing.land(change)
    after = dict(bench.disk.files)
    bench.restart()
    assert await bench.landing.repair() == {}
    assert bench.disk.files == after
    (landed,) = bench.journal.changes()
    assert landed.state is ChangeState.LANDED
    await bench.landing.reverse(landed)
    assert bench.disk.files == {name: text.encode() for name, text in FILES.items()}


async def test_a_repair_leaves_alone_what_was_changed_since(bench: Workbench) -> None:
    bench.journal.intend(
        "c9", Begun([Intent("a.md", bench.journal.keep(b"x\n"), bench.journal.keep(b"y\n"), buffer=False)])
    )
    assert await bench.landing.repair() == {"c9": []}
    assert bench.disk.text("a.md") == "one\ntwo\nthree\n"


async def test_a_repair_never_writes_to_the_disk_what_was_meant_for_an_editor(bench: Workbench) -> None:
    after = bench.journal.keep(bench.disk.files["a.md"])
    bench.journal.intend("c9", Begun([Intent("a.md", bench.journal.keep(b"x\n"), after, buffer=True)]))
    await bench.landing.repair()
    assert bench.disk.writes == []


async def test_a_repair_says_what_it_cannot_mend(bench: Workbench) -> None:
    after = bench.journal.keep(bench.disk.files["a.md"])
    bench.journal.intend("c9", Begun([Intent("a.md", digest(b"an image that is no longer kept"), after, buffer=False)]))
    assert await bench.landing.repair() == {"c9": ["a.md"]}
    assert not bench.journal.pending()


@given(
    st.dictionaries(st.sampled_from(["a.md", "b.md", "c.md"]), raws(), max_size=3),
    st.dictionaries(st.sampled_from(["a.md", "b.md", "c.md", "d.md"]), raws() | st.none(), min_size=1),
)
async def test_undo_restores_byte_for_byte(files: dict[str, str], made: dict[str, str | None]) -> None:
    bench = Workbench(files)
    texts = {path: None if raw is None else parse(raw).unified() for path, raw in made.items()}
    landed = await bench.landing.land(bench.proposal(texts))
    await bench.landing.reverse(landed)
    assert bench.disk.files == {path: text.encode() for path, text in files.items()}


@given(st.dictionaries(st.sampled_from(["a.md", "b.md"]), raws()), st.lists(raws() | st.none(), min_size=1, max_size=4))
async def test_redo_puts_back_what_undo_took(files: dict[str, str], versions: list[str | None]) -> None:
    bench = Workbench(files)
    changes = []
    for raw in versions:
        text = None if raw is None else parse(raw).unified()
        changes.append(await bench.landing.land(bench.proposal({"a.md": text, "n/new.md": text})))
    after = dict(bench.disk.files)
    undone = [await bench.landing.reverse(change) for change in reversed(changes)]
    assert bench.disk.files == {path: text.encode() for path, text in files.items()}
    again = [await bench.landing.repeat(change) for change in reversed(undone)]
    assert bench.disk.files == after
    assert {change.state for change in again} == {ChangeState.LANDED}


@pytest.mark.parametrize(
    ("base", "made", "after"),
    [
        (b"\xef\xbb\xbfone\r\ntwo\r\n", "one\nTWO\n", b"\xef\xbb\xbfone\r\nTWO\r\n"),
        (b"one\r\ntwo", "one\nTWO\n", b"one\r\nTWO"),
        (b"one\ntwo\r\nthree\r\n", "one\ntwo\nTHREE\n", b"one\ntwo\r\nTHREE\r\n"),
        (b"", "one\n", b"one\n"),
    ],
    ids=["BOM and CRLF", "no last newline", "mixed ends", "empty"],
)
async def test_the_raw_form_of_a_file_is_kept(base: bytes, made: str, after: bytes) -> None:
    bench = Workbench({"a.md": base})
    landed = await bench.landing.land(bench.proposed(a_md=made))
    assert bench.disk.files["a.md"] == after
    await bench.landing.reverse(landed)
    assert bench.disk.files["a.md"] == base


async def test_undo_keeps_what_the_person_has_written_since(bench: Workbench) -> None:
    landed = await bench.landing.land(bench.proposed(a_md="ONE\ntwo\nthree\n"))
    bench.disk.put("a.md", "ONE\ntwo\nthree\nmine\n")
    undone = await bench.landing.reverse(landed)
    assert bench.disk.text("a.md") == "one\ntwo\nthree\nmine\n"
    assert undone.state is ChangeState.UNDONE


async def test_undo_keeps_the_line_ends_the_person_changed_to(bench: Workbench) -> None:
    landed = await bench.landing.land(bench.proposed(a_md="ONE\ntwo\nthree\n"))
    bench.disk.put("a.md", "ONE\r\ntwo\r\nthree\r\n")
    await bench.landing.reverse(landed)
    assert bench.disk.text("a.md") == "one\r\ntwo\r\nthree\r\n"


async def test_undo_takes_back_only_what_landing_made_not_what_the_person_had_made_before(bench: Workbench) -> None:
    change = bench.proposed(a_md="ONE\ntwo\nthree\nfour\n", b_md=None)
    bench.disk.put("a.md", "ONE\ntwo\nthree\n")
    landed = await bench.landing.land(change)
    assert bench.disk.text("a.md") == "ONE\ntwo\nthree\nfour\n"
    undone = await bench.landing.reverse(landed)
    assert bench.disk.text("a.md") == "ONE\ntwo\nthree\n"
    await bench.landing.repeat(undone)
    assert bench.disk.text("a.md") == "ONE\ntwo\nthree\nfour\n"
    assert "b.md" not in bench.disk.files


async def test_undo_of_a_line_the_person_rewrote_is_set_aside(bench: Workbench) -> None:
    landed = await bench.landing.land(bench.proposed(a_md="ONE\ntwo\nthree\n", b_md="ALPHA\nbeta\n"))
    bench.disk.put("a.md", "mine\ntwo\nthree\n")
    with pytest.raises(ConflictError, match=r"a\.md"):
        await bench.landing.reverse(landed)
    assert bench.disk.text("a.md") == "mine\ntwo\nthree\n"
    assert bench.disk.text("b.md") == "ALPHA\nbeta\n"


async def test_undo_of_a_created_file_the_person_went_on_with_is_set_aside(bench: Workbench) -> None:
    landed = await bench.landing.land(bench.proposed(new_md="fresh\n"))
    bench.disk.put("new.md", "fresh\nand mine\n")
    with pytest.raises(ConflictError, match="has been changed meanwhile"):
        await bench.landing.reverse(landed)
    assert bench.disk.text("new.md") == "fresh\nand mine\n"


async def test_undo_says_when_it_no_longer_can(bench: Workbench) -> None:
    landed = await bench.landing.land(bench.proposed(a_md="ONE\ntwo\nthree\n"))
    bench.journal.images.clear()
    with pytest.raises(ConflictError, match="no longer kept"):
        await bench.landing.reverse(landed)


async def test_an_older_change_can_be_undone_under_a_newer_one(bench: Workbench) -> None:
    first = await bench.landing.land(bench.proposed(a_md="ONE\ntwo\nthree\n"))
    await bench.landing.land(bench.proposed(a_md="ONE\ntwo\nTHREE\n"))
    await bench.landing.reverse(first)
    assert bench.disk.text("a.md") == "one\ntwo\nTHREE\n"


@pytest.mark.parametrize("path", ["demande.md", "map (readonly).md", ".git/hooks/x.md", "../out.md", "photo.png"])
async def test_a_forbidden_path_refuses_the_whole_change(bench: Workbench, path: str) -> None:
    good = bench.proposed(a_md="ONE\ntwo\nthree\n").files
    bad = FileChange(path, None, bench.journal.keep(b"x\n"))
    with pytest.raises(PolicyError):
        await bench.landing.land(Change("c1", "y1", "s1", "a", "t", "w", (*good, bad), bench.clock.now()))
    assert bench.disk.writes == []


def test_the_disk_has_a_say_in_what_may_be_changed(bench: Workbench) -> None:
    bench.disk.protected = {"a.md"}
    with pytest.raises(PolicyError, match="write-protected"):
        bench.landing.check("a.md")
    assert bench.landing.check("./b.md") == "b.md"
