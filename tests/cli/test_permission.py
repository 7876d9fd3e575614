"""Folders that may not be entered: a sentence instead of a traceback, and never a silent gap."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.permission import permissions
from kinos.app import App
from kinos.cli.main import run


def kin(*arguments: object) -> int:
    with permissions():
        return run([str(argument) for argument in arguments], App())


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """`work/closed/c.md`, in a folder that may not be entered."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    folder = tmp_path / "work" / "closed"
    folder.mkdir(parents=True)
    (folder / "c.md").write_text("# C\n", encoding="utf-8")
    (tmp_path / "work" / "a.md").write_text("# A\n", encoding="utf-8")
    folder.chmod(0)
    yield folder
    folder.chmod(0o700)


@pytest.mark.parametrize("command", ["teams", "agents", "map", "tokens", "review", "status", "default"])
def test_a_folder_that_may_not_be_entered_is_said(
    closed: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert kin(command, "-C", closed) == 2
    said = capsys.readouterr().err.splitlines()
    assert str(closed) in said[0]
    assert "cannot be read" in said[0]
    assert said[1].strip()


@pytest.mark.parametrize("command", ["tokens", "check"])
def test_a_file_in_it_is_said_to_be_out_of_reach(
    closed: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert kin(command, closed / "c.md") == 2
    assert f"{closed / 'c.md'} cannot be reached: Permission denied." in capsys.readouterr().err


@pytest.mark.parametrize("inner", ["x", "closed/x"])
def test_a_demo_where_nothing_may_be_written_says_so(
    closed: Path, capsys: pytest.CaptureFixture[str], inner: str
) -> None:
    closed.parent.chmod(0o500)
    assert kin("demo", closed.parent / inner) == 2
    assert "cannot be made in" in capsys.readouterr().err


def test_a_demo_in_a_file_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert kin("demo", tmp_path / "file") == 2
    assert "cannot be made in" in capsys.readouterr().err


def test_what_could_not_be_looked_at_is_an_error_and_no_gap(closed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    error = {"path": "closed/", "message": "it cannot be read: Permission denied"}
    for command in ("tokens", "check"):
        assert kin(command, closed.parent, "--json") == 1
        assert json.loads(capsys.readouterr().out)["errors"] == [error]
        assert kin(command, closed.parent) == 1
        assert "closed/: it cannot be read: Permission denied" in capsys.readouterr().err
    assert kin("map", "-C", closed.parent, "--json") == 0
    assert json.loads(capsys.readouterr().out)["errors"] == [error]
    assert kin("map", "-C", closed.parent) == 0
    assert "❔ closed/ has no size: it cannot be read: Permission denied" in capsys.readouterr().out


def test_a_link_into_it_is_an_error_and_no_traceback(closed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (closed.parent / "link.md").symlink_to("closed/c.md")
    assert kin("tokens", closed.parent, "--json") == 1
    assert [entry["path"] for entry in json.loads(capsys.readouterr().out)["errors"]] == ["closed/", "link.md"]
