"""The money of one workspace: the caps of a session, its account that outlives the engine, and the budget of a team."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from kinos.domain.account import Account, read, told
from kinos.domain.budget import Caps, Ledger, unpriced
from kinos.domain.endpoint import prices_of
from kinos.domain.event import CapsSet, Noted, SpendingFound
from kinos.domain.setting import Settings
from kinos.domain.usage import price_of
from kinos.engine.budget import Budget
from kinos.engine.keeper import Keeper
from kinos.engine.ports import Clock, DayLedger
from kinos.engine.store import Store
from kinos.engine.today import Today

KEPT = 50
"""Accounts of former sessions that are kept, the latest ones."""


class Purse:
    """`settings` as they are now are the caps of a session, unless a person set others for it."""

    def __init__(
        self, days: DayLedger, keeper: Keeper, clock: Clock, store: Store, settings: Callable[[], Settings]
    ) -> None:
        self._today = Today(days, clock, store)
        self._keeper = keeper
        self._clock = clock
        self._store = store
        self._settings = settings
        self._asked: dict[str, Any] = {}
        self._budget: Budget | None = None
        self._account: Account | None = None
        self._minutes = 0.0

    @property
    def minutes(self) -> float:
        """Minutes the session that runs, or ran last, has run."""
        return self._minutes if self._budget is None else self._budget.minutes

    async def open(self) -> None:
        """Tell what the last session here and the user's day have come to. Nothing is written."""
        last = self._last()
        if last is not None:
            self._found(last)
        await self._today.look(cap=0)

    def accounts(self) -> Sequence[Account]:
        """What the sessions of this workspace have spent, the latest last."""
        last = self._last()
        former = [account for entry in self._keeper.sessions() if (account := _account(entry)) is not None]
        return former if last is None else [*(account for account in former if account.began != last.began), last]

    def caps(self, *, rehearse: bool) -> Caps:
        """The caps of the next session. In a rehearsal nothing costs anything, so dollars and tokens are not capped."""
        given = self._settings()
        caps = Caps(
            given.budget_usd, given.budget_tokens, given.budget_runs, given.budget_minutes, given.budget_usd_per_day
        )
        if rehearse:
            caps = replace(caps, usd=0.0, tokens=0, usd_per_day=0.0)
        return replace(caps, **self._asked)

    def unpriced(self, models: Mapping[str, Sequence[str]], caps: Caps) -> Mapping[str, str]:
        """Which agents, of those whose `models` are given, can make no call under `caps`, each with the reason."""
        prices = prices_of(self._settings()) if caps.dollars else None
        if prices is None:
            return {}
        first = {
            agent: next((name for name in names if price_of(name, prices) is None), "")
            for agent, names in models.items()
        }
        return {agent: unpriced(model) for agent, model in first.items() if model}

    async def look(self, *, rehearse: bool) -> None:
        """Look what the user has spent today. Raises SetupError when that cannot be read and there is a cap to keep."""
        if not rehearse:
            await self._today.look(self.caps(rehearse=False).usd_per_day)

    def begin(self, session: str, team: str, caps: Caps, *, rehearse: bool) -> Budget:
        """The budget of a team, after a `look`. A session that was cut off goes on. Needs the hold of the folder."""
        prices, clock, now = prices_of(self._settings()), self._clock, self._clock.now()
        if rehearse:
            self._budget = Budget(Ledger(caps, prices, free=True), clock, self._store)
            return self._budget
        last = self._last()
        goes_on = last is not None and last.cut_off(now)
        account = last if last is not None and goes_on else Account(session, team, now, now)
        if last is not None and not goes_on:
            self._keeper.keep_sessions([told(each) for each in self.accounts()][-KEPT:])
        self._account = replace(account, session=session, team=team)
        ledger = Ledger(caps, prices, spent=account.usage, usd=account.usd, runs=account.runs)
        self._budget = Budget(ledger, clock, self._store, self._today, self._keep, account.minutes)
        self._keep(ledger, account.minutes)
        if goes_on:
            self._found(account)
            self._store.dispatch(Noted(now, "warning", _goes_on(account)))
        self._budget.reconsider()
        return self._budget

    def end(self) -> None:
        """The session is over. Needs the hold of the folder."""
        self._minutes, self._budget, self._asked = self.minutes, None, {}
        if self._account is not None:
            self._write(replace(self._account.in_full(), ended=True))
            self._account = None

    async def set_caps(self, given: Mapping[str, Any]) -> None:
        """Set caps, by field of `Caps`, of the session that runs, else of the next one. Raises SetupError as `look`."""
        self._asked |= given
        caps = self.caps(rehearse=False) if self._budget is None else replace(self._budget.caps, **given)
        await self._set(caps)

    async def follow(self) -> None:
        """The settings are others: their caps and prices hold for the session that runs, too, except for the caps that a person
        set for it. Raises SetupError as `look`.
        """
        if self._budget is None:
            return
        self._budget.reprice(prices_of(self._settings()))
        caps = self.caps(rehearse=self._budget.free)
        if caps != self._budget.caps:
            await self._set(caps)

    async def _set(self, caps: Caps) -> None:
        self._store.dispatch(CapsSet(self._clock.now(), caps))
        if self._budget is not None:
            await self._budget.set_caps(caps)

    # -- inside ---------------------------------------------------------------------------------------------------

    def _last(self) -> Account | None:
        """The session that ran here last, what its calls held counted in full."""
        account = _account(self._keeper.session())
        return None if account is None else account.in_full()

    def _keep(self, ledger: Ledger, minutes: float) -> None:
        if self._account is not None:
            self._account = self._account.now(ledger, self._clock.now(), minutes)
            self._write(self._account)

    def _write(self, account: Account) -> None:
        self._keeper.try_to_keep(
            "What was spent", lambda: self._keeper.keep_session(told(account), ended=account.ended)
        )

    def _found(self, account: Account) -> None:
        self._minutes = account.minutes
        self._store.dispatch(SpendingFound(self._clock.now(), account.usage, account.usd, account.runs))


def _account(entry: Mapping[str, Any]) -> Account | None:
    try:
        return read(entry)
    except (KeyError, TypeError, ValueError):
        return None


def _goes_on(account: Account) -> str:
    cost = "an unknown amount" if account.usd is None else f"{account.usd:.2f} US dollars"
    return (
        f"The session of {account.began.astimezone():%H:%M} was cut off, so this one goes on with what it had spent: {cost}, "
        f"{account.usage.total:,} tokens, {account.runs} runs. To begin anew, stop the team and start it again."
    )
