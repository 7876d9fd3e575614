"""The private folder of a worker, with the copies it edits: nobody else reads it, and none outlives its engine for long.

A lock in it says that its engine lives. What an engine left that was killed is removed by the next one of the same user.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import TextIO

import portalocker

_PREFIX = "kinos-worker-"
_LOCK = "engine.lock"
_NOW = portalocker.LOCK_EX | portalocker.LOCK_NB


class PrivateFolder:
    """A new folder, at `path`, until `remove`."""

    def __init__(self) -> None:
        clear()
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._lock = _locked(self.path)

    def remove(self) -> None:
        """Remove it with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.close()


def clear() -> None:
    """Remove what engines left that have died."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if _abandoned(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _locked(folder: Path) -> TextIO:
    # It gets its name once it is locked: a lock that is there and free always means that its engine has died.
    lock = (folder / f"{_LOCK}.new").open("w")
    portalocker.lock(lock, _NOW)
    Path(lock.name).rename(folder / _LOCK)
    return lock


def _abandoned(folder: Path) -> bool:
    try:
        if folder.is_symlink() or folder.stat().st_uid != os.getuid():
            return False
        with (folder / _LOCK).open("r+") as lock:
            portalocker.lock(lock, _NOW)
    except (OSError, portalocker.LockException):
        return False
    return True
