"""What a commit hook never pays for: looking for the entry points of packages, and what only teams need."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


def imported(folder: Path, command: list[str]) -> set[str]:
    (folder / "a.md").write_text("# A\n", encoding="utf-8")
    # What measures coverage would load things of its own.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "kinos", *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert "kinos.cli.main" in found
    return found


@pytest.mark.parametrize("command", [["tokens", "a.md"], ["check", "a.md"], ["--version"]])
def test_no_entry_points_are_looked_for_unless_they_are_meant(tmp_path: Path, command: list[str]) -> None:
    found = imported(tmp_path, command)
    assert not {name for name in found if name.startswith("kinos.extension.host")}
    assert "importlib.metadata" not in found


@pytest.mark.parametrize("command", [["tokens", "a.md"], ["check", "a.md"]])
def test_who_counts_one_file_loads_nothing_of_a_team(tmp_path: Path, command: list[str]) -> None:
    found = imported(tmp_path, command)
    assert not found & {"asyncio", "hashlib", "portalocker", "kinos.engine.session"}
