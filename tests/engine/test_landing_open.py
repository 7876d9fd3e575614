"""The gate to open documents: edits the editor makes, believed only when they come back; no keystroke is lost."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.clock import FakeClock
from fakes.editor import Reaction
from fakes.landings import Workbench
from fakes.texts import raws
from kinos.domain.change import Change, ChangeState
from kinos.domain.errors import ConflictError, JournalError, LandingError
from kinos.engine.editing import ECHO, GRACE, PAUSE, REGRETS, TRIES
from kinos.engine.landing import Landing
from kinos.engine.line_edit import line_edits
from kinos.engine.ports import Begun, Intent
from kinos.engine.text import parse
from kinos.tokens.document import Encoding, OpenText, TextEdit

TEXT = "one\ntwo\nthree\n"


@pytest.fixture
def bench(clock: FakeClock) -> Workbench:
    bench = Workbench({"a.md": TEXT, "b.md": "alpha\nbeta\n"}, clock)
    bench.open("a.md")
    return bench


async def test_an_open_document_is_changed_by_its_editor_alone(bench: Workbench) -> None:
    landed = await bench.landing.land(bench.proposed(a_md="one\nTWO\nthree\n"))
    assert landed.state is ChangeState.LANDED_UNSAVED
    assert bench.editor.text("a.md") == "one\nTWO\nthree\n"
    assert bench.disk.writes == []


async def test_an_editor_that_saves_at_once_has_landed_it(bench: Workbench) -> None:
    bench.editor.reaction = Reaction.SAVES
    landed = await bench.landing.land(bench.proposed(a_md="one\nTWO\nthree\n"))
    assert landed.state is ChangeState.LANDED


async def test_an_edit_is_small(bench: Workbench) -> None:
    sent: list[TextEdit] = []
    bench.editor.before_edit = lambda path: None
    after = parse("one\nTWO\nthree\n")
    sent.extend(line_edits(parse(TEXT), after))
    assert [(edit.start.line, edit.end.line, edit.text) for edit in sent] == [(1, 2, "TWO\n")]


async def test_an_editor_that_drops_the_edit_has_landed_nothing(bench: Workbench, clock: FakeClock) -> None:
    bench.editor.reaction = Reaction.DROPS
    with pytest.raises(LandingError, match=r"did not take the change of a\.md"):
        await bench.landing.land(bench.proposed(a_md="one\nTWO\nthree\n"))
    assert bench.editor.text("a.md") == TEXT
    assert not bench.journal.pending()
    assert clock.monotonic() == ECHO * TRIES


async def test_what_only_an_editor_can_tell_is_not_foreseen(bench: Workbench) -> None:
    bench.open("a.md")
    bench.journal.full = {"settled"}
    with pytest.raises(JournalError):
        await bench.landing.land(bench.proposed(a_md="one\nTWO\nthree\n", b_md="alpha\nBETA\n"))
    (begun,) = bench.journal.pending().values()
    assert begun.outcome is None


async def test_an_edit_is_never_sent_twice(bench: Workbench) -> None:
    bench.editor.reaction = Reaction.DROPS
    with pytest.raises(LandingError):
        await bench.landing.land(bench.proposed(a_md="one\nTWO\nthree\n"))
    assert bench.editor.asked == [("KinOS", ["a.md"])]


@pytest.mark.parametrize("delay", [0.2, ECHO + 1, ECHO * TRIES - 1])
async def test_an_editor_that_is_late_has_landed_it_all_the_same(bench: Workbench, delay: float) -> None:
    bench.editor.delay = delay
    landed = await bench.landing.land(bench.proposed(a_md="one\nTWO\nthree\n"))
    assert landed.state is ChangeState.LANDED_UNSAVED
    assert bench.editor.text("a.md") == "one\nTWO\nthree\n"


async def test_a_stale_edit_is_dropped_and_the_persons_word_stands(bench: Workbench) -> None:
    bench.editor.before_edit = lambda path: bench.editor.type(path, 0, "mine\n")
    with pytest.raises(LandingError):
        await bench.landing.land(bench.proposed(a_md="one\nTWO\nthree\n"))
    assert bench.editor.text("a.md") == "mine\none\ntwo\nthree\n"


@pytest.mark.parametrize(
    ("made", "line", "both"),
    [
        ("one\nTWO\nthree\n", 0, "mine\none\nTWO\nthree\n"),
        ("one\ntwo\nthree\nfour\n", 3, "one\ntwo\nthree\nmine\nfour\n"),
        ("one\ntwo\nthree\nfour\n", 4, "one\ntwo\nthree\nfour\nmine\n"),
        ("one\nthree\n", 1, "one\nmine\nthree\n"),
    ],
    ids=["elsewhere", "right above", "right below", "where a line was deleted"],
)
async def test_what_the_person_types_right_after_is_kept_beside_the_change(
    bench: Workbench, made: str, line: int, both: str
) -> None:
    bench.editor.after_edit = lambda path: bench.editor.type(path, line, "mine\n")
    landed = await bench.landing.land(bench.proposed(a_md=made))
    assert landed.state is ChangeState.LANDED_UNSAVED
    assert bench.editor.text("a.md") == both


async def test_a_deletion_the_editor_dropped_while_the_person_typed_has_not_landed(bench: Workbench) -> None:
    bench.editor.before_edit = lambda path: bench.editor.type(path, 3, "mine\n")
    with pytest.raises(LandingError):
        await bench.landing.land(bench.proposed(a_md="one\nthree\n"))
    assert bench.editor.text("a.md") == "one\ntwo\nthree\nmine\n"


async def test_unsaved_words_are_merged_not_overwritten(bench: Workbench) -> None:
    change = bench.proposed(a_md="one\ntwo\nTHREE\n")
    bench.editor.type("a.md", 0, "mine\n")
    await bench.landing.land(change)
    assert bench.editor.text("a.md") == "mine\none\ntwo\nTHREE\n"
    assert bench.disk.text("a.md") == TEXT


LATE = ECHO * TRIES + 1


async def test_an_edit_that_comes_after_it_was_given_up_is_taken_back_and_said(
    bench: Workbench, clock: FakeClock
) -> None:
    told: list[tuple[str, bool]] = []
    bench.landing.editing.on_late = lambda path, taken_back: told.append((path, taken_back))
    bench.editor.delay = LATE
    with pytest.raises(LandingError, match="did not take"):
        await bench.landing.land(bench.proposed(a_md="one\nTWO\nthree\n"))
    bench.editor.delay = 0.0
    await clock.passing(0.9)
    assert bench.editor.text("a.md") == TEXT
    assert told == []
    await clock.passing(60)
    assert bench.editor.text("a.md") == TEXT
    assert told == [("a.md", True)]


async def test_what_the_person_types_right_after_a_late_edit_stays(bench: Workbench, clock: FakeClock) -> None:
    def type_once(path: str) -> None:
        bench.editor.after_edit = lambda path: None
        bench.editor.type(path, 1, "mine\n")

    bench.editor.delay, bench.editor.after_edit = LATE, type_once
    with pytest.raises(LandingError):
        await bench.landing.land(bench.proposed(a_md="one\nTWO\nthree\n"))
    bench.editor.delay = 0.0
    await clock.passing(60)
    assert bench.editor.text("a.md") == "one\nmine\ntwo\nthree\n"


async def test_what_the_person_writes_into_a_late_edit_stays_and_is_said(bench: Workbench, clock: FakeClock) -> None:
    told: list[tuple[str, bool]] = []
    bench.landing.editing.on_late = lambda path, taken_back: told.append((path, taken_back))

    def type_once(path: str) -> None:
        bench.editor.after_edit = lambda path: None
        bench.editor.replace(path, "one\nTWO and more words, mine\nthree\n")

    bench.editor.delay, bench.editor.after_edit = LATE, type_once
    with pytest.raises(LandingError):
        await bench.landing.land(bench.proposed(a_md="one\nTWO and more words\nthree\n"))
    bench.editor.delay = 0.0
    await clock.passing(60)
    assert bench.editor.text("a.md") == "one\nTWO and more words, mine\nthree\n"
    assert told == [("a.md", True), ("a.md", False)]


async def test_the_same_words_typed_by_the_person_are_the_persons(bench: Workbench, clock: FakeClock) -> None:
    bench.editor.reaction = Reaction.DROPS
    with pytest.raises(LandingError):
        await bench.landing.land(bench.proposed(a_md="one\ntwo\nthree\nfour\n"))
    bench.editor.reaction = Reaction.APPLIES
    bench.editor.type("a.md", 3, "f")
    bench.editor.replace("a.md", "one\ntwo\nthree\nfour\n")
    await clock.passing(60)
    assert bench.editor.text("a.md") == "one\ntwo\nthree\nfour\n"


async def test_an_edit_that_an_editor_never_stops_dropping_is_taken_back_until_it_is_gone(
    bench: Workbench, clock: FakeClock
) -> None:
    told: list[tuple[str, bool]] = []
    bench.landing.editing.on_late = lambda path, taken_back: told.append((path, taken_back))
    bench.editor.delay = LATE
    with pytest.raises(LandingError):
        await bench.landing.land(bench.proposed(a_md="one\nTWO\nthree\n"))
    bench.editor.delay, bench.editor.reaction = 0.0, Reaction.DROPS
    await clock.passing(60)
    for _ in range(REGRETS + 1):
        bench.editor.type("a.md", 3, "x\n")
        await clock.passing(60)
    assert told == [("a.md", True), ("a.md", False)]
    await bench.landing.editing.close()


async def test_a_late_edit_is_taken_back_again_when_the_document_moved_on_before_that_arrived(
    bench: Workbench, clock: FakeClock
) -> None:
    bench.editor.delay = LATE
    with pytest.raises(LandingError):
        await bench.landing.land(bench.proposed(a_md="one\nTWO\nthree\n"))
    await clock.passing(2 + PAUSE)
    assert bench.editor.asked[1:] == [("KinOS", ["a.md"])], "it is being taken back"
    bench.editor.type("a.md", 0, "mine\n")  # what was sent comes too late now, and nothing more happens
    bench.editor.delay = 0.0
    await clock.passing(60)
    assert bench.editor.text("a.md") == "mine\none\ntwo\nthree\n"


async def test_an_edit_has_landed_though_a_formatter_is_at_it_at_once(bench: Workbench) -> None:
    bench.editor.reaction = Reaction.SAVES
    bench.editor.formatted = lambda text: text.replace("*", "-")
    bench.editor.on_save = bench.editor.format
    landed = await bench.landing.land(bench.proposed(a_md="one\n* two *\nthree\n"))
    assert landed.state in (ChangeState.LANDED, ChangeState.LANDED_UNSAVED)
    assert bench.editor.text("a.md") == "one\n- two -\nthree\n"


async def test_an_edit_waits_until_the_person_has_paused(bench: Workbench, clock: FakeClock) -> None:
    change = bench.proposed(a_md="one\ntwo\nTHREE\n")
    bench.editor.type("a.md", 0, "mine\n")
    for second in (0.4, 0.8, 1.2):
        clock.later(second, lambda: bench.editor.type("a.md", 0, "mine\n"))
    sent: list[float] = []
    bench.editor.before_edit = lambda path: sent.append(clock.monotonic())
    await bench.landing.land(change)
    assert sent == [pytest.approx(1.2 + PAUSE)]
    assert bench.editor.text("a.md") == "mine\n" * 4 + "one\ntwo\nTHREE\n"


async def test_who_waits_for_a_person_is_told_once_where_and_once_that_it_is_over(
    bench: Workbench, clock: FakeClock
) -> None:
    change = bench.proposed(a_md="one\ntwo\nTHREE\n")
    told: list[tuple[str, float]] = []
    bench.editor.type("a.md", 0, "mine\n")
    for second in (0.4, 0.8):
        clock.later(second, lambda: bench.editor.type("a.md", 0, "mine\n"))
    await bench.landing.land(change, lambda path: told.append((path, clock.monotonic())))
    assert told == [("a.md", 0.0), ("", pytest.approx(0.8 + PAUSE))]


async def test_who_need_not_wait_for_a_person_is_told_nothing(bench: Workbench) -> None:
    told: list[str] = []
    await bench.landing.land(bench.proposed(a_md="one\ntwo\nTHREE\n"), told.append)
    assert told == []


async def test_a_person_who_never_pauses_does_not_hold_up_a_stop(bench: Workbench, clock: FakeClock) -> None:
    change = bench.proposed(a_md="one\ntwo\nTHREE\n")
    bench.editor.type("a.md", 0, "mine\n")
    for tenth in range(100):
        clock.later(tenth / 10, lambda: bench.editor.type("a.md", 0, "mine\n"))
    clock.later(5.05, bench.landing.abandon)
    with pytest.raises(LandingError, match="stopped"):
        await bench.landing.land(change)
    assert clock.monotonic() == pytest.approx(5.05)
    assert bench.editor.asked == []


async def test_a_stop_waits_only_a_moment_for_an_editor(bench: Workbench, clock: FakeClock) -> None:
    bench.editor.reaction = Reaction.DROPS
    clock.later(2.0, bench.landing.abandon)
    with pytest.raises(LandingError):
        await bench.landing.land(bench.proposed(a_md="one\nTWO\nthree\n"))
    assert clock.monotonic() == pytest.approx(2.0 + GRACE)


async def test_an_edit_under_way_when_the_team_is_stopped_still_lands(bench: Workbench, clock: FakeClock) -> None:
    bench.editor.delay = 2.1
    clock.later(2.0, bench.landing.abandon)
    landed = await bench.landing.land(bench.proposed(a_md="one\nTWO\nthree\n"))
    assert landed.state is ChangeState.LANDED_UNSAVED


async def test_undo_in_an_open_document_works_after_the_team_was_stopped(bench: Workbench, clock: FakeClock) -> None:
    landed = await bench.landing.land(bench.proposed(a_md="one\nTWO\nthree\n"))
    bench.landing.abandon()
    bench.landing.resume()
    bench.editor.delay = 1.0
    await bench.landing.reverse(landed)
    assert bench.editor.text("a.md") == TEXT


async def test_a_closed_file_that_fails_takes_the_open_one_back(bench: Workbench) -> None:
    change = bench.proposed(a_md="one\nTWO\nthree\n", b_md="ALPHA\nbeta\n")
    bench.disk.full = {"b.md"}
    with pytest.raises(LandingError):
        await bench.landing.land(change)
    await bench.clock.passing(1)
    assert bench.editor.text("a.md") == TEXT
    assert bench.disk.text("b.md") == "alpha\nbeta\n"


async def test_taking_back_keeps_what_the_person_typed_in_between(bench: Workbench) -> None:
    change = bench.proposed(a_md="one\nTWO\nthree\n", b_md="ALPHA\nbeta\n")
    bench.editor.after_edit = lambda path: bench.editor.type(path, 0, "mine\n")
    bench.disk.full = {"b.md"}
    with pytest.raises(LandingError):
        await bench.landing.land(change)
    bench.editor.after_edit = lambda path: None
    await bench.clock.passing(1)
    assert bench.editor.text("a.md") == "mine\none\ntwo\nthree\n"


async def test_what_an_editor_does_not_take_back_when_first_asked_goes_later(
    bench: Workbench, clock: FakeClock
) -> None:
    change = bench.proposed(a_md="one\nTWO\nthree\n", b_md="ALPHA\nbeta\n")
    bench.disk.full = {"b.md"}

    def drop_the_next(path: str) -> None:
        bench.editor.reaction = Reaction.DROPS

    bench.editor.after_edit = drop_the_next
    with pytest.raises(LandingError, match="No space left"):
        await bench.landing.land(change)
    assert bench.editor.text("a.md") == "one\nTWO\nthree\n"
    bench.editor.reaction = Reaction.APPLIES
    await clock.passing(60)
    assert bench.editor.text("a.md") == TEXT


async def test_what_the_person_built_upon_is_not_taken_back(bench: Workbench) -> None:
    change = bench.proposed(a_md="one\ntwo\nthree\nfour\n", b_md="ALPHA\nbeta\n")
    bench.editor.after_edit = lambda path: bench.editor.type(path, 4, "mine\n")
    bench.disk.full = {"b.md"}
    with pytest.raises(LandingError, match="No space left"):
        await bench.landing.land(change)
    await bench.clock.passing(1)
    assert "mine\n" in bench.editor.text("a.md")
    assert not bench.journal.pending()


async def test_an_editor_that_drops_one_document_keeps_the_closed_file_as_it_was(bench: Workbench) -> None:
    bench.editor.reaction = Reaction.DROPS
    with pytest.raises(LandingError):
        await bench.landing.land(bench.proposed(a_md="one\nTWO\nthree\n", b_md="ALPHA\nbeta\n"))
    assert bench.disk.writes == []


async def test_of_two_open_documents_both_are_changed_or_none(bench: Workbench) -> None:
    bench.open("b.md")
    bench.editor.reactions["b.md"] = Reaction.DROPS
    with pytest.raises(LandingError, match=r"b\.md"):
        await bench.landing.land(bench.proposed(a_md="one\nTWO\nthree\n", b_md="ALPHA\nbeta\n"))
    bench.editor.reactions.clear()
    await bench.clock.passing(1)
    assert bench.editor.text("a.md") == TEXT
    assert bench.editor.text("b.md") == "alpha\nbeta\n"


async def test_a_document_closed_before_the_edit_arrives_has_not_landed(bench: Workbench, clock: FakeClock) -> None:
    bench.editor.reaction = Reaction.DROPS
    clock.later(1.0, lambda: bench.close("a.md"))
    with pytest.raises(LandingError, match="was closed while"):
        await bench.landing.land(bench.proposed(a_md="one\nTWO\nthree\n"))


@pytest.mark.parametrize("saved", [True, False])
async def test_a_document_closed_right_after_the_edit_has_landed_only_if_saved(bench: Workbench, saved: bool) -> None:
    change = bench.proposed(a_md="one\nTWO\nthree\n", b_md="ALPHA\nbeta\n")

    def leave(path: str) -> None:
        if saved:
            bench.save("a.md")
        bench.close("a.md")

    bench.disk.on_write = lambda path: leave("a.md") if path == "b.md" and "a.md" in bench.buffers else None
    if saved:
        assert (await bench.landing.land(change)).state is ChangeState.LANDED
        return
    with pytest.raises(LandingError, match="closed without saving"):
        await bench.landing.land(change)
    assert bench.disk.text("b.md") == "alpha\nbeta\n"


async def test_an_open_document_is_not_deleted(bench: Workbench) -> None:
    with pytest.raises(ConflictError, match="close it before"):
        await bench.landing.land(bench.proposed(a_md=None))


async def test_a_file_open_by_another_name_is_not_written_under_it(bench: Workbench) -> None:
    change = bench.proposed(a_md="one\nTWO\nthree\n", b_md="ALPHA\nbeta\n")
    bench.editor.other_names = {"b.md": "/w/alias.md"}
    with pytest.raises(LandingError, match=r"b\.md is open in the editor as /w/alias\.md"):
        await bench.landing.land(change)
    assert bench.disk.writes == []
    assert bench.editor.asked == []


async def test_a_file_that_is_opened_in_the_middle_of_a_landing_is_not_written_under_the_editor(
    bench: Workbench,
) -> None:
    change = bench.proposed(a_md="one\nTWO\nthree\n", b_md="ALPHA\nbeta\n")
    bench.editor.after_edit = lambda path: bench.open("b.md")
    with pytest.raises(LandingError, match=r"b\.md was opened while"):
        await bench.landing.land(change)
    assert bench.disk.text("b.md") == "alpha\nbeta\n"


async def test_a_file_opened_since_it_was_written_is_taken_back_through_its_editor(bench: Workbench) -> None:
    bench.disk.put("c.md", "gamma\n")
    change = bench.proposed(b_md="ALPHA\nbeta\n", c_md="GAMMA\n")

    def open_b(path: str) -> None:
        if path == "c.md" and "b.md" not in bench.buffers:
            bench.open("b.md")

    bench.disk.on_write, bench.disk.full = open_b, {"c.md"}
    with pytest.raises(LandingError, match="No space left"):
        await bench.landing.land(change)
    assert bench.disk.writes == ["b.md"]
    assert bench.editor.text("b.md") == "alpha\nbeta\n"


async def test_without_an_editor_an_open_document_cannot_be_changed(bench: Workbench) -> None:
    landing = Landing(bench.disk, bench.journal, bench.buffers, None, tuple)
    with pytest.raises(LandingError, match="which is gone"):
        await landing.land(bench.proposed(a_md="one\nTWO\nthree\n"))


async def test_a_repair_reaches_an_open_document_through_its_editor(bench: Workbench) -> None:
    after = bench.journal.keep(TEXT.encode())
    bench.journal.intend("c9", Begun([Intent("a.md", bench.journal.keep(b"one\n"), after, buffer=False)]))
    assert await bench.landing.repair() == {"c9": []}
    assert bench.editor.text("a.md") == "one\n"
    assert bench.disk.writes == []


async def test_changes_land_one_at_a_time(bench: Workbench) -> None:
    bench.editor.delay = 3.0
    first, second = bench.proposed(a_md="ONE\ntwo\nthree\n"), bench.proposed(a_md="one\ntwo\nTHREE\n")
    await asyncio.gather(bench.landing.land(first), bench.landing.land(second))
    assert bench.editor.text("a.md") == "ONE\ntwo\nTHREE\n"


async def test_typing_in_one_document_holds_up_no_other_file(bench: Workbench, clock: FakeClock) -> None:
    typed, other = bench.proposed(a_md="one\ntwo\nTHREE\n"), bench.proposed(b_md="ALPHA\nbeta\n")
    both = bench.proposed(a_md="one\ntwo\nthree\nfour\n", b_md="alpha\nBETA\n")
    for tenth in range(50):
        clock.later(tenth / 10, lambda: bench.editor.type("a.md", 0, "mine\n"))
    bench.editor.type("a.md", 0, "mine\n")
    landings = [asyncio.create_task(bench.landing.land(change)) for change in (typed, both, other)]
    landed = await landings[2]
    await bench.landing.reverse(landed)
    assert clock.monotonic() < 0.1
    await landings[0]
    assert clock.monotonic() >= 4.9 + PAUSE
    await asyncio.gather(*landings, return_exceptions=True)
    assert bench.editor.text("a.md") == "mine\n" * 51 + "one\ntwo\nTHREE\nfour\n"


async def test_an_editor_that_never_answers_holds_up_no_other_file(bench: Workbench, clock: FakeClock) -> None:
    bench.editor.reaction = Reaction.DROPS
    dropped = asyncio.create_task(bench.landing.land(bench.proposed(a_md="one\nTWO\nthree\n")))
    await bench.landing.land(bench.proposed(b_md="ALPHA\nbeta\n"))
    assert clock.monotonic() == 0.0
    with pytest.raises(LandingError):
        await dropped


async def test_a_key_pressed_while_others_had_their_turn_is_waited_for_again(
    bench: Workbench, clock: FakeClock
) -> None:
    bench.editor.delay = 3.0
    first, second = bench.proposed(a_md="ONE\ntwo\nthree\n"), bench.proposed(a_md="one\ntwo\nTHREE\n")
    sent: list[float] = []
    bench.editor.before_edit = lambda path: sent.append(clock.monotonic())
    bench.editor.after_edit = lambda path: bench.editor.type("a.md", 1, "mine\n") if len(sent) == 1 else None
    await asyncio.gather(bench.landing.land(first), bench.landing.land(second))
    assert sent == [3.0, pytest.approx(3.0 + PAUSE + 3.0)]


@pytest.mark.parametrize("text", ["one\r\ntwo\r\nthree", "one\rtwo\rthree\r", "\ufeffone\ntwo\nthree\n", "one"])
async def test_the_raw_form_of_an_open_document_is_kept(text: str) -> None:
    bench = Workbench({"a.md": text})
    bench.open("a.md", text)
    made = parse(text).unified().replace("one", "ONE")
    landed = await bench.landing.land(bench.proposed(a_md=made))
    assert bench.editor.text("a.md") == text.replace("one", "ONE")
    await bench.landing.reverse(landed)
    assert bench.editor.text("a.md") == text


@given(raws(), raws())
def test_line_edits_turn_the_editors_text_into_the_wanted_one(before: str, after: str) -> None:
    now, wanted = parse(before), parse(after)
    document = OpenText(before, 1)
    backwards = sorted(line_edits(now, wanted), key=lambda edit: edit.start, reverse=True)
    document.apply(backwards, 2, Encoding.UTF32)
    assert parse(document.text).raw() == wanted.raw()


@st.composite
def typing(draw: st.DrawFn) -> list[tuple[float, int]]:
    """When a person types a word, and into which line."""
    moments = st.tuples(st.floats(0, 12, allow_nan=False), st.integers(0, 6))
    return draw(st.lists(moments, max_size=6))


@given(typing(), st.sampled_from(list(Reaction)), st.floats(0, 8, allow_nan=False), st.lists(raws(), max_size=3))
async def test_no_word_of_the_person_is_lost_whatever_the_editor_does(
    words: list[tuple[float, int]], reaction: Reaction, delay: float, made: list[str]
) -> None:
    bench = Workbench({"a.md": "a\nb\n# Tides\nThe gate.\n"})
    bench.open("a.md")
    bench.editor.reaction, bench.editor.delay = reaction, delay
    changes = [bench.proposed(a_md=parse(raw).unified()) for raw in made]

    def type_word(number: int, line: int) -> None:
        bench.editor.type("a.md", line, f"word {number}\n")

    for number, (moment, line) in enumerate(words):
        bench.clock.later(moment, lambda number=number, line=line: type_word(number, line))  # type: ignore[misc]
    landed = await asyncio.gather(*(bench.landing.land(change) for change in changes), return_exceptions=True)
    await bench.clock.passing(30)
    for change in reversed(landed):
        if isinstance(change, Change):
            await asyncio.gather(bench.landing.reverse(change), return_exceptions=True)
    await bench.clock.passing(30)
    lines = parse(bench.editor.text("a.md")).lines
    assert sorted(line for line in lines if line.startswith("word")) == [f"word {n}" for n in range(len(words))]
    assert bench.buffers.get("a.md") is not None
    assert not bench.journal.pending()
