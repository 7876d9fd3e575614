"""Sizes counted before, in the user's cache folder: by content, and by where a file was last seen with that content."""

import logging
import os
import sqlite3
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from kinos.adapters.regular import Stamp

FORMAT = 2
"""The layout of the file; another one is thrown away. Paths are bytes: a name need not be text."""

RACY = 2_000_000_000
"""Nanoseconds: a file changed less than that before it was read may change again without its time showing it."""

_TABLES = """
    CREATE TABLE content (digest BLOB, counter TEXT, tokens INTEGER, day INTEGER, PRIMARY KEY (digest, counter))
        WITHOUT ROWID;
    CREATE TABLE place (root BLOB, path BLOB, mtime INTEGER, bytes INTEGER, inode INTEGER, digest BLOB, day INTEGER,
        PRIMARY KEY (root, path)) WITHOUT ROWID;
    CREATE TABLE cleaned (at INTEGER);
"""
_ROW_BYTES = 200
"""What a row of both tables takes, about."""

_log = logging.getLogger(__name__)


def cache_file() -> Path:
    """Where a user's sizes are remembered."""
    return Path(platformdirs.user_cache_dir("kinos")) / "sizes.db"


@dataclass(frozen=True, slots=True)
class Bounds:
    """At most about `bytes`; what was not used for `days` is forgotten; looked after every `interval` seconds."""

    bytes: int = 64 * 1024 * 1024
    days: int = 30
    interval: int = 3600


@dataclass(frozen=True, slots=True)
class Row:
    """A file that was counted: its path below the root, the SHA-256 of its bytes, its tokens."""

    path: str
    stamp: Stamp
    digest: bytes
    tokens: int


class SizeCache:
    """Kept in one SQLite file, shared by all processes of the user. `counter` names the tokenizer and what counted.

    It is never needed: what is wrong with it is logged in one line, and from then on nothing is found or kept.
    """

    def __init__(self, file: Path, bounds: Bounds, patience: float = 2.0) -> None:
        """`patience` is how many seconds to wait for another process that writes."""
        self._file = file
        self._bounds = bounds
        self._base: sqlite3.Connection | None = None
        try:
            self._base = _opened(file, patience)
        except (sqlite3.Error, OSError) as error:
            self._give_up(error)

    def close(self) -> None:
        """Done with it."""
        base, self._base = self._base, None
        if base is not None:
            base.close()

    def places(self, root: str, counter: str) -> Mapping[str, tuple[int, int, int, int]]:
        """The files below `root` that were counted: what they looked like then (a stamp's three numbers) and their tokens."""
        rows = self._asked(
            "SELECT path, mtime, bytes, inode, tokens FROM place JOIN content USING (digest) WHERE root = ? AND counter = ?",
            (os.fsencode(root), counter),
        )
        return {os.fsdecode(row[0]): row[1:] for row in rows}

    def tokens(self, digest: bytes, counter: str) -> int | None:
        """The tokens of a content, wherever it was seen."""
        rows = self._asked("SELECT tokens FROM content WHERE digest = ? AND counter = ?", (digest, counter))
        return int(rows[0][0]) if rows else None

    def keep_content(self, counter: str, digest: bytes, tokens: int) -> None:
        """Remember what a content costs, wherever it may stand."""
        values: list[tuple[object, ...]] = [(digest, counter, tokens, _today())]
        self._changed([("INSERT OR REPLACE INTO content VALUES (?, ?, ?, ?)", values)])

    def keep(self, root: str, counter: str, rows: Iterable[Row]) -> None:
        """Remember files that were counted. One that was changed just before it was read is remembered by content only."""
        day, now = _today(), time.time_ns()
        rows = list(rows)
        if self._base is None or not rows:
            return
        settled = [row for row in rows if row.stamp[0] + RACY < now]
        try:
            with self._base:
                self._base.executemany(
                    "INSERT OR REPLACE INTO content VALUES (?, ?, ?, ?)",
                    [(row.digest, counter, row.tokens, day) for row in rows],
                )
                self._base.executemany(
                    "INSERT OR REPLACE INTO place VALUES (?, ?, ?, ?, ?, ?, ?)",
                    [(os.fsencode(root), os.fsencode(row.path), *row.stamp, row.digest, day) for row in settled],
                )
        except sqlite3.Error as error:
            self._give_up(error)

    def forget(self, root: str, paths: Iterable[str]) -> None:
        """These files are gone."""
        self._changed(
            [
                (
                    "DELETE FROM place WHERE root = ? AND path = ?",
                    [(os.fsencode(root), os.fsencode(path)) for path in paths],
                )
            ]
        )

    def clean(self, root: str, counter: str) -> None:
        """Now and then: mark what is used here as used, and forget what nobody used for long or is too much."""
        day, now, here = _today(), int(time.time()), os.fsencode(root)
        if self._base is None or self._asked("SELECT 1 FROM cleaned WHERE at > ?", (now - self._bounds.interval,)):
            return
        oldest, most = day - self._bounds.days, self._bounds.bytes // _ROW_BYTES
        self._changed(
            [
                ("DELETE FROM cleaned", [()]),
                ("INSERT INTO cleaned VALUES (?)", [(now,)]),
                ("UPDATE place SET day = ? WHERE root = ?", [(day, here)]),
                (_USED, [(day, counter, here)]),
                ("DELETE FROM place WHERE day < ?", [(oldest,)]),
                ("DELETE FROM content WHERE day < ?", [(oldest,)]),
                (_TRIM_PLACES, [(most,)]),
                (_TRIM_CONTENT, [(most,)]),
            ]
        )

    def _asked(self, query: str, values: tuple[object, ...]) -> list[Any]:
        if self._base is None:
            return []
        try:
            return self._base.execute(query, values).fetchall()
        except sqlite3.Error as error:
            self._give_up(error)
            return []

    def _changed(self, statements: Iterable[tuple[str, list[tuple[object, ...]]]]) -> None:
        if self._base is None:
            return
        try:
            with self._base:
                for statement, values in statements:
                    self._base.executemany(statement, values)
        except sqlite3.Error as error:
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        _log.warning("The cache of sizes %s is not used: %s.", self._file, error)
        with suppress(sqlite3.Error):
            self.close()


_USED = "UPDATE content SET day = ? WHERE counter = ? AND digest IN (SELECT digest FROM place WHERE root = ?)"
_TRIM_PLACES = """
    DELETE FROM place WHERE (root, path) IN (SELECT root, path FROM place ORDER BY day DESC, root, path LIMIT -1 OFFSET ?)
"""
_TRIM_CONTENT = """
    DELETE FROM content WHERE (digest, counter) IN (
        SELECT digest, counter FROM content
        ORDER BY digest IN (SELECT digest FROM place) DESC, day DESC LIMIT -1 OFFSET ?
    )
"""
"""What stands in a place that is remembered goes last: one without the other is of no use."""


def _opened(file: Path, patience: float) -> sqlite3.Connection:
    """The data base, made anew when it is broken or of another format."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        return _checked(file, patience)
    except (sqlite3.DatabaseError, _OtherFormatError) as error:
        if isinstance(error, sqlite3.OperationalError):
            raise  # locked, full or read-only: not broken
        _log.warning("The cache of sizes %s is made anew: %s.", file, error)
        for name in (file, *(file.with_name(f"{file.name}{end}") for end in ("-wal", "-shm", "-journal"))):
            name.unlink(missing_ok=True)
        return _checked(file, patience)


class _OtherFormatError(Exception):
    pass


def _checked(file: Path, patience: float) -> sqlite3.Connection:
    base = sqlite3.connect(file, timeout=patience)
    try:
        base.execute("PRAGMA synchronous = NORMAL")  # with WAL, what a crash of the system leaves is whole
        format_ = base.execute("PRAGMA user_version").fetchone()[0]
        if format_ == 0 and not base.execute("SELECT 1 FROM sqlite_master").fetchall():
            base.execute("PRAGMA journal_mode = WAL")
            base.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {FORMAT}; COMMIT;")
        elif format_ != FORMAT:
            raise _OtherFormatError(f"its format is {format_}, not {FORMAT}")
    except BaseException:
        base.close()
        raise
    return base


def _today() -> int:
    return int(time.time() // 86400)
