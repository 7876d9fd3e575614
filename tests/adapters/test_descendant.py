"""Ending whole trees of processes: also those that called setsid, and orphans."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping

import pytest

from kinos.adapters.descendant import adopt_orphans, end, family
from kinos.adapters.process_table import Proc, ProcessTable, Psutil
from kinos.domain.errors import SurvivedError
from process_tree import alive

_TREE = """
import os, subprocess, sys
stay = "import sys; sys.stdin.read()"
kind = sys.argv[1]
wait = {"stdin": subprocess.PIPE}
child = [sys.executable, "-c", stay]
if kind == "child":
    found = [subprocess.Popen(child, **wait).pid]
elif kind == "setsid":
    found = [subprocess.Popen(child, start_new_session=True, **wait).pid]
elif kind == "orphan":
    read, write = os.pipe()
    middle = ("import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', "
              "'import time; time.sleep(600)'], start_new_session=True, "
              "stdout=-3, stderr=-3); print(p.pid, flush=True)")
    found = [int(subprocess.run([sys.executable, "-c", middle], capture_output=True, text=True).stdout)]
elif kind == "stubborn":
    code = "import signal, sys; [signal.signal(s, signal.SIG_IGN) for s in (1, 2, 15)]; print(1, flush=True); sys.stdin.read()"
    p = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, **wait)
    p.stdout.readline()
    found = [p.pid]
print(*found, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def mark() -> Iterator[str]:
    """A mark of this test's own; whatever carries it is ended."""
    adopt_orphans()
    mark = secrets.token_hex(8)
    yield mark
    end([], mark)


def tree(kind: str, mark: str) -> tuple[subprocess.Popen[str], list[int]]:
    """A process and what it started."""
    process = subprocess.Popen(
        [sys.executable, "-c", _TREE, kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "KINOS_TEAM_MARK": mark},
    )
    assert process.stdout is not None
    return process, [int(pid) for pid in process.stdout.readline().split()]


@pytest.mark.parametrize("table", [Proc(), Psutil()], ids=["proc", "psutil"])
@pytest.mark.parametrize("kind", ["child", "setsid", "orphan", "stubborn"])
def test_nothing_of_a_tree_stays_alive(kind: str, table: ProcessTable, mark: str) -> None:
    process, below = tree(kind, mark)
    with process:
        assert alive([process.pid, *below]) == sorted([process.pid, *below])
        assert end([process.pid], mark, table=table) == 1 + len(below)
        assert alive([process.pid, *below]) == []
        assert end([process.pid], mark, table=table) == 0


def test_a_descendant_is_found_though_it_wiped_its_environment(mark: str) -> None:
    process, _ = tree("child", mark)
    with process:
        assert len(family([process.pid], "another mark")) == 2
        end([process.pid], mark)


def test_an_orphan_is_found_by_its_mark_once_its_parents_are_gone(mark: str) -> None:
    process, (orphan,) = tree("orphan", mark)
    with process:
        process.kill()
        process.wait()
        assert family([], mark) == {orphan}
        assert end([], mark) == 1
        assert not alive([orphan])


def test_somebody_elses_processes_are_left_alone(mark: str) -> None:
    other = secrets.token_hex(8)
    process, (child,) = tree("child", other)
    with process:
        assert end([], mark) == 0
        assert alive([child])
        assert end([], other) == 2


def test_a_process_that_has_ended_by_itself_counts_for_nothing(mark: str) -> None:
    process, _ = tree("none", mark)
    with process:
        assert process.stdin is not None
        process.stdin.close()
        process.wait()
        assert end([process.pid], mark) == 0


def test_this_process_is_never_one_of_them(mark: str) -> None:
    assert os.getpid() not in family([os.getpid()], mark)


class Sparing:
    """Kills as the system does, but spares one process until it has been asked `times`."""

    def __init__(self, spared: int, times: float) -> None:
        self._spared = spared
        self._times = times
        self.asked = 0

    def __call__(self, pid: int, number: int) -> None:
        if pid == self._spared:
            self.asked += 1
            if self.asked <= self._times:
                return
        os.kill(pid, number)


def test_a_process_that_does_not_end_at_once_is_killed_again(mark: str) -> None:
    process, (orphan,) = tree("orphan", mark)
    kill = Sparing(orphan, 5)
    with process:
        assert end([process.pid], mark, kill=kill) == 2
        assert not alive([orphan])
    assert kill.asked == 6


def test_what_could_not_be_ended_is_named_and_not_counted(mark: str) -> None:
    process, (orphan,) = tree("orphan", mark)
    with process:
        with pytest.raises(SurvivedError, match=rf"^1 process could not be ended: {orphan} \(1 ended\)") as caught:
            end([process.pid], mark, patience=0.2, kill=Sparing(orphan, float("inf")))
        assert (caught.value.ended, caught.value.alive) == (1, (orphan,))
        assert not alive([process.pid])
        assert alive([orphan])
        assert end([], mark) == 1


_FORKS_AWAY = """
import os, subprocess, sys
if os.fork():
    os._exit(0)
os.setsid()
os.execve(sys.executable, [sys.executable, "-c", "import time; print(1, flush=True); time.sleep(600)"], {"NO": "mark"})
"""


def test_a_grandchild_that_left_its_session_and_lost_its_parent_is_still_below_us(mark: str) -> None:
    code = (
        f"import subprocess, sys; subprocess.run([sys.executable, '-c', {_FORKS_AWAY!r}], check=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", f"from kinos.adapters.descendant import adopt_orphans; adopt_orphans(); {code}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"1\n"
        assert len(family([process.pid], "no mark")) == 2, "without adopting, the orphan would be the system's"
        assert end([process.pid], "no mark") == 2
    assert -process.returncode == signal.SIGKILL


class Blinking:
    """Implements `ProcessTable`: one look sees nobody, since who forked had ended before its state was read."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.looks = 0

    def parents(self) -> Mapping[int, int]:
        self.looks += 1
        return Proc().parents() if self.looks > 1 else {}

    def carries(self, pid: int, variable: str) -> bool:
        return pid == self.pid and Proc().carries(pid, variable)


def test_a_child_that_one_look_misses_is_ended_all_the_same(mark: str) -> None:
    environment = {**os.environ, "KINOS_TEAM_MARK": mark}
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], env=environment) as process:
        assert end([], mark, table=Blinking(process.pid)) == 1
        assert alive([process.pid]) == []
