"""A running team as a progress: its phase, who does what, and how much of its budget is spent; its cancel stops the team."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kinos.domain.event import Event, TeamStarting, TeamStopped
from kinos.domain.state import WORKING, AgentState, State, TeamState
from kinos.lsp.background import Background
from kinos.lsp.client import Client, explained
from kinos.lsp.coalescing import Coalesced, Timer
from kinos.lsp.progress import Progress

if TYPE_CHECKING:
    from kinos.engine.session import Session

_CAPS = ("usd", "tokens", "runs", "minutes")


class TeamProgress:
    """Follows the team of one folder from its start to the end of its last process."""

    def __init__(self, session: Session, client: Client, background: Background, timer: Timer) -> None:
        self._session = session
        self._client = client
        self._background = background
        self._progress: Progress | None = None
        self._reports = Coalesced(self._report, timer)

    def on_event(self, before: State, after: State, event: Event) -> None:
        """A subscriber of the engine."""
        if isinstance(event, TeamStarting):
            self._progress = self._client.progress(f"KinOS: team {after.team.name}", self._cancel)
        if self._progress is None or before == after:
            return
        if isinstance(event, TeamStopped):
            self._reports.stop()
            self._progress.end(after.team.reason)
            self._progress = None
        else:
            self._reports.changed()

    def _report(self) -> None:
        if self._progress is not None:
            self._progress.report(message(self._session.state), percentage(self._session.picture()["budget"]))

    def _cancel(self) -> None:
        self._background.start(self._stop())

    async def _stop(self) -> None:
        with explained(self._client):
            await self._session.stop_team()


def message(state: State) -> str:
    """What a team does, in a line."""
    team = state.team
    if team.state is TeamState.PAUSED:
        return f"paused: {team.reason}"
    if team.state is not TeamState.RUNNING:
        return team.state.value
    busy = [f"{view.name} {view.state.value}" for view in state.agents.values() if view.state in WORKING]
    waits = [f"{state.waiting} {'change waits' if state.waiting == 1 else 'changes wait'} for review"]
    failed = [f"{view.name} failed" for view in state.agents.values() if view.state is AgentState.FAILED]
    return " · ".join([state.phase.name.value, *busy, *failed, *(waits if state.waiting else ())])


def percentage(budget: Mapping[str, Any]) -> int | None:
    """How much of the cap that is nearest has been used, in percent; None without caps."""
    used = [(budget[name] or 0) / budget[f"{name}Cap"] for name in _CAPS if budget[f"{name}Cap"]]
    return min(100, int(100 * max(used))) if used else None
