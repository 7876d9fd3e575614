"""Turns: one file at a time, several files side by side, nobody overtaken for ever."""

import asyncio
from collections.abc import Iterable

from kinos.engine.turn import Turn


class Line:
    """Who holds what, and in which order it was got."""

    def __init__(self) -> None:
        self.turn = Turn()
        self.got: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self._leave: dict[str, asyncio.Event] = {}

    async def ask(self, who: str, files: Iterable[str] | None) -> None:
        """`who` wants `files`, and keeps them until `leave`."""
        self._leave[who] = asyncio.Event()

        async def hold() -> None:
            async with self.turn.take(files):
                self.got.append(who)
                await self._leave[who].wait()

        self.tasks[who] = asyncio.create_task(hold())
        await self.rest()

    async def leave(self, who: str) -> None:
        self._leave[who].set()
        await self.rest()

    async def rest(self) -> None:
        """Until nothing more happens by itself."""
        for _ in range(5):
            await asyncio.sleep(0)


async def test_different_files_are_held_side_by_side() -> None:
    line = Line()
    await line.ask("first", ["a.md"])
    await line.ask("second", ["b.md"])
    assert line.got == ["first", "second"]


async def test_one_file_is_held_by_one_at_a_time_whatever_its_case() -> None:
    line = Line()
    await line.ask("first", ["A.md"])
    await line.ask("second", ["a.md", "b.md"])
    assert line.got == ["first"]
    await line.leave("first")
    assert line.got == ["first", "second"]


async def test_who_wants_several_files_is_not_overtaken_for_ever() -> None:
    line = Line()
    await line.ask("first", ["a.md"])
    await line.ask("both", ["a.md", "b.md"])
    await line.ask("late", ["b.md"])
    await line.leave("first")
    assert line.got == ["first", "both"]
    await line.leave("both")
    assert line.got == ["first", "both", "late"]


async def test_who_wants_everything_is_alone() -> None:
    line = Line()
    await line.ask("first", ["a.md"])
    await line.ask("all", None)
    await line.ask("late", ["c.md"])
    assert line.got == ["first"]
    await line.leave("first")
    assert line.got == ["first", "all"]


async def test_who_gives_up_waiting_lets_the_others_through() -> None:
    line = Line()
    await line.ask("first", ["a.md"])
    await line.ask("both", ["a.md", "b.md"])
    await line.ask("late", ["b.md"])
    line.tasks["both"].cancel()
    await line.rest()
    assert line.got == ["first", "late"]
