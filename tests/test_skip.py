"""A test that is skipped says why; in CI it is an error."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_SKIPPED = """
import pytest

@pytest.mark.skip(reason="no such thing here")
def test_marked(): ...

def test_inside():
    pytest.skip("no such thing here")

@pytest.mark.xfail(reason="known")
def test_known():
    assert False

def test_fine(): ...
"""
_UNCOLLECTED = "import pytest\npytest.skip('no such thing here', allow_module_level=True)\n"


@pytest.mark.parametrize(
    ("ci", "code", "said"),
    [("", 0, "1 passed, 3 skipped, 1 xfailed"), ("1", 1, "1 failed, 1 passed, 1 xfailed, 2 errors")],
    ids=["elsewhere", "in CI"],
)
def test_a_skipped_test_is_an_error_in_ci_and_nowhere_else(ci: str, code: int, said: str, tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(_SKIPPED, encoding="utf-8")
    (tmp_path / "test_none.py").write_text(_UNCOLLECTED, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-rN",
        "--continue-on-collection-errors",
        "-p",
        "conftest",
        str(tmp_path),
    ]
    environment = {**os.environ, "CI": ci, "PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert said in done.stdout
    assert done.stdout.count("Nothing is skipped in CI, but this was: Skipped: no such thing here") == (3 if ci else 0)
