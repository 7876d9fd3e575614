"""The processes below a process, read from /proc, so that a test sees what is really left and not what was reported."""

import contextlib
import os
import select
import subprocess
import time
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

_ENDED = "ZX"
"""States of a process that only waits to be collected."""


def descendants(pid: int) -> list[int]:
    """Process ids of everything alive below `pid`, zombies left out."""
    children: dict[int, list[int]] = {}
    for child, parent, state in _processes():
        if state not in _ENDED:
            children.setdefault(parent, []).append(child)
    found, pending = [], [pid]
    while pending:
        below = children.get(pending.pop(), [])
        found += below
        pending += below
    return found


def alive(pids: Collection[int]) -> list[int]:
    """Those of `pids` that run, zombies left out."""
    return sorted(pid for pid, _, state in _processes() if pid in pids and state not in _ENDED)


def command_line(pid: int) -> str:
    """The words of the process' command line; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def working_folder(pid: int) -> Path | None:
    """Where the process runs; None when it is gone."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink()
    except (FileNotFoundError, ProcessLookupError):
        return None


def end_with_all_below(process: "subprocess.Popen[Any]") -> None:
    """Kills the process, and waits until what was below it is gone."""
    below = descendants(process.pid)
    process.kill()
    process.wait()
    wait_for_end(below, 5)


def wait_for_start(pid: int, words: str, seconds: float) -> list[int]:
    """All processes below `pid` once one of them has `words` in its command line, or after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        below = descendants(pid)
        if any(words in command_line(process) for process in below) or time.monotonic() > end:
            return below
        time.sleep(0.02)


def wait_for_end(pids: Collection[int], seconds: float) -> list[int]:
    """Waits until none of `pids` runs, at most `seconds`; those that still do."""
    deadline = time.monotonic() + seconds
    for pid in pids:
        with contextlib.suppress(ProcessLookupError), os.fdopen(os.pidfd_open(pid)) as end:
            select.select([end], [], [], max(0.0, deadline - time.monotonic()))
    return alive(pids)


def seconds_to_end(pids: Collection[int], seconds: float) -> tuple[list[int], float]:
    """Waits as `wait_for_end` does: who runs still, and how long it took, without the time for which the threads of the first
    of `pids`, or this one if that was longer, were ready to run and the machine ran others.
    """
    began, server, own = time.monotonic(), Path(f"/proc/{next(iter(pids))}/task"), Path("/proc/thread-self").resolve()
    before, here, after = _delays(server.glob("*")), _delays([own]), dict[Path, int]()
    with contextlib.ExitStack() as opened:
        ends = []
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                ends.append(opened.enter_context(os.fdopen(os.pidfd_open(pid))))
        while ends and time.monotonic() - began < seconds:
            over, _, _ = select.select(ends, [], [], 0.02)
            ends = [end for end in ends if end not in over]
            after |= _delays(server.glob("*"))
    took = time.monotonic() - began
    lost = sum(delay - before.get(thread, 0) for thread, delay in after.items())
    return alive(pids), took - max(lost, _delays([own]).get(own, 0) - here.get(own, 0)) / 1e9


def _delays(threads: Iterable[Path]) -> dict[Path, int]:
    """Nanoseconds for which each of these threads, named by their folders, has waited for a processor."""
    found = {}
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # the process is gone
        for thread in threads:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                found[thread] = int((thread / "schedstat").read_text(encoding="ascii").split()[1])
    return found


def _processes() -> list[tuple[int, int, str]]:
    """Process id, parent's id and state letter of every process."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text(encoding="utf-8", errors="replace")
            except (FileNotFoundError, ProcessLookupError):
                continue
            # The command's name, in parentheses, may itself hold blanks and parentheses.
            state, parent = stat.rpartition(")")[2].split()[:2]
            found.append((int(folder.name), int(parent), state))
    return found
