"""Waiting changes: shown as they would land now, edited by the person, replaced by a new try."""

import pytest

from fakes.world import World
from kinos.domain.change import Change, ChangeState
from kinos.domain.errors import ConflictError, LandingError, PolicyError, UsageError
from kinos.domain.task import Task
from kinos.engine.history import Selection
from kinos.engine.lifecycle import Start
from kinos.engine.review import MARKS, Contents
from kinos.engine.run import Ends

TEXT = "one\ntwo\nthree\n"


async def waiting(
    made: dict[str, str | None] | None = None, files: dict[str, str | bytes] | None = None, *, editor: bool = False
) -> World:
    """A change waits that makes `made` of `files`."""
    wanted = {"a.md": "one\nTWO\nthree\n"} if made is None else made
    world = World({"a.md": TEXT, "b.md": "bee\n"} if files is None else files, editor=editor)
    world.workers.planner = lambda call: Task("Shout", "because", tuple(wanted), "Do it.")

    def hand(folder: object, call: object) -> None:
        for path, text in wanted.items():
            if text is None:
                (folder / path).unlink()  # type: ignore[operator]
            else:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)  # type: ignore[operator]
                (folder / path).write_text(text)  # type: ignore[operator]

    world.workers.hand = hand
    await world.session.open()
    await run(world)
    assert world.change().state is ChangeState.PROPOSED
    return world


async def run(world: World, landing: str = "review") -> None:
    await world.session.start_team(Start(only="ann", landing=landing, ends=Ends(cycles=1)))
    await world.session.finished()


# -- shown -----------------------------------------------------------------------------------------------------------


async def test_a_waiting_change_is_shown_on_the_file_as_it_is_now() -> None:
    world = await waiting()
    world.disk.put("a.md", "zero\none\ntwo\nthree\n")
    assert " zero\n one\n-two\n+TWO\n" in world.session.diff("c3")


async def test_a_waiting_change_is_shown_on_the_open_text() -> None:
    world = await waiting(editor=True)
    world.open("a.md")
    assert world.editor is not None
    world.editor.type("a.md", 0, "unsaved\n")
    assert " unsaved\n" in world.session.diff("c3")


async def test_what_would_not_land_is_shown_with_the_reason() -> None:
    world = await waiting()
    world.disk.put("a.md", "one\nmine\nthree\n")
    diff = world.session.diff("c3")
    assert diff.startswith("(It would not land now. a.md: line 2 has been edited meanwhile.)\n")
    assert "-two\n+TWO\n" in diff


async def test_the_texts_of_a_change_are_those_it_found_and_left_whatever_came_later() -> None:
    world = await waiting()
    world.disk.put("a.md", "zero\r\none\r\ntwo\r\nthree\r\n")
    wanted = Contents("a.md", "zero\none\ntwo\nthree\n", "zero\none\nTWO\nthree\n")
    assert world.session.contents("c3") == [wanted]
    await world.session.accept("c3")
    world.disk.put("a.md", "something else\n")
    assert world.session.contents("c3") == [wanted]


async def test_the_texts_of_what_would_not_land_come_with_the_reason() -> None:
    world = await waiting()
    world.disk.put("a.md", "one\nmine\nthree\n")
    (file,) = world.session.contents("c3")
    assert (file.before, file.after) == (TEXT, "one\nTWO\nthree\n")
    assert file.note == "It would not land now. a.md: line 2 has been edited meanwhile."


async def test_what_stands_in_the_way_is_told_of_what_waits_alone() -> None:
    world = await waiting()
    (change,) = world.session.changes()
    assert world.session.obstacle(change) == ""
    world.disk.put("a.md", "one\nmine\nthree\n")
    assert world.session.obstacle(change) == "a.md: line 2 has been edited meanwhile."
    rejected = await world.session.reject("c3", "")
    assert world.session.obstacle(rejected) == ""


async def test_texts_that_are_no_longer_kept_are_not_shown_as_empty() -> None:
    world = await waiting()
    await world.session.accept("c3")
    world.journal.images.clear()
    assert world.session.contents("c3") == [Contents("a.md", None, None, "what it was is no longer kept")]


async def test_a_file_that_became_forbidden_is_shown_with_the_reason() -> None:
    world = await waiting()
    world.disk.protected = {"a.md"}
    assert "(It would not land now. a.md is write-protected" in world.session.diff("c3")


async def test_once_landed_a_change_is_shown_as_it_landed() -> None:
    world = await waiting()
    await world.session.accept("c3")
    world.disk.put("a.md", "all new\n")
    assert "-two\n+TWO\n" in world.session.diff("c3")
    assert "all new" not in world.session.diff("c3")


async def test_a_rename_is_shown_as_one() -> None:
    world = await waiting({"b.md": None, "deep/bee.md": "bee\n"})
    assert world.session.diff("c3") == "rename from b.md\nrename to deep/bee.md\n"


async def test_a_rename_with_an_edit_shows_the_edit_alone() -> None:
    world = await waiting({"a.md": None, "n.md": "one\ntwo\nTHREE\n"})
    diff = world.session.diff("c3")
    assert diff.startswith("rename from a.md\nrename to n.md\n--- a/a.md\n+++ b/n.md\n")
    assert "-three\n+THREE\n" in diff
    assert "-one" not in diff


async def test_a_renamed_file_comes_back_under_its_old_name() -> None:
    world = await waiting({"a.md": None, "n.md": "one\ntwo\nTHREE\n"})
    await world.session.accept("c3")
    assert (world.disk.files.get("a.md"), world.disk.text("n.md")) == (None, "one\ntwo\nTHREE\n")
    await world.session.undo(Selection())
    assert (world.disk.text("a.md"), world.disk.files.get("n.md")) == (TEXT, None)
    await world.session.redo(Selection())
    assert (world.disk.files.get("a.md"), world.disk.text("n.md")) == (None, "one\ntwo\nTHREE\n")


# -- edited ----------------------------------------------------------------------------------------------------------


async def test_an_edited_change_waits_in_the_place_of_the_agents() -> None:
    world = await waiting()
    made = await world.session.edit_change("c3", {"a.md": "one\nTwo.\nthree\n"})
    old = next(change for change in world.journal.changes() if change.id == "c3")
    assert (old.state, old.reason) == (ChangeState.SUPERSEDED, f"{made.id} is in its place: edited by the person")
    assert (made.state, made.edit_of, made.agent, made.usd) == (ChangeState.PROPOSED, "c3", "ann", 0.0)
    assert world.session.state.waiting == 1
    assert world.disk.text("a.md") == TEXT
    await world.session.accept(made.id)
    assert world.disk.text("a.md") == "one\nTwo.\nthree\n"
    await world.session.undo(Selection())
    assert world.disk.text("a.md") == TEXT


async def test_the_edited_change_keeps_the_claims_also_over_a_restart() -> None:
    world = await waiting()
    await world.session.edit_change("c3", {"a.md": "one\nTwo.\nthree\n"})
    for session in (world.session, world.restart()):
        await session.open()
        assert session._claims.paths() == {"a.md"}


async def test_an_edit_leaves_the_agents_part_of_other_files() -> None:
    world = await waiting({"a.md": "one\nTWO\nthree\n", "b.md": "BEE\n"})
    made = await world.session.edit_change("c3", {"b.md": "Bee\n"})
    await world.session.accept(made.id)
    assert (world.disk.text("a.md"), world.disk.text("b.md")) == ("one\nTWO\nthree\n", "Bee\n")


async def test_a_file_can_be_edited_out_of_a_change() -> None:
    world = await waiting({"a.md": "one\nTWO\nthree\n", "b.md": "BEE\n"})
    made = await world.session.edit_change("c3", {"b.md": "bee\n"})
    assert made.paths == ("a.md",)


async def test_an_edit_that_leaves_nothing_is_refused() -> None:
    world = await waiting()
    with pytest.raises(UsageError, match="Nothing of the change would be left"):
        await world.session.edit_change("c3", {"a.md": TEXT})
    assert world.change().state is ChangeState.PROPOSED


async def test_the_raw_form_of_an_edited_file_is_kept() -> None:
    world = await waiting({"a.md": "one\nTWO\n"}, {"a.md": b"\xef\xbb\xbfone\r\ntwo"})
    (file,) = world.session.proposal("c3")
    assert (file.base, file.text) == ("one\ntwo", "one\nTWO")
    made = await world.session.edit_change("c3", {"a.md": "one\nTwo\nmore\n"}, {"a.md": "one\ntwo"})
    await world.session.accept(made.id)
    assert world.disk.files["a.md"] == b"\xef\xbb\xbfone\r\nTwo\r\nmore"


async def test_what_was_written_while_the_person_edited_is_merged() -> None:
    world = await waiting()
    (file,) = world.session.proposal("c3")
    assert file.base is not None
    world.disk.put("a.md", "zero\none\ntwo\nthree\n")
    made = await world.session.edit_change("c3", {"a.md": "one\nTwo.\nthree\n"}, {"a.md": file.base})
    await world.session.accept(made.id)
    assert world.disk.text("a.md") == "zero\none\nTwo.\nthree\n"


async def test_an_edit_of_lines_that_were_written_meanwhile_is_refused() -> None:
    world = await waiting()
    world.disk.put("a.md", "one\nmine\nthree\n")
    with pytest.raises(ConflictError, match="edited meanwhile"):
        await world.session.edit_change("c3", {"a.md": "one\nTwo.\nthree\n"}, {"a.md": TEXT})
    assert world.change().state is ChangeState.PROPOSED


async def test_a_change_that_would_not_land_is_proposed_with_both_versions_and_can_be_mended() -> None:
    world = await waiting()
    world.disk.put("a.md", "one\nmine\nthree\n")
    (file,) = world.session.proposal("c3")
    assert file.text == f"one\n{MARKS[0]}\nmine\n{MARKS[1]}\nTWO\n{MARKS[2]}\nthree\n"
    assert "edited meanwhile" in file.conflict
    assert file.base is not None
    with pytest.raises(UsageError, match="still has both versions"):
        await world.session.edit_change("c3", {"a.md": file.text}, {"a.md": file.base})
    made = await world.session.edit_change("c3", {"a.md": "one\nmine, LOUD\nthree\n"}, {"a.md": file.base})
    await world.session.accept(made.id)
    assert world.disk.text("a.md") == "one\nmine, LOUD\nthree\n"


async def test_a_file_that_went_or_came_meanwhile_is_proposed_with_what_stands_in_the_way() -> None:
    world = await waiting({"a.md": "one\nTWO\nthree\n", "new.md": "fresh\n", "b.md": None})
    del world.disk.files["a.md"]
    world.disk.put("new.md", "mine\n")
    world.disk.put("b.md", "bee and more\n")
    a, b, new = sorted(world.session.proposal("c3"), key=lambda file: file.path)
    assert (a.base, a.text) == (None, "one\nTWO\nthree\n")
    assert (b.base, b.text) == ("bee and more\n", "bee and more\n")
    assert new.text == f"{MARKS[0]}\nmine\n{MARKS[1]}\nfresh\n{MARKS[2]}\n"
    assert all(file.conflict for file in (a, b, new))


async def test_only_files_of_a_waiting_change_can_be_edited() -> None:
    world = await waiting()
    with pytest.raises(UsageError, match=r"c3 has no file b\.md"):
        await world.session.edit_change("c3", {"b.md": "x\n"})
    await world.session.reject("c3", "no")
    for act in (world.session.edit_change("c3", {"a.md": "x\n"}), _proposal(world)):
        with pytest.raises(UsageError, match="does not wait for review"):
            await act


async def _proposal(world: World) -> None:
    world.session.proposal("c3")


async def test_a_file_that_became_forbidden_cannot_be_edited() -> None:
    world = await waiting()
    world.disk.protected = {"a.md"}
    with pytest.raises(PolicyError, match="write-protected"):
        await world.session.edit_change("c3", {"a.md": "x\n"})


async def test_an_edit_that_cannot_be_journalled_leaves_the_agents_change_waiting() -> None:
    world = await waiting()
    world.journal.full = {"change"}
    with pytest.raises(LandingError, match="No space left"):
        await world.session.edit_change("c3", {"a.md": "one\nTwo.\nthree\n"})
    assert world.change().state is ChangeState.PROPOSED


# -- superseded ------------------------------------------------------------------------------------------------------


async def set_aside(world: World) -> Change:
    world.disk.put("a.md", "one\nmine\nthree\n")
    with pytest.raises(ConflictError):
        await world.session.accept("c3")
    assert world.change().state is ChangeState.CONFLICTED
    return world.change()


async def test_a_change_set_aside_is_superseded_once_its_agent_tries_again() -> None:
    world = await waiting()
    await set_aside(world)
    await run(world)
    old, new = world.journal.changes()
    assert (old.state, old.reason) == (ChangeState.SUPERSEDED, f"{new.id} is a new try")
    assert new.state is ChangeState.PROPOSED


async def test_another_task_on_another_file_supersedes_nothing() -> None:
    world = await waiting()
    await set_aside(world)
    world.workers.planner = lambda call: Task("Something else", "because", ("b.md",), "Do it.")
    world.workers.hand = lambda folder, call: (folder / "b.md").write_text("BEE\n") and None
    await run(world)
    assert [change.state for change in world.journal.changes()] == [ChangeState.CONFLICTED, ChangeState.PROPOSED]


async def test_what_was_set_aside_reaches_the_next_brief_and_no_more_once_it_is_superseded() -> None:
    world = await waiting()
    await set_aside(world)
    await run(world)
    brief = world.workers.plans[-1].brief
    assert "ann set aside: Shout (a.md): a.md: line 2 has been edited meanwhile." in brief
    await world.session.reject(world.change().id, "enough")
    await run(world)
    assert "set aside" not in world.workers.plans[-1].brief
    assert "enough" in world.workers.plans[-1].brief
