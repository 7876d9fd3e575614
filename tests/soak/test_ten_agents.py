"""Ten agents at work for ten minutes (`KINOS_SOAK_SECONDS`): memory, file handles and processes stay flat."""

import itertools
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from process_tree import descendants, wait_for_end
from soak.test_team import EXAMPLE, handles, resident

pytestmark = [pytest.mark.soak, pytest.mark.agents, pytest.mark.timeout(7200)]

SECONDS = float(os.environ.get("KINOS_SOAK_SECONDS", "600"))
AGENTS = (
    "specifications", "production", "management", "evaluation", "chroniqueur", "documentaliste", "testeur", "validation",
    "duplication", "redacteur",
)  # fmt: skip
EVERY = 20
"""Lines of output between two samples, and between two words of the person."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What `kin` holds: kilobytes of memory, file handles, and processes below it."""

    memory: int
    handles: int
    processes: int


def sample(pid: int) -> Sample:
    return Sample(resident(pid), handles(pid), len(descendants(pid)))


def test_ten_agents_hold_no_more_at_the_end_than_after_their_beginning(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "work"))
    team = folder / ".kinos" / "teams" / "ten.toml"
    team.parent.mkdir(parents=True)
    entries = "".join(f'[[agents]]\nname = "{name}"\n' for name in AGENTS)
    team.write_text(f'summary = "everybody"\n{entries}', encoding="utf-8")
    environment = os.environ | {"XDG_RUNTIME_DIR": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    (tmp_path / "config" / "kinos").mkdir(parents=True)
    (tmp_path / "config" / "kinos" / "config.toml").write_text(
        "[team]\nparallel = 8\n[budget]\nruns = 0\nminutes = 0\n", encoding="utf-8"
    )
    seen: list[Sample] = []
    cycles = 0
    command = [sys.executable, "-m", "kinos", "ten", "--rehearse", "--auto", "--json", "-C", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        until = time.monotonic() + SECONDS
        for number, line in zip(itertools.count(1), process.stdout, strict=False):
            cycles += json.loads(line)["type"] == "CycleStarted"
            if number % EVERY == 0:
                seen.append(sample(process.pid))
                with (folder / "demande.md").open("a", encoding="utf-8") as request:
                    request.write(f"\n- Describe lamp {number} of the tower.\n")
            if time.monotonic() > until:
                break
        below = descendants(process.pid)
        process.send_signal(signal.SIGINT)
        process.communicate()
    assert process.returncode == 130
    assert wait_for_end(below, 10) == []
    quarter = len(seen) // 4
    early, late = seen[quarter : 2 * quarter], seen[-quarter:]
    print(f"{cycles} cycles, {len(seen)} samples, from {_middle(early)} to {_middle(late)}")
    assert quarter >= 3
    assert _middle(late).memory <= _middle(early).memory * 1.15, seen
    assert _middle(late).handles <= _middle(early).handles + 4, seen
    assert max(each.processes for each in late) <= max(each.processes for each in seen[: 2 * quarter]) + 2, seen


def _middle(samples: list[Sample]) -> Sample:
    """The medians."""
    return Sample(*(int(statistics.median(getattr(each, name) for each in samples)) for name in Sample.__slots__))
