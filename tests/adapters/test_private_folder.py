"""Copies of a person's files do not stay behind, however the engine that made them ended."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import kinos
from kinos.adapters.private_folder import PrivateFolder, clear

_HOLD = """
import sys
from kinos.adapters.private_folder import PrivateFolder
folder = PrivateFolder()
(folder.path / "edit-1").mkdir()
(folder.path / "edit-1" / "a.md").write_text("words")
print(folder.path, flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which temporary ones are made."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


@contextmanager
def another_engine() -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Another process with a private folder, and that folder."""
    environment = {**os.environ, "PYTHONPATH": str(Path(kinos.__file__).parents[1])}
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    with process:
        assert process.stdout is not None
        yield process, Path(process.stdout.readline().strip())


def test_a_folder_is_private_and_gone_when_it_is_removed() -> None:
    folder = PrivateFolder()
    assert folder.path.stat().st_mode & 0o077 == 0
    folder.remove()
    assert not folder.path.exists()


def test_what_a_killed_engine_left_is_removed_by_the_next_one() -> None:
    with another_engine() as (process, left):
        process.kill()
        process.wait()
        assert (left / "edit-1" / "a.md").exists()
        PrivateFolder().remove()
    assert not left.exists()


def test_what_a_living_engine_works_with_is_left_alone() -> None:
    with another_engine() as (process, folder):
        clear()
        assert (folder / "edit-1" / "a.md").exists()
        process.kill()


def test_what_is_not_known_to_be_dead_is_left_alone(temporary: Path) -> None:
    (temporary / "kinos-worker-being-made").mkdir()
    elsewhere = temporary / "mine"
    elsewhere.mkdir()
    (elsewhere / "engine.lock").touch()
    (temporary / "kinos-worker-link").symlink_to(elsewhere)
    clear()
    assert sorted(entry.name for entry in temporary.iterdir()) == [
        "kinos-worker-being-made",
        "kinos-worker-link",
        "mine",
    ]
    assert (elsewhere / "engine.lock").exists()
