"""The loop guard by itself: which cycles in a row are a loop, and which are honest work."""

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.domain import event as ev
from kinos.domain.change import Change, ChangeState, FileChange
from kinos.engine.guard import STREAK, TIMES, Guard

NOON = datetime(2026, 3, 21, 12, 0, tzinfo=UTC)


class Team:
    """What a team does, told to a guard."""

    def __init__(self, past: Sequence[Change] = ()) -> None:
        self.guard = Guard(past)
        self.numbers = itertools.count(1 + len(past))
        self.changes: list[Change] = []
        self.open = False
        """Whether its files are open in an editor, and saved later."""

    def begins(self, agent: str, title: str, files: Sequence[str]) -> None:
        self.guard.heard(ev.CycleStarted(NOON, agent, "y", "its turn"))
        self.guard.heard(ev.TaskChosen(NOON, agent, "y", title, "why", tuple(files)))

    def lands(
        self,
        agent: str,
        before: str | None,
        after: str | None,
        title: str = "",
        path: str = "docs/a.md",
        request: str = "",
    ) -> Mapping[str, str]:
        """A cycle of `agent` that makes `after` of `before`; who should rest, and why."""
        number = next(self.numbers)
        title = title or f"Task {number}"
        self.begins(agent, title, [path])
        change = Change(
            f"c{number}", "y", "s", agent, title, "why", (FileChange(path, before, after, before, after),), NOON,
            request=request,
        )  # fmt: skip
        self.moves(change, ChangeState.PROPOSED, None)
        if self.open:
            self.moves(change, ChangeState.LANDED_UNSAVED, ChangeState.PROPOSED)
        self.moves(change, ChangeState.LANDED, ChangeState.LANDED_UNSAVED if self.open else ChangeState.PROPOSED)
        self.changes.append(change)
        return self.guard.ended(agent, changed=True, nothing=False, reason=title)

    def moves(self, change: Change, state: ChangeState, previous: ChangeState | None) -> None:
        self.guard.heard(ev.ChangeMoved(NOON, _in(change, state), previous))

    def in_vain(self, agent: str, title: str = "", reason: str = "the editor left everything") -> Mapping[str, str]:
        """A cycle of `agent` that came to no change."""
        self.begins(agent, title or f"Task {next(self.numbers)}", ["docs/a.md"])
        return self.guard.ended(agent, changed=False, nothing=False, reason=reason)

    def finds_nothing(self, agent: str) -> Mapping[str, str]:
        self.guard.heard(ev.CycleStarted(NOON, agent, "y", "its turn"))
        return self.guard.ended(agent, changed=False, nothing=True, reason="all is well")


def _in(change: Change, state: ChangeState) -> Change:
    return Change(
        change.id, change.cycle, change.session, change.agent, change.title, change.why, change.files, change.made, state,
        request=change.request,
    )  # fmt: skip


def test_the_same_task_that_comes_to_nothing_for_the_third_time_is_a_loop() -> None:
    team = Team()
    assert not team.in_vain("ann", "Mend  the Links")
    assert not team.in_vain("ann", "mend the links")
    assert team.in_vain("ann", "Mend the links") == {
        "ann": "it took up “Mend the links” for the third time, to no change"
    }


def test_the_same_title_over_other_files_is_another_task() -> None:
    team = Team()
    for number in range(TIMES + 2):
        team.begins("ann", "Mend the links", [f"docs/{number}.md"])
        found = team.guard.ended("ann", changed=True, nothing=False, reason="")
        assert not found


def test_a_log_that_grows_under_the_same_title_is_no_loop() -> None:
    team = Team()
    for number in range(50):
        assert not team.lands("chroniqueur", f"log {number}", f"log {number + 1}", "Write the log", "journal.md")


def test_the_same_change_for_the_third_time_is_a_loop_whatever_its_title() -> None:
    team = Team()
    assert not team.lands("ann", "A", "B")
    assert not team.lands("ann", "C", "B")
    assert team.lands("ann", "D", "B") == {"ann": "it made the same change of docs/a.md for the third time"}


def test_the_same_change_for_another_request_is_none() -> None:
    team = Team()
    for number in range(TIMES + 2):
        assert not team.lands("ann", f"A{number}", "B", request=f"request {number}")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (ChangeState.REJECTED, "the person rejected"),
        (ChangeState.UNDONE, "the person took back"),
        (ChangeState.DISCARDED, "the person discarded"),
    ],
)
def test_a_change_that_a_person_spoke_against_is_a_loop_when_it_comes_again(state: ChangeState, said: str) -> None:
    team = Team()
    team.lands("ann", "A", "B")
    team.moves(team.changes[0], state, ChangeState.LANDED)
    assert not team.lands("bob", "A", "B"), "another agent is not bound by it"
    assert team.lands("ann", "A", "B") == {"ann": f"it made a change of docs/a.md again that {said}"}


def test_what_a_person_rejected_before_this_run_still_holds() -> None:
    earlier = Team()
    earlier.lands("ann", "A", "B")
    team = Team([_in(earlier.changes[0], ChangeState.REJECTED)])
    assert "rejected" in team.lands("ann", "A", "B")["ann"]


def test_two_agents_that_undo_each_other_twice_both_rest() -> None:
    team = Team()
    assert not team.lands("ann", "A", "B")
    assert not team.lands("bob", "B", "A")
    assert not team.lands("ann", "A", "B")
    found = team.lands("bob", "B", "A")
    assert found == dict.fromkeys(
        ["ann", "bob"], "docs/a.md went back and forth between two contents 2 times, by ann and bob"
    )


@pytest.mark.parametrize("open_", [False, True])
def test_one_agent_that_undoes_itself_twice_rests(open_: bool) -> None:
    team = Team()
    team.open = open_
    for before, after in ("AB", "BA", "AB"):
        assert not team.lands("ann", before, after)
    assert "back and forth" in team.lands("ann", "B", "A")["ann"]


def test_a_file_that_comes_and_goes_is_a_loop_too() -> None:
    team = Team()
    for before, after in [(None, "A"), ("A", None), (None, "A")]:
        team.lands("ann" if before is None else "bob", before, after)
    assert set(team.lands("bob", "A", None)) == {"ann", "bob"}


@pytest.mark.parametrize("contents", ["ABABC", "ABCAB", "ABACA", "ABCDE"], ids=str)
def test_other_ways_through_contents_are_no_round(contents: str) -> None:
    team = Team()
    for number, (before, after) in enumerate(itertools.pairwise(contents)):
        assert not team.lands(f"agent {number}", before, after)


def test_rounds_are_of_one_file() -> None:
    team = Team()
    for number, (before, after) in enumerate(["AB", "BA", "AB", "BA"]):
        assert not team.lands(f"agent {number}", before, after, path=f"docs/{number % 3}.md")


def test_cycles_in_a_row_that_come_to_no_change_are_a_loop() -> None:
    team = Team()
    for _ in range(STREAK - 1):
        assert not team.in_vain("ann")
    assert team.in_vain("ann", reason="refused: it is a secret") == {
        "ann": "4 of its cycles in a row came to no change, the last one: refused: it is a secret"
    }


def test_a_change_or_nothing_to_do_ends_the_row() -> None:
    for ends in (lambda team: team.lands("ann", "A", "B"), lambda team: team.finds_nothing("ann")):
        team = Team()
        for _ in range(STREAK - 1):
            team.in_vain("ann")
        ends(team)
        for _ in range(STREAK - 1):
            assert not team.in_vain("ann")


def test_nothing_to_do_is_never_a_loop() -> None:
    team = Team()
    assert not any(team.finds_nothing("ann") for _ in range(100))


def test_a_row_is_of_one_agent() -> None:
    team = Team()
    assert not any(team.in_vain(f"agent {number % 3}") for number in range(3 * (STREAK - 1)))


def test_loops_in_a_row_are_counted_until_the_agent_does_something_else() -> None:
    team = Team()
    for _ in range(TIMES + 1):
        team.in_vain("ann", "Mend")
    assert team.guard.trips("ann") == 2
    team.lands("ann", "A", "B")
    assert team.guard.trips("ann") == 0


def test_a_person_who_changes_what_it_works_from_gives_it_a_new_start() -> None:
    team = Team()
    for _ in range(TIMES):
        found = team.in_vain("ann", "Mend")
    assert found
    team.guard.released("ann")
    assert team.guard.trips("ann") == 0
    for _ in range(TIMES - 1):
        assert not team.in_vain("ann", "Mend")
    assert team.in_vain("ann", "Mend")


@given(st.lists(st.tuples(st.sampled_from(["ann", "bob"]), st.integers(0, 3)), max_size=60))
def test_work_that_never_makes_a_content_twice_is_never_a_loop(steps: list[tuple[str, int]]) -> None:
    team, fresh, now = Team(), itertools.count(), dict[str, str]()
    for agent, number in steps:
        path, after = f"docs/{number}.md", f"content {next(fresh)}"
        assert not team.lands(agent, now.get(path), after, "Go on", path)
        now[path] = after
