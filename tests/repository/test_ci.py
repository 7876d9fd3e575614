"""`.ci/run` ends with the runner's closing line and its exit code, however the run went."""

import os
import subprocess
from pathlib import Path

import pytest

RUN = Path(__file__).parents[2] / ".ci" / "run"
BASE = "120 passed, 3 deselected in 10.01s"
PASSED = "========== 900 passed, 1 skipped in 321.50s (0:05:21) =========="
FAILED = "===== 2 failed, 898 passed, 1 error in 300.00s (0:05:00) ====="


def ran(folder: Path, said: str, code: int) -> subprocess.CompletedProcess[str]:
    """A run whose `make` says this and ends with that."""
    make = folder / "make"
    make.write_text(f"#!/bin/sh\ncat <<'END'\n{said}\nEND\nexit {code}\n", encoding="utf-8")
    make.chmod(0o755)
    path = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run([RUN], capture_output=True, text=True, check=False, env=path)


@pytest.mark.parametrize(
    ("said", "code", "last"),
    [
        (f"{BASE}\n{PASSED}\ncoverage of domain/:\nTOTAL 99%", 0, PASSED),
        (f"{BASE}\n{PASSED}\ncoverage of domain/:\nTOTAL 90%", 2, PASSED),
        (f"{BASE}\n{FAILED}\nmake: *** [unit] Error 1", 2, FAILED),
        ("3 failed in 1.00s\nmake: *** [base] Error 1", 2, "3 failed in 1.00s"),
        ("== 1 error in 0.50s ==\nmake: *** [unit] Error 2", 2, "== 1 error in 0.50s =="),
    ],
    ids=["passed", "coverage", "failed", "only failed", "errors"],
)
def test_the_closing_line_comes_last_and_the_exit_code_stays(said: str, code: int, last: str, tmp_path: Path) -> None:
    done = ran(tmp_path, said, code)
    assert done.returncode == code
    assert done.stdout.splitlines()[-1] == last
    assert done.stdout.startswith(said)


def test_a_run_that_reached_no_test_still_fails(tmp_path: Path) -> None:
    done = ran(tmp_path, "error: unused import\nmake: *** [check] Error 1", 2)
    assert done.returncode == 2
    assert done.stdout.splitlines()[-1] == "make: *** [check] Error 1"
