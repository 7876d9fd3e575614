"""`.kinos/state/`: the lock with its holder's name, small JSON objects, the journal."""

import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from kinos.adapters.control_socket import engines
from kinos.adapters.journal import FileJournal
from kinos.adapters.phase_history import PhaseHistory
from kinos.adapters.size_history import SizeHistory
from kinos.adapters.whole_file import flush_folder, put, sweep
from kinos.domain.errors import SetupError, WorkspaceHeldError
from kinos.domain.phase_history import PhasePoint
from kinos.domain.secret import Redact

_README = "# Written by KinOS: what it keeps about this workspace. Not for version control.\n*\n"


class WorkspaceState:
    """The state of the workspace at `root`. The folder appears when something is held or kept, never by reading."""

    def __init__(self, root: Path, timeout: float, interval: float, redact: Redact | None = None) -> None:
        self._root = root
        self._folder = root / ".kinos" / "state"
        self._timeout = timeout
        self._interval = interval
        self._journal = FileJournal(self._folder, redact)
        self._sizes = SizeHistory(self._folder / "sizes.jsonl")
        self._phases = PhaseHistory(self._folder / "phases.jsonl")

    def file(self, name: str) -> Path:
        """Where a file of the state is, for logs; its folder is there once the lock was held."""
        return self._folder / name

    def exists(self) -> bool:
        """Whether anything was kept."""
        return self._folder.is_dir()

    @contextmanager
    def hold(self, who: str) -> Iterator[None]:
        """Hold the lock. Raises WorkspaceHeldError naming the holder when it stays taken for `lock.timeout` seconds."""
        with self._made() as lock:
            self._acquire(lock)
            sweep(self._folder)
            try:
                self.store("holder", {"pid": os.getpid(), "who": who, "since": time.strftime("%H:%M")})
                yield
            finally:
                (self._folder / "holder.json").unlink(missing_ok=True)

    def holder(self) -> str:
        """Who holds it now; a note left by a process that died counts for nothing."""
        try:
            with (self._folder / "lock").open("a") as lock:
                free = _locked(lock)
        except OSError:
            return ""
        return "" if free else _said(self.load("holder"))

    def holder_pid(self) -> int | None:
        """The process that holds it; None when nobody does."""
        return self.load("holder").get("pid") if self.holder() else None

    def near(self, inner: Iterable[str]) -> str:
        """Who holds a folder around this one, or one of `inner` in it, and is not this process; empty when nobody does."""
        for folder in (*self._root.parents, *(self._root / name for name in inner)):
            if (folder / ".kinos" / "state" / "lock").exists():
                other = WorkspaceState(folder, 0, 0)
                holder = other.holder()
                if holder and other.load("holder").get("pid") != os.getpid():
                    return f"{holder} works on {folder}"
        return ""

    def others(self) -> bool:
        """Whether the engine of another process listens for this workspace."""
        try:
            return any(process != os.getpid() for process in engines(self._root))
        except SetupError:
            return False

    def record_sizes(self, time: datetime, sizes: Mapping[str, int]) -> None:
        """Remember the sizes that changed."""
        try:
            self._sizes.record(time, sizes)
        except OSError as error:
            raise SetupError(
                f"The sizes cannot be recorded: {error.strerror}.", "Free some space or check its permissions."
            ) from error

    def size_history(self) -> Mapping[str, Sequence[tuple[str, int | None]]]:
        """How the sizes went."""
        return self._sizes.read()

    def record_phase(self, point: PhasePoint) -> None:
        """Remember how the total and the phase stand."""
        try:
            self._phases.record(point)
        except OSError as error:
            raise SetupError(
                f"The phase cannot be recorded: {error.strerror}.", "Free some space or check its permissions."
            ) from error

    def phase_history(self) -> Sequence[PhasePoint]:
        """How the total and the phase went."""
        return self._phases.read()

    def journal(self) -> FileJournal:
        """The journal."""
        return self._journal

    def load(self, name: str) -> Mapping[str, Any]:
        """A small JSON object."""
        try:
            value = json.loads((self._folder / f"{name}.json").read_bytes())
        except (OSError, ValueError):
            return {}
        return value if isinstance(value, dict) else {}

    def store(self, name: str, value: Mapping[str, Any]) -> None:
        """Keep a small JSON object, flushed."""
        self._keep(name, value, flushed=True)

    def note(self, name: str, value: Mapping[str, Any]) -> None:
        """Keep a small JSON object that changes often: whole whoever is killed, but not flushed."""
        self._keep(name, value, flushed=False)

    def _keep(self, name: str, value: Mapping[str, Any], *, flushed: bool) -> None:
        target = self._folder / f"{name}.json"
        try:
            _replace(target, json.dumps(value), flushed=flushed)
        except OSError as error:
            raise SetupError(
                f"{target} cannot be written: {error.strerror}.", "Free some space or check its permissions."
            ) from error

    def _acquire(self, lock: Any) -> None:
        until = time.monotonic() + self._timeout
        while not _locked(lock):
            if time.monotonic() >= until:
                raise WorkspaceHeldError(
                    f"{_said(self.load('holder'))} works on this folder.",
                    "Stop it with `kin stop`, or wait until it is done.",
                )
            time.sleep(self._interval)

    def _made(self) -> TextIO:
        """The file to lock, in its folder."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            ignore = self._folder / ".gitignore"
            if not ignore.exists():
                _replace(ignore, _README, flushed=True)
            return (self._folder / "lock").open("a")
        except OSError as error:
            raise SetupError(
                f"{self._folder} cannot be made: {error.strerror}.",
                "KinOS keeps its journal there; check the permissions.",
            ) from error


def _replace(target: Path, text: str, *, flushed: bool) -> None:
    """Write a file that is there as a whole or not at all, if `flushed` also after a power cut."""
    put(target, text.encode(), flushed=flushed)
    if flushed:
        flush_folder(target.parent)


def _locked(lock: Any) -> bool:
    """Take the lock of an open file if it is free; closing the file gives it back."""
    import portalocker  # takes 0.03 s, and most commands lock nothing

    try:
        portalocker.lock(lock, portalocker.LOCK_EX | portalocker.LOCK_NB)
    except portalocker.LockException:
        return False
    return True


def _said(note: Mapping[str, Any]) -> str:
    if not note:
        return "Another KinOS"
    with suppress(KeyError):
        return f"KinOS in {note['who']} (process {note['pid']}, since {note['since']})"
    return "Another KinOS"
