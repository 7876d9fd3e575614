"""The state: `apply` is total, pure, and refuses transitions that do not exist."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.domain import event as ev
from kinos.domain.budget import Caps
from kinos.domain.change import Change, ChangeState
from kinos.domain.phase import Phase, PhaseState
from kinos.domain.state import AgentState, AgentView, State, TeamState, TeamView
from kinos.domain.transition import AGENT_TRANSITIONS, TEAM_TRANSITIONS, apply
from kinos.domain.usage import Usage

NOW = datetime(2026, 3, 21, tzinfo=UTC)
T, A, S = TeamState, AgentState, ChangeState
CHANGE = Change("c1", "y1", "s1", "ann", "t", "w", (), NOW)

TEAM_EVENTS = {
    T.STARTING: ev.TeamStarting(NOW, "crew", "asked", "auto", False, ("ann", "bob"), Caps()),
    T.RUNNING: ev.TeamRunning(NOW),
    T.PAUSED: ev.TeamPaused(NOW, "cap"),
    T.STOPPING: ev.TeamStopping(NOW),
    T.STOPPED: ev.TeamStopped(NOW, 3, "by hand"),
}
TEAM_ALLOWED = {
    (T.STOPPED, T.STARTING),
    *((T.STARTING, to) for to in (T.RUNNING, T.STOPPING, T.STOPPED)),
    *((T.RUNNING, to) for to in (T.PAUSED, T.STOPPING, T.STOPPED)),
    *((T.PAUSED, to) for to in (T.RUNNING, T.STOPPING, T.STOPPED)),
    (T.STOPPING, T.STOPPED),
}
AGENT_EVENTS = {
    A.RESTING: ev.CycleRested(NOW, "ann", "y1", "landed", "t", NOW, 2.0),
    A.PLANNING: ev.CycleStarted(NOW, "ann", "y1", "weight 1"),
    A.QUEUED: ev.TaskChosen(NOW, "ann", "y1", "t", "w", ("a.md",)),
    A.EDITING: ev.TaskClaimed(NOW, "ann", "y1"),
    A.LANDING: ev.EditFinished(NOW, "ann", "y1"),
    A.FAILED: ev.CycleFailed(NOW, "ann", "y1", "timeout", "too late", NOW, 2.0),
    A.STOPPED: ev.AgentStopped(NOW, "ann"),
}


@pytest.mark.parametrize("was", list(T))
@pytest.mark.parametrize("to", list(T))
def test_a_team_goes_only_where_it_can(was: TeamState, to: TeamState) -> None:
    state = State(team=TeamView("crew", was))
    if (was, to) in TEAM_ALLOWED:
        assert apply(state, TEAM_EVENTS[to]).team.state is to
    else:
        with pytest.raises(ValueError, match=f"team: {was} cannot become {to}"):
            apply(state, TEAM_EVENTS[to])


@pytest.mark.parametrize("was", list(A))
@pytest.mark.parametrize("to", list(AGENT_EVENTS))
def test_an_agent_goes_only_where_it_can(was: AgentState, to: AgentState) -> None:
    state = State(agents={"ann": AgentView("ann", was, weight=1.0)})
    if was is to or to in AGENT_TRANSITIONS[was]:
        assert apply(state, AGENT_EVENTS[to]).agents["ann"].state is to
    else:
        with pytest.raises(ValueError, match=f"agent ann: {was} cannot become {to}"):
            apply(state, AGENT_EVENTS[to])


def test_work_goes_one_step_at_a_time_and_can_end_at_each() -> None:
    steps = [A.RESTING, A.PLANNING, A.QUEUED, A.EDITING, A.LANDING]
    for was, to in itertools.pairwise(steps):
        assert to in AGENT_TRANSITIONS[was]
        assert {A.RESTING, A.FAILED, A.STOPPED} <= AGENT_TRANSITIONS[to]
        assert A.ASLEEP not in AGENT_TRANSITIONS[to]
    assert all(A.STOPPED in AGENT_TRANSITIONS[state] for state in A if state is not A.STOPPED)
    assert AGENT_TRANSITIONS.keys() == set(A)
    assert TEAM_TRANSITIONS.keys() == set(T)


def test_an_agent_that_is_deferred_says_why_until_it_is_not_or_begins_or_stops() -> None:
    deferred = apply(
        State(agents={"ann": AgentView("ann", A.RESTING, 1.0)}), ev.AgentDeferred(NOW, "ann", "no answer", NOW)
    )
    assert (deferred.agents["ann"].deferred, deferred.agents["ann"].next_at, deferred.agents["ann"].state) == (
        "no answer",
        NOW,
        A.RESTING,
    )
    ends = [
        ev.AgentDeferred(NOW, "ann", "", NOW), ev.CycleStarted(NOW, "ann", "y", "r"), ev.AgentStopped(NOW, "ann"),
        ev.WeightsSet(NOW, {"ann": 0.0}),
    ]  # fmt: skip
    assert [apply(deferred, event).agents["ann"].deferred for event in ends] == [""] * len(ends)


def test_an_agent_whose_edit_waits_for_a_person_says_so_until_they_pause_or_its_cycle_ends() -> None:
    held = apply(
        State(agents={"ann": AgentView("ann", A.LANDING, 1.0)}), ev.LandingDeferred(NOW, "ann", "y1", "docs/a.md")
    )
    assert held.agents["ann"].deferred == "waits until you pause in docs/a.md"
    ends = [
        ev.LandingDeferred(NOW, "ann", "y1", ""), AGENT_EVENTS[A.RESTING], AGENT_EVENTS[A.FAILED], AGENT_EVENTS[A.STOPPED],
    ]  # fmt: skip
    assert [apply(held, event).agents["ann"].deferred for event in ends] == [""] * len(ends)


NAMES = st.sampled_from(["ann", "bob", "stranger"])
EVENTS = st.one_of(
    st.builds(lambda name, reason: ev.AgentDeferred(NOW, name, reason, NOW), NAMES, st.sampled_from(["", "no answer"])),
    st.sampled_from([*TEAM_EVENTS.values(), ev.TeamResumed(NOW, "by hand"), ev.MapWritten(NOW, "m"), ev.Noted(NOW, "info", "x")]),
    st.builds(ev.AgentStarted, st.just(NOW), NAMES),
    st.builds(lambda name, path: ev.LandingDeferred(NOW, name, "y", path), NAMES, st.sampled_from(["", "a.md"])),
    st.builds(lambda event, name: replace(event, agent=name), st.sampled_from(list(AGENT_EVENTS.values())), NAMES),
    st.builds(ev.WeightsSet, st.just(NOW), st.dictionaries(NAMES, st.sampled_from([0.0, 1.0, 4.0]))),
    st.builds(
        lambda name, state, was: ev.ChangeMoved(NOW, replace(CHANGE, agent=name, state=state), was),
        NAMES, st.sampled_from(S), st.none() | st.sampled_from(S),
    ),
    st.builds(lambda name, usd: ev.Spent(NOW, name, Usage(1, 2), usd, Usage(1, 2), usd, 1), NAMES, st.sampled_from([None, 0.5])),
    st.just(ev.SizesCounted(NOW, 5, 1, 0, 0, "claude-v4.8", "exact", ("a.md",))),
    st.just(ev.PhaseMoved(NOW, PhaseState(Phase.CONVERGENCE))),
)  # fmt: skip


@given(st.lists(EVENTS, max_size=40))
def test_apply_is_total_and_counts_stay_sensible(events: list[ev.Event]) -> None:
    state = State()
    for event in events:
        before = repr(state)
        try:
            after = apply(state, event)
        except ValueError:
            continue  # a transition that does not exist; anything else would be a bug in `apply`
        assert repr(state) == before, "what was is left as it was"
        assert apply(state, event) == after
        state = after
        assert state.waiting >= 0
        for view in state.agents.values():
            assert min(view.landed, view.waiting, view.refused, view.failed, view.cycles) >= 0
            if view.state is A.ASLEEP:
                assert view.weight == 0
        if state.team.state is T.STOPPED and isinstance(event, ev.TeamStopped):
            assert {view.state for view in state.agents.values()} <= {A.STOPPED}


def run(*events: ev.Event) -> State:
    state = State()
    for event in (TEAM_EVENTS[T.STARTING], TEAM_EVENTS[T.RUNNING], *events):
        state = apply(state, event)
    return state


WOKEN = (ev.AgentStarted(NOW, "ann"), ev.WeightsSet(NOW, {"ann": 2.0}))
CYCLE = (AGENT_EVENTS[A.PLANNING], AGENT_EVENTS[A.QUEUED], AGENT_EVENTS[A.EDITING], AGENT_EVENTS[A.LANDING])


def test_a_start_forgets_the_last_session() -> None:
    first = run(*WOKEN, *CYCLE, AGENT_EVENTS[A.RESTING], TEAM_EVENTS[T.STOPPED])
    assert first.agents["ann"].cycles == 1
    second = apply(first, TEAM_EVENTS[T.STARTING])
    assert second.agents == {"ann": AgentView("ann"), "bob": AgentView("bob")}
    assert (second.team.name, second.team.reason, second.team.landing) == ("crew", "asked", "auto")


def test_an_agent_shows_its_task_while_it_works_and_its_result_after() -> None:
    working = run(*WOKEN, *CYCLE).agents["ann"]
    assert (working.task, working.files, working.next_at) == ("t", ("a.md",), None)
    rested = run(*WOKEN, *CYCLE, AGENT_EVENTS[A.RESTING]).agents["ann"]
    assert (rested.task, rested.files, rested.next_at) == ("", (), NOW)
    assert (rested.cycles, rested.seconds, rested.last_result) == (1, 2.0, "landed: t")
    failed = run(*WOKEN, *CYCLE, AGENT_EVENTS[A.FAILED]).agents["ann"]
    assert (failed.failed, failed.last_error) == (1, "too late")


@pytest.mark.parametrize("end", [A.RESTING, A.FAILED])
def test_an_agent_whose_phase_ended_while_it_worked_falls_asleep_after(end: AgentState) -> None:
    working = run(*WOKEN, *CYCLE, ev.WeightsSet(NOW, {"ann": 0.0})).agents["ann"]
    assert working.state is A.LANDING
    after = run(*WOKEN, *CYCLE, ev.WeightsSet(NOW, {"ann": 0.0}), AGENT_EVENTS[end]).agents["ann"]
    assert (after.state, after.next_at) == (A.ASLEEP, None)


def test_weights_put_agents_to_sleep_and_wake_them() -> None:
    asleep = run(*WOKEN, ev.WeightsSet(NOW, {"ann": 0.0}))
    assert asleep.agents["ann"].state is A.ASLEEP
    assert apply(asleep, ev.WeightsSet(NOW, {"ann": 1.0})).agents["ann"].state is A.RESTING
    assert apply(asleep, ev.WeightsSet(NOW, {"bob": 1.0})).agents["bob"].state is A.STOPPED


def test_starting_an_agent_that_runs_changes_nothing() -> None:
    state = run(*WOKEN)
    assert apply(state, ev.AgentStarted(NOW, "ann")) is state


def moved(state: State, now: ChangeState, was: ChangeState | None) -> State:
    return apply(state, ev.ChangeMoved(NOW, replace(CHANGE, state=now), was))


def test_changes_are_counted_where_they_stand() -> None:
    waiting = moved(run(*WOKEN), S.PROPOSED, None)
    assert (waiting.waiting, waiting.agents["ann"].waiting) == (1, 1)
    landed = moved(waiting, S.LANDED_UNSAVED, S.PROPOSED)
    assert (landed.waiting, landed.agents["ann"].waiting, landed.agents["ann"].landed) == (0, 0, 1)
    assert moved(landed, S.LANDED, S.LANDED_UNSAVED).agents["ann"].landed == 1
    assert moved(landed, S.UNDONE, S.LANDED).agents["ann"].landed == 0
    assert moved(waiting, S.CONFLICTED, S.PROPOSED).agents["ann"].refused == 1
    assert moved(run(), S.UNDONE, S.LANDED).agents["ann"].landed == 0, "it landed in an earlier session"


def test_spending_is_added_up_by_agent_and_unknown_stays_unknown() -> None:
    spent = ev.Spent(NOW, "ann", Usage(10, 5, calls=1), 0.5, Usage(30, 15), 1.5, 3)
    state = apply(apply(run(*WOKEN), spent), spent)
    assert state.agents["ann"].usage == Usage(20, 10, calls=2)
    assert state.agents["ann"].usd == 1.0
    assert (state.spend.usage, state.spend.usd, state.spend.runs) == (Usage(30, 15), 1.5, 3)
    assert apply(state, replace(spent, usd=None)).agents["ann"].usd is None


def test_events_that_change_no_state_leave_it_as_it_is() -> None:
    state = run()
    assert apply(state, ev.MapWritten(NOW, "m")) is state
    assert apply(state, ev.Noted(NOW, "info", "x")) is state
