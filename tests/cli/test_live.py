"""The live view follows what waits, and draws anew when the terminal becomes narrower."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from fakes.clock import BEGINNING
from fakes.world import World
from kinos.cli.live import JsonView, LiveView, PlainView
from kinos.cli.program import typed
from kinos.domain import event as ev
from kinos.domain.budget import Caps
from kinos.domain.change import Change, ChangeState
from kinos.domain.state import State

CHANGE = Change("c1", "y1", "s1", "ann", "A title", "why", (), BEGINNING)
STATE = State()


def drawn(view: LiveView) -> str:
    """The picture as it would be drawn now."""
    console = Console(file=io.StringIO(), width=80)
    console.print(view._picture())
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=80, height=24, force_terminal=True, highlight=False)


def test_what_waits_is_shown_until_it_is_decided(console: Console) -> None:
    world = World()
    world.journal.record(replace(CHANGE, id="before"))
    view = LiveView(world.session, Path(), console)
    assert "before" in drawn(view)
    view.show(STATE, STATE, ev.ChangeMoved(BEGINNING, CHANGE, None))
    assert "c1" in drawn(view)
    view.show(STATE, STATE, ev.ChangeMoved(BEGINNING, CHANGE.to(ChangeState.REJECTED), ChangeState.PROPOSED))
    assert "c1" not in drawn(view)


def test_what_went_wrong_is_told_in_full(console: Console) -> None:
    view, why = LiveView(World().session, Path(), console), "word " * 40 + "end"
    view.show(STATE, STATE, ev.CycleFailed(BEGINNING, "ann", "y1", "overloaded", why, None, 1.0))
    view.show(STATE, STATE, ev.TaskChosen(BEGINNING, "ann", "y1", why.replace("end", "cut"), "", ()))
    assert isinstance(console.file, io.StringIO)
    assert "end" in console.file.getvalue()
    assert "cut" not in console.file.getvalue()


def test_a_terminal_that_becomes_narrower_is_cleared_once(console: Console) -> None:
    view = LiveView(World().session, Path(), console)
    drawn(view)
    assert isinstance(console.file, io.StringIO)
    console.width = 60
    drawn(view)
    drawn(view)
    console.width = 100
    drawn(view)
    assert console.file.getvalue().count("\x1b[2J") == 1


def test_an_event_is_a_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    JsonView().show(STATE, STATE, ev.TeamRunning(BEGINNING))
    assert json.loads(capsys.readouterr().out)["type"] == "TeamRunning"


@pytest.mark.parametrize("view", [JsonView(), PlainView(Path())])
def test_what_a_model_says_is_no_line(view: JsonView | PlainView, capsys: pytest.CaptureFixture[str]) -> None:
    view.show(STATE, STATE, ev.Said(BEGINNING, "ann", "y1", "the secret plan"))
    assert capsys.readouterr().out == ""


def test_commands_in_what_went_wrong_are_for_the_folder(
    console: Console, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    event = ev.Noted(BEGINNING, "warning", "`kin trust` shows and approves it")
    PlainView(tmp_path).show(STATE, STATE, event)
    LiveView(World().session, tmp_path, console).show(STATE, STATE, event)
    assert isinstance(console.file, io.StringIO)
    for shown in (capsys.readouterr().out, console.file.getvalue()):
        assert typed("kin trust", tmp_path) in shown.replace("\n", "")


def test_what_an_agent_wrote_is_shown_as_it_wrote_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    PlainView(tmp_path).show(STATE, STATE, ev.TaskChosen(BEGINNING, "ann", "y1", "Tell of kin map", "", ()))
    assert "Tell of kin map." in capsys.readouterr().out


def test_the_id_of_a_change_is_shown_however_long_its_title_is(console: Console) -> None:
    view, change = LiveView(World().session, Path(), console), replace(CHANGE, title="Write " * 40)
    view.show(STATE, STATE, ev.ChangeMoved(BEGINNING, change.to(ChangeState.REJECTED), ChangeState.PROPOSED))
    assert isinstance(console.file, io.StringIO)
    assert "[c1]" in console.file.getvalue()


def test_a_team_that_never_starts_has_no_picture(console: Console) -> None:
    view = LiveView(World().session, Path(), console)
    with view.running():
        view.show(STATE, STATE, ev.Noted(BEGINNING, "warning", "it will not start"))
    assert isinstance(console.file, io.StringIO)
    assert "weight" not in console.file.getvalue()
    with view.running():
        view.show(STATE, STATE, ev.TeamStarting(BEGINNING, "crew", "asked", "auto", True, ("ann",), Caps()))
    assert "weight" in console.file.getvalue()
