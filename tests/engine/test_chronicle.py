"""Each cycle that ended is in the journal: how, how long, and what it cost."""

from datetime import timedelta

import pytest

from fakes.clock import BEGINNING
from fakes.workers import failed
from fakes.world import World
from kinos.domain import event as ev
from kinos.domain.change import Change, ChangeState
from kinos.domain.errors import FailureKind
from kinos.domain.figure import CUT_OFF, CycleRecord
from kinos.domain.state import State
from kinos.domain.usage import Usage
from kinos.engine.chronicle import Chronicle
from kinos.engine.run import Ends
from kinos.engine.session import Start


async def ran(world: World, cycles: int = 1) -> None:
    await world.session.open()
    await world.session.start_team(Start("crew", ends=Ends(cycles=cycles)))
    await world.session.finished()


async def test_each_cycle_is_recorded_with_its_result() -> None:
    world = World()
    await ran(world, 3)
    records = world.journal.cycles()
    assert [each.cycle for each in records] == [event.cycle for event in world.of(ev.CycleRested)]
    assert {each.result for each in records} == {"landed"}
    assert {(each.session, each.team, each.rehearsal) for each in records} == {(world.session.id, "crew", False)}


async def test_a_failure_has_its_kind_and_its_message() -> None:
    world = World()
    world.workers.planner = lambda call: failed(FailureKind.OVERLOADED)
    await ran(world)
    (record,) = world.journal.cycles()
    assert (record.result, record.kind) == ("failed", "overloaded")
    assert record.reason == world.of(ev.CycleFailed)[0].message


async def test_what_was_spent_is_the_cycles_own() -> None:
    world = World()
    await ran(world, 2)
    spent = {record.cycle: record.usage for record in world.journal.cycles()}
    assert sum(spent.values(), Usage()) == world.session.state.spend.usage
    assert sum(record.usd or 0 for record in world.journal.cycles()) == pytest.approx(world.session.state.spend.usd)


async def test_what_an_editor_said_instead_of_editing_is_not_written_down() -> None:
    world = World()
    world.workers.hand = lambda folder, call: None
    await ran(world)
    (record,) = world.journal.cycles()
    assert (record.result, record.reason) == ("no change", "")


@pytest.mark.parametrize("alone", [True, False])
async def test_a_cycle_that_a_stop_cuts_off_is_recorded_as_that(alone: bool) -> None:
    world = World()
    world.workers.stuck = "plan"
    await world.session.open()
    await world.session.start_team(Start("crew"))
    await world.workers.reached.wait()
    assert world.of(ev.CycleStarted)
    if alone:
        await world.session.stop_agent("ann")
        assert [record.agent for record in world.journal.cycles()] == ["ann"]
    await world.session.stop_team()
    assert {record.result for record in world.journal.cycles()} == {CUT_OFF}
    assert len(world.journal.cycles()) == len(world.of(ev.CycleStarted))


async def test_a_journal_that_cannot_be_written_does_not_end_the_run() -> None:
    world = World()
    world.journal.full = {"cycle"}
    await ran(world, 2)
    assert world.session.tally.landed == 2
    assert [note.level for note in world.of(ev.Noted)] == ["warning"]


async def test_the_figures_are_those_of_all_sessions() -> None:
    world = World()
    await ran(world, 2)
    world.restart()
    await ran(world, 2)
    assert sum(each.cycles for each in world.session.figures()) == 4


async def test_the_journal_is_compacted_when_a_team_starts_and_not_before() -> None:
    world = World()
    await world.session.open()
    assert world.journal.compacted == 0
    await ran(world)
    assert world.journal.compacted == 1


def test_a_cycle_whose_change_landed_before_the_stop_has_landed() -> None:
    kept: list[CycleRecord] = []
    chronicle, state, later = Chronicle("s1", kept.append), State(), BEGINNING + timedelta(seconds=2)
    change = Change("c1", "y1", "s1", "ann", "t", "w", (), BEGINNING, ChangeState.LANDED)
    chronicle.follow(state, state, ev.CycleStarted(BEGINNING, "ann", "y1", "weight 1"))
    chronicle.follow(state, state, ev.CycleStarted(BEGINNING, "bob", "y2", "weight 1"))
    chronicle.follow(state, state, ev.ChangeMoved(BEGINNING, change, ChangeState.PROPOSED))
    chronicle.follow(state, state, ev.TeamStopped(later, 2, "stopped by hand"))
    assert [(record.agent, record.result, record.seconds) for record in kept] == [
        ("ann", "landed", 2.0), ("bob", CUT_OFF, 2.0),
    ]  # fmt: skip
