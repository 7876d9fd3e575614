"""`kin [TEAM]` over an engine in memory: what it asks for, what it refuses, and how it ends."""

import asyncio
import gc
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from fakes.outside import FakeOutside
from fakes.workers import failed
from fakes.world import World
from kinos.cli.main import run
from kinos.cli.team import exit_code, perform
from kinos.domain import event as ev
from kinos.domain.errors import FailureKind
from kinos.domain.state import State
from kinos.engine.lifecycle import Start
from kinos.engine.tally import Tally


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


@pytest.mark.parametrize(
    ("caps", "why"),
    [
        ({"budget_runs": 1}, "the cap of 1 runs"),
        ({"budget_usd_per_day": 0.0001}, "for today"),
        ({"budget_usd": 0.0001}, "US dollars"),
    ],
)
def test_a_run_that_reached_a_cap_ends_with_4_and_the_reason(
    caps: dict[str, float], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["crew"], FakeOutside(World(**caps))) == 4
    assert why in capsys.readouterr().err


def test_a_price_that_is_not_known_ends_with_4_before_anything_is_started(
    capsys: pytest.CaptureFixture[str],
) -> None:
    outside = FakeOutside(World(model_plan="somebodys-model"))
    assert run(["crew"], outside) == 4
    assert "model.prices" in capsys.readouterr().err
    assert not outside.world.of(ev.TeamStarting)


@pytest.mark.parametrize("cap", ["-1", "five", "nan"])
def test_a_cap_that_cannot_be_read_starts_nothing_rather_than_with_another_cap(
    cap: str, outside: FakeOutside, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(["crew", "--cycles", "1", "--budget", cap], outside)
    assert ended.value.code == 2
    assert "--budget: must be a number of at least 0, not " in capsys.readouterr().err
    assert not outside.world.of(ev.TeamStarting)


@pytest.mark.parametrize("command", ["undo", "redo"])
def test_what_was_set_aside_is_named_and_the_exit_code_is_1_though_the_rest_was_done(
    command: str, outside: FakeOutside, capsys: pytest.CaptureFixture[str]
) -> None:
    outside.running = [4711]
    outside.answers["history"] = [{"id": "c2", "agent": "ann", "title": "A title"}]
    outside.answers[command] = {"changes": ["c2"], "setAside": [{"id": "c1", "reason": "it was edited"}], "unsaved": []}
    assert run([command, "--all"], outside) == 1
    said = capsys.readouterr()
    assert ": c2  ann: A title\n" in said.out
    assert "c1 was set aside: it was edited" in said.err


@pytest.mark.parametrize("command", ["undo", "redo"])
def test_what_is_not_saved_yet_in_the_editor_is_named_and_counts_as_done(
    command: str, outside: FakeOutside, capsys: pytest.CaptureFixture[str]
) -> None:
    outside.running = [4711]
    outside.answers["history"] = [{"id": "c2", "agent": "ann", "title": "A title"}]
    unsaved = [{"id": "c2", "paths": ["a.md", "b.md"]}]
    outside.answers[command] = {"changes": ["c2"], "setAside": [], "unsaved": unsaved}
    assert run([command], outside) == 0
    said = capsys.readouterr()
    assert ": c2  ann: A title\n" in said.out
    assert "c2: a.md, b.md are not saved yet. Save in the editor, so that it is on the disk too.\n" in said.err


@pytest.mark.parametrize(
    ("tally", "stopped", "code"),
    [
        (Tally(cycles=3, landed=1, failed=2), False, 0),
        (Tally(cycles=3, failed=3), False, 5),
        (Tally(cycles=3, failed=2, refused=1), False, 5),
        (Tally(cycles=3, failed=1, waiting=2), False, 5),
        (Tally(cycles=3, waiting=3), False, 6),
        (Tally(cycles=3, refused=3), False, 3),
        (Tally(cycles=3), False, 3),
        (Tally(cycles=3, landed=1, failed=1, budget="the cap is reached"), False, 4),
        (Tally(cycles=3, landed=1, failed=1), True, 130),
    ],
)
def test_the_exit_code_says_the_best_that_came_of_a_run_but_never_hides_that_all_failed(
    tally: Tally, stopped: bool, code: int
) -> None:
    assert exit_code(tally, stopped=stopped) == code


def test_a_failure_is_told_at_the_end_also_when_something_landed(
    outside: FakeOutside, capsys: pytest.CaptureFixture[str]
) -> None:
    world = outside.world
    answers = [failed(FailureKind.OVERLOADED, "It is overloaded.")]
    world.workers.planner = lambda call: answers.pop() if answers else world.script.plan(call)
    assert run(["crew", "--cycles", "2"], outside) == 0
    said = capsys.readouterr()
    assert "1 failed" in said.out
    assert "It is overloaded." in said.err


async def test_a_team_that_is_stopped_while_it_starts_leaves_no_error_behind(outside: FakeOutside) -> None:
    workspace = outside.workspace(Path(), "a terminal")
    told: list[dict[str, Any]] = []

    class Stopping:
        """Ctrl+C as soon as the team starts."""

        @contextmanager
        def running(self) -> Iterator[None]:
            yield

        def show(self, before: State, after: State, event: ev.Event) -> None:
            if isinstance(event, ev.TeamStarting):
                signal.raise_signal(signal.SIGINT)

    asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context))
    await workspace.open()
    assert await perform(workspace, Start("crew"), Stopping(), as_json=False) == 130
    await workspace.close()
    gc.collect()
    assert told == []


async def test_a_stop_before_signals_are_heard_starts_nothing_and_is_a_stop(outside: FakeOutside) -> None:
    workspace = outside.workspace(Path(), "a terminal")

    class Interrupted:
        """Ctrl+C as asyncio tells it: the task is cancelled."""

        @contextmanager
        def running(self) -> Iterator[None]:
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
            yield

        def show(self, before: State, after: State, event: ev.Event) -> None:
            pass

    await workspace.open()
    assert await perform(workspace, Start("crew"), Interrupted(), as_json=False) == 130
    await workspace.close()
    assert not outside.world.of(ev.TeamRunning)
