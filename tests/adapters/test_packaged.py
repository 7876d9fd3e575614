"""Agents of installed packages, and whether their code can be loaded."""

from pathlib import Path

import pytest

from kinos.adapters.packaged import failure
from kinos.extension.installed import Installed


def test_no_module_of_the_folder_one_stands_in_is_imported_to_check_a_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "traceback.py").write_text("raise SystemExit('mine')\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert failure(Installed("fine", "json:loads", "a-package")) == ""
    assert "ModuleNotFoundError" in failure(Installed("gone", "no_such_module_here:thing", "a-package"))
