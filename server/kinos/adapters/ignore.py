"""What is ignored: `.gitignore` and `.kinosignore` in each folder, and the setting `documents.exclude`."""

import re
from pathlib import Path

from pathspec import GitIgnoreSpec

_FILES = (".gitignore", ".kinosignore")


class Ignore:
    """Answers for paths relative to `root`; the files are read once, until `forget`."""

    def __init__(self, root: Path, exclude: tuple[str, ...] = ()) -> None:
        self._root = root
        self._exclude = _spec(exclude)
        self._specs: dict[str, GitIgnoreSpec | None] = {}
        self._hidden: dict[str, bool] = {}

    def forget(self) -> None:
        """Read the files again."""
        self._specs.clear()
        self._hidden.clear()

    def hides(self, path: str) -> bool:
        """Whether `path` (a folder ends with /) or a folder above it is ignored. The deepest file with an opinion decides."""
        parts = path.rstrip("/").split("/")
        above = "".join(f"{part}/" for part in parts[:-1])
        if above and self._folder_hidden(above):
            return True
        return self._decides(path, parts)

    def _folder_hidden(self, folder: str) -> bool:
        if folder not in self._hidden:
            self._hidden[folder] = self.hides(folder)
        return self._hidden[folder]

    def _decides(self, path: str, parts: list[str]) -> bool:
        if self._exclude is not None and self._exclude.match_file(path):
            return True
        for depth in range(len(parts) - 1, -1, -1):
            folder = "".join(f"{part}/" for part in parts[:depth])
            spec = self._spec_in(folder)
            verdict = None if spec is None else spec.check_file(path[len(folder) :]).include
            if verdict is not None:
                return verdict
        return False

    def _spec_in(self, folder: str) -> GitIgnoreSpec | None:
        if folder not in self._specs:
            lines = [line for name in _FILES for line in _lines(self._root / folder / name)]
            self._specs[folder] = _spec(tuple(lines))
        return self._specs[folder]


def _lines(file: Path) -> list[str]:
    try:
        return re.split(r"\r?\n", file.read_text(encoding="utf-8-sig", errors="replace"))
    except OSError:
        return []


def _spec(lines: tuple[str, ...]) -> GitIgnoreSpec | None:
    """What the lines say; like git, a line that is no pattern says nothing."""
    patterns = [line for line in lines if _is_pattern(line)]
    return GitIgnoreSpec.from_lines(patterns) if patterns else None


def _is_pattern(line: str) -> bool:
    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
