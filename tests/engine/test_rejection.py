"""What a person has rejected is not proposed again, however long ago that was, while nothing it is about has changed."""

from fakes.world import World
from kinos.domain import event as ev
from kinos.domain.change import ChangeState
from kinos.domain.task import NothingToDo, Task
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends

FILES = {"ann.md": "ann\n", "bob.md": "bob\n", "demande.md": "Write it.\n"}
AGAIN = Task("Say 1", "because", ("ann.md",), "Add a line.")


async def run(world: World, cycles: int, landing: str = "auto") -> None:
    await world.session.start_team(Start("crew", landing=landing, ends=Ends(cycles=cycles)))
    await world.session.finished()


async def rejected() -> World:
    """A change of ann.md was rejected; in a new engine, thirty cycles later, its task comes up again."""
    world = World(FILES, teams={"crew": {"ann": (1.0, 1.0)}}, budget_minutes=0.0)
    world.workers.planner = lambda call: AGAIN
    await world.session.open()
    await run(world, 1, "review")
    await world.session.reject(world.change().id, "no lists, please")
    await world.restart().open()
    world.workers.planner = lambda call: NothingToDo(f"all is well, {len(world.workers.plans)}")
    await run(world, 30)
    world.workers.planner = lambda call: AGAIN
    return world


async def test_the_reason_reaches_the_planner_after_many_cycles_and_a_restart() -> None:
    world = await rejected()
    await run(world, 1)
    assert "ann rejected by the person: Say 1 (ann.md): no lists, please" in world.workers.plans[-1].brief


async def test_the_same_task_is_refused_before_it_costs_an_edit() -> None:
    world = await rejected()
    edits = len(world.workers.edits)
    await run(world, 1)
    last = world.of(ev.CycleRested)[-1]
    assert last.result == "refused"
    assert "rejected this before" in last.reason
    assert "no lists, please" in last.reason
    assert len(world.workers.edits) == edits
    assert world.disk.text("ann.md") == "ann\n"


async def test_another_task_on_the_file_is_carried_out() -> None:
    world = await rejected()
    world.workers.planner = lambda call: Task("Say 2", "because", ("ann.md",), "Add a line.")
    await run(world, 1)
    assert world.change().state is ChangeState.LANDED


async def test_once_the_file_has_changed_the_task_may_come_again() -> None:
    world = await rejected()
    world.disk.put("ann.md", "ann, changed\n")
    await run(world, 1)
    assert world.change().state is ChangeState.LANDED


async def test_once_the_request_has_changed_the_task_may_come_again() -> None:
    world = await rejected()
    world.disk.put("demande.md", "Write a list.\n")
    await run(world, 1)
    assert world.change().state is ChangeState.LANDED
