"""The check command: run once after a burst of landings, never beside itself, and told to the agents that want to know.

It waits until every open document of the folder is saved, and runs no code of an agent that no person has accepted.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from kinos.domain import event as ev
from kinos.domain.change import LANDED_STATES, Change, ChangeState
from kinos.domain.check import Check, CheckRecord, CheckState, unreviewed
from kinos.domain.errors import SetupError
from kinos.domain.setting import Settings
from kinos.engine.buffer import Buffers
from kinos.engine.ports import Checker, Clock, Ran
from kinos.engine.store import Store

QUIET = 2.0
"""Seconds after a landing in which another one belongs to the same burst."""
BURST = 60.0
"""Seconds after which a burst is checked though it goes on: a busy team never rests."""


class Audience(Protocol):
    """Who is told: a running team."""

    @property
    def wants_checks(self) -> bool:
        """Whether an agent of it is to be shown what the command comes to; else it is not run."""
        ...

    def news(self) -> None:
        """It came to something."""
        ...


class Checks:
    """The check command of one workspace, by the `settings` as they are now. `keep` records a result and must not raise."""

    def __init__(
        self, checker: Checker | None, settings: Callable[[], Settings], buffers: Buffers, store: Store, clock: Clock,
        changes: Callable[[], Sequence[Change]], keep: Callable[[CheckRecord], None],
    ) -> None:  # fmt: skip
        self._checker = checker
        self._settings = settings
        self._buffers = buffers
        self._store = store
        self._clock = clock
        self._changes = changes
        self._keep = keep
        self._team: Audience | None = None
        self._due = False
        self._running = False
        self._stirred = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._last: Check | None = None

    @property
    def busy(self) -> bool:
        """Whether a check runs, or will by itself: one that waits for a person to save is not waited for."""
        return self._task is not None and (self._running or (self._due and not self._unsaved()))

    def material(self) -> str:
        """What a brief shows of the last check; empty before the first."""
        return self._last.material() if self._last else ""

    def start(self, team: Audience) -> None:
        """`team` runs from now on."""
        self._team = team
        if self._checker is not None and self._task is None:
            self._task = asyncio.create_task(self._follow())

    async def stop(self) -> int:
        """End the command with all below it, and run none until the next start. Returns how many processes ended.

        Raises SurvivedError naming those that could not be ended.
        """
        task, self._task, self._team, self._due = self._task, None, None, False
        if task is None or self._checker is None:
            return 0
        try:
            return await self._checker.stop()
        finally:
            task.cancel()
            await asyncio.wait([task])

    def moved(self, change: Change, previous: ChangeState | None) -> None:
        """`change` came to another state than `previous`."""
        if self._settings().check_command and change.state in LANDED_STATES and previous not in LANDED_STATES:
            self._due = True
            self._stir()

    def accepted(self) -> None:
        """A person accepted a change: what was not run for want of that is tried again."""
        if self._last is not None and self._last.record.state is CheckState.NOT_RUN:
            self._due = True
            self._stir()

    def saved(self) -> None:
        """A document was saved or closed."""
        self._stir()

    def _stir(self) -> None:
        waiting, self._stirred = self._stirred, asyncio.Event()
        waiting.set()

    def _unsaved(self) -> int:
        return sum(not buffer.saved for path in self._buffers if (buffer := self._buffers.get(path)))

    async def _follow(self) -> None:
        while True:
            while not self._due:
                await self._clock.wait(self._stirred, None)
            await self._burst_over()
            await self._run()

    async def _burst_over(self) -> None:
        began = self._clock.monotonic()
        while self._clock.monotonic() < began + BURST:
            stirred = self._stirred
            await self._clock.wait(stirred, QUIET)
            if not stirred.is_set():
                return

    async def _run(self) -> None:
        """One check of what has landed until now; what lands meanwhile is checked after it."""
        if self._team is None or not self._team.wants_checks or not self._settings().check_command:
            self._due = False
            return
        if unsaved := self._unsaved():
            self._tell(CheckState.NOT_RUN, f"{unsaved} unsaved: it runs once they are saved")
            while self._unsaved():
                await self._clock.wait(self._stirred, None)
        self._due = False
        unseen = [] if self._settings().check_unreviewed else unreviewed(list(self._changes()))
        if unseen:
            names = ", ".join(change.id for change in unseen[:3]) + (", …" if len(unseen) > 3 else "")
            self._tell(
                CheckState.NOT_RUN,
                f"agent-written code was not accepted by a person ({names}). Look at it with kin review ID, then accept it with "
                "kin review --accept ID, take it back with kin undo, run the team with --review, or set check.unreviewed",
            )
            return
        await self._carry_out()

    async def _carry_out(self) -> None:
        assert self._checker is not None
        settings = self._settings()
        self._store.dispatch(ev.CheckStarted(self._clock.now(), settings.check_command))
        self._running = True
        try:
            ran = await self._checker.run(settings.check_command, settings.check_timeout)
        except SetupError as error:
            self._tell(CheckState.NOT_STARTED, str(error))
            return
        finally:
            self._running = False
        if self._task is None:
            return  # it was stopped
        self._tell(*_judged(ran, settings.check_timeout), ran)

    def _tell(self, state: CheckState, reason: str, ran: Ran | None = None) -> None:
        record = CheckRecord(
            state, reason, self._settings().check_command, self._clock.now(), ran.seconds if ran else 0.0
        )
        self._last = Check(record, ran.output if ran else "")
        self._keep(record)
        self._store.dispatch(ev.CheckEnded(record.time, record))
        level = "info" if state is CheckState.PASSED else "warning"
        self._store.dispatch(ev.Noted(record.time, level, f"check.command: {record.sentence()}"))
        if self._team is not None:
            self._team.news()


def _judged(ran: Ran, timeout: float) -> tuple[CheckState, str]:
    if ran.timed_out:
        return CheckState.TIMED_OUT, f"ended after {timeout:g} s (check.timeout)"
    if ran.code == 0:
        return CheckState.PASSED, ""
    return CheckState.FAILED, f"exit code {ran.code}" if ran.code >= 0 else f"ended by signal {-ran.code}"
