"""The editor is asked to ask again when lenses or hints became others, and no more often than that."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from engine.test_lens import at_work
from fakes.clock import BEGINNING
from fakes.world import World
from kinos.domain import event as ev
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends
from kinos.lsp.refresh import HINTS, LENSES, PAUSE, Refresh, Renewal
from lsp.stage import RecordingClient


@dataclass
class ManualTimer:
    """Time that goes on when told to."""

    now: float = 100.0
    due: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        self.due.append((self.now + delay, callback))
        return asyncio.TimerHandle(self.now + delay, callback, (), asyncio.get_running_loop())

    def run(self, seconds: float) -> None:
        self.now += seconds
        ready, self.due = [c for at, c in self.due if at <= self.now], [each for each in self.due if each[0] > self.now]
        for callback in ready:
            callback()


async def test_what_comes_together_is_asked_once_and_not_before_the_last_answer() -> None:
    timer, answers = ManualTimer(), list[Callable[[], None]]()
    renewal = Renewal(answers.append, timer)
    renewal.wanted()
    renewal.wanted()
    timer.run(0)
    assert len(answers) == 1
    renewal.wanted()
    renewal.wanted()
    timer.run(10 * PAUSE)
    assert len(answers) == 1
    answers[0]()
    timer.run(0)
    assert len(answers) == 2
    answers[1]()
    renewal.wanted()
    timer.run(PAUSE / 2)
    assert len(answers) == 2
    timer.run(PAUSE / 2)
    assert len(answers) == 3


def followed(world: World, *kinds: tuple[str, str]) -> tuple[RecordingClient, ManualTimer]:
    client, timer = RecordingClient(declared=frozenset(kind[0] for kind in kinds)), ManualTimer()
    world.session.subscribe(Refresh(world.session, client, timer).on_event)
    return client, timer


def asked(client: RecordingClient, timer: ManualTimer) -> list[str]:
    timer.run(PAUSE)
    done, client.renewed = client.renewed, []
    return done


async def test_lenses_follow_the_team_and_who_works() -> None:
    world = World()
    world.session.did_open("ann.md", "ann\n", 1)
    client, timer = followed(world, LENSES, HINTS)
    at_work(world)
    assert asked(client, timer) == [LENSES[1]]
    world.session.store.dispatch(ev.Said(BEGINNING, "ann", "y1", "words\n"))
    world.session.did_open("bob.md", "bob\n", 1)
    assert asked(client, timer) == []
    world.session.store.dispatch(ev.EditFinished(BEGINNING, "ann", "y1"))
    assert asked(client, timer) == [LENSES[1]]


async def test_lenses_follow_what_waits() -> None:
    world = World(landing_mode="review")
    await world.session.open()
    await world.session.start_team(Start("crew", ends=Ends(cycles=1)))
    await world.session.finished()
    world.session.did_open("ann.md", "ann\n", 1)
    client, timer = followed(world, LENSES)
    await world.session.reject(world.change().id, "no")
    assert asked(client, timer) == [LENSES[1]]


async def test_nobody_is_asked_who_cannot_be_or_has_nothing_open() -> None:
    world = World()
    client, timer = followed(world, LENSES)
    at_work(world)
    assert asked(client, timer) == []
    world = World()
    world.session.did_open("ann.md", "ann\n", 1)
    client, timer = followed(world, HINTS)
    at_work(world)
    assert asked(client, timer) == []


async def test_other_settings_renew_lenses_and_hints() -> None:
    world = World()
    world.session.did_open("ann.md", "ann\n", 1)
    client, timer = followed(world, LENSES, HINTS)
    await world.session.configure(replace(world.session.settings, editor_hints=False))
    assert sorted(asked(client, timer)) == sorted([LENSES[1], HINTS[1]])
