"""Workers that follow a script, the rehearsal model's server, and counting by words."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from fakes.clock import FakeClock
from fakes.counter import WordCounter
from fakes.disk import MemoryDisk
from kinos.domain.bulk import Bulk
from kinos.domain.count import Count, Terms
from kinos.domain.errors import FailureKind, SetupError, SurvivedError, UnavailableError
from kinos.domain.message import Denied, EditCall, Edited, Failed, Granted, PlanCall, Planned, Reserve, Settle, Text
from kinos.domain.path import is_document, matches
from kinos.domain.size import Size
from kinos.domain.suggestion import Suggestion
from kinos.domain.task import Edits, NothingToDo, Task
from kinos.domain.tokenizer import TOKENIZERS
from kinos.domain.usage import Usage
from kinos.engine.ports import Ear, Gate, Reader
from kinos.tokens.family import unknown
from kinos.tokens.section import overview

type Planner = Callable[[PlanCall], Task | NothingToDo | Edits | Failed]
type Hand = Callable[[Path, EditCall], Failed | None]

USAGE = Usage(input_tokens=1000, output_tokens=100, calls=1)
"""What each fake model call uses."""


def nothing(call: PlanCall) -> NothingToDo:
    """A planner that never finds anything."""
    return NothingToDo("all is well")


def untouched(folder: Path, call: EditCall) -> None:
    """An editor that leaves everything as it is."""


def failed(kind: FailureKind, message: str = "it failed") -> Failed:
    """A failed call that used nothing."""
    return Failed(kind, message, "", Usage())


class ScriptedWorkers:
    """Implements `Workers`. `plan_seconds` and `edit_seconds` is what a call takes, `slow` adds to that for an agent;
    `says` is what the model says in each call;
    `stuck` names a call that never ends (`start`, `plan`, `edit`); `unkillable` processes outlive every stop.
    """

    def __init__(self, clock: FakeClock, planner: Planner = nothing, hand: Hand = untouched) -> None:
        self.clock = clock
        self.planner = planner
        self.hand = hand
        self.plan_seconds = 5.0
        self.edit_seconds = 20.0
        self.says: tuple[str, ...] = ()
        self.slow: dict[str, float] = {}
        self.stuck = ""
        self.missing = ""
        self.plans: list[PlanCall] = []
        self.edits: list[EditCall] = []
        self.wanted: tuple[str, ...] = ()
        """What an agent's own code reads; `shown` is what it was given."""
        self.shown: dict[str, Text] = {}
        self.alive = 0
        self.unkillable: tuple[int, ...] = ()
        self.reached = asyncio.Event()
        """Set once the call named by `stuck` has begun."""

    async def start(self) -> None:
        if self.stuck == "start":
            self.reached.set()
            await asyncio.Event().wait()
        if self.missing:
            raise SetupError(self.missing, "Install it.")
        self.alive += 1

    async def plan(self, call: PlanCall, gate: Gate, hear: Ear, read: Reader | None = None) -> Planned | Failed:
        self.plans.append(call)
        if call.code is not None and read is not None:
            self.shown = {path: read(path) for path in self.wanted}
        refused = await self._call("plan", call, gate, hear, self.plan_seconds)
        if refused:
            return refused
        outcome = self.planner(call)
        if isinstance(outcome, Failed):
            return outcome
        # Own code need not ask a model.
        return Planned(outcome, USAGE if call.code is None else Usage())

    async def edit(self, call: EditCall, gate: Gate, hear: Ear) -> Edited | Failed:
        self.edits.append(call)
        refused = await self._call("edit", call, gate, hear, self.edit_seconds)
        if refused:
            return refused
        return self.hand(Path(call.folder), call) or Edited(call.files, "Here it is.", USAGE)

    @contextmanager
    def folder(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory() as name:
            yield Path(name).resolve()

    async def stop(self) -> int:
        ended, self.alive = self.alive, 0
        if self.unkillable:
            raise SurvivedError(ended, self.unkillable)
        return ended

    async def _call(self, what: str, call: PlanCall | EditCall, gate: Gate, hear: Ear, seconds: float) -> Failed | None:
        answer = await gate(Reserve(call.model, USAGE.input_tokens, call.max_tokens))
        if isinstance(answer, Denied):
            return Failed(answer.failure, answer.reason, answer.remedy, Usage())
        assert isinstance(answer, Granted)
        for piece in self.says:
            hear(piece)
        if self.stuck == what:
            self.reached.set()
            await asyncio.Event().wait()
        await self.clock.passing(seconds + self.slow.get(call.agent, 0.0))
        await gate(Settle(answer.reservation, call.model, USAGE))
        return None


class FakeServices:
    """Implements `Services`: `processes` are how many run beside a team; what they would say is said through `say`."""

    def __init__(self) -> None:
        self.processes = 0
        self.running = False
        self.started = 0
        self.say: Callable[[str, str], None] = lambda level, text: None

    async def start(self, say: Callable[[str, str], None]) -> None:
        self.running, self.say = True, say
        self.started += 1

    async def stop(self) -> int:
        was, self.running = self.running, False
        return self.processes if was else 0


class FakeRehearsal:
    """Implements `Rehearsal`."""

    def __init__(self) -> None:
        self.running = False

    async def start(self) -> str:
        self.running = True
        return "http://127.0.0.1:9"

    async def stop(self) -> int:
        was, self.running = self.running, False
        return int(was)


class WordCounting:
    """Implements `Counting`: a token is a word. `broken` paths cannot be counted; it dies `deaths` times when asked.

    `changes` is what its watch tells; None ends it as a death would.
    """

    def __init__(self, disk: MemoryDisk) -> None:
        self._disk = disk
        self._told: dict[str, object] = {}
        self._terms: Terms | None = None
        self.broken: dict[str, str] = {}
        self.counted: list[str] = []
        self.suggested: list[list[str]] = []
        self.deaths = 0
        self.changes: asyncio.Queue[Sequence[str] | str | None] = asyncio.Queue()
        self.closed = False

    async def scan(self, terms: Terms) -> AsyncGenerator[Sequence[Count]]:
        await self._die()
        if terms != self._terms:
            self._terms = terms
            self._told.clear()
        present = [path for path in self._disk.documents() if not matches(path, terms.exclude)]
        gone = [path for path in self._told if path not in present]
        fresh = [path for path in present if self._told.get(path) != self._disk.stamp(path)]
        for path in (*gone, *fresh):
            await asyncio.sleep(0)
            yield [self._count(path, terms)]

    async def look(self, terms: Terms, paths: Sequence[str]) -> AsyncIterator[Sequence[Count]]:
        await self._die()
        below = tuple(f"{path}/" for path in paths)
        for path in (*paths, *(path for path in self._disk.documents() if path.startswith(below))):
            if is_document(path) and not self._disk.ignored(path) and not path.startswith("."):
                await asyncio.sleep(0)
                yield [self._count(path, terms)]

    async def watch(self, terms: Terms) -> AsyncIterator[Sequence[Count] | str]:
        await self._die()
        while (found := await self.changes.get()) is not None:
            yield found if isinstance(found, str) else [self._count(path, terms) for path in found]
        raise UnavailableError("The counter process ended.")

    async def _die(self) -> None:
        await asyncio.sleep(0)
        if self.deaths:
            self.deaths -= 1
            self._told.clear()
            raise UnavailableError("The counter process ended.")

    def _count(self, path: str, terms: Terms) -> Count:
        content = self._disk.files.get(path)
        self._told.pop(path, None)
        if content is None:
            return Count(path)
        self._told[path] = self._disk.stamp(path)
        self.counted.append(path)
        if path in self.broken:
            return Count(path, error=self.broken[path])
        if len(content) > terms.max_bytes:
            return Count(path, error="it is too big")
        return Count(path, Size(len(content.decode(errors="replace").split()), terms.counted))

    async def suggest(self, terms: Terms, paths: Sequence[str], limit: int) -> Sequence[Suggestion]:
        await self._die()
        self.suggested.append(list(paths))
        return [Suggestion(path, (), limit, "it has no headings", ()) for path in paths if path in self._disk.files]

    async def text(self, text: str, tokenizer: str) -> int:
        if tokenizer not in TOKENIZERS:
            raise unknown(tokenizer)
        return len(text.split())

    async def overview(self, text: str, tokenizer: str) -> tuple[str, int]:
        return overview(text, WordCounter())

    async def bulk(self, text: str, tokenizer: str, limit: int) -> Bulk:
        await self._die()
        return Bulk(None, ())

    async def close(self) -> None:
        self.closed = True
