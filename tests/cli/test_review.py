"""`kin review -i` shows one change after the other and does what the person says."""

import io
import sys
from dataclasses import replace

import pytest

from fakes.clock import BEGINNING
from fakes.outside import FakeOutside
from fakes.world import World
from kinos.cli import review
from kinos.cli.main import run
from kinos.domain.change import Change, ChangeState, FileChange


@pytest.fixture
def outside() -> FakeOutside:
    """Three changes wait, each a new file."""
    world = World()
    for number in range(3):
        file = FileChange(f"new{number}.md", None, world.journal.keep(f"text {number}\n".encode()))
        world.journal.record(Change(f"c{number}", "y1", "s1", "ann", f"Title {number}", "why", (file,), BEGINNING))
    return FakeOutside(world)


def types(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """What the person types."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def states(outside: FakeOutside) -> list[str]:
    return [change.state.value for change in outside.world.journal.changes()]


def test_each_is_shown_with_its_diff_and_done_as_the_person_says(
    outside: FakeOutside, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    types(monkeypatch, "what?\na\nr\ntoo long\ns\n")
    assert run(["review", "-i"], outside) == 0
    said = capsys.readouterr().out
    assert [f"+text {number}" in said for number in range(3)] == [True, True, True]
    assert states(outside) == ["landed", "rejected", "proposed"]
    assert outside.world.change(1).reason == "too long"
    assert outside.world.disk.text("new0.md") == "text 0\n"


@pytest.mark.parametrize("typed", ["q\n", ""])
def test_to_quit_or_to_say_nothing_more_leaves_the_rest(
    typed: str, outside: FakeOutside, monkeypatch: pytest.MonkeyPatch
) -> None:
    types(monkeypatch, f"a\n{typed}")
    assert run(["review", "-i"], outside) == 0
    assert states(outside) == ["landed", "proposed", "proposed"]


def test_one_that_no_longer_fits_is_said_and_the_next_is_looked_at(
    outside: FakeOutside, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outside.world.disk.put("new0.md", "mine\n")
    types(monkeypatch, "a\na\nq\n")
    assert run(["review", "-i"], outside) == 0
    assert states(outside) == ["conflicted", "landed", "proposed"]
    assert "new0.md" in capsys.readouterr().err


def test_where_nothing_waits_there_is_nothing_to_ask(outside: FakeOutside, capsys: pytest.CaptureFixture[str]) -> None:
    for change in outside.world.journal.changes():
        outside.world.journal.record(replace(change, state=ChangeState.REJECTED))
    assert run(["review", "-i"], outside) == 3
    assert "Nothing waits" in capsys.readouterr().out


def test_a_list_ends_with_what_can_be_done(outside: FakeOutside, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["review"], outside) == 0
    assert "--accept ID" in capsys.readouterr().out.splitlines()[-1]


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_diff_has_colours_on_a_terminal_alone(outside: FakeOutside, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    shown = _Terminal()
    with monkeypatch.context() as terminal:
        terminal.setattr(sys, "stdout", shown)
        assert run(["review", "--diff", "c0"], outside) == 0
    assert "\x1b[32m+text 0\x1b[0m" in shown.getvalue()
    assert review._painted("+x") == "+x"
