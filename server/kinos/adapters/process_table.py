"""Which processes there are, whose children they are, and what is in their environment."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol


class ProcessTable(Protocol):
    """The processes of this machine, as far as we may see them."""

    def parents(self) -> Mapping[int, int]:
        """The parent of every process that is not a zombie."""
        ...

    def carries(self, pid: int, variable: str) -> bool:
        """Whether `variable` (`NAME=value`) is in its environment; False when we may not look."""
        ...


class Proc:
    """Linux: by /proc."""

    def __init__(self, root: Path = Path("/proc")) -> None:
        self._root = root

    def parents(self) -> Mapping[int, int]:
        """By `/proc/PID/stat`."""
        found = {}
        for entry in os.scandir(self._root):
            if entry.name.isdigit():
                try:
                    stat = (self._root / entry.name / "stat").read_text()
                except OSError:
                    continue
                state, parent = stat.rpartition(")")[2].split()[:2]
                if state not in "ZX":
                    found[int(entry.name)] = int(parent)
        return found

    def carries(self, pid: int, variable: str) -> bool:
        """By `/proc/PID/environ`."""
        try:
            return variable.encode() in (self._root / str(pid) / "environ").read_bytes().split(b"\0")
        except OSError:
            return False


class Psutil:
    """Elsewhere: by psutil."""

    def parents(self) -> Mapping[int, int]:
        """Zombies left out."""
        import psutil

        rows = (process.info for process in psutil.process_iter(["pid", "ppid", "status"]))
        return {
            row["pid"]: row["ppid"] for row in rows if row["status"] not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
        }

    def carries(self, pid: int, variable: str) -> bool:
        """By the environment it was started with."""
        import psutil

        name, _, value = variable.partition("=")
        try:
            return bool(psutil.Process(pid).environ().get(name) == value)
        except (psutil.Error, OSError):
            return False


def process_table() -> ProcessTable:
    """The one of this system."""
    return Proc() if sys.platform == "linux" else Psutil()
