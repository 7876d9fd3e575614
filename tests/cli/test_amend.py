"""`kin review --edit`: the person's own editor on the files of a waiting change."""

import json
import shlex
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kinos.adapters.state_folder import WorkspaceState
from kinos.app import App
from kinos.cli.main import run
from kinos.domain.change import Change, ChangeState, FileChange

BASE = b"# Readme\r\n\r\nOne.\r\nTwo.\r\n"
MADE = b"# Read me\r\n\r\nOne.\r\nTwo.\r\n"


def kin(*arguments: object) -> int:
    return run([str(argument) for argument in arguments], App())


@pytest.fixture
def folder(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace in which c1 waits; it edits README.md, creates docs/new.md and deletes gone.md."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("r")))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "copies"))
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / "copies").mkdir()
    work = tmp_path / "work"
    work.mkdir()
    (work / "README.md").write_bytes(BASE)
    (work / "gone.md").write_bytes(b"gone\n")
    state = WorkspaceState(work, 0, 0)
    with state.hold("a test"):
        keep = state.journal().keep
        files = (
            FileChange("README.md", keep(BASE), keep(MADE)),
            FileChange("docs/new.md", None, keep(b"new\n")),
            FileChange("gone.md", keep(b"gone\n"), None),
        )
        made = datetime(2026, 3, 21, 15, 30, tzinfo=UTC)
        state.journal().record(Change("c1", "y1", "s1", "ann", "A better title", "it reads well", files, made))
    return work


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets an editor that runs `code` over each file: `path` is one, `text` what is in it."""

    def set_editor(code: str) -> None:
        script = tmp_path / "my editor.py"
        head = (
            "import sys, pathlib\nfor path in map(pathlib.Path, sys.argv[1:]):\n    text = path.read_bytes().decode()\n"
        )
        script.write_text(f"{head}    {code}\n", encoding="utf-8")
        monkeypatch.setenv("VISUAL", f"{shlex.quote(sys.executable)} {shlex.quote(str(script))}")

    return set_editor


def changes(folder: Path) -> list[Change]:
    return list(WorkspaceState(folder, 0, 0).journal().changes())


def copies(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "copies").glob("kin-*"))


def test_what_the_person_makes_of_a_change_waits_in_its_place_and_lands_when_accepted(
    folder: Path, editor: Callable[[str], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    editor("path.write_text(text.replace('Read me', 'Read this').replace('new', 'newer'))")
    assert kin("review", "--edit", "c1", "-C", folder) == 0
    old, made = changes(folder)
    assert (old.state, made.state, made.edit_of) == (ChangeState.SUPERSEDED, ChangeState.PROPOSED, "c1")
    assert f"review --accept {made.id}" in capsys.readouterr().out
    assert copies(tmp_path) == []
    assert (folder / "README.md").read_bytes() == BASE
    assert kin("review", "--accept", made.id, "-C", folder) == 0
    assert (folder / "README.md").read_bytes() == b"# Read this\r\n\r\nOne.\r\nTwo.\r\n"
    assert (folder / "docs" / "new.md").read_bytes() == b"newer\n"
    assert not (folder / "gone.md").exists()
    assert kin("undo", "-C", folder) == 0
    assert {path.name: path.read_bytes() for path in folder.glob("*.md")} == {"README.md": BASE, "gone.md": b"gone\n"}


def test_a_person_who_changes_nothing_leaves_the_change_waiting(
    folder: Path, editor: Callable[[str], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    editor("pass")
    assert kin("review", "--edit", "c1", "-C", folder) == 3
    assert "Nothing was changed." in capsys.readouterr().out
    assert [change.state for change in changes(folder)] == [ChangeState.PROPOSED]
    assert copies(tmp_path) == []


def test_a_created_file_that_the_person_removes_is_no_longer_created(
    folder: Path, editor: Callable[[str], None]
) -> None:
    editor("path.unlink() if path.name == 'new.md' else None")
    assert kin("review", "--edit", "c1", "-C", folder) == 0
    assert changes(folder)[1].paths == ("README.md", "gone.md")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("sys.exit(1)", "The editor ended with 1, so nothing was changed."),
        ("path.write_bytes(b'\\xff')", "is no longer UTF-8 text"),
    ],
)
def test_an_editor_that_fails_changes_nothing_and_the_files_are_kept(
    code: str,
    says: str,
    folder: Path,
    editor: Callable[[str], None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    editor(code)
    assert kin("review", "--edit", "c1", "-C", folder) == 2
    assert says in capsys.readouterr().err
    assert [change.state for change in changes(folder)] == [ChangeState.PROPOSED]
    assert copies(tmp_path)


@pytest.mark.parametrize("named", ["", "no-such-editor --wait"])
def test_without_an_editor_it_says_how_to_name_one(
    named: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VISUAL", named)
    monkeypatch.delenv("EDITOR", raising=False)
    assert kin("review", "--edit", "c1", "-C", folder) == 2
    assert "EDITOR" in capsys.readouterr().err


def test_an_edit_that_does_not_fit_any_more_is_kept_for_the_person(
    folder: Path, editor: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    other = repr(str(folder / "README.md"))
    editor(f"path.write_text(text.replace('Read me', 'Mine')); pathlib.Path({other}).write_text('# Theirs\\n')")
    assert kin("review", "--edit", "c1", "-C", folder) == 2
    said = capsys.readouterr().err
    assert "been edited meanwhile" in said
    kept = Path(said.split("is kept in ")[1].splitlines()[0].rstrip("."))
    assert (kept / "README.md").read_text(encoding="utf-8").startswith("# Mine\n")
    assert [change.state for change in changes(folder)] == [ChangeState.PROPOSED]


def test_both_versions_of_what_does_not_fit_are_shown_to_the_person(
    folder: Path, editor: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "README.md").write_bytes(b"# Mine\r\n\r\nOne.\r\nTwo.\r\n")
    editor("path.write_text('# Ours\\n\\nOne.\\nTwo.\\n' if '<<<<<<<' in text and '# Mine' in text else text)")
    assert kin("review", "--edit", "c1", "--json", "-C", folder) == 0
    said = capsys.readouterr()
    assert "README.md has both versions in it" in said.err
    assert kin("review", "--accept", json.loads(said.out)["id"], "-C", folder) == 0
    assert (folder / "README.md").read_bytes() == b"# Ours\r\n\r\nOne.\r\nTwo.\r\n"
