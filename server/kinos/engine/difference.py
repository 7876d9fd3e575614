"""What becomes of files, as a unified diff for people: renames are shown as renames."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff
from io import StringIO

ALIKE = 0.5
"""The share of lines that a created file has in common with a deleted one from which on it is that one renamed."""
PAIRS = 100
"""Pairs of deleted and created files that are compared."""


@dataclass(frozen=True, slots=True)
class Sides:
    """One file before and after, None where there is none; `note` says what cannot be shown, or what stands in the way."""

    path: str
    before: bytes | None
    after: bytes | None
    note: str = ""


def unified(files: Sequence[Sides]) -> str:
    """A unified diff over all `files`, notes as lines that no program takes for a part of it."""
    origins = _renamed(files)
    gone = {origin.path for origin in origins.values()}
    return "".join(_one(file, origins.get(file.path)) for file in files if file.path not in gone)


def _renamed(files: Sequence[Sides]) -> dict[str, Sides]:
    """By path of a created file, the deleted one it was made of."""
    deleted = [file for file in files if file.after is None and file.before and not file.note]
    created = [file for file in files if file.before is None and file.after and not file.note]
    if len(deleted) * len(created) > PAIRS:
        return {}
    alike = sorted(
        ((_likeness(old, new), old.path, new.path) for old in deleted for new in created), key=lambda one: -one[0]
    )
    by_path, found = {file.path: file for file in deleted}, dict[str, Sides]()
    for likeness, old_path, new_path in alike:
        if likeness >= ALIKE and old_path in by_path and new_path not in found:
            found[new_path] = by_path.pop(old_path)
    return found


def _likeness(old: Sides, new: Sides) -> float:
    return 1.0 if old.before == new.after else SequenceMatcher(None, _lines(old.before), _lines(new.after)).ratio()


def _one(file: Sides, origin: Sides | None) -> str:
    if file.note and file.before is None and file.after is None:
        return f"--- {file.path}\n({file.note})\n"
    head = f"({file.note})\n" if file.note else ""
    if origin is None:
        return head + "".join(_hunks(file.path, file.path, file.before, file.after))
    head += f"rename from {origin.path}\nrename to {file.path}\n"
    return head + "".join(_hunks(origin.path, file.path, origin.before, file.after))


def _hunks(old: str, new: str, before: bytes | None, after: bytes | None) -> Iterator[str]:
    names = ("/dev/null" if before is None else f"a/{old}", "/dev/null" if after is None else f"b/{new}")
    for line in unified_diff(_lines(before), _lines(after), *names):
        yield line if line.endswith(("\n", "\r")) else f"{line}\n\\ No newline at end of file\n"


def _lines(content: bytes | None) -> list[str]:
    """Lines with their ends, a line feed, a carriage return or both."""
    return StringIO((content or b"").decode("utf-8", "replace"), newline="").readlines()
