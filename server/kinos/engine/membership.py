"""Who of a team runs: as its files say now, weighed by the phase, without those that cannot be asked."""

from collections.abc import Awaitable, Callable, Collection, Sequence

from kinos.domain import event as ev
from kinos.domain.phase import Phase
from kinos.domain.team import Agent
from kinos.engine.admission import Admission
from kinos.engine.hold import Holds
from kinos.engine.pause import Pause
from kinos.engine.roster import STILL, Roster
from kinos.engine.schedule import Schedule
from kinos.engine.tally import Tally
from kinos.engine.tools import Tools

LOOK = 2.0
"""Seconds; changed files of the team are looked for this often, whatever its agents do meanwhile."""


class Membership:
    """Of one run. `cut` ends the cycle of an agent that leaves; `moved` is called when somebody may run, or may not any more."""

    def __init__(
        self, roster: Roster, admission: Admission, schedule: Schedule, tools: Tools, tally: Tally, pause: Pause,
        at_work: Callable[[], Collection[str]], cut: Callable[[str], Awaitable[None]], moved: Callable[[], None],
    ) -> None:  # fmt: skip
        self._roster = roster
        self._admission = admission
        self._schedule = schedule
        self._tools = tools
        self._tally = tally
        self._pause = pause
        self._cut = cut
        self._moved = moved
        self._enabled: set[str] = set()
        self._doubtful = False
        self.holds = Holds(schedule, tools, self.awake, at_work)

    @property
    def enabled(self) -> frozenset[str]:
        """Agents that may run."""
        return frozenset(self._enabled)

    def agent(self, name: str) -> Agent:
        """One of them, as its file says now."""
        return self._roster.agents[name]

    def awake(self, name: str) -> bool:
        """Whether the phase lets the agent run."""
        return name in self._enabled and self._weight(name, self._tools.store.state.phase.name) > 0

    def add(self, name: str) -> None:
        """Have one more agent, one the team need not have; then `enable` it. Raises what `Catalog.agent` raises."""
        self._roster.add(name)

    def enable(self, names: Sequence[str]) -> None:
        """Let these agents run, with the weights of the phase as it is."""
        for name in names:
            self._enabled.add(name)
            self._admission.let_in(name)
            self.holds.let_go(name)
            self._tools.store.dispatch(ev.AgentStarted(self._tools.clock.now(), name))
        self.weigh()

    async def disable(self, name: str) -> None:
        """Stop one agent; its cycle is cut off."""
        self._enabled.discard(name)
        self._schedule.weigh(name, 0)
        await self._cut(name)
        self._tools.store.dispatch(ev.AgentStopped(self._tools.clock.now(), name))
        self._moved()

    def leave_out(self, name: str, reason: str) -> None:
        """The API refused the agent, whose cycle is over: it runs no more until its files change."""
        self._admission.refuse(name, reason)
        self._note("warning", f"{name} does not run any more: {reason.rstrip('.')}. The others go on.")
        self._enabled.discard(name)
        self._schedule.weigh(name, 0)
        self._tools.store.dispatch(ev.AgentStopped(self._tools.clock.now(), name))

    def weigh(self) -> None:
        """Take the weights of the current phase."""
        phase = self._tools.store.state.phase.name
        weights = {name: self._weight(name, phase) for name in self._enabled}
        for name, weight in weights.items():
            self._schedule.weigh(name, weight)
        self._tools.store.dispatch(ev.WeightsSet(self._tools.clock.now(), weights))
        self._moved()

    def reconsider(self) -> None:
        """The caps are others: look again who can be asked."""
        self._doubtful = True
        self._moved()

    @property
    def look_within(self) -> float:
        """Seconds until the files of the team have to be looked at again, at the latest."""
        return STILL if self._roster.being_written else LOOK

    async def renew(self) -> None:
        """Take up what a person changed in the files of the team and its agents: every cycle from now on goes by it."""
        renewal = self._roster.look(self._tools.clock.monotonic())
        if renewal is None and not self._doubtful:
            return
        self._doubtful = False
        if renewal is None:
            await self._judge(())
            return
        for name in self._enabled & {*renewal.left}:
            await self.disable(name)
        for name in self._enabled & renewal.changed:
            self._tally.quiet.discard(name)
            self.holds.let_go(name)
            self._schedule.wake(name, self._tools.clock.monotonic())
        await self._judge(renewal.joined, renewal.changed)

    async def _judge(self, joined: Sequence[str], changed: Collection[str] = ()) -> None:
        """Let nobody run who cannot be asked, and let them in again once they can be."""
        running = self._enabled | {*joined}
        verdict = self._admission.look(self._roster.team, self._roster.agents, running, changed)
        for name, why in verdict.out.items():
            self._note("warning", f"{name} does not run: {why}.")
            if name in self._enabled:
                await self.disable(name)
        for name in verdict.again:
            self._note("info", f"What kept {name} from running is mended.")
        self.enable([*verdict.again, *(name for name in joined if name not in self._admission.barred)])
        self._pause.desert(deserted=bool(self._admission.barred) and not self._enabled)

    def _weight(self, name: str, phase: Phase) -> float:
        member = self._roster.team.member(name)
        return 1.0 if member is None else member.weight(phase)

    def _note(self, level: str, text: str) -> None:
        self._tools.store.dispatch(ev.Noted(self._tools.clock.now(), level, text))
