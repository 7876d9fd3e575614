"""Files that a person renames: links, claims, history, undo and sizes follow."""

import asyncio
from typing import Any

import pytest

from fakes.world import World
from kinos.domain import event as ev
from kinos.domain.change import Change, ChangeState, FileChange
from kinos.domain.rename import Rename
from kinos.domain.task import Task
from kinos.engine.history import Selection
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends

CREW: dict[str, Any] = {"teams": {"crew": {"ann": (1.0, 1.0)}}}


async def ran(landing: str = "auto", cycles: int = 1, **more: Any) -> World:
    """A world in which ann has changed ann.md."""
    world = World(**(CREW | more))
    await world.session.open()
    await world.session.start_team(Start("crew", landing=landing, ends=Ends(cycles=cycles)))
    await world.session.finished()
    return world


async def rename(world: World, old: str, new: str) -> None:
    """The person renames a file or folder in the editor."""
    renames = [Rename(old, new)]
    world.session.will_rename(renames)
    for path in [path for path in world.disk.files if path == old or path.startswith(f"{old}/")]:
        world.disk.put(new + path.removeprefix(old), world.disk.files.pop(path))
    await world.session.did_rename(renames)


# -- history ---------------------------------------------------------------------------------------------------------


async def test_a_change_is_taken_back_and_put_back_under_the_new_name() -> None:
    world = await ran()
    assert world.disk.text("ann.md") == "ann\nline 1\n"
    await rename(world, "ann.md", "docs/anna.md")
    assert world.session.changes()[0].paths == ("docs/anna.md",)
    await world.session.undo(Selection())
    assert world.disk.text("docs/anna.md") == "ann\n"
    assert "ann.md" not in world.disk.files
    await world.session.redo(Selection())
    assert world.disk.text("docs/anna.md") == "ann\nline 1\n"


async def test_a_change_in_a_folder_follows_the_folder_and_the_next_engine_knows() -> None:
    world = World({"docs/ann.md": "ann\n"}, **CREW)
    world.workers.planner = lambda call: Task("Say 1", "why", ("docs/ann.md",), "Add a line.")
    await world.session.open()
    await world.session.start_team(Start("crew", ends=Ends(cycles=1)))
    await world.session.finished()
    await rename(world, "docs", "books/guide")
    session = world.restart()
    await session.open()
    await session.undo(Selection())
    assert world.disk.text("books/guide/ann.md") == "ann\n"


async def test_a_rename_over_another_file_of_the_same_change_leaves_the_change_as_it_was() -> None:
    change = Change(
        "c", "y", "s", "ann", "t", "w", (FileChange("a.md", None, "x"), FileChange("b.md", None, "y")), None
    )  # type: ignore[arg-type]
    assert change.following([Rename("a.md", "b.md")]) is change
    assert change.following([Rename("a.md", "b.md"), Rename("b.md", "a.md")]).paths == ("b.md", "a.md")
    assert change.following([Rename("z.md", "y.md")]) is change


async def test_a_rename_of_what_no_change_is_about_writes_nothing() -> None:
    world = World()
    await world.session.open()
    await rename(world, "ann.md", "anna.md")
    assert not world.folder.made
    assert sorted(world.session.sizes.documents.sizes) == ["anna.md", "bob.md"]


async def test_history_keeps_the_old_names_where_somebody_else_holds_the_folder_and_says_so() -> None:
    world = await ran()
    world.folder.other = "a terminal"
    await rename(world, "ann.md", "anna.md")
    assert world.session.changes()[0].paths == ("ann.md",)
    assert any("a terminal has the folder" in event.message for event in world.of(ev.Noted))


# -- what waits and what is under way --------------------------------------------------------------------------------


async def test_a_waiting_change_lands_under_the_new_name_and_claims_it() -> None:
    world = await ran("review")
    await rename(world, "ann.md", "anna.md")
    assert world.session._claims.paths() == {"anna.md"}
    await world.session.accept(world.change().id)
    assert world.disk.text("anna.md") == "ann\nline 1\n"
    assert "ann.md" not in world.disk.files
    assert world.session._claims.paths() == frozenset()


async def test_what_an_agent_is_editing_lands_under_the_new_name() -> None:
    world = World(**CREW)
    edited, go = asyncio.Event(), asyncio.Event()
    plain = world.workers.edit

    async def slow(*arguments: Any) -> Any:
        edited.set()
        await go.wait()
        return await plain(*arguments)

    world.workers.edit = slow  # type: ignore[method-assign]
    await world.session.open()
    await world.session.start_team(Start("crew", landing="auto", ends=Ends(cycles=1)))
    await edited.wait()
    await rename(world, "ann.md", "anna.md")
    assert world.session._claims.paths() == {"ann.md", "anna.md"}
    go.set()
    await world.session.finished()
    assert world.change().state is ChangeState.LANDED
    assert world.disk.text("anna.md") == "ann\nline 1\n"
    assert "ann.md" not in world.disk.files


async def test_a_rejection_is_remembered_under_the_new_name() -> None:
    world = await ran("review")
    await world.session.reject(world.change().id, "no")
    await rename(world, "ann.md", "anna.md")
    again = Task(world.change().title, "why", ("anna.md",), "Add a line.")
    found = world.session._memory.rejection(again)
    assert found is not None
    assert found.paths == ("anna.md",)


# -- open documents --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["document", "file"])
async def test_what_landed_unsaved_is_still_there_when_its_document_moves(first: str) -> None:
    """VS Code closes the document and opens it again by its new name, and tells of the files before or after that."""
    world = World(editor=True, **CREW)
    await world.session.open()
    world.open("ann.md")
    await world.session.start_team(Start("crew", landing="auto", ends=Ends(cycles=1)))
    await world.session.finished()
    assert world.change().state is ChangeState.LANDED_UNSAVED
    assert world.editor is not None
    text, renames = world.editor.text("ann.md"), [Rename("ann.md", "anna.md")]
    world.session.will_rename(renames)
    world.disk.put("anna.md", world.disk.files.pop("ann.md"))
    if first == "file":
        await world.session.did_rename(renames)
    await world.session.did_close("ann.md")
    world.session.did_open("anna.md", text, 1)
    if first == "document":
        await world.session.did_rename(renames)
    change = world.change()
    assert (change.state, change.paths) == (ChangeState.LANDED_UNSAVED, ("anna.md",))
    world.disk.put("anna.md", text)
    world.session.did_save("anna.md")
    assert world.change().state is ChangeState.LANDED


async def test_a_document_that_is_closed_unsaved_after_a_rename_that_never_came_has_lost_its_change() -> None:
    world = World(editor=True, **CREW)
    await world.session.open()
    world.open("ann.md")
    await world.session.start_team(Start("crew", landing="auto", ends=Ends(cycles=1)))
    await world.session.finished()
    world.session.will_rename([Rename("ann.md", "anna.md")])
    await world.session.did_close("ann.md")
    assert world.change().state is ChangeState.DISCARDED


async def test_a_document_that_was_moved_and_not_opened_again_has_lost_what_was_not_saved() -> None:
    world = World(editor=True, **CREW)
    await world.session.open()
    world.open("ann.md")
    await world.session.start_team(Start("crew", landing="auto", ends=Ends(cycles=1)))
    await world.session.finished()
    renames = [Rename("ann.md", "anna.md")]
    world.session.will_rename(renames)
    world.disk.put("anna.md", world.disk.files.pop("ann.md"))
    await world.session.did_close("ann.md")
    await world.session.did_rename(renames)
    assert world.change().state is ChangeState.DISCARDED


# -- links -----------------------------------------------------------------------------------------------------------


async def relinked(world: World, *renames: tuple[str, str]) -> dict[str, str]:
    """The texts of the documents whose links change."""
    root = str(world.disk.root)
    wanted = [Rename(f"{root}/{old}", f"{root}/{new}") for old, new in renames]
    found = await world.session.relinking.renamed(wanted, lambda place: root)
    return {rewrite.path: rewrite.after.raw() for rewrite in found}


LINKED = {
    "README.md": "See [the guide](docs/guide.md#part).\r\nEnd",
    "docs/guide.md": "[home](../README.md) [other](other.md)\n",
    "docs/other.md": "nothing\n",
    "code.py": "# docs/guide.md\n",
}


async def test_links_to_a_document_and_its_own_are_written_anew() -> None:
    world = World(LINKED)
    world.disk.root = world.disk.root.absolute()
    world.restart()
    await world.session.open()
    assert await relinked(world, ("docs/guide.md", "guide.md")) == {
        "README.md": "See [the guide](guide.md#part).\r\nEnd",
        "docs/guide.md": "[home](README.md) [other](docs/other.md)\n",
    }


async def test_an_open_document_is_taken_as_it_is_in_the_editor() -> None:
    world = World(LINKED, editor=True)
    world.disk.root = world.disk.root.absolute()
    world.restart()
    await world.session.open()
    world.session.did_open("docs/other.md", "[guide](guide.md)\n", 7)
    root = str(world.disk.root)
    renames = [Rename(f"{root}/docs/guide.md", f"{root}/docs/book.md")]
    found = {each.path: each for each in await world.session.relinking.renamed(renames, lambda place: root)}
    assert found["docs/other.md"].after.raw() == "[guide](book.md)\n"
    assert found["docs/other.md"].version == 7
    assert found["README.md"].version is None


async def test_a_document_that_cannot_be_read_is_left_as_it_is() -> None:
    world = World({**LINKED, "docs/odd.md": b"[x](guide.md) \xff\n", "locked.md": "[x](docs/guide.md)\n"})
    world.disk.root = world.disk.root.absolute()
    world.restart()
    await world.session.open()
    world.disk.locked.add("locked.md")
    assert sorted(await relinked(world, ("docs/guide.md", "docs/book.md"))) == ["README.md"]


async def test_a_task_that_is_done_leaves_no_old_name_behind() -> None:
    world = await ran(cycles=1)
    await rename(world, "ann.md", "anna.md")
    assert world.session._claims.name(world.change().cycle, "ann.md") == "ann.md"
