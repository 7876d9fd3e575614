"""What a commit hook and a map never pay for: looking for the entry points of packages."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("command", [["tokens", "a.md"], ["check", "a.md"], ["--version"]])
def test_no_entry_points_are_looked_for_unless_they_are_meant(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "a.md").write_text("# A\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "kinos", *command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert "kinos.cli.main" in imported
    assert not {name for name in imported if name.startswith("kinos.extension.host")}
    assert "importlib.metadata" not in imported
