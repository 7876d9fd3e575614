"""A file or folder that gets another name, and what becomes of the paths in it. Paths are POSIX."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rename:
    """A file or folder and the name it gets."""

    old: str
    new: str


def renamed(path: str, renames: Iterable[Rename]) -> str:
    """The name `path` has after `renames`, one of which may be of a folder it is in. The deepest that fits decides."""
    fitting = [each for each in renames if path == each.old or path.startswith(f"{each.old}/")]
    if not fitting:
        return path
    nearest = max(fitting, key=lambda each: len(each.old))
    return nearest.new + path.removeprefix(nearest.old)
