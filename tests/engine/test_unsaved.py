"""What landed in an open document and was not saved: it counts as landed only where it is."""

from pathlib import Path

import pytest

from fakes.world import World
from kinos.domain.change import Change, ChangeState
from kinos.domain.errors import LandingError
from kinos.domain.message import EditCall
from kinos.domain.task import Task
from kinos.engine.history import Selection
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends


async def landed(cycles: int = 1, files: tuple[str, ...] = ("ann.md",), opened: tuple[str, ...] = ("ann.md",)) -> World:
    """An agent's change over `files` has landed, of which those `opened` are open."""
    world = World(editor=True, teams={"crew": {"ann": (1.0, 1.0)}})
    plan = world.workers.planner

    def planned(call: object) -> Task:
        task = plan(call)  # type: ignore[arg-type]
        assert isinstance(task, Task)
        return Task(task.title, task.why, files, task.instructions)

    world.workers.planner = planned
    await world.session.open()
    for path in opened:
        world.open(path)
    await world.session.start_team(Start("crew", landing="auto", ends=Ends(cycles=cycles)))
    await world.session.finished()
    assert world.change().state is ChangeState.LANDED_UNSAVED
    return world


def states(world: World) -> list[ChangeState]:
    return [change.state for change in world.journal.changes()]


def replaced(world: World, path: str, text: str) -> None:
    """The person makes `text` of the open document."""
    assert world.editor is not None
    world.editor.replace(path, text)


async def test_what_the_person_takes_back_before_saving_was_discarded() -> None:
    world = await landed()
    replaced(world, "ann.md", "ann\n")
    world.save("ann.md")
    assert world.change().state is ChangeState.DISCARDED
    assert world.change().reason == "ann.md was saved without it"
    assert world.session.state.agents["ann"].landed == 0


async def test_an_older_text_that_the_editor_had_on_its_way_to_the_disk_is_no_save_of_it() -> None:
    world = await landed()
    world.disk.put("ann.md", "ann\n")
    world.session.did_save("ann.md")
    assert world.change().state is ChangeState.LANDED_UNSAVED
    world.save("ann.md")
    assert world.change().state is ChangeState.LANDED


@pytest.mark.parametrize("text", ["ann\r\nline 1", "\ufeffann\nline 1\n", "ann\rline 1\n\n"])
async def test_a_save_counts_however_the_editor_ends_lines(text: str) -> None:
    world = await landed()
    assert world.editor is not None
    assert world.editor.text("ann.md") == "ann\nline 1\n"
    world.disk.put("ann.md", text)
    world.session.did_save("ann.md")
    assert world.change().state is ChangeState.LANDED


async def test_what_the_person_writes_around_it_leaves_it_landed() -> None:
    world = await landed()
    replaced(world, "ann.md", "mine\nann\nline 1\nand mine\n")
    world.save("ann.md")
    assert world.change().state is ChangeState.LANDED


async def test_a_change_that_a_later_one_replaced_has_landed_with_it() -> None:
    world = await landed()
    world.workers.hand = lambda folder, call: (folder / "ann.md").write_text("ann\nanother line\n") and None
    await world.session.start_team(Start("crew", landing="auto", ends=Ends(cycles=1)))
    await world.session.finished()
    assert world.editor is not None
    assert world.editor.text("ann.md") == "ann\nanother line\n"
    world.save("ann.md")
    assert states(world) == [ChangeState.LANDED, ChangeState.LANDED]


async def test_of_two_changes_only_the_one_that_is_there_has_landed() -> None:
    world = await landed(cycles=2)
    replaced(world, "ann.md", "ann\nline 1\n")
    world.save("ann.md")
    assert states(world) == [ChangeState.LANDED, ChangeState.DISCARDED]


async def test_a_change_taken_back_in_one_of_its_files_stays_landed_and_can_be_undone_in_the_others() -> None:
    world = await landed(files=("ann.md", "bob.md"))
    replaced(world, "ann.md", "ann\n")
    world.save("ann.md")
    assert world.change().state is ChangeState.LANDED
    assert world.change().reason == "ann.md was saved without it"
    await world.session.undo(Selection())
    assert world.disk.text("bob.md") == "bob\n"
    assert world.disk.text("ann.md") == "ann\n"


async def test_a_change_taken_back_in_all_its_files_was_discarded() -> None:
    world = await landed(files=("ann.md", "bob.md"), opened=("ann.md", "bob.md"))
    replaced(world, "ann.md", "ann\n")
    replaced(world, "bob.md", "bob\n")
    world.save("ann.md")
    assert world.change().state is ChangeState.DISCARDED


async def _reopened(text: str, disk: str = "ann\n", *, listening: bool = False) -> Change:
    """The engine was killed with the change unsaved; in the next one ann.md is opened as `text`."""
    world = await landed()
    world.disk.put("ann.md", disk)
    world.folder.listening = listening
    session = world.restart()
    await session.open()
    session.did_open("ann.md", text, 1)
    return world.change()


async def test_what_was_lost_with_a_killed_engine_was_discarded() -> None:
    change = await _reopened("ann\n")
    assert change.state is ChangeState.DISCARDED
    assert change.reason == "ann.md was opened again without it"


async def test_what_an_editor_kept_over_the_death_of_the_engine_is_still_unsaved() -> None:
    assert (await _reopened("ann\nline 1\n")).state is ChangeState.LANDED_UNSAVED


async def test_what_was_saved_while_no_engine_ran_has_landed() -> None:
    assert (await _reopened("ann\nline 1\n", disk="ann\nline 1\n")).state is ChangeState.LANDED


async def test_what_another_living_engine_has_open_is_its_own_to_judge() -> None:
    assert (await _reopened("ann\n", listening=True)).state is ChangeState.LANDED_UNSAVED


async def test_a_document_counts_when_it_is_opened_though_nothing_can_be_recorded() -> None:
    world = await landed()
    world.disk.put("ann.md", "ann\n")
    world.journal.full = {"change"}
    session = world.restart()
    await session.open()
    with pytest.raises(LandingError, match="No space left"):
        session.did_open("ann.md", "ann and more words\n", 1)
    assert session.sizes.documents.sizes["ann.md"].tokens > 1
    assert world.change().state is ChangeState.LANDED_UNSAVED


@pytest.mark.parametrize("content", [b"\xff\xfe", None])
async def test_a_file_that_cannot_be_looked_at_does_not_count_as_taken_back(content: bytes | None) -> None:
    world = await landed(files=("ann.md", "bob.md"))
    if content is None:
        world.disk.locked.add("bob.md")
    else:
        world.disk.put("bob.md", content)
    replaced(world, "ann.md", "ann\n")
    world.save("ann.md")
    assert world.change().state is ChangeState.LANDED


def _formatting(world: World) -> None:
    """The editor formats what it saves: items begin with a dash, and blanks at the end of a line go."""
    assert world.editor is not None
    world.editor.formatted = lambda text: "".join(
        line.rstrip().replace("* ", "- ") + "\n" for line in text.splitlines()
    )


async def _item(opened: tuple[str, ...] = ("ann.md",), file: str = "ann.md") -> World:
    """An agent has added an item to `file`, which the editor has formatted as it was saved."""
    world = World({"ann.md": "* mine\nann\n"}, editor=True, teams={"crew": {"ann": (1.0, 1.0)}})
    _formatting(world)

    def added(folder: Path, call: EditCall) -> None:
        there = folder / file
        text = there.read_text() if there.exists() else ""
        there.write_text(f"{text}* the agent's  \nmore")

    world.workers.planner = lambda call: Task("Say", "why", (file,), "Do it.")
    world.workers.hand = added
    await world.session.open()
    for path in opened:
        world.open(path)
    await world.session.start_team(Start("crew", landing="auto", ends=Ends(cycles=1)))
    await world.session.finished()
    if file not in opened:
        world.open(file)
    world.save(file)
    return world


async def test_undo_takes_back_an_agents_lines_that_were_formatted_as_they_were_saved_and_redo_puts_them_back() -> None:
    world = await _item()
    assert world.disk.text("ann.md") == "- mine\nann\n- the agent's\nmore\n"
    assert (await world.session.undo(Selection())).set_aside == ()
    world.save("ann.md")
    assert world.disk.text("ann.md") == "- mine\nann\n", "the person's lines stay as they were formatted"
    assert world.change().state is ChangeState.UNDONE
    await world.session.redo(Selection())
    assert "- mine\nann\n* the agent's  \nmore" in world.editor.text("ann.md")  # type: ignore[union-attr]


async def test_undo_of_a_file_that_an_agent_created_and_a_formatter_was_at_removes_it() -> None:
    world = await _item(file="new.md")
    assert world.disk.text("new.md") == "- the agent's\nmore\n"
    assert world.editor is not None
    world.editor.close("new.md")
    await world.session.did_close("new.md")
    assert (await world.session.undo(Selection())).set_aside == ()
    assert "new.md" not in world.disk.files


async def test_undo_of_formatted_lines_in_which_the_person_wrote_is_set_aside() -> None:
    world = await _item()
    replaced(world, "ann.md", "- mine\nann\n- the agent's and mine\nmore\n")
    world.save("ann.md")
    ((_, reason),) = (await world.session.undo(Selection())).set_aside
    assert "been edited meanwhile" in reason
    assert world.disk.text("ann.md") == "- mine\nann\n- the agent's and mine\nmore\n"


async def _taken_back(files: tuple[str, ...] = ("ann.md",)) -> World:
    """A change that had been saved is taken back where ann.md is open, which is not saved since."""
    world = await landed(files=files)
    world.save("ann.md")
    assert world.change().state is ChangeState.LANDED
    await world.session.undo(Selection())
    assert world.disk.text("ann.md") == "ann\nline 1\n"
    assert (world.change().state, world.change().reason) == (ChangeState.UNDONE, "ann.md is not saved yet")
    return world


async def closed(world: World) -> None:
    """The person closes ann.md as it is."""
    assert world.editor is not None
    world.editor.close("ann.md")
    await world.session.did_close("ann.md")


async def test_an_undo_and_a_redo_say_in_which_open_documents_they_are_not_saved_yet() -> None:
    world = await landed(files=("ann.md", "ben.md"))
    world.save("ann.md")
    change = world.change().id
    taken_back = await world.session.undo(Selection())
    assert (taken_back.changes, taken_back.unsaved) == ((change,), ((change, ("ann.md",)),))
    put_back = await world.session.redo(Selection())
    assert (put_back.changes, put_back.unsaved) == ((change,), ((change, ("ann.md",)),))


async def test_an_undo_of_closed_documents_leaves_nothing_to_save() -> None:
    world = await landed()
    world.save("ann.md")
    await closed(world)
    taken_back = await world.session.undo(Selection())
    assert (len(taken_back.changes), taken_back.unsaved) == (1, ())


async def test_an_undo_that_is_saved_is_one() -> None:
    world = await _taken_back()
    world.save("ann.md")
    assert (world.change().state, world.change().reason) == (ChangeState.UNDONE, "")
    await closed(world)
    assert world.change().state is ChangeState.UNDONE


async def test_a_change_whose_undo_is_closed_unsaved_is_landed_again_and_can_be_undone_again() -> None:
    world = await _taken_back()
    await closed(world)
    assert world.change().state is ChangeState.LANDED
    assert world.change().reason == "its undo is gone: ann.md was closed without saving"
    assert world.session.state.agents["ann"].landed == 1
    await world.session.undo(Selection())
    assert world.disk.text("ann.md") == "ann\n"
    assert (world.change().state, world.change().reason) == (ChangeState.UNDONE, "")


async def test_a_change_whose_undo_the_person_undoes_in_the_editor_is_landed_again() -> None:
    world = await _taken_back()
    replaced(world, "ann.md", "ann\nline 1\nand mine\n")
    world.save("ann.md")
    assert (world.change().state, world.change().reason) == (
        ChangeState.LANDED,
        "its undo is gone: ann.md was saved without it",
    )


async def test_an_undo_of_what_was_never_saved_stays_one_when_it_is_closed_unsaved() -> None:
    world = await landed()
    await world.session.undo(Selection())
    await closed(world)
    assert world.disk.text("ann.md") == "ann\n"
    assert (world.change().state, world.change().reason) == (ChangeState.UNDONE, "")


async def test_a_change_whose_undo_is_lost_in_one_file_can_be_undone_there_again() -> None:
    world = await _taken_back(files=("ann.md", "bob.md"))
    assert world.disk.text("bob.md") == "bob\n"
    await closed(world)
    assert world.change().state is ChangeState.LANDED
    await world.session.undo(Selection())
    assert (world.disk.text("ann.md"), world.disk.text("bob.md")) == ("ann\n", "bob\n")
    assert world.change().state is ChangeState.UNDONE


async def test_of_two_changes_taken_back_unsaved_both_are_landed_again() -> None:
    world = await landed(cycles=2)
    world.save("ann.md")
    await world.session.undo(Selection(everything=True))
    await closed(world)
    assert world.disk.text("ann.md") == "ann\nline 1\nline 2\n"
    assert states(world) == [ChangeState.LANDED, ChangeState.LANDED]


async def test_an_undo_that_was_lost_with_a_killed_engine_is_none() -> None:
    world = await _taken_back()
    session = world.restart()
    await session.open()
    assert world.change().reason == "ann.md is not saved yet"
    session.did_open("ann.md", world.disk.text("ann.md"), 1)
    assert (world.change().state, world.change().reason) == (
        ChangeState.LANDED,
        "its undo is gone: ann.md was opened again without it",
    )


async def test_a_redo_after_an_undo_that_was_not_saved_forgets_that() -> None:
    world = await _taken_back()
    await world.session.redo(Selection())
    assert (world.change().state, world.change().reason) == (ChangeState.LANDED_UNSAVED, "")
    await closed(world)
    assert world.change().state is ChangeState.LANDED
