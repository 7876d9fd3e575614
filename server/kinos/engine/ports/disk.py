"""The files of the workspace."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol


class Disk(Protocol):
    """The workspace's files. Paths are workspace-relative, POSIX, already in their one spelling."""

    root: Path

    def paths(self) -> Iterable[str]:
        """Every file of any kind that is neither hidden nor ignored, sorted. Walks the folder: called off the loop."""
        ...

    def exclude(self, globs: Sequence[str]) -> None:
        """From now on these are ignored (the setting `documents.exclude`), and no others beside what the ignore files say."""
        ...

    def reread_ignored(self) -> None:
        """An ignore file may have changed: from now on what it says today counts."""
        ...

    def cede(self, folders: Sequence[str]) -> None:
        """From now on leave these folders inside, and all in them, to the engines that own them: they are neither listed
        nor read nor written here.
        """
        ...

    def real(self, path: str) -> str:
        """The real file behind `path`, the same for all its names."""
        ...

    def ignored(self, path: str) -> bool:
        """Whether `.gitignore`, `.kinosignore` or the settings leave it out."""
        ...

    def read(self, path: str) -> bytes | None:
        """The bytes, or None when there is no such file. Raises LandingError when it cannot be read."""
        ...

    def permit(self, path: str) -> None:
        """Raise PolicyError when agents may not write there: outside after resolving links, ceded, ignored, not writable."""
        ...

    def write(
        self, path: str, content: bytes | None, expected: bytes | None, ready: Callable[[], object] = bool
    ) -> None:
        """Replace (or create, or with None delete) a file, atomically, its content flushed to the disk, mode and owner kept.
        That it is this content which has the name is on the disk after a `flush`.

        `expected` is what must be there right before, None for no file. `ready` is called once `content` is on the disk,
        before it takes its place: what it raises leaves the file as it is. Raises ConflictError when something else is
        there, LandingError when the disk refuses. Blocking: called off the loop.
        """
        ...

    def flush(self) -> None:
        """Have on the disk what was written, and under which names. Raises LandingError when it refuses. Blocking."""
        ...

    def sweep(self, path: str) -> None:
        """Remove what a write of `path` that was cut off has left beside it: half a file, folders with nothing in them. What
        is there then is on the disk.

        Nobody may be writing `path`. Blocking: called off the loop.
        """
        ...

    def stamp(self, path: str) -> tuple[int, int] | None:
        """Modification time in nanoseconds and size in bytes; None when there is no such file."""
        ...

    def suffixes(self) -> Mapping[str, int]:
        """How many files there are by suffix, ignored ones left out: what the folder holds. Walks it: called off the loop."""
        ...
