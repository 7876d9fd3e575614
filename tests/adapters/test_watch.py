"""The watch on a folder: what it tells, and what it does where the system cannot watch."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue

import pytest
from watchfiles import Change

from kinos.adapters import watch as watch_module
from kinos.adapters.watch import Watch

SECONDS = 60.0
"""How long something may take on a busy machine."""

type Told = tuple[set[str] | None, str]


@contextmanager
def watching(root: Path) -> Iterator[Queue[Told]]:
    """A watch, and what it tells."""
    told: Queue[Told] = Queue()
    watch = Watch(root, lambda paths, note="": told.put((paths, note)))
    watch.start()
    yield told
    watch.stop()


def until(told: Queue[Told], path: str) -> set[str]:
    """All that is told until `path` is."""
    seen: set[str] = set()
    while path not in seen:
        seen |= told.get(timeout=SECONDS)[0] or set()
    return seen


def test_documents_ignore_files_and_folders_are_told_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "docs").mkdir()
    (tmp_path / "old.md").write_text("old")
    with watching(tmp_path) as told:
        assert told.get(timeout=SECONDS) == (None, ""), "what changed before it was ready"
        (tmp_path / ".git" / "index.md").write_text("x")
        (tmp_path / "notes.txt").write_text("x")
        (tmp_path / "docs" / "a.md").write_text("x")
        (tmp_path / "docs" / ".gitignore").write_text("x")
        (tmp_path / "old.md").unlink()
        (tmp_path / "made").mkdir()
        (tmp_path / "last.md").write_text("x")
        seen = until(told, "last.md")
    assert {"docs/a.md", "docs/.gitignore", "old.md", "made", "last.md"} <= seen
    assert not {path for path in seen if path.startswith(".git/") or path == "notes.txt"}


def test_where_the_system_cannot_watch_it_says_so_and_looks_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(*_: object, **__: object) -> object:
        raise OSError(28, "OS file watch limit reached")

    monkeypatch.setattr(watch_module, "watch", refusing)
    monkeypatch.setattr(watch_module, "LOOK_SECONDS", 0.0)
    with watching(tmp_path) as told:
        first = told.get(timeout=SECONDS)
        others = [told.get(timeout=SECONDS) for _ in range(2)]
    assert first[0] is None
    assert "watch limit reached" in first[1]
    assert "raising fs.inotify.max_user_watches helps" in first[1]
    assert others == [(None, ""), (None, "")]


def test_a_change_of_a_file_that_is_no_document_does_not_matter(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    (root / "a.txt").write_text("x")
    watch = Watch(root, lambda paths, note="": None)
    assert not watch._matters(Change.added, f"{root}/a.txt")
    assert not watch._matters(Change.modified, f"{root}/v1.0")
    assert watch._matters(Change.deleted, f"{root}/v1.0"), "it may have been a folder"
