"""What a person is told of a team's life, whole engine and all."""

from pathlib import Path

import pytest

from fakes.workers import USAGE
from fakes.world import World
from kinos.domain.change import ChangeState
from kinos.domain.errors import FailureKind
from kinos.domain.message import EditCall, Failed, PlanCall
from kinos.domain.notification import Kind
from kinos.domain.task import Task
from kinos.engine.history import Selection
from kinos.engine.lifecycle import Start
from kinos.engine.news import News, news
from kinos.engine.run import Ends

ONCE = Start("crew", ends=Ends(cycles=1))


async def told(world: World, start: Start = ONCE) -> list[News]:
    """What is told while a team runs to its end."""
    heard: list[News] = []
    world.session.subscribe(lambda before, after, event: heard.extend(filter(None, [news(before, after, event)])))
    await world.session.open()
    await world.session.start_team(start)
    await world.session.finished()
    return heard


async def test_a_team_that_lands_something_is_told_from_start_to_end() -> None:
    world = World(teams={"crew": {"ann": (1.0, 1.0)}})
    heard = await told(world)
    change = world.change().id
    assert heard == [
        (Kind.SUCCESS, "The team crew runs: you asked for it."),
        (Kind.SUCCESS, f"ann: Say 1 ({change}) landed."),
        (Kind.INFO, "The team crew stopped: the run is over."),
    ]


async def test_what_waits_for_a_person_is_told() -> None:
    world = World(teams={"crew": {"ann": (1.0, 1.0)}}, landing_mode="review")
    heard = await told(world)
    assert (Kind.INFO, f"ann: Say 1 ({world.change().id}) waits for review.") in heard


async def test_what_was_set_aside_is_a_warning_with_its_reason() -> None:
    world = World(teams={"crew": {"ann": (1.0, 1.0)}})

    def both_write(folder: Path, call: EditCall) -> None:
        (folder / "ann.md").write_text("of the agent\n", encoding="utf-8")
        world.disk.put("ann.md", "of the person\n")

    world.workers.hand = both_write
    heard = await told(world)
    change = world.change()
    assert change.state is ChangeState.CONFLICTED
    assert (Kind.WARNING, f"ann: Say 1 ({change.id}) was set aside: {change.reason}") in heard


async def test_a_failed_cycle_is_a_warning_and_a_pause_that_needs_a_person_interrupts() -> None:
    world = World(teams={"crew": {"ann": (1.0, 1.0)}})
    world.workers.planner = lambda call: Failed(FailureKind.AUTHENTICATION, "The key was refused.", "", USAGE)
    heard = await told(world, Start("crew", ends=Ends(cycles=1, at_cap=True)))
    assert (Kind.WARNING, "ann failed: The key was refused.") in heard
    assert (Kind.FLASH, "KinOS paused: The key was refused.") in heard


async def test_what_a_person_did_does_not_interrupt_them() -> None:
    world = World(teams={"crew": {"ann": (1.0, 1.0)}})
    heard: list[News] = []
    world.session.subscribe(lambda before, after, event: heard.extend(filter(None, [news(before, after, event)])))
    await world.session.open()
    await world.session.start_team(Start("crew"))
    world.session.pause_team()
    await world.session.resume_team()
    await world.session.stop_team()
    assert [kind for kind, _ in heard] == [Kind.SUCCESS, Kind.INFO, Kind.INFO, Kind.INFO]


async def test_a_cap_is_asked_about_and_not_told_beside() -> None:
    world = World(teams={"crew": {"ann": (1.0, 1.0)}}, budget_runs=1)
    heard = await told(world, Start("crew", ends=Ends(at_cap=True)))
    assert not [text for _, text in heard if "paused" in text]


async def test_a_team_that_dies_of_a_bug_interrupts() -> None:
    world = World(teams={"crew": {"ann": (1.0, 1.0)}})

    def die(call: PlanCall) -> Task:
        raise ZeroDivisionError

    world.workers.planner = die
    heard: list[News] = []
    world.session.subscribe(lambda before, after, event: heard.extend(filter(None, [news(before, after, event)])))
    await world.session.open()
    await world.session.start_team(ONCE)
    with pytest.raises(ZeroDivisionError):
        await world.session.finished()
    assert heard[-1] == (Kind.FLASH, "The team crew stopped: it failed: ZeroDivisionError().")


async def test_what_was_taken_back_is_told() -> None:
    world = World(teams={"crew": {"ann": (1.0, 1.0)}})
    heard = await told(world)
    await world.session.undo(Selection())
    assert heard[-1] == (Kind.INFO, f"ann: Say 1 ({world.change().id}) was taken back.")
