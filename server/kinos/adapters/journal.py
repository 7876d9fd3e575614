"""The journal: JSON lines and content-addressed images in `.kinos/state/`, flushed before they are relied on.

One object a line: `{"type": "change", …}` a change in its new state, `{"type": "intent", "change", "files": […]}` before
and `{"type": "settled", "change", "done"}` after a landing.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from kinos.domain.change import Change, ChangeState, FileChange, digest
from kinos.domain.errors import LandingError
from kinos.domain.usage import Usage
from kinos.engine.ports import Intent


class FileJournal:
    """The journal under `folder`. Reading follows what other processes wrote."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "journal.jsonl"
        self._images = folder / "images"
        self._changes: dict[str, Change] = {}
        self._pending: dict[str, Sequence[Intent]] = {}
        self._read_to = 0

    def keep(self, content: bytes) -> str:
        """Store an image under its digest."""
        name = digest(content)
        target = self._images / name[:2] / name
        if not target.exists():
            temporary = target.with_name(f"{name}.{os.getpid()}")
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                with temporary.open("wb") as stream:
                    stream.write(content)
                    stream.flush()
                    os.fsync(stream.fileno())
                temporary.replace(target)
            except OSError as error:
                raise LandingError(
                    f"The journal cannot be written: {error.strerror}.", "Nothing was changed."
                ) from error
        return name

    def image(self, digest: str) -> bytes | None:
        """A stored image."""
        try:
            return (self._images / digest[:2] / digest).read_bytes()
        except OSError:
            return None

    def intend(self, change: str, intents: Sequence[Intent]) -> None:
        """Record what is about to be written."""
        self._append({"type": "intent", "change": change, "files": [asdict(intent) for intent in intents]})

    def settle(self, change: str, *, done: bool) -> None:
        """Record how a landing ended."""
        self._append({"type": "settled", "change": change, "done": done})

    def pending(self) -> Mapping[str, Sequence[Intent]]:
        """Landings that were interrupted."""
        self._follow()
        return dict(self._pending)

    def record(self, change: Change) -> None:
        """Record a change as it is now."""
        self._append({"type": "change", **asdict(change), "made": change.made.isoformat()})

    def changes(self) -> Sequence[Change]:
        """Every change, in the order made."""
        self._follow()
        return list(self._changes.values())

    def _append(self, record: Mapping[str, Any]) -> None:
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"
        try:
            with self._file.open("ab") as stream:
                stream.write(line.encode("utf-8", "surrogatepass"))
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise LandingError(f"The journal cannot be written: {error.strerror}.", "Nothing was changed.") from error

    def _follow(self) -> None:
        """Read what was appended since the last look. A line cut off by a crash is passed over."""
        try:
            size = self._file.stat().st_size
        except OSError:
            return
        if size == self._read_to:
            return
        with self._file.open("rb") as stream:
            stream.seek(self._read_to)
            for line in stream:
                if not line.endswith(b"\n"):
                    break
                self._read_to += len(line)
                self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            record = json.loads(line)
            kind, change = record["type"], record.get("change", "")
            if kind == "change":
                self._changes[record["id"]] = _change(record)
            elif kind == "intent":
                self._pending[change] = [Intent(**file) for file in record["files"]]
            elif kind == "settled":
                self._pending.pop(change, None)
        except (ValueError, KeyError, TypeError):
            return


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
