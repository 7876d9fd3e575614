"""What a user's engines spend in a day, in one file of the user's, shared by all workspaces and processes.

The file is small and replaced as a whole, flushed, under a lock: whoever is killed leaves the old one or the new one.
"""

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import platformdirs

from kinos.adapters.whole_file import flush_folder, put, sweep
from kinos.domain.day import Day, near, read, told
from kinos.domain.errors import SetupError

_POLL = 0.005
"""Seconds between two tries for the lock, which is held for one write."""


def ledger_file() -> Path:
    """Where a user's ledger is."""
    return Path(platformdirs.user_state_dir("kinos")) / "spent.json"


class FileDayLedger:
    """The ledger in `file`. Every method blocks for as long as a disk takes, and up to `patience` seconds for the lock.

    Each raises SetupError when the ledger cannot be read or written: what is not known is never taken for 0.
    """

    def __init__(self, file: Path, patience: float = 2.0) -> None:
        self._file = file
        self._patience = patience

    def spent(self, day: date) -> float:
        """US dollars spent and reserved on `day`."""
        return self._read().get(day, Day()).total

    def unpriced(self, day: date) -> int:
        """Tokens of calls on `day` whose price is not known."""
        return self._read().get(day, Day()).unpriced

    def reserve(self, day: date, usd: float, cap: float) -> tuple[str, float]:
        """Hold `usd` on `day`, on the disk when this returns: the reservation's name, and what is spent and held then.

        Raises BudgetError when that would pass `cap`; 0 is none.
        """
        name = secrets.token_hex(8)
        return name, self._change(day, lambda ledger: ledger.reserve(name, usd, cap)).total

    def settle(self, day: date, name: str, usd: float) -> float:
        """The call of a reservation cost `usd`. Returns what is spent and held then on its `day`."""
        return self._change(day, lambda ledger: ledger.settle(name, usd)).total

    def count(self, day: date, tokens: int) -> int:
        """Count `tokens` of a call without a price, on the disk when this returns; fewer than 0 gives some back.

        Returns those of all such calls on `day`.
        """
        return self._change(day, lambda ledger: ledger.count(tokens)).unpriced

    def _change(self, day: date, change: Callable[[Day], Day]) -> Day:
        with self._locked():
            days = self._read()
            after = change(days.get(day, Day()))
            self._write(near({**days, day: after}, day))
        return after

    def _read(self) -> dict[date, Day]:
        try:
            return read(json.loads(self._file.read_bytes()))
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise _unknown(self._file, f"cannot be read: {error.strerror}", "Mend its permissions") from error
        except ValueError as error:
            mend = "Remove it, if today may count from 0 again"
            raise _unknown(self._file, f"is damaged ({error})", mend) from error

    def _write(self, days: Mapping[date, Day]) -> None:
        try:
            sweep(self._file.parent, self._file.name)
            put(self._file, json.dumps(told(days)).encode(), flushed=True, private=True)
            flush_folder(self._file.parent)
        except OSError as error:
            raise self._unwritten(error) from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        import portalocker  # takes 0.03 s, and a rehearsal locks nothing

        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = self._file.with_suffix(".lock").open("a")
        except OSError as error:
            raise self._unwritten(error) from error
        until = time.monotonic() + self._patience
        with lock:
            while True:
                try:
                    portalocker.lock(lock, portalocker.LOCK_EX | portalocker.LOCK_NB)
                    break
                except portalocker.LockException as error:
                    if time.monotonic() >= until:
                        held = "is held by another process that does not give it back"
                        raise _unknown(self._file.with_suffix(".lock"), held, "End that process") from error
                time.sleep(_POLL)
            yield  # closing the file gives the lock back

    def _unwritten(self, error: OSError) -> SetupError:
        return _unknown(self._file, f"cannot be written: {error.strerror}", "Free some space or mend its permissions")


def _unknown(file: Path, problem: str, mend: str) -> SetupError:
    return SetupError(
        f"What you spend in a day cannot be kept below a cap: {file} {problem}.",
        f"{mend}, or do without that cap: set budget.usdPerDay to 0.",
    )
