"""The pause of a running team: by hand, at a cap of its budget, or while too much waits for review or nobody can be asked."""

from collections.abc import Callable

from kinos.domain import event as ev
from kinos.domain.errors import BudgetError, UsageError
from kinos.engine.tally import Tally
from kinos.engine.tools import Tools

BY_HAND = "paused by hand"
WAITING_LIMIT = 10
"""Above this many changes waiting for a person the team pauses."""


class Pause:
    """While it is on, no cycle begins; those that run go on to their end. `moved` is called whenever it begins or ends."""

    def __init__(self, tools: Tools, tally: Tally, moved: Callable[[], None]) -> None:
        self._tools = tools
        self._tally = tally
        self._moved = moved
        self._on = False
        self._full = False
        self._capped = False
        self._deserted = False

    @property
    def on(self) -> bool:
        """Whether the team is paused."""
        return self._on

    def begin(self, reason: str, cap: str = "") -> None:
        """Pause; `cap` is the one that was reached. Only a person ends what neither a cap nor what waits has begun."""
        if not self._on:
            self._on = True
            self._tools.budget.halt()
            self._tools.store.dispatch(ev.TeamPaused(self._tools.clock.now(), reason, cap))
            self._moved()

    def begin_by_hand(self) -> None:
        """Pause until a person says so, whatever else comes."""
        self._full = self._capped = self._deserted = False
        self.begin(BY_HAND)

    async def end_by_hand(self) -> None:
        """Go on. Raises BudgetError while a cap is still reached, UsageError while too much waits for review."""
        await self._tools.budget.look_again()
        if reached := self._tools.budget.pause():
            raise BudgetError(f"The team stays paused: {reached.reason}.")
        waiting = self._tools.store.state.waiting
        if waiting > WAITING_LIMIT:
            raise UsageError(
                f"The team stays paused: {waiting} changes wait for review.", "Accept or reject some first."
            )
        self._end("resumed by hand")

    def look(self) -> None:
        """Pause at a cap or when too much waits, and go on after such a pause once there is room again."""
        reached = self._tools.budget.pause()
        if reached and not self._on:
            self._tally.budget, self._capped = reached.reason, True
            self.begin(reached.reason, reached.cap or "")
        elif self._capped and not reached:
            self._end("there is room in the budget again")
        waiting = self._tools.store.state.waiting
        if waiting > WAITING_LIMIT and not self._on:
            self._full = True
            self.begin(f"{waiting} changes wait for review")
        elif self._full and waiting <= WAITING_LIMIT:
            self._end(f"{waiting} changes wait for review now")

    def desert(self, *, deserted: bool) -> None:
        """Pause while there is no agent left that can be asked."""
        if deserted and not self._on:
            self._deserted = True
            self.begin("no agent of it can be asked")
        elif self._deserted and not deserted:
            self._end("there is somebody to run again")

    def _end(self, reason: str) -> None:
        if self._on:
            self._on = self._full = self._capped = self._deserted = False
            self._tally.budget = ""
            self._tools.budget.go_on()
            self._tools.store.dispatch(ev.TeamResumed(self._tools.clock.now(), reason))
            self._moved()
