"""A whole engine with everything outside of it in memory."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from fakes.catalog import MemoryCatalog, agent
from fakes.checker import FakeChecker
from fakes.clock import CountingIds, FakeClock
from fakes.days import MemoryDayLedger
from fakes.disk import MemoryDisk
from fakes.editor import FakeEditor
from fakes.journal import MemoryFolder, MemoryJournal
from fakes.workers import FakeRehearsal, FakeServices, ScriptedWorkers, WordCounting
from kinos.domain.change import Change
from kinos.domain.event import Event
from kinos.domain.message import EditCall, PlanCall
from kinos.domain.setting import Settings
from kinos.domain.task import NothingToDo, Task
from kinos.domain.team import Agent
from kinos.engine.circuit import Circuits
from kinos.engine.outside import Ports
from kinos.engine.ports import Origin
from kinos.engine.session import Session
from kinos.tokens.document import Encoding

CREW = {"crew": {"ann": (2.0, 1.0), "bob": (1.0, 0.0)}}
"""A team: ann works in both phases, bob in EXPANSION alone."""

LONG = 24 * 60 * 60.0
"""Seconds; longer than any run that ends by itself."""


class Appending:
    """A planner and an editor: each agent adds a line to its own document, `times` in all, then finds nothing to do."""

    def __init__(self, times: int = 1_000_000) -> None:
        self.times = times
        self.planned: Counter[str] = Counter()

    def plan(self, call: PlanCall) -> Task | NothingToDo:
        if self.planned[call.agent] >= self.times:
            return NothingToDo("all is said")
        self.planned[call.agent] += 1
        number = self.planned[call.agent]
        return Task(f"Say {number}", "because", (f"{call.agent}.md",), "Add a line.")

    def edit(self, folder: Path, call: EditCall) -> None:
        """One line more, numbered."""
        found = re.search(r"Say (\d+)", call.message)
        assert found
        for path in call.files:
            file = folder / path
            before = file.read_text(encoding="utf-8") if file.exists() else ""
            file.write_text(f"{before}line {found[1]}\n", encoding="utf-8")


class World:
    """`session` is the engine; `editor` is there when documents can be open; `events` is all that happened."""

    def __init__(
        self,
        files: Mapping[str, str | bytes] | None = None,
        *,
        teams: Mapping[str, Mapping[str, tuple[float, float]]] | None = None,
        agents: Mapping[str, Agent] | None = None,
        editor: bool | Callable[[FakeClock], FakeEditor] = False,
        trusted: bool = True,
        **settings: Any,
    ) -> None:
        self.clock = FakeClock()
        self.disk = MemoryDisk({"ann.md": "ann\n", "bob.md": "bob\n"} if files is None else files)
        self.journal = MemoryJournal()
        self.folder = MemoryFolder(self.journal)
        self.counting = WordCounting(self.disk)
        self.script = Appending()
        self.workers = ScriptedWorkers(self.clock, self.script.plan, self.script.edit)
        self.rehearsal = FakeRehearsal()
        self.services = FakeServices()
        self.checker = FakeChecker(self.clock)
        teams = CREW if teams is None else teams
        names = {name for members in teams.values() for name in members}
        self.catalog = MemoryCatalog(teams, {name: agent(name) for name in names} | dict(agents or {}))
        self.editor = editor(self.clock) if callable(editor) else FakeEditor(self.clock) if editor else None
        self.settings = replace(Settings(), **({"model_key": "key", "landing_mode": "auto"} | settings))
        self.ids = CountingIds()
        self.days = MemoryDayLedger()
        self.events: list[Event] = []
        self.trusted = trusted
        self.circuits: Circuits | None = None
        self.origin: Origin | None = None
        self.session = self.started()

    def started(self) -> Session:
        """A new engine on the same workspace."""
        ports = Ports(
            self.disk, self.folder, self.catalog, self.workers, self.rehearsal, self.counting, self.clock, self.ids,
            self.days, self.editor, self.circuits, services=self.services, checker=self.checker,
            origin=self.origin,
        )  # fmt: skip
        session = Session(ports, self.settings, "a test", trusted=self.trusted)
        session.subscribe(lambda before, after, event: self.events.append(event))
        if self.editor is not None:
            self.editor.on_change = lambda path, edits, version: session.did_change(
                path, edits, version, Encoding.UTF32
            )
            self.editor.on_save = self.save
        return session

    def restart(self) -> Session:
        """The engine is gone; another one starts on what it left."""
        self.folder.held = 0
        self.session = self.started()
        return self.session

    def open(self, path: str) -> None:
        """The person opens `path`."""
        assert self.editor is not None
        self.editor.open(path, self.disk.text(path))
        self.session.did_open(path, self.disk.text(path), 1)

    def save(self, path: str) -> None:
        """The person saves `path`."""
        assert self.editor is not None
        self.editor.format(path)
        self.disk.put(path, self.editor.text(path))
        self.session.did_save(path)

    async def over(self, seconds: float = LONG) -> None:
        """Wait until the run has ended by itself, in so many seconds of its clock: one that goes on for ever fails."""
        end, late = (asyncio.ensure_future(each) for each in (self.session.finished(), self.clock.passing(seconds)))
        await asyncio.wait([end, late], return_when=asyncio.FIRST_COMPLETED)
        late.cancel()
        if not end.done():
            end.cancel()
            states = ", ".join(f"{view.name} {view.state}" for view in self.session.state.agents.values())
            await self.session.stop_team()
            raise AssertionError(f"the run should have ended by itself, and goes on after {seconds:g} s: {states}")
        await end

    def of[E: Event](self, kind: type[E]) -> list[E]:
        """The events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def change(self, number: int = -1) -> Change:
        """A change as the journal knows it, the last one unless told otherwise."""
        return self.journal.changes()[number]
