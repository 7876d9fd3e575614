"""What the team remembers: one line a change, the latest first, bounded."""

from fakes.clock import BEGINNING
from kinos.domain.change import Change, ChangeState, FileChange
from kinos.engine.memory import Memory


def change(identity: str = "c1", state: ChangeState = ChangeState.PROPOSED, reason: str = "") -> Change:
    files = (FileChange("a.md", None, "x"), FileChange("b.md", None, "x"))
    return Change(identity, "y1", "s1", "ann", f"Task {identity}", "w", files, BEGINNING, state, reason)


def test_a_change_has_one_line_that_of_its_last_state() -> None:
    memory = Memory()
    memory.moved(change())
    assert memory.recent == ("ann proposed, waits for review: Task c1 (a.md, b.md)",)
    memory.moved(change(state=ChangeState.REJECTED, reason="too long"))
    assert memory.recent == ("ann rejected by the person: Task c1 (a.md, b.md): too long",)


def test_states_in_between_are_not_told() -> None:
    memory = Memory([change(state=ChangeState.ACCEPTED), change("c2", ChangeState.SUPERSEDED)])
    assert memory.recent == ()


def test_the_latest_comes_first_and_old_lines_are_forgotten() -> None:
    memory = Memory([change(f"c{number}", ChangeState.LANDED) for number in range(30)], length=3)
    memory.said_nothing("bob", "all is well")
    assert [line.split(":")[0] for line in memory.recent] == ["bob found nothing to do", "ann landed", "ann landed"]


def test_two_agents_may_both_find_nothing() -> None:
    memory = Memory()
    memory.said_nothing("ann", "well")
    memory.said_nothing("bob", "well")
    memory.refused("ann", "Tidy", "it is hidden")
    assert len(memory.recent) == 3


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
