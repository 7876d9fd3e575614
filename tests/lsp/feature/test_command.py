import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from fakes.world import World
from kinos.domain.change import ChangeState
from kinos.domain.errors import StoppedError
from kinos.domain.event import ChangeMoved, Event, Noted
from kinos.domain.state import State
from kinos.engine import command as engine
from kinos.engine.lifecycle import Start
from kinos.lsp.feature.command import COMMANDS, shown
from lsp.stage import RecordedProgress


def test_every_command_offered_is_one_of_the_engine() -> None:
    assert set(COMMANDS) <= set(engine.COMMANDS)


class Connection:
    """What a command needs of its server: progresses without an editor, each kept in `shown`."""

    def __init__(self) -> None:
        self.progresses = self
        self.shown_ones: list[RecordedProgress] = []

    @contextmanager
    def shown(
        self, title: str, cancel: Callable[[], object], *, token: object, after: float
    ) -> Iterator[RecordedProgress]:
        made = RecordedProgress(title, cancel, after)
        self.shown_ones.append(made)
        try:
            yield made
        finally:
            made.end()


async def test_a_map_that_is_cancelled_is_not_made_and_the_next_one_is() -> None:
    world, server = World({"a.md": "word " * 7000}), Connection()
    await world.session.open()
    wanted, never = world.counting.suggest, asyncio.Event()
    began = asyncio.Event()

    async def stuck(*arguments: Any) -> Any:
        began.set()
        await never.wait()

    world.counting.suggest = stuck  # type: ignore[method-assign]
    making = asyncio.ensure_future(shown(server, world.session, "updateMap", {}))  # type: ignore[arg-type]
    await began.wait()
    (progress,) = server.shown_ones
    assert progress.title == "KinOS: writing the map"
    progress.cancel()
    with pytest.raises(StoppedError, match="You stopped updateMap"):
        await making
    assert progress.ends == [""]
    assert "map (readonly).md" not in world.disk.files
    world.counting.suggest = wanted  # type: ignore[method-assign]
    assert await shown(server, world.session, "updateMap", {}) == "map (readonly).md"  # type: ignore[arg-type]
    assert world.counting.suggested == [["a.md"]]


async def test_a_cut_off_from_elsewhere_is_no_stop_of_the_person() -> None:
    world, server = World(), Connection()
    await world.session.open()
    making = asyncio.ensure_future(shown(server, world.session, "showMap", {}))  # type: ignore[arg-type]
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making


async def test_an_undo_that_is_cancelled_answers_with_what_it_did_and_reports_it() -> None:
    world, server = World(), Connection()
    await world.session.open()
    await world.session.start_team(Start("crew"))
    while sum(change.state is ChangeState.LANDED for change in world.session.changes()) < 3:
        await world.clock.passing(60)
    await world.session.stop_team()
    session = world.session

    def cancel_after_one(before: State, after: State, event: Event) -> None:
        if isinstance(event, ChangeMoved):
            server.shown_ones[0].cancel()

    session.subscribe(cancel_after_one)
    answer = await shown(server, session, "undo", {"all": True})  # type: ignore[arg-type]
    assert len(answer["changes"]) == 1
    assert len(answer["setAside"]) > 1
    assert server.shown_ones[0].reports == [("1 undone", None)]


async def test_counting_that_was_stopped_is_told_and_the_map_counts_the_rest() -> None:
    world, server = World({f"{number}.md": "word" for number in range(50)}), Connection()
    heard: list[Event] = []
    world.session.subscribe(lambda before, after, event: heard.append(event))
    opening = asyncio.ensure_future(world.session.open())
    while not world.session.state.sizes.documents:
        await asyncio.sleep(0)
    world.session.sizes.halt()
    await opening
    assert 0 < world.session.state.sizes.documents < 50
    assert not world.session.sizes.complete
    assert any("Counting was stopped" in event.message for event in heard if isinstance(event, Noted))
    assert "49.md" in await shown(server, world.session, "showMap", {})  # type: ignore[arg-type]
    assert world.session.state.sizes.documents == 50
    assert server.shown_ones[0].reports[-1] == ("50 documents, 50 tokens", None)
