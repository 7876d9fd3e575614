"""At a cap the team pauses and asks: the one question of a folder, which waits for as long as the person does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kinos.domain.budget import Cap
from kinos.domain.event import Event, TeamPaused
from kinos.domain.state import State, TeamState
from kinos.lsp.background import Background
from kinos.lsp.client import Client, explained

if TYPE_CHECKING:
    from kinos.engine.session import Session

STOP = "Stop the team"


@dataclass(frozen=True, slots=True)
class Step:
    """By how much the answer raises a cap, and how a person says it. `spent` is what the picture calls what it caps."""

    field: str
    spent: str
    amount: float
    unit: str

    @property
    def action(self) -> str:
        """What a person chooses."""
        return f"Raise by {self.amount:,} {self.unit}"


STEPS: Mapping[str, Step] = {
    Cap.USD: Step("usd", "usd", 5, "US$"),
    Cap.USD_PER_DAY: Step("usd_per_day", "usdToday", 5, "US$ for today"),
    Cap.TOKENS: Step("tokens", "tokens", 500_000, "tokens"),
    Cap.RUNS: Step("runs", "runs", 50, "runs"),
    Cap.MINUTES: Step("minutes", "minutes", 30, "minutes"),
}


class CapQuestion:
    """Asks once each time a cap is reached, and one thing at a time. What is not answered leaves the team paused."""

    def __init__(self, session: Session, client: Client, background: Background) -> None:
        self._session = session
        self._client = client
        self._background = background
        self._asking = False

    def on_event(self, before: State, after: State, event: Event) -> None:
        """A subscriber of the engine."""
        step = STEPS.get(event.cap) if isinstance(event, TeamPaused) else None
        if step is not None and not self._asking:
            self._asking = True
            self._background.start(self._ask(f"KinOS paused: {after.team.reason}.", step))

    async def _ask(self, message: str, step: Step) -> None:
        try:
            chosen = await self._client.ask(message, [step.action, STOP])
        finally:
            self._asking = False
        state = self._session.state
        if state.team.state is not TeamState.PAUSED:
            return  # answered in another way meanwhile
        with explained(self._client):
            if chosen == step.action:
                cap: float = getattr(state.spend.caps, step.field)
                # A cap that was lowered below what is spent has to be raised above that.
                spent: float = self._session.picture()["budget"][step.spent] or 0
                await self._session.set_budget({step.field: max(cap, spent) + step.amount})
            elif chosen == STOP:
                await self._session.stop_team()
