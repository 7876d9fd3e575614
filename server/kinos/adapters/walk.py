"""Walking a workspace: files that are neither hidden nor ignored, in one pass over the folders."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from kinos.adapters.ignore import Ignore

type Wanted = Callable[[str], bool]
"""Whether a file of that name is looked for."""


class Walk:
    """One folder. Links to folders are not followed; a link to a file counts when the file is inside and not hidden."""

    def __init__(self, root: Path, ignore: Ignore) -> None:
        self._root = os.path.realpath(root)
        self._ignore = ignore

    def files(self, wanted: Wanted, failed: Callable[[str, OSError], object]) -> Iterator[tuple[str, os.DirEntry[str]]]:
        """Each file with its path relative to the root, POSIX. `failed` is told of each folder that cannot be read."""
        self._ignore.forget()
        pending = [""]
        while pending:
            prefix = pending.pop()
            try:
                with os.scandir(os.path.join(self._root, prefix)) as found:  # noqa: PTH118
                    entries = list(found)
            except FileNotFoundError:
                continue  # it went while we looked
            except OSError as error:
                failed(prefix, error)
                continue
            self._ignore.enter(prefix, [entry.name for entry in entries if entry.name.startswith(".")])
            ignored = self._ignore.within(prefix)
            for entry in entries:
                name = entry.name
                if name.startswith("."):
                    continue
                if wanted(name) and (entry.is_file(follow_symlinks=False) or self._leads_to_file(entry)):
                    path = prefix + name
                    if ignored is None or not ignored(path):
                        yield path, entry
                elif entry.is_dir(follow_symlinks=False):
                    path = f"{prefix}{name}/"
                    if ignored is None or not ignored(path):
                        pending.append(path)

    def counts(self, path: str) -> bool:
        """Whether a single file would be found by a walk; it may be gone."""
        if any(part.startswith(".") for part in path.split("/")):
            return False
        return not self._ignore.hides(path) and self._inside(os.path.join(self._root, path))  # noqa: PTH118

    def _leads_to_file(self, entry: os.DirEntry[str]) -> bool:
        """Whether it is a link that counts."""
        if not entry.is_symlink():
            return False
        try:
            return self._inside(entry.path) and stat.S_ISREG(os.stat(entry.path).st_mode)  # noqa: PTH116
        except PermissionError:
            return True  # who reads it is told why it cannot be read
        except OSError:
            return False

    def _inside(self, place: str) -> bool:
        """Whether the real file is below the root and in no hidden folder."""
        real = os.path.realpath(place)
        inner = real.removeprefix(self._root.rstrip("/") + "/")
        return inner != real and not any(part.startswith(".") for part in inner.split("/"))
