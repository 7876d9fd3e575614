"""`.kinos/state/`: one holder at a time, named, and nothing left behind by opening a folder."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import kinos
from kinos.adapters.control_socket import ControlServer
from kinos.adapters.state_folder import WorkspaceState
from kinos.domain.errors import SetupError, WorkspaceHeldError

_HOLD = """
import sys
from pathlib import Path
from kinos.adapters.state_folder import WorkspaceState
with WorkspaceState(Path(sys.argv[1]), 0, 0.01).hold("another terminal"):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_elsewhere(root: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds `root` while the block runs."""
    environment = {**os.environ, "PYTHONPATH": str(Path(kinos.__file__).parents[1])}
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process


@pytest.fixture
def state(tmp_path: Path) -> WorkspaceState:
    return WorkspaceState(tmp_path, 0, 0.01)


def test_looking_leaves_nothing_behind(state: WorkspaceState, tmp_path: Path) -> None:
    assert state.holder() == ""
    assert state.holder_pid() is None
    assert state.load("phase") == {}
    assert state.journal().changes() == []
    assert not state.exists()
    assert list(tmp_path.iterdir()) == []


def test_what_a_process_that_was_killed_has_half_written_is_swept_away(state: WorkspaceState, tmp_path: Path) -> None:
    with state.hold("a test"):
        state.store("phase", {"name": "EXPANSION"})
    (tmp_path / ".kinos" / "state" / "phase.json.half-12").write_text("{")
    with state.hold("a test"):
        names = {path.name for path in (tmp_path / ".kinos" / "state").iterdir()}
    assert names == {".gitignore", "lock", "holder.json", "phase.json"}


def test_holding_makes_the_folder_which_git_ignores(state: WorkspaceState, tmp_path: Path) -> None:
    with state.hold("a test"):
        assert state.exists()
        assert (tmp_path / ".kinos/state/.gitignore").read_text(encoding="utf-8").endswith("*\n")
        assert state.file("x.log") == tmp_path / ".kinos/state/x.log"


def test_small_objects_are_kept(state: WorkspaceState, tmp_path: Path) -> None:
    with state.hold("a test"):
        state.store("phase", {"name": "EXPANSION"})
    assert WorkspaceState(tmp_path, 0, 1).load("phase") == {"name": "EXPANSION"}


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff"])
def test_a_broken_object_counts_for_nothing(state: WorkspaceState, tmp_path: Path, content: bytes) -> None:
    with state.hold("a test"):
        (tmp_path / ".kinos/state/phase.json").write_bytes(content)
        assert state.load("phase") == {}


def test_a_folder_held_by_another_process_is_refused_and_its_holder_named(
    state: WorkspaceState, tmp_path: Path
) -> None:
    with held_elsewhere(tmp_path) as other:
        with pytest.raises(WorkspaceHeldError) as caught, state.hold("a test"):
            raise AssertionError
        assert f"KinOS in another terminal (process {other.pid}, since " in str(caught.value)
        assert "kin stop" in str(caught.value)
        assert state.holder().startswith(f"KinOS in another terminal (process {other.pid}")
        assert state.holder_pid() == other.pid
    with state.hold("a test"):
        assert state.load("holder")["who"] == "a test"
    assert state.holder() == ""


def test_a_refusal_leaves_the_holders_note_alone(state: WorkspaceState, tmp_path: Path) -> None:
    with state.hold("a test"):
        with pytest.raises(WorkspaceHeldError), WorkspaceState(tmp_path, 0, 0.01).hold("the same process again"):
            raise AssertionError
        assert state.load("holder")["who"] == "a test"


def test_a_note_of_a_process_that_was_killed_counts_for_nothing(state: WorkspaceState, tmp_path: Path) -> None:
    with held_elsewhere(tmp_path) as other:
        other.kill()
        other.wait()
        assert (tmp_path / ".kinos/state/holder.json").exists()
        assert state.holder() == ""
        assert state.holder_pid() is None
        with state.hold("a test"):
            pass
    assert not (tmp_path / ".kinos/state/holder.json").exists()


def test_a_lock_that_is_given_back_in_time_is_waited_for(tmp_path: Path) -> None:
    patient = WorkspaceState(tmp_path, 60, 0.01)
    with held_elsewhere(tmp_path) as other:
        assert other.stdin is not None
        other.stdin.close()
        with patient.hold("a test"):
            assert patient.load("holder")["pid"] == os.getpid()


def test_a_holder_without_a_readable_note_is_another_kinos(state: WorkspaceState, tmp_path: Path) -> None:
    other = WorkspaceState(tmp_path, 0, 0.01)
    with state.hold("a test"):
        for note in ("", json.dumps({"pid": 7})):
            (tmp_path / ".kinos/state/holder.json").write_text(note, encoding="utf-8")
            assert other.holder() == "Another KinOS"


def test_a_workspace_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / ".kinos").write_text("in the way", encoding="utf-8")
    with pytest.raises(SetupError, match="cannot be made"), WorkspaceState(tmp_path, 0, 1).hold("a test"):
        raise AssertionError
    assert WorkspaceState(tmp_path, 0, 1).holder() == ""


def test_an_object_that_cannot_be_written_is_said(state: WorkspaceState, tmp_path: Path) -> None:
    with state.hold("a test"):
        (tmp_path / ".kinos/state/phase.json").mkdir()
        with pytest.raises(SetupError, match="cannot be written"):
            state.store("phase", {})


async def test_another_engine_on_the_folder_is_known_and_ones_own_is_not_another(
    state: WorkspaceState, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer(method: str, params: Mapping[str, Any]) -> None:
        return None

    control = ControlServer(tmp_path, answer)
    await control.start()
    assert not state.others()
    monkeypatch.setattr(os, "getpid", lambda: 1)
    assert state.others()
    await control.stop()
    assert not state.others()


@pytest.mark.parametrize("where", [".", "docs", "docs/api"])
def test_who_holds_a_folder_around_or_inside_is_named(tmp_path: Path, where: str) -> None:
    (tmp_path / "docs" / "api").mkdir(parents=True)
    state = WorkspaceState(tmp_path / "docs", 0, 0.01)
    assert state.near(["api"]) == ""
    with held_elsewhere(tmp_path / where) as other:
        said = state.near(["api"])
        if where == "docs":
            assert said == ""
        else:
            assert said.startswith(f"KinOS in another terminal (process {other.pid}, since ")
            assert said.endswith(f" works on {(tmp_path / where).resolve()}")
        other.kill()
        other.wait()
        assert state.near(["api"]) == ""


def test_what_this_process_holds_around_or_inside_is_arranged_already(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    with WorkspaceState(tmp_path / "docs", 0, 0.01).hold("a test"):
        assert WorkspaceState(tmp_path, 0, 0.01).near(["docs"]) == ""
