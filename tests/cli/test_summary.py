"""The end of a run says what can be done next."""

from dataclasses import replace
from pathlib import Path

from fakes.clock import BEGINNING
from kinos.cli.summary import MOST, as_it_is_now, told
from kinos.domain.change import Change, ChangeState, FileChange
from kinos.domain.state import Spend, State
from kinos.domain.usage import Usage
from kinos.engine.tally import Tally

CHANGE = Change("c1", "y1", "s1", "ann", "A title", "why", (FileChange("a.md", None, "x"),), BEGINNING)
STATE = State(spend=Spend(Usage(1000), 0.5))


def lines(*changes: Change, state: State = STATE) -> list[str]:
    return list(told(Tally(cycles=3, landed=1, waiting=1, failed=1), state, changes, Path()))


def test_it_begins_with_what_was_done_and_what_it_cost() -> None:
    assert lines() == ["3 cycles: 1 change landed, 1 waits for review, 0 refused, 1 failed; 1,000 tokens, 0.50 US$"]
    assert "? US$" in lines(state=State(spend=Spend(usd=None)))[0]


def test_what_a_person_accepted_or_rejected_meanwhile_is_counted_as_it_is_now() -> None:
    proposed = Tally(cycles=3, waiting=3)
    states = (ChangeState.LANDED, ChangeState.REJECTED, ChangeState.PROPOSED)
    tally = as_it_is_now(proposed, [replace(CHANGE, state=state) for state in states])
    assert (tally.landed, tally.waiting) == (1, 1)


def test_what_landed_and_was_taken_back_meanwhile_has_landed() -> None:
    assert as_it_is_now(Tally(landed=2), [replace(CHANGE, state=ChangeState.UNDONE)]).landed == 2


def test_what_landed_is_named_with_how_to_take_it_back() -> None:
    found = lines(replace(CHANGE, state=ChangeState.LANDED))
    assert found[1] == "  landed  c1  ann: A title (a.md)"
    assert "kin undo" in found[2]


def test_what_waits_is_named_with_the_command_that_lands_it() -> None:
    found = lines(CHANGE)
    assert found[1] == "  waits   c1  ann: A title (a.md)"
    assert "--accept c1" in found[2]


def test_what_was_refused_is_named_with_its_reason() -> None:
    found = lines(replace(CHANGE, state=ChangeState.CONFLICTED, reason="it was edited"))
    assert found[1] == "  refused c1  ann: A title (a.md) (it was edited)"


def test_of_many_the_first_are_named_and_the_rest_is_counted() -> None:
    many = [replace(CHANGE, id=f"c{number}", state=ChangeState.LANDED) for number in range(MOST + 2)]
    found = lines(*many)
    assert [line.split()[1] for line in found[1:-2]] == [f"c{number}" for number in range(MOST)]
    assert found[-2].endswith("and 2 more")
