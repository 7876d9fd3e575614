"""A running team: which agent goes next, its cycles side by side, when it is over, and how it is stopped."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from kinos.domain import event as ev
from kinos.domain.errors import FailureKind, KinosError
from kinos.domain.outcome import USEFUL, Outcome, Result
from kinos.domain.path import REQUESTS, matches
from kinos.domain.setting import Settings
from kinos.domain.team import Agent, Team
from kinos.engine.admission import Admission
from kinos.engine.cycle import Cycle
from kinos.engine.membership import Membership
from kinos.engine.outage import Outages
from kinos.engine.pause import Pause
from kinos.engine.roster import Roster
from kinos.engine.schedule import REHEARSAL_PACE, Schedule
from kinos.engine.tally import Tally
from kinos.engine.terms import Terms
from kinos.engine.tools import Tools

HOPELESS = frozenset({FailureKind.AUTHENTICATION, FailureKind.PERMISSION})
"""Failures that no further try can mend: the team pauses and says so, or the agent is left out if others ask somebody else."""


@dataclass(frozen=True, slots=True)
class Ends:
    """When a run ends by itself: after `cycles` in all, or once it is `idle`; at a cap it pauses, or ends if `at_cap`."""

    cycles: int | None = None
    idle: bool = False
    at_cap: bool = False


class Run:
    """One team from start to stop."""

    def __init__(self, roster: Roster, terms: Terms, tools: Tools, ends: Ends, admission: Admission) -> None:
        self._roster = roster
        self._agreed = terms
        self._tools = tools
        self._ends = ends
        self._schedule = Schedule(REHEARSAL_PACE if terms.rehearsal else 1.0)
        self._outages = Outages(lambda name: self._terms.hosts(self.members.agent(name)), tools)
        self._cycles: dict[str, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._started = 0
        self._stale: set[str] = set()
        self.tally = Tally()
        self.pause = Pause(tools, self.tally, self._wake.set)
        self.members = Membership(
            roster, admission, self._schedule, tools, self.tally, self.pause, self._cycles.keys,
            lambda name: self._cut([name]), self._wake.set,
        )  # fmt: skip
        self.bug: BaseException | None = None
        """What a cycle died of that is no failure but a bug: the run is over then."""
        self.pending: Callable[[], bool] = bool
        """Whether something is under way that people and agents will want to know: a run does not end by itself before."""

    @property
    def team(self) -> Team:
        """Whose run it is."""
        return self._roster.team

    @property
    def _terms(self) -> Terms:
        """What was agreed, for the team as its file says now."""
        return replace(self._agreed, team=self._roster.team)

    def agree(self, settings: Settings, landing: str) -> None:
        """Every cycle that begins from now on goes by these settings, and its changes land in this way."""
        self._agreed = replace(self._agreed, settings=settings, landing=landing)
        self.members.reconsider()
        self.pause.look()
        self._wake.set()

    def touched(self, paths: Sequence[str], by: str = "", *, landed: bool = False) -> None:
        """These files changed: `landed` when a change of agent `by` did it, else somebody else, which `by` knows already.

        Wakes who watches them.
        """
        now = self._tools.clock.monotonic()
        self._tools.memory.touched(paths)
        if not landed:
            self._release(paths, by)
        # Who is at work looked before this change: its word does not count for the workspace as it is now.
        self._stale |= self._cycles.keys() - {by}
        for name in self.members.enabled - {by}:
            # A run until idle needs everybody's word again after a change.
            if self._ends.idle or any(matches(path, self.members.agent(name).watches) for path in paths):
                self._schedule.wake(name, now)
        self.tally.quiet.clear()
        self._wake.set()

    @property
    def wants_checks(self) -> bool:
        """Whether an agent is to be shown what the check command comes to."""
        return bool(self._want_checks())

    def _want_checks(self) -> set[str]:
        return {name for name in self.members.enabled if self.members.agent(name).checks}

    def news(self) -> None:
        """The check command came to something: wake who is shown it."""
        for name in self._want_checks():
            self._schedule.wake(name, self._tools.clock.monotonic())
            self.tally.quiet.discard(name)
        self._stale |= self._cycles.keys() & self._want_checks()
        self._wake.set()

    def asked(self, path: str) -> None:
        """A person asked for something to be done to the document: wake all who could do it, also who goes round in circles."""
        able = {name for name in self.members.enabled if matches(path, self.members.agent(name).edits)}
        for name in able:
            self.members.holds.let_go(name)
            self._schedule.wake(name, self._tools.clock.monotonic())
        self.tally.quiet -= able
        self._stale |= self._cycles.keys() & able
        self._wake.set()

    def nudge(self) -> None:
        """Look again whether cycles may start."""
        self._wake.set()

    async def over(self) -> None:
        """Run until the run ends by itself (`Ends`), or dies of a bug; for ever otherwise."""
        unsubscribe = self._tools.circuits.subscribe(self._wake.set)
        try:
            while True:
                self._wake.clear()
                await self.members.renew()
                self._outages.tell(self.members.enabled, self._schedule.ready_at)
                if self.bug is not None or self._finished():
                    return
                self._start_cycles()
                await self._tools.clock.wait(self._wake, self._rest())
        finally:
            unsubscribe()

    async def cut(self) -> None:
        """Cut off every cycle, letting a landing finish. The run is over then."""
        self.members.holds.close()
        self._tools.landing.abandon()
        try:
            await self._cut(list(self._cycles))
        finally:
            self._tools.landing.resume()

    async def _cut(self, names: Sequence[str]) -> None:
        tasks = [task for name in names if (task := self._cycles.pop(name, None)) is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _finished(self) -> bool:
        if self._cycles or self.pending():
            return False
        if self._ends.at_cap and (self.tally.budget or self.pause.on):
            return True
        if self._ends.cycles is not None and self._started >= self._ends.cycles:
            return True
        return self._ends.idle and self._idle()

    def _idle(self) -> bool:
        awake = {name for name in self.members.enabled if self.members.awake(name)}
        # Who goes round in circles is not waited for: it rests for long, and has nothing new to say.
        return awake <= self.tally.quiet | self._schedule.held and not self.pending()

    def _start_cycles(self) -> None:
        while self._may_begin():
            self._schedule.defer(self._outages.deferred(self.members.enabled))
            name = self._schedule.next(self._free(), self._tools.clock.monotonic())
            if name is None:
                return
            self._begin(name)

    def _may_begin(self) -> bool:
        self.pause.look()
        return self._has_room()

    def _has_room(self) -> bool:
        if self.pause.on or self._tools.budget.tight():
            return False
        return len(self._cycles) < self._terms.settings.team_parallel and self._more()

    def _more(self) -> bool:
        if self._ends.idle and self._idle():
            return False
        return self._ends.cycles is None or self._started < self._ends.cycles

    def _free(self) -> list[str]:
        quiet = self.tally.quiet if self._ends.idle else frozenset()
        return [name for name in self.members.enabled if name not in self._cycles and name not in quiet]

    def _rest(self) -> float:
        if not self._has_room():
            return self.members.look_within
        now = self._tools.clock.monotonic()
        free = self._free()
        at = min(self._schedule.next_at(free, now), self._outages.next_try(self._outages.deferred(free)))
        return min(self.members.look_within, max(0.0, at - now))

    def _begin(self, name: str) -> None:
        cycle = self._tools.ids.new("y")
        self._started += 1
        self._schedule.run(name)
        self._tools.budget.ran()
        view = self._tools.store.state.agents[name]
        reason = f"weight {view.weight:g} in {self._tools.store.state.phase.name}"
        self._tools.store.dispatch(ev.CycleStarted(self._tools.clock.now(), name, cycle, reason))
        self._stale.discard(name)
        self.members.holds.began(name)
        self._outages.begin(name, cycle)
        self._cycles[name] = asyncio.create_task(self._pass(name, cycle))
        self._cycles[name].add_done_callback(self._died)

    def _died(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            self.bug = error
            self._wake.set()

    async def _pass(self, name: str, cycle: str) -> None:
        began, agent = self._tools.clock.monotonic(), self.members.agent(name)
        try:
            outcome = await Cycle(cycle, agent, self._terms, self._tools).run()
        except KinosError as error:
            outcome = Outcome(Result.FAILED, str(error), FailureKind.INTERNAL)
        finally:
            self._outages.end(cycle)
        self._cycles.pop(name, None)
        self._ended(agent, cycle, outcome, self._tools.clock.monotonic() - began)
        self._wake.set()

    def _ended(self, agent: Agent, cycle: str, outcome: Outcome, seconds: float) -> None:
        name, pace = agent.name, agent.pace
        self.tally.count(name, outcome, stale=name in self._stale)
        now, at = self._tools.clock.monotonic(), self._tools.clock.now()
        if outcome.result is Result.FAILED:
            ready = at + timedelta(seconds=self._schedule.failed(name, now, pace, outcome.wait) - now)
            kind = str(outcome.kind or FailureKind.INTERNAL)
            self._tools.store.dispatch(ev.CycleFailed(at, name, cycle, kind, outcome.reason, ready, seconds))
            if outcome.kind is FailureKind.JOURNAL:
                # Whoever asks a model now pays for what cannot be recorded, and so not land.
                self._stand_still(outcome.reason)
            elif outcome.kind in HOPELESS:
                self._give_up(agent, outcome.kind, outcome.reason)
            return
        rest = self._rest_after(outcome.result)
        ready = at + timedelta(seconds=rest(name, now, pace) - now)
        if name in self._stale:
            self._schedule.wake(name, now)
        self._tools.store.dispatch(ev.CycleRested(at, name, cycle, outcome.result, outcome.reason, ready, seconds))
        if outcome.result is Result.DENIED:
            self.pause.look()  # now: this may have been the last cycle of the run
        else:
            changed, nothing = outcome.result in USEFUL, outcome.result is Result.NOTHING
            self.members.holds.ended(name, changed=changed, nothing=nothing, reason=outcome.reason)

    def _give_up(self, agent: Agent, kind: FailureKind, reason: str) -> None:
        """The API refused `agent` for good: who asks another endpoint, or another model where that was it, goes on without it."""
        asks = self._terms.hosts if kind is FailureKind.AUTHENTICATION else self._models
        awake = [self.members.agent(name) for name in self.members.enabled if self.members.awake(name)]
        if all(asks(agent) & asks(other) for other in awake):
            self._stand_still(reason)
            return
        self.members.leave_out(agent.name, reason)

    def _stand_still(self, reason: str) -> None:
        """Nobody's next cycle would come to anything: the team pauses."""
        self.tally.quiet |= self.members.enabled
        self.pause.begin(reason)

    def _models(self, agent: Agent) -> frozenset[str]:
        return frozenset(self._terms.models(agent))

    def _rest_after(self, result: Result) -> Callable[[str, float, float], float]:
        if result is Result.DENIED:
            return self._schedule.denied
        return self._schedule.useful if result in USEFUL else self._schedule.barren

    def _release(self, paths: Sequence[str], by: str) -> None:
        """A person changed `paths`: who works from them may find something else now, though it went round in circles."""
        for name in self.members.enabled:
            if any(path in REQUESTS or matches(path, self.members.agent(name).watches) for path in paths):
                self.members.holds.let_go(name, by)
