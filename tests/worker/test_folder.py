import os
from pathlib import Path

import pytest

from kinos.domain.errors import FailureKind, FaultError
from kinos.worker.folder import Folder


def refused(folder: Path, *files: str) -> FaultError:
    with pytest.raises(FaultError) as caught:
        Folder(str(folder), files)
    return caught.value


def test_nothing_has_changed_at_first(folder: Path) -> None:
    assert Folder(str(folder), ["notes.md", "new.md"]).changed() == ()


def test_changed_new_and_deleted_files_are_named_in_their_order(folder: Path) -> None:
    (folder / "old.md").write_text("old\n")
    private = Folder(str(folder), ["old.md", "docs/new.md", "notes.md"])
    (folder / "notes.md").write_text("other\n")
    (folder / "docs").mkdir()
    (folder / "docs/new.md").write_text("new\n")
    (folder / "old.md").unlink()
    assert private.changed() == ("old.md", "docs/new.md", "notes.md")


def test_a_file_that_was_written_again_with_the_same_content_has_not_changed(folder: Path) -> None:
    private = Folder(str(folder), ["notes.md"])
    (folder / "notes.md").write_bytes((folder / "notes.md").read_bytes())
    assert private.changed() == ()


def test_a_new_file_that_stayed_empty_is_dropped(folder: Path) -> None:
    private = Folder(str(folder), ["notes.md", "new.md"])
    (folder / "new.md").touch()
    private.drop_empty()
    assert not (folder / "new.md").exists()
    assert private.changed() == ()


@pytest.mark.parametrize("stray", ["other.md", "docs/other.md", ".aider.chat.history.md"])
def test_a_file_that_is_not_listed_is_a_breach(folder: Path, stray: str) -> None:
    private = Folder(str(folder), ["notes.md", "docs/new.md"])
    (folder / stray).parent.mkdir(exist_ok=True)
    (folder / stray).write_text("x")
    with pytest.raises(FaultError, match=stray) as caught:
        private.changed()
    assert caught.value.kind is FailureKind.POLICY


def test_a_folder_that_leads_to_no_listed_file_is_a_breach(folder: Path) -> None:
    private = Folder(str(folder), ["notes.md"])
    (folder / ".git").mkdir()
    with pytest.raises(FaultError, match="git"):
        private.check()


@pytest.mark.parametrize("link", ["notes.md", "docs"])
def test_a_link_is_a_breach_before_anything_is_spent(folder: Path, tmp_path: Path, link: str) -> None:
    (tmp_path / "outside").mkdir()
    (folder / "notes.md").unlink()
    (folder / link).symlink_to(tmp_path / "outside")
    assert refused(folder, "notes.md", "docs/new.md").kind is FailureKind.POLICY


def test_a_file_with_a_second_name_elsewhere_is_a_breach(folder: Path, tmp_path: Path) -> None:
    os.link(folder / "notes.md", tmp_path / "elsewhere.md")
    assert refused(folder, "notes.md").kind is FailureKind.POLICY


@pytest.mark.parametrize("path", ["../x.md", "/etc/passwd", "./notes.md", "a//b.md", ""])
def test_a_listed_path_is_a_plain_one(folder: Path, path: str) -> None:
    assert refused(folder, "notes.md", path).kind is FailureKind.POLICY


def test_a_file_that_is_not_utf_8_is_refused(folder: Path) -> None:
    (folder / "notes.md").write_bytes(b"caf\xe9\n")
    assert "UTF-8" in refused(folder, "notes.md").message


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    assert refused(tmp_path / "gone", "notes.md").kind is FailureKind.INTERNAL


def test_a_folder_is_named_from_the_root(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    assert refused(Path(folder.name), "notes.md").kind is FailureKind.INTERNAL
