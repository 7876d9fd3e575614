"""What the team remembers: one line a change, the latest first, bounded."""

from dataclasses import replace

import pytest

from fakes.clock import BEGINNING
from kinos.domain.change import Change, ChangeState, FileChange
from kinos.domain.task import Task
from kinos.engine.memory import LATELY, OWN, Memory


def change(identity: str = "c1", state: ChangeState = ChangeState.PROPOSED, reason: str = "") -> Change:
    files = (FileChange("a.md", None, "x"), FileChange("b.md", None, "x"))
    return Change(identity, "y1", "s1", "ann", f"Task {identity}", "w", files, BEGINNING, state, reason)


def test_a_change_has_one_line_that_of_its_last_state() -> None:
    memory = Memory()
    memory.moved(change())
    assert memory.recent() == ("ann proposed, waits for review: Task c1 (a.md, b.md)",)
    memory.moved(change(state=ChangeState.REJECTED, reason="too long"))
    assert memory.recent() == ("ann rejected by the person: Task c1 (a.md, b.md): too long",)


def test_states_in_between_are_not_told() -> None:
    memory = Memory([change(state=ChangeState.ACCEPTED), change("c2", ChangeState.SUPERSEDED)])
    assert memory.recent() == ()


def test_the_latest_comes_first_and_old_lines_are_forgotten() -> None:
    memory = Memory([change(f"c{number}", ChangeState.LANDED) for number in range(30)])
    memory.said_nothing("bob", "all is well")
    words = [line.split(":")[0] for line in memory.recent()]
    assert words == ["bob found nothing to do"] + ["ann landed"] * (LATELY - 1)


def test_an_agent_is_told_of_its_own_work_though_others_did_much_since() -> None:
    memory = Memory([change(f"c{number}", ChangeState.LANDED) for number in range(30)])
    for number in range(LATELY):
        memory.said_nothing("bob", f"all is well, {number}")
    assert all(line.startswith("bob") for line in memory.recent("bob"))
    own = memory.recent("ann")[LATELY:]
    assert len(own) == 10
    assert own == tuple(f"ann landed: Task c{number} (a.md, b.md)" for number in range(29, 29 - OWN, -1))


def test_a_verdict_of_the_person_outlives_the_log() -> None:
    memory = Memory([change("c1", ChangeState.REJECTED, "too long"), change("c2", ChangeState.CONFLICTED, "edited")])
    for number in range(3, 100):
        memory.moved(change(f"c{number}", ChangeState.LANDED))
    assert len(memory.recent()) == 22
    assert memory.recent()[20:] == (
        "ann rejected by the person: Task c1 (a.md, b.md): too long",
        "ann set aside: Task c2 (a.md, b.md): edited",
    )


def test_a_verdict_that_is_in_the_log_is_not_told_twice() -> None:
    assert len(Memory([change(state=ChangeState.REJECTED, reason="no")]).recent()) == 1


def test_of_verdicts_on_one_task_the_last_one_is_kept_and_of_all_a_bounded_number() -> None:
    memory = Memory()
    for number in range(100):
        memory.moved(change(f"c{number}", ChangeState.REJECTED, "no"))
    again = replace(change("d1", ChangeState.REJECTED, "still no"), title="task  C99")
    memory.moved(again)
    for number in range(LATELY):
        memory.said_nothing("bob", f"all is well, {number}")
    verdicts = memory.recent()[LATELY:]
    assert len(verdicts) == 30
    assert verdicts[0] == "ann rejected by the person: task  C99 (a.md, b.md): still no"
    assert verdicts[1].startswith("ann rejected by the person: Task c98")


def test_what_was_set_aside_and_replaced_is_no_verdict_any_more() -> None:
    memory = Memory([change(state=ChangeState.CONFLICTED, reason="edited")])
    memory.moved(change(state=ChangeState.SUPERSEDED))
    assert memory.recent() == ()


@pytest.mark.parametrize(
    ("title", "files", "found"),
    [
        ("Task c1", ("a.md", "b.md"), True),
        (" task  C1", ("b.md", "a.md", "c.md"), True),
        ("Task c1", ("a.md",), False),
        ("Task c2", ("a.md", "b.md"), False),
    ],
)
def test_a_task_is_the_rejected_one_by_its_title_and_files(title: str, files: tuple[str, ...], found: bool) -> None:
    memory = Memory([change(state=ChangeState.REJECTED, reason="no")])
    assert (memory.rejection(Task(title, "w", files, "i")) is not None) is found


def test_two_agents_may_both_find_nothing() -> None:
    memory = Memory()
    memory.said_nothing("ann", "well")
    memory.said_nothing("bob", "well")
    memory.refused("ann", "Tidy", "it is hidden")
    assert len(memory.recent()) == 3


def test_changed_files_are_listed_once_the_latest_first() -> None:
    memory = Memory()
    memory.touched(["a.md", "b.md"])
    memory.touched(["c.md"])
    memory.touched(["a.md"])
    assert memory.changed == ("a.md", "c.md", "b.md")


def test_each_agent_has_its_own_count_of_what_it_saw() -> None:
    memory = Memory()
    memory.seen("ann")["a.md"] += 1
    assert memory.seen("ann")["a.md"] == 1
    assert memory.seen("bob")["a.md"] == 0


def test_who_was_made_to_rest_is_told_until_it_does_something_else() -> None:
    memory = Memory()
    memory.held("ann", "it made the same change of a.md for the third time")
    for number in range(5):
        memory.said_nothing("bob", f"reason {number}")
    told = "ann was made to rest: it made the same change of a.md for the third time."
    assert [line for line in memory.recent() if line.startswith(told)]
    memory.freed("ann")
    assert not [line for line in memory.recent() if line.startswith(told)]
