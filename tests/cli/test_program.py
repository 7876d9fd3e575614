"""What a person is told to type works where they are."""

import sys
from pathlib import Path

import pytest

from kinos.cli.program import program


@pytest.fixture
def kin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `kin` in a folder with a space, started by its path; no other is on the PATH."""
    file = tmp_path / "my tools" / "kin"
    file.parent.mkdir()
    file.write_text("#!/bin/sh\n", encoding="utf-8")
    file.chmod(0o755)
    monkeypatch.setattr(sys, "argv", [str(file), "demo"])
    monkeypatch.setenv("PATH", str(tmp_path))
    return file


def test_kin_on_the_path_is_kin(kin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(kin.parent))
    assert program() == "kin"


def test_kin_elsewhere_is_its_quoted_path(kin: Path) -> None:
    assert program() == f"'{kin}'"


def test_another_kin_on_the_path_is_not_this_one(kin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = kin.parents[1] / "kin"
    other.write_text("#!/bin/sh\n", encoding="utf-8")
    other.chmod(0o755)
    assert program() == f"'{kin}'"


def test_a_relative_path_is_told_from_anywhere(kin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(kin.parent)
    monkeypatch.setattr(sys, "argv", ["./kin"])
    assert program() == f"'{kin}'"


def test_a_module_is_started_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/somewhere/kinos/__main__.py"])
    assert program() == f"{sys.executable} -m kinos"
