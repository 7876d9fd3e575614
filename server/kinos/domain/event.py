"""What happened: the only way the state changes, and the lines of `kin --json`. Past participles."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from kinos.domain.budget import Caps
from kinos.domain.change import Change, ChangeState
from kinos.domain.check import CheckRecord
from kinos.domain.phase import PhaseState
from kinos.domain.usage import Usage


@dataclass(frozen=True, slots=True)
class Event:
    """`time` is when it happened, with its zone."""

    time: datetime


@dataclass(frozen=True, slots=True)
class TeamStarting(Event):
    """A team was asked for. `reason` says why this one; `cycles` is after how many its run ends by itself, None: it does not."""

    team: str
    reason: str
    landing: str
    rehearsal: bool
    agents: tuple[str, ...]
    caps: Caps
    cycles: int | None = None


@dataclass(frozen=True, slots=True)
class TeamRunning(Event):
    """The worker is ready and agents run."""


@dataclass(frozen=True, slots=True)
class TeamPaused(Event):
    """No new cycle starts; `reason` says why. `cap` names the cap that was reached, empty when it was none."""

    reason: str
    cap: str = ""


@dataclass(frozen=True, slots=True)
class TeamResumed(Event):
    """Cycles start again; `reason` says why."""

    reason: str


@dataclass(frozen=True, slots=True)
class TeamStopping(Event):
    """Stop was asked for."""


@dataclass(frozen=True, slots=True)
class TeamStopped(Event):
    """Every process of the team has ended; `ended` is how many there were. `reason` when it was not asked for."""

    ended: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AgentStarted(Event):
    """An agent may run from now on: with its team, by itself, or once its files let it again."""

    agent: str


@dataclass(frozen=True, slots=True)
class AgentStopped(Event):
    """An agent runs no more while its team goes on: stopped by a person, gone from the files, or not to be asked."""

    agent: str


@dataclass(frozen=True, slots=True)
class WeightsSet(Event):
    """The phase or the team's file gave every agent a weight; 0 is asleep."""

    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class CycleStarted(Event):
    """An agent began to observe and decide."""

    agent: str
    cycle: str
    reason: str


@dataclass(frozen=True, slots=True)
class AgentDeferred(Event):
    """An agent rests until `next_at` because the API of its model does not answer; no `reason`: it does again."""

    agent: str
    reason: str
    next_at: datetime


@dataclass(frozen=True, slots=True)
class TaskChosen(Event):
    """The planner named one task."""

    agent: str
    cycle: str
    title: str
    why: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said(Event):
    """What the agent's model has said since the last one, while its answer comes. It may hold contents of files: it is shown,
    and never written to the log, the journal or the lines of `kin --json`.
    """

    agent: str
    cycle: str
    text: str


@dataclass(frozen=True, slots=True)
class TaskClaimed(Event):
    """The task's files are claimed; aider edits copies of them."""

    agent: str
    cycle: str


@dataclass(frozen=True, slots=True)
class EditFinished(Event):
    """The edit is made and about to be landed or proposed."""

    agent: str
    cycle: str


@dataclass(frozen=True, slots=True)
class LandingDeferred(Event):
    """The edit waits until the person pauses who types into `path`; no `path`: they have."""

    agent: str
    cycle: str
    path: str


@dataclass(frozen=True, slots=True)
class CycleRested(Event):
    """The cycle ended without a failure; `result` says how. The agent rests until `next_at`."""

    agent: str
    cycle: str
    result: str
    reason: str
    next_at: datetime | None
    seconds: float


@dataclass(frozen=True, slots=True)
class CycleFailed(Event):
    """The cycle failed; `kind` is a FailureKind. The agent rests longer, until `next_at`, and tries again."""

    agent: str
    cycle: str
    kind: str
    message: str
    next_at: datetime | None
    seconds: float


@dataclass(frozen=True, slots=True)
class AgentHeld(Event):
    """The agent goes round in circles; `reason` says how. It rests until `next_at`, or until a person changes what it works
    from.
    """

    agent: str
    reason: str
    next_at: datetime


@dataclass(frozen=True, slots=True)
class Spent(Event):
    """A model call was settled. `usd` is None when its price is unknown; totals are the session's."""

    agent: str
    usage: Usage
    usd: float | None
    total: Usage
    total_usd: float | None
    runs: int


@dataclass(frozen=True, slots=True)
class CapsSet(Event):
    """A person set the caps of the session, or of the next one while none runs."""

    caps: Caps


@dataclass(frozen=True, slots=True)
class SpendingFound(Event):
    """What the session that ran here last had spent: at the opening, or when its cut-off run goes on."""

    usage: Usage
    usd: float | None
    runs: int


@dataclass(frozen=True, slots=True)
class DaySpent(Event):
    """What all engines of the user spent and reserved today, as last seen; `usd` is None when it cannot be read.

    `unpriced` are the tokens of calls whose price is not known.
    """

    usd: float | None
    unpriced: int = 0


@dataclass(frozen=True, slots=True)
class ChangeMoved(Event):
    """A change came into being or went to another state (in `change.state`)."""

    change: Change
    previous: ChangeState | None


@dataclass(frozen=True, slots=True)
class SizesCounted(Event):
    """Sizes changed: totals over all documents. `paths` were touched."""

    total: int
    documents: int
    long: int
    too_long: int
    tokenizer: str
    counted: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TokenizerChanged(Event):
    """All sizes are counted anew by another tokenizer; `reason` says why that one."""

    tokenizer: str
    reason: str


@dataclass(frozen=True, slots=True)
class SettingsChanged(Event):
    """The settings with these keys have other values, and all is in step with them; or something else is wrong with them."""

    keys: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LandingSet(Event):
    """From now on changes of the running team wait for a person (`review`), or land (`auto`)."""

    landing: str


@dataclass(frozen=True, slots=True)
class PhaseMoved(Event):
    """The phase or its reason changed."""

    phase: PhaseState


@dataclass(frozen=True, slots=True)
class ConsolidationAsked(Event):
    """A person asked the team to consolidate the document at `path`."""

    path: str


@dataclass(frozen=True, slots=True)
class ConsolidationEnded(Event):
    """The team is asked for it no more; `reason` says why: it was done, or withdrawn."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class MapWritten(Event):
    """The map's file was written."""

    path: str


@dataclass(frozen=True, slots=True)
class CheckStarted(Event):
    """The check command was started."""

    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckEnded(Event):
    """The check command ended, or was not run; `check` says how and why, and holds no output."""

    check: CheckRecord


@dataclass(frozen=True, slots=True)
class Noted(Event):
    """Something a person should know; `level` is info, warning or error."""

    level: str
    message: str


def wire(event: Event) -> dict[str, Any]:
    """The JSON object of one event: `type`, `time` (ISO 8601), and its fields."""
    return {"type": type(event).__name__, **{f.name: _plain(getattr(event, f.name)) for f in fields(event)}}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    return value
