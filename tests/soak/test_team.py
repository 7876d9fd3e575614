"""A whole team until idle on a real workspace: memory, file handles and processes stay flat, and all of it can be undone."""

import hashlib
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

pytestmark = [pytest.mark.soak, pytest.mark.agents, pytest.mark.timeout(3600)]

EXAMPLE = Path(__file__).parents[2] / "examples" / "workspace"


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and ".kinos" not in path.parts
    }


def handles(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def resident(pid: int) -> int:
    """Kilobytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


def test_a_team_runs_to_idle_and_everything_can_be_taken_back(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    shutil.copytree(EXAMPLE, folder)
    before = hashes(folder)
    command = [sys.executable, "-m", "kinos", "default", "--rehearse", "--until", "idle", "-C", str(folder)]
    seen: list[tuple[int, int]] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        timer = threading.Timer(1800, process.terminate)
        timer.start()
        seen.extend((resident(process.pid), handles(process.pid)) for line in process.stdout if "looks" in line)
        timer.cancel()
    assert process.returncode == 0
    assert len(seen) > 20
    tenth, last = seen[10], seen[-2]
    assert last[0] <= tenth[0] * 1.25, seen
    assert last[1] <= tenth[1] + 4, seen
    undo = [sys.executable, "-m", "kinos", "undo", "--all", "-C", str(folder)]
    assert subprocess.run(undo, check=False).returncode == 0
    assert hashes(folder) == before
