"""A change: each transition is checked."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kinos.domain.change import LANDED_STATES, TRANSITIONS, Change, ChangeState, FileChange, digest

S = ChangeState
FILES = (FileChange("a.md", None, "x"), FileChange("b.md", "y", None))


def change(state: ChangeState) -> Change:
    return Change("c1", "y1", "s1", "ann", "t", "w", FILES, datetime(2026, 1, 1, tzinfo=UTC), state)


ALLOWED = {
    (S.PROPOSED, S.ACCEPTED),
    (S.PROPOSED, S.REJECTED),
    (S.PROPOSED, S.SUPERSEDED),
    (S.PROPOSED, S.CONFLICTED),
    (S.ACCEPTED, S.LANDED),
    (S.ACCEPTED, S.LANDED_UNSAVED),
    (S.ACCEPTED, S.CONFLICTED),
    (S.ACCEPTED, S.REFUSED),
    (S.LANDED_UNSAVED, S.LANDED),
    (S.LANDED_UNSAVED, S.DISCARDED),
    (S.LANDED_UNSAVED, S.UNDONE),
    (S.LANDED, S.UNDONE),
    (S.UNDONE, S.LANDED),
    (S.UNDONE, S.LANDED_UNSAVED),
    (S.CONFLICTED, S.SUPERSEDED),
}


@pytest.mark.parametrize("was", list(S))
@pytest.mark.parametrize("to", list(S))
def test_a_change_goes_only_where_it_can(was: ChangeState, to: ChangeState) -> None:
    if (was, to) in ALLOWED:
        after = change(was).to(to, "why")
        assert (after.state, after.reason) == (to, "why")
    else:
        with pytest.raises(ValueError, match=f"c1: {was} cannot become {to}"):
            change(was).to(to)


def test_every_state_has_its_row_and_two_count_as_landed() -> None:
    assert TRANSITIONS.keys() == set(S)
    assert {S.LANDED, S.LANDED_UNSAVED} == LANDED_STATES


def test_a_change_knows_its_paths_and_images_their_name() -> None:
    assert change(S.PROPOSED).paths == ("a.md", "b.md")
    assert digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_described_change_says_what_became_of_each_file() -> None:
    files = (FileChange("new.md", None, "x"), FileChange("gone.md", "z", None), FileChange("a.md", "x", "y", "x", "y"))
    told = replace(change(S.LANDED), files=files).described()
    assert [entry["kind"] for entry in told["files"]] == ["created", "deleted", "edited"]
    assert told["state"] == "landed"


def test_a_file_that_goes_as_the_same_one_comes_was_renamed() -> None:
    files = (FileChange("old.md", "x", None), FileChange("n/new.md", None, "x"), FileChange("more.md", None, "x"))
    assert replace(change(S.LANDED), files=files).described()["files"] == [
        {"path": "n/new.md", "kind": "renamed", "from": "old.md"},
        {"path": "more.md", "kind": "created", "from": ""},
    ]
