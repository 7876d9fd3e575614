"""A record in the journal of each cycle that ended, also of one that a stop has cut off."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kinos.domain import event as ev
from kinos.domain.change import LANDED_STATES
from kinos.domain.figure import CycleRecord
from kinos.domain.outcome import CUT_OFF, QUOTING, Result
from kinos.domain.state import State
from kinos.domain.usage import Usage, add_cost


@dataclass(slots=True)
class _Open:
    """A cycle that is under way, and what it has spent."""

    cycle: str
    began: datetime
    usage: Usage = Usage()
    usd: float | None = 0.0
    landed: bool = False


class Chronicle:
    """A subscriber of the store. `keep` writes a record; it must not raise."""

    def __init__(self, session: str, keep: Callable[[CycleRecord], None]) -> None:
        self._session = session
        self._keep = keep
        self._open: dict[str, _Open] = {}

    def follow(self, before: State, after: State, event: ev.Event) -> None:
        """Take an event in."""
        if isinstance(event, ev.CycleStarted):
            self._open[event.agent] = _Open(event.cycle, event.time)
        elif isinstance(event, ev.Spent):
            self._spend(event)
        elif isinstance(event, ev.ChangeMoved):
            open_ = self._open.get(event.change.agent)
            if open_ is not None and open_.cycle == event.change.cycle:
                open_.landed = event.change.state in LANDED_STATES
        elif isinstance(event, ev.CycleRested):
            reason = "" if event.result in QUOTING else event.reason
            self._close(after, event.agent, event.time, event.result, "", reason, event.seconds)
        elif isinstance(event, ev.CycleFailed):
            self._close(after, event.agent, event.time, Result.FAILED, event.kind, event.message, event.seconds)
        elif isinstance(event, ev.AgentStopped):
            self._cut(after, event.agent, event)
        elif isinstance(event, ev.TeamStopped):
            for agent in list(self._open):
                self._cut(after, agent, event)

    def _spend(self, event: ev.Spent) -> None:
        if open_ := self._open.get(event.agent):
            open_.usage += event.usage
            open_.usd = add_cost(open_.usd, event.usd)

    def _cut(self, state: State, agent: str, event: ev.Event) -> None:
        if open_ := self._open.get(agent):
            # A landing is never cut off: the stop has waited for it.
            result = Result.LANDED if open_.landed else CUT_OFF
            self._close(state, agent, event.time, result, "", "", (event.time - open_.began).total_seconds())

    def _close(
        self, state: State, agent: str, ended: datetime, result: str, kind: str, reason: str, seconds: float
    ) -> None:
        open_ = self._open.pop(agent, None)
        if open_ is None:
            return
        team = state.team
        self._keep(
            CycleRecord(
                open_.cycle, self._session, team.name, agent, ended, result, kind, reason, round(seconds, 3),
                open_.usage, open_.usd, team.rehearsal,
            )
        )  # fmt: skip
