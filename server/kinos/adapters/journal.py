"""The journal: JSON lines in `.kinos/state/`, flushed before they are relied on, and the images they name.

One object a line, its `type` says which of those in docs/journal.md. Keys are taken out of what people and models said.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from datetime import datetime
from io import RawIOBase
from pathlib import Path
from threading import RLock
from typing import Any

from kinos.adapters.image_store import ImageStore
from kinos.adapters.line_file import complete
from kinos.adapters.whole_file import replace_file
from kinos.domain.change import Change, ChangeState, FileChange
from kinos.domain.check import CheckRecord, CheckState
from kinos.domain.errors import JournalError, KinosError
from kinos.domain.figure import CycleRecord
from kinos.domain.secret import Redact, redaction
from kinos.domain.usage import Usage
from kinos.engine.ports import Begun, Intent

MEND = "Nothing was changed. Free some space, or check the permissions of .kinos/state."
_UNDECIDED = frozenset({ChangeState.PROPOSED, ChangeState.ACCEPTED})
"""Changes in these states still have to land, so their images must be there."""
SPARE = 1024 * 1024
"""Bytes of lines that newer ones say again before a compaction is worth it."""


class FileJournal:
    """The journal under `folder`. Reading follows what other processes wrote; only the lock's holder writes."""

    def __init__(self, folder: Path, redact: Redact | None = None) -> None:
        self._folder = folder
        self._file = folder / "journal.jsonl"
        self._redact = redact or redaction()
        self._images = ImageStore(folder / "images")
        self._changes: dict[str, Change] = {}
        self._pending: dict[str, Begun] = {}
        self._cycles: dict[str, CycleRecord] = {}
        self._check: CheckRecord | None = None
        self._first: Callable[[], object] = bool
        self._recorded = 0
        self._flushed = 0
        self._read_to = 0
        self._last = b""
        self._alone = RLock()

    def keep(self, content: bytes, name: str | None = None) -> str:
        """Store an image under its digest, which is `name` where that is known."""
        try:
            return self._images.keep(content, name)
        except OSError as error:
            raise _unwritten(error) from error

    def image(self, digest: str) -> bytes | None:
        """A stored image."""
        return self._images.read(digest)

    def prune(self, since: datetime, most: int) -> int:
        """Remove images that nothing has needed since then, and the oldest beyond `most` bytes."""
        needed: dict[str, datetime] = {}
        held = {name for begun in self.pending().values() for each in begun.files for name in (each.before, each.after)}
        for change in self.changes():
            names = [
                name for file in change.files for name in (file.base, file.result, file.before, file.after) if name
            ]
            needed.update((name, max(change.made, needed.get(name, change.made))) for name in names)
            if change.state in _UNDECIDED:
                held.update(names)
        return self._images.prune(needed, held, since, most)

    def intend(self, change: str, begun: Begun) -> None:
        """Record what is about to be written; `flush` has it on the disk."""
        self._append(self._told_intent(change, begun), flushed=False)

    def settle(self, change: str, outcome: Change | None) -> None:
        """Record how a landing ended."""
        self._append(_told_end(change, self._told_outcome(outcome), done=outcome is not None))

    def fulfil(self, change: str) -> None:
        """Record that a landing ended as its intent says; `flush` has it on the disk."""
        self._append(_told_end(change, None, done=True), flushed=False)

    def flush_after(self, first: Callable[[], object]) -> None:
        """Call `first` before whatever is flushed from now on."""
        self._first = first

    def flush(self) -> None:
        """Have on the disk what was recorded and is not there."""
        # Who records waits: an end that came between the two would be on the disk before the names of its files.
        with self._alone:
            recorded = self._recorded
            if self._flushed == recorded:
                return
            try:
                self._first()
                with self._file.open("ab", buffering=0) as stream:
                    os.fsync(stream.fileno())
            except OSError as error:
                raise _unwritten(error) from error
            self._flushed = recorded

    def pending(self) -> Mapping[str, Begun]:
        """Landings that were interrupted."""
        self._follow()
        return dict(self._pending)

    def record(self, change: Change, *, flushed: bool = True) -> None:
        """Record a change as it is now."""
        self._append({"type": "change", **self._told(change)}, flushed=flushed)

    def changes(self) -> Sequence[Change]:
        """Every change, in the order made."""
        self._follow()
        return list(self._changes.values())

    def finish(self, cycle: CycleRecord) -> None:
        """Record a cycle that has ended."""
        clean = replace(cycle, reason=self._redact(cycle.reason))
        self._append(_told_cycle(clean))

    def cycles(self) -> Sequence[CycleRecord]:
        """Every cycle that ended, in the order they did."""
        self._follow()
        return list(self._cycles.values())

    def checked(self, check: CheckRecord) -> None:
        """Record what the check command came to."""
        self._append(_told_check(replace(check, reason=self._redact(check.reason))))

    def last_check(self) -> CheckRecord | None:
        """The last one recorded."""
        self._follow()
        return self._check

    def compact(self) -> None:
        """Write the journal anew with one line a change and a cycle, when more than `SPARE` bytes and half of it go."""
        with self._alone:
            self._follow()
            lines = [
                *({"type": "change", **self._told(change)} for change in self._changes.values()),
                *(self._told_intent(change, begun) for change, begun in self._pending.items()),
                *(_told_cycle(each) for each in self._cycles.values()),
                *([_told_check(self._check)] if self._check else ()),
            ]
            content = b"".join(map(_line, lines))
            if self._read_to - len(content) <= max(SPARE, len(content)):
                return
            try:
                replace_file(self._file, content)
            except OSError as error:
                raise JournalError(f"The journal cannot be compacted: {error.strerror}.", "It is as it was.") from error

    def _told(self, change: Change) -> dict[str, Any]:
        return {
            **_values(change),
            "title": self._redact(change.title),
            "why": self._redact(change.why),
            "reason": self._redact(change.reason),
            "files": [_values(file) for file in change.files],
            "made": change.made.isoformat(),
            "usage": _values(change.usage),
        }

    def _told_outcome(self, outcome: Change | None) -> Mapping[str, Any] | None:
        return None if outcome is None else self._told(outcome)

    def _told_intent(self, change: str, begun: Begun) -> Mapping[str, Any]:
        files, outcome = [_values(intent) for intent in begun.files], self._told_outcome(begun.outcome)
        return {"type": "intent", "change": change, "files": files, "outcome": outcome}

    def _append(self, record: Mapping[str, Any], *, flushed: bool = True) -> None:
        line = _line(record)
        try:
            with self._alone, self._file.open("a+b", buffering=0) as stream:
                whole, end = complete(stream), stream.seek(0, os.SEEK_END)
                try:
                    # A line that a crash cut off must not swallow this one.
                    _write(stream, line if whole else b"\n" + line)
                    self._recorded += 1
                    if flushed:
                        self._first()
                        os.fsync(stream.fileno())
                        self._flushed = self._recorded
                except (OSError, KinosError):
                    # What is said not to have been recorded must not be read later.
                    with suppress(OSError):
                        stream.truncate(end)
                    raise
        except OSError as error:
            raise _unwritten(error) from error

    def _follow(self) -> None:
        """Read what was appended since the last look. A line cut off by a crash is passed over."""
        with self._alone:
            try:
                size = self._file.stat().st_size
            except OSError:
                return
            if size != self._read_to:
                self._read()

    def _read(self) -> None:
        with self._file.open("rb") as stream:
            stream.seek(max(0, self._read_to - len(self._last)))
            if stream.read(len(self._last)) != self._last:
                self._forget()
                stream.seek(0)
            for line in stream:
                if not line.endswith(b"\n"):
                    break
                self._read_to += len(line)
                self._last = line
                self._take(line)

    def _forget(self) -> None:
        """The file is another one than before: it was compacted, or somebody removed the state."""
        self._changes.clear()
        self._pending.clear()
        self._cycles.clear()
        self._check = None
        self._read_to = 0
        self._last = b""

    def _take(self, line: bytes) -> None:
        try:
            record = json.loads(line)
            kind, change = record["type"], record.get("change", "")
            if kind == "change":
                self._changes[record["id"]] = _change(record)
            elif kind == "intent":
                outcome = record.get("outcome")
                files = [Intent(**file) for file in record["files"]]
                self._pending[change] = Begun(files, _change(outcome) if outcome else None)
            elif kind == "settled":
                begun = self._pending.pop(change, None)
                if outcome := record["outcome"]:
                    self._changes[change] = _change(outcome)
                elif record["done"] and begun and begun.outcome:
                    self._changes[change] = begun.outcome
            elif kind == "cycle":
                self._cycles[record["cycle"]] = _cycle(record)
            elif kind == "check":
                self._check = _check(record)
        except (ValueError, KeyError, TypeError):
            return


def _unwritten(error: OSError) -> JournalError:
    return JournalError(f"The journal cannot be written: {error.strerror}.", MEND)


def _write(stream: RawIOBase, content: bytes) -> None:
    """Write all of it: a nearly full disk takes a part and says so by the count alone."""
    while content:
        content = content[stream.write(content) or 0 :]


def _line(record: Mapping[str, Any]) -> bytes:
    return (json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n").encode("utf-8", "surrogatepass")


def _cycle(record: Mapping[str, Any]) -> CycleRecord:
    values = {key: value for key, value in record.items() if key != "type"}
    return CycleRecord(
        **{**values, "ended": datetime.fromisoformat(record["ended"]), "usage": Usage(**record["usage"])}
    )


def _values(record: Change | FileChange | Usage | Intent | CycleRecord | CheckRecord) -> dict[str, Any]:
    """The fields as they are, where `asdict` would copy whatever is in them."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _told_end(change: str, outcome: Mapping[str, Any] | None, *, done: bool) -> Mapping[str, Any]:
    return {"type": "settled", "change": change, "done": done, "outcome": outcome}


def _told_cycle(cycle: CycleRecord) -> Mapping[str, Any]:
    return {"type": "cycle", **_values(cycle), "usage": _values(cycle.usage), "ended": cycle.ended.isoformat()}


def _told_check(check: CheckRecord) -> Mapping[str, Any]:
    return {"type": "check", **_values(check), "time": check.time.isoformat()}


def _check(record: Mapping[str, Any]) -> CheckRecord:
    return CheckRecord(
        CheckState(record["state"]), record["reason"], tuple(record["command"]),
        datetime.fromisoformat(record["time"]), record["seconds"],
    )  # fmt: skip


def _change(record: Mapping[str, Any]) -> Change:
    values = {key: value for key, value in record.items() if key != "type"}
    return Change(
        **{
            **values,
            "files": tuple(FileChange(**file) for file in record["files"]),
            "made": datetime.fromisoformat(record["made"]),
            "state": ChangeState(record["state"]),
            "usage": Usage(**record["usage"]),
        }
    )
