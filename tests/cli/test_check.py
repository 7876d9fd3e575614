"""`kin check` where something cannot be counted."""

from pathlib import Path

import pytest

from kinos.app import App
from kinos.cli.main import run


def test_a_check_fails_for_a_file_that_cannot_be_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "good.md").write_text("good\n", encoding="utf-8")
    (tmp_path / "latin.md").write_bytes(b"caf\xe9\n")
    assert run(["check", str(tmp_path)], App()) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "latin.md: not UTF-8" in said.err
