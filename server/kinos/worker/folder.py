"""The private folder of one edit: what may be in it, what changed in it."""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from kinos.domain.errors import FailureKind, FaultError, PolicyError
from kinos.domain.path import normal


class Folder:
    """The folder `root` holding copies of those of `files` (workspace-relative) that exist, and nothing else.

    Raises FaultError (policy) when that is not so.
    """

    def __init__(self, root: str, files: Sequence[str]) -> None:
        self.root = Path(root).resolve()
        self.files = tuple(files)
        if not Path(root).is_absolute() or not self.root.is_dir():
            raise FaultError(FailureKind.INTERNAL, f"The private folder of the edit is missing: {root}.")
        for path in files:
            _check_name(path)
        self._parents = {str(parent) for path in files for parent in PurePosixPath(path).parents} - {"."}
        self.check()
        self._before = self._digests()
        for path in self._before:
            self._check_text(path)

    def check(self) -> None:
        """Raise FaultError (policy), naming it, when there is anything but the listed files as plain files."""
        for path, info in _entries(self.root):
            folder = stat.S_ISDIR(info.st_mode) and path in self._parents
            plain = stat.S_ISREG(info.st_mode) and path in self.files and info.st_nlink == 1
            if not (folder or plain):
                raise strayed(path)

    def changed(self) -> tuple[str, ...]:
        """The files whose content is not what it was, in the order they were listed; a file that is gone is one of them.

        Raises FaultError as `check` does.
        """
        self.check()
        after = self._digests()
        return tuple(path for path in self.files if self._before.get(path) != after.get(path))

    def was_there(self, path: str) -> bool:
        """Whether the listed `path` existed before the edit."""
        return path in self._before

    def drop_empty(self) -> None:
        """Remove listed files that did not exist before and are still empty: aider makes them, the model did not want them."""
        for path in self.files:
            target = self.root / path
            if not self.was_there(path) and target.is_file() and not target.stat().st_size:
                target.unlink()

    def _digests(self) -> Mapping[str, bytes]:
        present = [path for path in self.files if (self.root / path).is_file()]
        return {path: hashlib.sha256((self.root / path).read_bytes()).digest() for path in present}

    def _check_text(self, path: str) -> None:
        try:
            (self.root / path).read_text("utf-8")
        except UnicodeDecodeError as error:
            raise FaultError(
                FailureKind.POLICY, f"{path} is not UTF-8 text.", "Agents edit UTF-8 text only."
            ) from error


def strayed(path: str) -> FaultError:
    """The error for a model that touched `path`, which is none of its files."""
    return FaultError(
        FailureKind.POLICY,
        f"The edit touches {path!r}, which is not one of the files of its task.",
        "Nothing was changed; the agent tries again at its next turn.",
    )


def _check_name(path: str) -> None:
    try:
        normal(path)
    except PolicyError as error:
        raise FaultError(FailureKind.POLICY, error.message, error.remedy) from error
    if str(PurePosixPath(path)) != path:
        raise strayed(path)


def _entries(root: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Everything below `root` as (relative path, what it is itself); links are not followed."""
    for folder, folders, files in os.walk(root, followlinks=False):
        for name in (*folders, *files):
            target = Path(folder, name)
            yield target.relative_to(root).as_posix(), target.lstat()
