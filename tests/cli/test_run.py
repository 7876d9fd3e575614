"""`kin [TEAM]` over an engine in memory: what it asks for, what it refuses, and how it ends."""

from pathlib import Path

import pytest

from fakes.outside import FakeOutside
from fakes.world import World
from kinos.cli.main import run
from kinos.domain import event as ev


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> FakeOutside:
    monkeypatch.delenv("KINOS_REHEARSE", raising=False)
    return FakeOutside(World())


def test_a_folder_that_an_editor_has_open_is_refused_and_nothing_is_started(
    outside: FakeOutside, capsys: pytest.CaptureFixture[str]
) -> None:
    outside.running = [4711]
    assert run(["crew", "--cycles", "1"], outside) == 2
    assert "process 4711" in capsys.readouterr().err
    assert not outside.world.of(ev.TeamStarting)
    assert not outside.world.folder.made


def test_a_folder_around_or_inside_that_an_editor_has_open_is_refused(
    outside: FakeOutside, capsys: pytest.CaptureFixture[str]
) -> None:
    outside.near = (Path("/work/docs"), 4711)
    assert run(["crew", "--cycles", "1"], outside) == 2
    assert "KinOS (process 4711) has /work/docs open" in capsys.readouterr().err
    assert not outside.world.of(ev.TeamStarting)


@pytest.mark.parametrize(
    ("value", "rehearses"), [("1", True), ("true", True), ("YES", True), ("", False), ("0", False), ("no", False)]
)
def test_the_environment_can_ask_for_a_rehearsal(
    value: str, rehearses: bool, outside: FakeOutside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KINOS_REHEARSE", value)
    assert run(["crew", "--cycles", "1", "--json"], outside) == 0
    assert [event.rehearsal for event in outside.world.of(ev.TeamStarting)] == [rehearses]


def test_the_option_asks_for_a_rehearsal_whatever_the_environment_says(
    outside: FakeOutside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KINOS_REHEARSE", "0")
    assert run(["crew", "--cycles", "1", "--rehearse"], outside) == 0
    assert outside.world.of(ev.TeamStarting)[0].rehearsal


@pytest.mark.parametrize("command", ["undo", "redo"])
def test_what_was_set_aside_is_named_and_the_exit_code_is_1_though_the_rest_was_done(
    command: str, outside: FakeOutside, capsys: pytest.CaptureFixture[str]
) -> None:
    outside.running = [4711]
    outside.answers[command] = {"changes": ["c2"], "setAside": [{"id": "c1", "reason": "it was edited"}]}
    assert run([command, "--all"], outside) == 1
    said = capsys.readouterr()
    assert "c2" in said.out
    assert "c1 was set aside: it was edited" in said.err
