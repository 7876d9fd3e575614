"""What a folder inside, which is another engine's, means to the engine around it."""

import pytest

from fakes.world import World
from kinos.domain import event as ev
from kinos.domain.change import ChangeState
from kinos.domain.errors import PolicyError
from kinos.domain.task import Task
from kinos.engine.history import Selection
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends

FILES = {"a.md": "one\n", "docs/b.md": "two three\n"}


async def test_what_lies_in_a_ceded_folder_counts_no_more_and_is_not_in_the_map() -> None:
    world = World(FILES)
    await world.session.open()
    world.session.cede(["docs"])
    await world.session.look()
    assert world.session.state.sizes.total == 1
    assert "b.md" not in world.session.map.text()


async def test_a_task_in_a_ceded_folder_is_refused_before_anything_is_spent_on_it() -> None:
    world = World(FILES)
    world.workers.planner = lambda call: Task("Say more", "because", ("docs/b.md",), "Add a line.")
    world.session.cede(["docs"])
    await world.session.start_team(Start("crew", ends=Ends(cycles=1)))
    await world.session.finished()
    assert "belongs to a workspace folder of its own" in world.of(ev.CycleRested)[0].reason
    assert world.workers.edits == []
    assert world.disk.text("docs/b.md") == "two three\n"


async def test_a_change_that_waits_for_a_ceded_file_is_refused_when_it_is_accepted() -> None:
    world = await _changed("review")
    world.session.cede(["docs"])
    with pytest.raises(PolicyError, match="of its own"):
        await world.session.accept(world.change().id)
    assert world.change().state is ChangeState.REFUSED


async def test_a_change_of_a_ceded_file_is_not_undone_under_the_other_engine() -> None:
    world = await _changed("auto")
    world.session.cede(["docs"])
    done = await world.session.undo(Selection())
    assert done.changes == ()
    assert "of its own" in done.set_aside[0][1]
    assert world.disk.text("docs/b.md") == "two three\nline 1\n"


async def _changed(landing: str) -> World:
    """A world in which an agent has changed docs/b.md."""
    world = World(FILES)
    world.workers.planner = lambda call: Task("Say 1", "because", ("docs/b.md",), "Add a line.")
    await world.session.start_team(Start("crew", landing=landing, ends=Ends(cycles=1)))
    await world.session.finished()
    return world
