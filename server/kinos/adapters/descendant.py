"""Ending whole trees of processes, also those that called setsid or lost their parent.

On Linux the engine's process adopts orphans below it (a subreaper), so that every descendant can be found; elsewhere an orphan
is found by the mark in its environment.
"""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from kinos.adapters.process_table import ProcessTable, process_table
from kinos.domain.errors import SurvivedError

PATIENCE = 10.0
"""Seconds for killed processes to end: one that waits for a disk or writes its core takes a while."""

_PR_SET_CHILD_SUBREAPER = 36
_TABLE = process_table()


def adopt_orphans() -> None:
    """Make this process the new parent of orphans among its descendants (Linux; elsewhere nothing happens)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def family(roots: Iterable[int], mark: str, table: ProcessTable = _TABLE) -> set[int]:
    """Living processes below `roots`, `roots` included, and those that carry `mark` in their environment. No zombies."""
    parents = table.parents()
    found = {pid for pid in roots if pid in parents}
    found |= {pid for pid in parents if pid != os.getpid() and table.carries(pid, f"KINOS_TEAM_MARK={mark}")}
    while below := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= below
    return found - {os.getpid()}


def end(
    roots: Iterable[int], mark: str, patience: float = PATIENCE, kill: Callable[[int, int], None] = os.kill,
    table: ProcessTable = _TABLE,
) -> int:  # fmt: skip
    """Kill the family until none of it lives; returns how many processes were ended.

    Raises SurvivedError naming those that still live after `patience` seconds. The `roots` are left for whoever started
    them to collect.
    """
    seen: set[int] = set()
    own = set(roots)
    until = time.monotonic() + patience
    pauses = _pauses()
    empty = 0
    # One that forked and ended in the middle of a look hides its child from it: nobody there must be seen twice in a row.
    while empty < 2:
        living = family([*own, *seen], mark, table)
        empty = 0 if living else empty + 1
        if living and seen and time.monotonic() > until:
            raise SurvivedError(len(seen - living), sorted(living))
        for pid in living:
            with suppress(ProcessLookupError, PermissionError):
                kill(pid, signal.SIGKILL)
        seen |= living
        _reap(seen - own)
        if empty < 2:
            time.sleep(next(pauses))
    _reap(seen - own)
    return len(seen)


def _pauses() -> Iterator[float]:
    """Seconds between two looks: most processes end at once, for the others looking must not cost the machine."""
    pause = 0.002
    while True:
        yield pause
        pause = min(0.1, pause * 1.5)


def _reap(pids: Iterable[int]) -> None:
    """Collect adopted orphans, which nobody else waits for."""
    for pid in pids:
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
