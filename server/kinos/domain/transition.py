"""What each event makes of the state."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from kinos.domain import event as ev
from kinos.domain.change import LANDED_STATES, ChangeState
from kinos.domain.outcome import IDLE, USEFUL
from kinos.domain.state import WORKING, AgentState, AgentView, Sizes, Spend, State, TeamState
from kinos.domain.usage import add_cost
from kinos.domain.utterance import last_line

_T, _A = TeamState, AgentState
TEAM_TRANSITIONS: Mapping[TeamState, frozenset[TeamState]] = {
    _T.STOPPED: frozenset({_T.STARTING}),
    _T.STARTING: frozenset({_T.RUNNING, _T.STOPPING, _T.STOPPED}),
    _T.RUNNING: frozenset({_T.PAUSED, _T.STOPPING, _T.STOPPED}),
    _T.PAUSED: frozenset({_T.RUNNING, _T.STOPPING, _T.STOPPED}),
    _T.STOPPING: frozenset({_T.STOPPED}),
}
AGENT_TRANSITIONS: Mapping[AgentState, frozenset[AgentState]] = {
    _A.STOPPED: frozenset({_A.RESTING, _A.ASLEEP}),
    _A.ASLEEP: frozenset({_A.RESTING, _A.STOPPED}),
    _A.RESTING: frozenset({_A.PLANNING, _A.ASLEEP, _A.STOPPED}),
    _A.FAILED: frozenset({_A.RESTING, _A.PLANNING, _A.ASLEEP, _A.STOPPED}),
    _A.PLANNING: frozenset({_A.QUEUED, _A.RESTING, _A.FAILED, _A.STOPPED}),
    _A.QUEUED: frozenset({_A.EDITING, _A.RESTING, _A.FAILED, _A.STOPPED}),
    _A.EDITING: frozenset({_A.LANDING, _A.RESTING, _A.FAILED, _A.STOPPED}),
    _A.LANDING: frozenset({_A.RESTING, _A.FAILED, _A.STOPPED}),
}


def apply(state: State, event: ev.Event) -> State:
    """The state after `event`. Pure and total; raises ValueError for a transition that does not exist: that is a bug."""
    handler = _HANDLERS.get(type(event))
    return state if handler is None else handler(state, event)


def _team(state: State, to: TeamState, at: datetime, **fields: Any) -> State:
    if to not in TEAM_TRANSITIONS[state.team.state]:
        raise ValueError(f"team: {state.team.state} cannot become {to}")
    return replace(state, team=replace(state.team, state=to, since=at, **fields))


def _agent(state: State, name: str, to: AgentState | None = None, **fields: Any) -> State:
    view = state.agents.get(name, AgentView(name))
    if to is not None and to is not view.state:
        if to not in AGENT_TRANSITIONS[view.state]:
            raise ValueError(f"agent {name}: {view.state} cannot become {to}")
        fields["state"] = to
    return replace(state, agents={**state.agents, name: replace(view, **fields)})


def _starting(state: State, e: ev.TeamStarting) -> State:
    agents = {name: AgentView(name) for name in e.agents}
    after = _team(state, _T.STARTING, e.time, name=e.team, reason=e.reason, landing=e.landing, rehearsal=e.rehearsal)
    return replace(
        after,
        agents=agents,
        spend=Spend(caps=e.caps, today=state.spend.today, unpriced=state.spend.unpriced, last_run=e.cycles),
    )


def _running(state: State, e: ev.TeamRunning) -> State:
    return _team(state, _T.RUNNING, e.time)


def _paused(state: State, e: ev.TeamPaused) -> State:
    return _team(state, _T.PAUSED, e.time, reason=e.reason)


def _resumed(state: State, e: ev.TeamResumed) -> State:
    return _team(state, _T.RUNNING, e.time, reason=e.reason)


def _stopping(state: State, e: ev.TeamStopping) -> State:
    return _team(state, _T.STOPPING, e.time)


def _stopped(state: State, e: ev.TeamStopped) -> State:
    after = _team(state, _T.STOPPED, e.time, reason=e.reason)
    for name in after.agents:
        after = _agent(after, name, _A.STOPPED, task="", files=(), said="", next_at=None, since=e.time, deferred="")
    return after


def _agent_started(state: State, e: ev.AgentStarted) -> State:
    view = state.agents.get(e.agent)
    if view is not None and view.state is not _A.STOPPED:
        return state
    return _agent(state, e.agent, _A.RESTING, since=e.time, next_at=None)


def _agent_stopped(state: State, e: ev.AgentStopped) -> State:
    return _agent(state, e.agent, _A.STOPPED, task="", files=(), said="", since=e.time, next_at=None, deferred="")


def _weights(state: State, e: ev.WeightsSet) -> State:
    for name, weight in e.weights.items():
        view = state.agents.get(name, AgentView(name))
        if view.state in WORKING or view.state is _A.STOPPED:
            state = _agent(state, name, weight=weight)
        elif weight == 0:
            state = _agent(state, name, _A.ASLEEP, weight=weight, next_at=None, deferred="")
        elif view.state is _A.ASLEEP:
            state = _agent(state, name, _A.RESTING, weight=weight)
        else:
            state = _agent(state, name, weight=weight)
    return state


def _deferred(state: State, e: ev.AgentDeferred) -> State:
    return _agent(state, e.agent, deferred=e.reason, next_at=e.next_at)


def _cycle(state: State, e: ev.CycleStarted) -> State:
    return _agent(state, e.agent, _A.PLANNING, task="", files=(), said="", since=e.time, next_at=None, deferred="")


def _chosen(state: State, e: ev.TaskChosen) -> State:
    return _agent(state, e.agent, _A.QUEUED, task=e.title, files=e.files, since=e.time)


def _said(state: State, e: ev.Said) -> State:
    view = state.agents.get(e.agent)
    if view is None or view.state not in WORKING:
        return state
    return _agent(state, e.agent, said=last_line(view.said, e.text))


def _claimed(state: State, e: ev.TaskClaimed) -> State:
    return _agent(state, e.agent, _A.EDITING, said="", since=e.time)


def _edited(state: State, e: ev.EditFinished) -> State:
    return _agent(state, e.agent, _A.LANDING, since=e.time)


def _held_up(state: State, e: ev.LandingDeferred) -> State:
    return _agent(state, e.agent, deferred=f"waits until you pause in {e.path}" if e.path else "")


def _finished(state: State, name: str, to: AgentState, seconds: float, **fields: Any) -> State:
    view = state.agents.get(name, AgentView(name))
    after = _agent(
        state, name, to, task="", files=(), said="", deferred="", cycles=view.cycles + 1,
        seconds=view.seconds + seconds, **fields,
    )  # fmt: skip
    return _agent(after, name, _A.ASLEEP, next_at=None) if view.weight == 0 else after


def _rested(state: State, e: ev.CycleRested) -> State:
    view = state.agents.get(e.agent, AgentView(e.agent))
    return _finished(
        state, e.agent, _A.RESTING, e.seconds, since=e.time, next_at=e.next_at, last_result=f"{e.result}: {e.reason}",
        useful=view.useful + (e.result in USEFUL), tried=view.tried + (e.result not in IDLE),
    )  # fmt: skip


def _failed(state: State, e: ev.CycleFailed) -> State:
    view = state.agents.get(e.agent, AgentView(e.agent))
    return _finished(
        state, e.agent, _A.FAILED, e.seconds, since=e.time, next_at=e.next_at, failed=view.failed + 1,
        tried=view.tried + 1, last_error=e.message,
    )  # fmt: skip


def _held(state: State, e: ev.AgentHeld) -> State:
    return _agent(state, e.agent, next_at=e.next_at, last_result=f"rests: {e.reason}")


def _spent(state: State, e: ev.Spent) -> State:
    view = state.agents.get(e.agent, AgentView(e.agent))
    state = replace(state, spend=replace(state.spend, usage=e.total, usd=e.total_usd, runs=e.runs))
    return _agent(state, e.agent, usage=view.usage + e.usage, usd=add_cost(view.usd, e.usd))


def _capped(state: State, e: ev.CapsSet) -> State:
    return replace(state, spend=replace(state.spend, caps=e.caps))


def _found(state: State, e: ev.SpendingFound) -> State:
    spend = state.spend
    last = None if spend.last_run is None else spend.last_run + e.runs - spend.runs
    return replace(state, spend=replace(spend, usage=e.usage, usd=e.usd, runs=e.runs, last_run=last))


def _today(state: State, e: ev.DaySpent) -> State:
    return replace(state, spend=replace(state.spend, today=e.usd, unpriced=e.unpriced))


def _moved(state: State, e: ev.ChangeMoved) -> State:
    now, was = e.change.state, e.previous
    step = (now is ChangeState.PROPOSED) - (was is ChangeState.PROPOSED)
    revision = replace(state.revision, changes=state.revision.changes + 1)
    state = replace(state, waiting=max(0, state.waiting + step), revision=revision)
    view = state.agents.get(e.change.agent)
    if view is None:
        return state
    return _agent(
        state,
        view.name,
        landed=max(0, view.landed + (now in LANDED_STATES) - (was in LANDED_STATES)),
        waiting=max(0, view.waiting + step),
        refused=view.refused + (now in (ChangeState.REFUSED, ChangeState.CONFLICTED)),
    )


def _landing(state: State, e: ev.LandingSet) -> State:
    return replace(state, team=replace(state.team, landing=e.landing))


def _counted(state: State, e: ev.SizesCounted) -> State:
    sizes = Sizes(e.total, e.documents, e.long, e.too_long, e.tokenizer, e.counted)
    return replace(state, sizes=sizes, revision=replace(state.revision, documents=state.revision.documents + 1))


def _phase(state: State, e: ev.PhaseMoved) -> State:
    return replace(state, phase=e.phase)


def _checked(state: State, e: ev.CheckEnded) -> State:
    return replace(state, check=e.check)


def _asked(state: State, e: ev.ConsolidationAsked) -> State:
    return state if e.path in state.asked else replace(state, asked=(*state.asked, e.path))


def _no_more_asked(state: State, e: ev.ConsolidationEnded) -> State:
    return replace(state, asked=tuple(path for path in state.asked if path != e.path))


_HANDLERS: Mapping[type[ev.Event], Callable[[State, Any], State]] = {
    ev.TeamStarting: _starting,
    ev.TeamRunning: _running,
    ev.TeamPaused: _paused,
    ev.TeamResumed: _resumed,
    ev.TeamStopping: _stopping,
    ev.TeamStopped: _stopped,
    ev.AgentStarted: _agent_started,
    ev.AgentStopped: _agent_stopped,
    ev.WeightsSet: _weights,
    ev.AgentDeferred: _deferred,
    ev.CycleStarted: _cycle,
    ev.TaskChosen: _chosen,
    ev.Said: _said,
    ev.TaskClaimed: _claimed,
    ev.EditFinished: _edited,
    ev.LandingDeferred: _held_up,
    ev.CycleRested: _rested,
    ev.CycleFailed: _failed,
    ev.AgentHeld: _held,
    ev.Spent: _spent,
    ev.CapsSet: _capped,
    ev.SpendingFound: _found,
    ev.DaySpent: _today,
    ev.ChangeMoved: _moved,
    ev.LandingSet: _landing,
    ev.SizesCounted: _counted,
    ev.PhaseMoved: _phase,
    ev.CheckEnded: _checked,
    ev.ConsolidationAsked: _asked,
    ev.ConsolidationEnded: _no_more_asked,
}
