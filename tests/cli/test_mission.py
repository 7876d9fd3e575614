"""`kin new`: a folder with a request to fill in, which is never overwritten."""

from pathlib import Path

import pytest

from kinos.app import App
from kinos.cli.main import run


def kin(*arguments: object) -> int:
    return run([str(argument) for argument in arguments], App())


def test_a_mission_has_a_request_and_nothing_else_and_says_what_to_do_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kin("new", tmp_path / "deep" / "er") == 0
    assert [file.name for file in (tmp_path / "deep" / "er").iterdir()] == ["demande.md"]
    assert (tmp_path / "deep" / "er" / "demande.md").read_text(encoding="utf-8").startswith("# Request\n")
    said = capsys.readouterr().out
    assert f"--rehearse --cycles 3 -C {tmp_path}/deep/er" in said


def test_the_folder_that_one_is_in_needs_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert kin("new") == 0
    assert (tmp_path / "demande.md").exists()


@pytest.mark.parametrize("name", ["demande.md", "request.md", ".aider.mission.md"])
def test_a_request_that_is_there_is_never_overwritten(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text("mine\n", encoding="utf-8")
    assert kin("new", tmp_path) == 2
    assert [(file.name, file.read_text(encoding="utf-8")) for file in tmp_path.iterdir()] == [(name, "mine\n")]
    assert f"{name} is there already" in capsys.readouterr().err


def test_a_team_is_checked_before_anything_is_made_and_told_in_what_comes_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kin("new", tmp_path / "a", "--team", "codin") == 2
    assert "There are: book-writing, coding" in capsys.readouterr().err
    assert not (tmp_path / "a").exists()
    assert kin("new", tmp_path / "a", "--team", "coding") == 0
    assert " coding --rehearse" in capsys.readouterr().out


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert kin("new", tmp_path / "file" / "a") == 2
    assert "cannot be made a mission" in capsys.readouterr().err
