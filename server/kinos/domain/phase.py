"""The project's phase: which of two modes the team works in, from the total of tokens, with hysteresis."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class Phase(StrEnum):
    """EXPANSION creates; CONVERGENCE consolidates."""

    EXPANSION = "EXPANSION"
    CONVERGENCE = "CONVERGENCE"


@dataclass(frozen=True, slots=True)
class PhaseRule:
    """`limit` in tokens; above `converge` (a share of it) the project converges, below `expand` it expands again."""

    limit: int = 128_000
    converge: float = 0.60
    expand: float = 0.50

    @property
    def converge_at(self) -> int:
        """Tokens above which CONVERGENCE begins."""
        return round(self.limit * self.converge)

    @property
    def expand_at(self) -> int:
        """Tokens below which EXPANSION begins again."""
        return round(self.limit * self.expand)

    def share(self, total: int) -> float:
        """`total` as a percentage of the limit."""
        return 100 * total / self.limit


@dataclass(frozen=True, slots=True)
class PhaseState:
    """The phase, why it is that, since when (None before anything was counted), and whether a person pinned it."""

    name: Phase = Phase.EXPANSION
    reason: str = "a project starts in EXPANSION"
    since: datetime | None = None
    pinned: bool = False

    def counted(self, total: int, rule: PhaseRule, now: datetime) -> "PhaseState":
        """The phase after the total became `total` tokens; self when nothing changes but the figures."""
        if self.pinned:
            return self
        name = self._name_for(total, rule)
        reason = _reason(name, total, rule)
        if name is self.name and self.since is not None:
            return self if reason == self.reason else replace(self, reason=reason)
        return PhaseState(name, reason, now)

    def pin(self, name: Phase, now: datetime) -> "PhaseState":
        """The phase a person chose; it stays until `unpin`."""
        return PhaseState(name, "set by hand", now if name is not self.name else self.since or now, pinned=True)

    def unpin(self, total: int, rule: PhaseRule, now: datetime) -> "PhaseState":
        """Back to following the total."""
        return replace(self, pinned=False).counted(total, rule, now)

    def _name_for(self, total: int, rule: PhaseRule) -> Phase:
        if total > rule.converge_at:
            return Phase.CONVERGENCE
        if total < rule.expand_at:
            return Phase.EXPANSION
        return self.name


def _reason(name: Phase, total: int, rule: PhaseRule) -> str:
    share = f"{rule.share(total):.0f} % of the limit"
    converge, expand = f"{rule.converge * 100:g} %", f"{rule.expand * 100:g} %"
    if total > rule.converge_at:
        return f"{share}, above {converge}"
    if total < rule.expand_at:
        return f"{share}, below {expand}"
    return f"{share}, between {expand} and {converge}: {name} stays"


def to_converge(total: int, rule: PhaseRule) -> int:
    """Tokens that may still be added before CONVERGENCE begins; negative once above."""
    return rule.converge_at - total


def to_expand(total: int, rule: PhaseRule) -> int:
    """Tokens to take away before EXPANSION begins again; negative once below."""
    return total - rule.expand_at
