"""The state of one workspace's engine: small, immutable, and changed by `transition.apply` alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from kinos.domain.budget import Caps
from kinos.domain.check import CheckRecord
from kinos.domain.phase import PhaseState
from kinos.domain.usage import Usage


class TeamState(StrEnum):
    """A team's life."""

    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"


class AgentState(StrEnum):
    """An agent's life."""

    ASLEEP = "asleep"
    RESTING = "resting"
    PLANNING = "planning"
    QUEUED = "queued"
    EDITING = "editing"
    LANDING = "landing"
    FAILED = "failed"
    STOPPED = "stopped"


WORKING = frozenset({AgentState.PLANNING, AgentState.QUEUED, AgentState.EDITING, AgentState.LANDING})


@dataclass(frozen=True, slots=True)
class AgentView:
    """What is known of one agent; figures are this session's. `seconds` is the sum over finished cycles; `useful` of them
    landed or proposed something, of `tried` that found something to do. `said` is the last line of what its model says now.
    """

    name: str
    state: AgentState = AgentState.STOPPED
    weight: float = 0.0
    task: str = ""
    files: tuple[str, ...] = ()
    since: datetime | None = None
    next_at: datetime | None = None
    cycles: int = 0
    landed: int = 0
    waiting: int = 0
    refused: int = 0
    failed: int = 0
    usage: Usage = Usage()
    usd: float | None = 0.0
    seconds: float = 0.0
    last_error: str = ""
    last_result: str = ""
    useful: int = 0
    tried: int = 0
    deferred: str = ""
    """Why it does not go on though it could: its model's API does not answer, or a person types where its edit is to land."""
    said: str = ""


@dataclass(frozen=True, slots=True)
class TeamView:
    """The team on this workspace; `reason` says why this team, or why it paused or stopped."""

    name: str = ""
    state: TeamState = TeamState.STOPPED
    reason: str = ""
    landing: str = ""
    rehearsal: bool = False
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sizes:
    """Totals over all documents of the workspace."""

    total: int = 0
    documents: int = 0
    long: int = 0
    too_long: int = 0
    tokenizer: str = ""
    counted: str = "exact"


@dataclass(frozen=True, slots=True)
class Spend:
    """What the session has spent, beside its caps. `today` is what all engines of the user have, None when not known, and
    `unpriced` the tokens of their calls whose price is not known; the run ends by itself once `runs` is `last_run`, None: it
    does not.
    """

    usage: Usage = Usage()
    usd: float | None = 0.0
    runs: int = 0
    caps: Caps = Caps()
    today: float | None = None
    unpriced: int = 0
    last_run: int | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """How often sizes were told, and how often a change came to another state: who shows either looks again when it grew."""

    documents: int = 0
    changes: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """One workspace. `waiting` is how many changes wait for a person, `check` what the check command came to last; `asked` are
    the documents a person asked the team to consolidate.
    """

    team: TeamView = TeamView()
    agents: Mapping[str, AgentView] = field(default_factory=dict)
    phase: PhaseState = PhaseState()
    sizes: Sizes = Sizes()
    spend: Spend = Spend()
    waiting: int = 0
    check: CheckRecord | None = None
    asked: tuple[str, ...] = ()
    revision: Revision = Revision()
