"""What a person is told of what happened: a kind and a sentence for an event, where it is worth one."""

from kinos.domain.change import LANDED_STATES, Change, ChangeState
from kinos.domain.event import (
    ChangeMoved,
    CycleFailed,
    Event,
    Noted,
    TeamPaused,
    TeamResumed,
    TeamRunning,
    TeamStopped,
)
from kinos.domain.notification import Kind
from kinos.domain.state import State, TeamView
from kinos.engine.lifecycle import FAILED
from kinos.engine.pause import BY_HAND

type News = tuple[Kind, str]


def news(before: State, after: State, event: Event) -> News | None:
    """What is told of `event`; None when it is only a step, or shows elsewhere. A cap is asked about (`lsp.question`)."""
    match event:
        case Noted():
            return Kind(event.level), event.message
        case CycleFailed():
            return Kind.WARNING, f"{event.agent} failed: {event.message}"
        case ChangeMoved():
            return _moved(event.change, event.previous, after.team.landing)
    return _of_team(after.team, event)


def _of_team(team: TeamView, event: Event) -> News | None:
    match event:
        case TeamRunning():
            return Kind.SUCCESS, f"The team {team.name} runs: {team.reason}."
        case TeamPaused(cap=""):
            return Kind.INFO if event.reason == BY_HAND else Kind.FLASH, f"KinOS paused: {_sentence(event.reason)}"
        case TeamResumed():
            return Kind.INFO, f"The team {team.name} goes on: {event.reason}."
        case TeamStopped():
            failed = event.reason.startswith(FAILED)
            return Kind.FLASH if failed else Kind.INFO, f"The team {team.name} stopped: {_sentence(event.reason)}"
    return None


def _sentence(reason: str) -> str:
    return reason if reason.endswith(".") else f"{reason}."


def _moved(change: Change, previous: ChangeState | None, landing: str) -> News | None:
    what = f"{change.agent}: {change.title} ({change.id})"
    if change.state in LANDED_STATES:
        return None if previous in LANDED_STATES else (Kind.SUCCESS, f"{what} landed.")
    match change.state:
        case ChangeState.PROPOSED if landing != "auto" or change.reason:
            return Kind.INFO, f"{what} waits for review."
        case ChangeState.UNDONE:
            return Kind.INFO, f"{what} was taken back."
        case ChangeState.CONFLICTED | ChangeState.REFUSED:
            word = "set aside" if change.state is ChangeState.CONFLICTED else "refused"
            return Kind.WARNING, f"{what} was {word}: {change.reason}"
    return None
