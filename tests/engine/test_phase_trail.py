"""The trail of the phase: what an engine sees and records of it."""

from collections.abc import Iterator

import pytest

from fakes.world import World
from kinos.domain import event as ev
from kinos.domain.phase import Phase
from kinos.engine import phase_trail
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends


async def opened() -> World:
    """A small project: above 6 tokens it converges."""
    world = World(phase_limit=10)
    await world.session.open()
    return world


async def grow(world: World, words: int, seconds: float = 10) -> None:
    await world.clock.passing(seconds)
    world.disk.put("ann.md", "word " * words)
    await world.session.look()


def line(world: World) -> Iterator[tuple[int, Phase]]:
    return ((point.total, point.phase) for point in world.session.phase_history())


async def test_while_nobody_holds_the_folder_it_is_followed_and_nothing_is_written() -> None:
    world = await opened()
    await grow(world, 3)
    await grow(world, 8)
    assert list(line(world)) == [(2, Phase.EXPANSION), (4, Phase.EXPANSION), (9, Phase.CONVERGENCE)]
    assert world.folder.phases == []
    assert not world.folder.made


async def test_nothing_is_said_before_all_is_counted() -> None:
    world = World(editor=True, phase_limit=10)
    world.open("ann.md")
    assert world.session.state.sizes.total > 0
    assert list(line(world)) == []
    await world.session.open()
    assert list(line(world)) == [(world.session.state.sizes.total, Phase.EXPANSION)]


async def test_what_comes_at_once_is_one_point() -> None:
    world = await opened()
    await grow(world, 3)
    for words in (4, 5, 6):
        await grow(world, words, seconds=0.2)
    assert list(line(world)) == [(2, Phase.EXPANSION), (7, Phase.CONVERGENCE)]


async def test_a_team_records_it_and_the_next_engine_goes_on_from_there() -> None:
    world = await opened()
    await world.session.start_team(Start("crew", ends=Ends(cycles=3)))
    await world.session.finished()
    recorded = [point.total for point in world.folder.phases]
    assert recorded[-1] == world.session.state.sizes.total > 2
    world.restart()
    assert [total for total, _ in line(world)] == sorted(set(recorded))
    await world.session.open()
    await grow(world, 9)
    assert next(reversed(list(line(world)))) == (world.session.state.sizes.total, Phase.CONVERGENCE)


async def test_a_phase_that_a_person_sets_is_recorded_as_set() -> None:
    world = await opened()
    world.session.set_phase("convergence")
    (point,) = world.folder.phases
    assert (point.phase, point.pinned) == (Phase.CONVERGENCE, True)


async def test_what_cannot_be_recorded_is_noted_and_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from kinos.domain.errors import SetupError

    world = await opened()

    def refuse(point: object) -> None:
        raise SetupError("The phase cannot be recorded: No space left on device.")

    monkeypatch.setattr(world.folder, "record_phase", refuse)
    world.session.set_phase("convergence")
    assert world.session.state.phase.name is Phase.CONVERGENCE
    assert "No space left" in world.of(ev.Noted)[-1].message


async def test_a_long_day_stays_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phase_trail, "REMEMBERED", 40)
    monkeypatch.setattr(phase_trail, "TOLD", 12)
    world = await opened()
    for words in range(1, 100):
        await grow(world, words)
    told = list(line(world))
    assert len(told) <= 12
    assert (told[0][0], told[-1][0]) == (2, 100)
