"""A task that waited for its files is looked at again by what is in them, and is not planned again."""

from pathlib import Path

import pytest

from fakes.world import World
from kinos.domain.message import EditCall, PlanCall
from kinos.domain.task import Task
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends

FILES = {"a.md": "start\n", "b.md": "bee\n"}


def world_of(first: dict[str, str | None], second: tuple[str, ...]) -> World:
    """ann makes `first`; bob, who is slower to plan, is to work on `second` and has to wait for ann's files."""
    world = World(FILES)
    world.workers.slow = {"bob": 1.0}

    def plan(call: PlanCall) -> Task:
        files = tuple(first) if call.agent == "ann" else second
        return Task(f"{call.agent} works", "because", files, "Do it well.")

    def edit(folder: Path, call: EditCall) -> None:
        for path in call.files:
            text = first[path] if call.agent == "ann" else f"{call.agent} was here\n"
            if text is None:
                (folder / path).unlink()
            else:
                (folder / path).write_text(text, encoding="utf-8")

    world.workers.planner, world.workers.hand = plan, edit
    return world


async def run(world: World) -> None:
    await world.session.open()
    await world.session.start_team(Start("crew", ends=Ends(cycles=2)))
    await world.session.finished()


def told(world: World) -> str:
    """What the editor model of bob was told."""
    (call,) = [call for call in world.workers.edits if call.agent == "bob"]
    return call.message


async def test_files_that_stayed_as_they_were_are_no_news() -> None:
    world = world_of({"a.md": "ann\n"}, ("b.md",))
    await run(world)
    assert "Since this was planned" not in told(world)


async def test_a_file_that_changed_meanwhile_is_named_and_the_task_is_not_planned_again() -> None:
    world = world_of({"a.md": "ann\n"}, ("a.md", "b.md"))
    await run(world)
    assert "Since this was planned, others have changed a.md. Do only what is still needed." in told(world)
    assert len(world.workers.plans) == 2
    assert world.disk.text("b.md") == "bob was here\n"


@pytest.mark.parametrize(
    ("first", "path", "what"), [({"a.md": None}, "a.md", "deleted"), ({"new.md": "ann\n"}, "new.md", "created")]
)
async def test_a_file_that_came_or_went_meanwhile_sets_the_task_aside(
    first: dict[str, str | None], path: str, what: str
) -> None:
    world = world_of(first, (path,))
    await run(world)
    assert [call.agent for call in world.workers.edits] == ["ann"]
    assert f"{path} was {what} by somebody else while the task waited" in world.session._memory.recent("bob")[0]
    assert (world.disk.files.get(path) is None) == (what == "deleted")
