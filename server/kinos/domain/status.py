"""The complete picture of a workspace's engine: the object of `kinos/status`, `kinos/state` and `kin status --json`."""

from collections.abc import Mapping
from typing import Any

from kinos.domain.check import CheckRecord
from kinos.domain.figure import success_rate
from kinos.domain.phase import PhaseRule, to_converge, to_expand
from kinos.domain.state import AgentView, State


def picture(
    state: State, *, folder: str, trusted: bool, rule: PhaseRule, held_by: str, minutes: float
) -> dict[str, Any]:
    """`folder` is a URI or path; `held_by` names another engine that holds the folder, empty otherwise; `minutes` run."""
    sizes, phase, team = state.sizes, state.phase, state.team
    return {
        "folder": folder,
        "trusted": trusted,
        "phase": {
            "name": phase.name.value,
            "reason": phase.reason,
            "since": phase.since.isoformat() if phase.since else None,
            "pinned": phase.pinned,
        },
        "tokens": {
            "total": sizes.total,
            "limit": rule.limit,
            "percent": round(rule.share(sizes.total), 1),
            "toConverge": to_converge(sizes.total, rule),
            "toExpand": to_expand(sizes.total, rule),
            "tokenizer": sizes.tokenizer,
            "counted": sizes.counted,
        },
        "documents": {"count": sizes.documents, "long": sizes.long, "tooLong": sizes.too_long},
        "team": {
            "name": team.name,
            "state": team.state.value,
            "reason": team.reason,
            "landing": team.landing,
            "rehearsal": team.rehearsal,
            "since": team.since.isoformat() if team.since else None,
            "heldBy": held_by,
        },
        "agents": [_agent(view) for view in state.agents.values()],
        "budget": {
            "usd": state.spend.usd,
            "usdCap": state.spend.caps.usd,
            "tokens": state.spend.usage.total,
            "tokensCap": state.spend.caps.tokens,
            "runs": state.spend.runs,
            "runsCap": state.spend.caps.runs,
            "runsEnd": state.spend.last_run,
            "minutes": round(minutes, 2),
            "minutesCap": state.spend.caps.minutes,
            "usdToday": state.spend.today,
            "unpricedToday": state.spend.unpriced,
            "usdPerDay": state.spend.caps.usd_per_day,
        },
        "waiting": state.waiting,
        "asked": list(state.asked),
        "check": None if state.check is None else _check(state.check),
        "revision": {"documents": state.revision.documents, "changes": state.revision.changes},
    }


def last_cycle(budget: Mapping[str, Any]) -> int:
    """After how many cycles, those of a session that goes on among them, a run is over: its own end or the cap; 0 is none."""
    return min(filter(None, (budget["runsCap"], budget["runsEnd"])), default=0)


def _check(record: CheckRecord) -> dict[str, Any]:
    return {
        "state": record.state.value,
        "reason": record.reason,
        "command": list(record.command),
        "time": record.time.isoformat(),
        "seconds": round(record.seconds, 3),
    }


def _agent(view: AgentView) -> dict[str, Any]:
    return {
        "name": view.name,
        "state": view.state.value,
        "weight": view.weight,
        "task": view.task,
        "files": list(view.files),
        "since": view.since.isoformat() if view.since else None,
        "nextAt": view.next_at.isoformat() if view.next_at else None,
        "cycles": view.cycles,
        "landed": view.landed,
        "waiting": view.waiting,
        "refused": view.refused,
        "failed": view.failed,
        "tokensIn": view.usage.tokens_in,
        "tokensOut": view.usage.output_tokens,
        "usd": view.usd,
        "successRate": success_rate(view.useful, view.tried),
        "meanSeconds": round(view.seconds / view.cycles, 3) if view.cycles else None,
        "said": view.said.rstrip("\n"),
        "lastResult": view.last_result,
        "lastError": view.last_error,
        "deferred": view.deferred,
    }
