"""One worker process for all tests that only call it: it takes seconds to start."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from worker.process import Worker, worker
from worker.scripted import ScriptedApi


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """A ready worker that logs every import it makes."""
    with worker(tmp_path_factory.mktemp("worker"), (sys.executable, "-X", "importtime")) as started:
        yield started


@pytest.fixture
def api() -> Iterator[ScriptedApi]:
    """A Messages API without answers yet."""
    with ScriptedApi() as served:
        yield served


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The private folder of an edit, with `notes.md` in it."""
    private = tmp_path / "private"
    private.mkdir()
    (private / "notes.md").write_text("# Notes\n\none\ntwo\nthree\n")
    return private
