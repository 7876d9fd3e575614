"""What one session of a workspace has spent, as it is kept across restarts of the engine."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from kinos.domain.budget import Hold, Ledger
from kinos.domain.usage import Usage, add_cost

SITTING = timedelta(hours=12)
"""A session that was cut off longer ago than this is not gone on with."""


@dataclass(frozen=True, slots=True)
class Account:
    """A session lasts from a team's start to its stop; `ended` is false while it runs, and when its engine was cut off.

    `held` is reserved for calls that did not come back yet; `kept` is when this was written.
    """

    session: str
    team: str
    began: datetime
    kept: datetime
    ended: bool = False
    usage: Usage = Usage()
    usd: float | None = 0.0
    runs: int = 0
    minutes: float = 0.0
    held: tuple[Hold, ...] = ()

    def now(self, ledger: Ledger, kept: datetime, minutes: float) -> "Account":
        """The account with what `ledger` says."""
        held = tuple(ledger.held.values())
        return replace(
            self, kept=kept, usage=ledger.spent, usd=ledger.usd, runs=ledger.runs, minutes=minutes, held=held
        )

    def in_full(self) -> "Account":
        """What is held counts in full: its calls were cut off."""
        usage, usd = self.usage, self.usd
        for hold in self.held:
            usage += hold.usage
            usd = add_cost(usd, hold.usd)
        return replace(self, usage=usage, usd=usd, held=())

    def described(self) -> dict[str, Any]:
        """As `kin history --sessions --json` shows it; `ended` is false for one that runs or was cut off."""
        return {
            "session": self.session,
            "team": self.team,
            "began": self.began.isoformat(timespec="seconds"),
            "last": self.kept.isoformat(timespec="seconds"),
            "ended": self.ended,
            "minutes": round(self.minutes, 1),
            "runs": self.runs,
            "tokensIn": self.usage.tokens_in,
            "tokensOut": self.usage.output_tokens,
            "usd": self.usd,
        }

    def cut_off(self, now: datetime) -> bool:
        """Whether its engine died in the middle of it, not too long ago."""
        return not self.ended and now - self.kept < SITTING


def told(account: Account) -> dict[str, Any]:
    """As JSON."""
    return {**asdict(account), "began": account.began.isoformat(), "kept": account.kept.isoformat()}


def read(value: Mapping[str, Any]) -> Account:
    """What `told` wrote. Raises ValueError, KeyError or TypeError for anything else."""
    return Account(
        **{
            **value,
            "began": datetime.fromisoformat(value["began"]),
            "kept": datetime.fromisoformat(value["kept"]),
            "usage": Usage(**value["usage"]),
            "held": tuple(Hold(**hold) for hold in value["held"]),
        }
    )
