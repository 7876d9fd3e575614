"""What is ignored: `.gitignore` and `.kinosignore` in each folder, and the setting `documents.exclude`."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kinos.adapters.regular import SMALL, read
from kinos.domain.path import IGNORE_FILES

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_NAMED = re.compile(r"\(\?P<\w+>")


class Patterns:
    """The lines of a folder's ignore files. pathspec is imported only where there are such lines: it takes 0.05 s."""

    def __init__(self, lines: Sequence[str]) -> None:
        """Like git, a line that is no pattern says nothing."""
        from pathspec import GitIgnoreSpec, RegexPattern

        spec = GitIgnoreSpec.from_lines([line for line in lines if _is_pattern(line, GitIgnoreSpec)])
        self._spec = spec
        # Most paths match none of the patterns: one search says so, where asking pattern by pattern takes twenty times as long.
        regexes = (pattern.regex for pattern in spec.patterns if isinstance(pattern, RegexPattern))
        found = [regex.pattern for regex in regexes if regex is not None]
        self._any = re.compile("|".join(f"(?:{_NAMED.sub('(?:', pattern)})" for pattern in found) or r"(?!)")

    def verdict(self, path: str) -> bool | None:
        """Whether `path` (a folder ends with /) is ignored or taken back; None without an opinion."""
        return self._spec.check_file(path).include if self._any.match(path) else None


type Chain = tuple[tuple[int, Patterns], ...]
"""The patterns that have a say in a folder, the deepest first, and where the paths they judge begin."""


class Ignore:
    """Answers for paths relative to `root`; the files are read once, until `forget`."""

    def __init__(self, root: Path, exclude: Sequence[str] = ()) -> None:
        self._root = root
        self._exclude = Patterns(exclude) if exclude else None
        self._patterns: dict[str, Patterns | None] = {}
        self._chains: dict[str, Chain] = {}
        self._hidden: dict[str, bool] = {}

    def forget(self) -> None:
        """Read the files again."""
        self._patterns.clear()
        self._chains.clear()
        self._hidden.clear()

    def enter(self, folder: str, names: Collection[str]) -> None:
        """Say what is in a folder (its path ends with /), so that files that are not there are not looked for."""
        if not any(name in names for name in IGNORE_FILES):
            self._patterns[folder] = None

    def hides(self, path: str) -> bool:
        """Whether `path` (a folder ends with /) or a folder above it is ignored. The deepest file with an opinion decides."""
        above = _folder_of(path)
        return (above != "" and self._folder_hidden(above)) or self._decides(path, above)

    def within(self, folder: str) -> Callable[[str], bool] | None:
        """What judges the paths right inside `folder`, which is not ignored itself; None when nothing there can be ignored."""
        chain = self._chain(folder)
        if not chain:
            return None if self._exclude is None else lambda path: self._judged(path, ())
        if len(chain) == 1 and self._exclude is None:
            (start, patterns), *_ = chain
            return lambda path: bool(patterns.verdict(path[start:]))
        return lambda path: self._judged(path, chain)

    def _folder_hidden(self, folder: str) -> bool:
        if folder not in self._hidden:
            self._hidden[folder] = self.hides(folder)
        return self._hidden[folder]

    def _decides(self, path: str, above: str) -> bool:
        return self._judged(path, self._chain(above))

    def _judged(self, path: str, chain: Chain) -> bool:
        if self._exclude is not None and self._exclude.verdict(path):
            return True
        for start, patterns in chain:
            verdict = patterns.verdict(path[start:])
            if verdict is not None:
                return verdict
        return False

    def _chain(self, folder: str) -> Chain:
        chain = self._chains.get(folder)
        if chain is None:
            here = self._patterns_in(folder)
            chain = ((len(folder), here),) if here is not None else ()
            if folder:
                chain += self._chain(_folder_of(folder))
            self._chains[folder] = chain
        return chain

    def _patterns_in(self, folder: str) -> Patterns | None:
        if folder not in self._patterns:
            lines = [line for name in IGNORE_FILES for line in _lines(self._root / folder / name)]
            self._patterns[folder] = Patterns(lines) if lines else None
        return self._patterns[folder]


def _folder_of(path: str) -> str:
    """The folder that holds a path, which ends with /; empty for the root."""
    return path[: path.rstrip("/").rfind("/") + 1]


def _lines(file: Path) -> list[str]:
    try:
        return re.split(r"\r?\n", read(file, SMALL).decode("utf-8-sig", "replace"))
    except OSError:
        return []


def _is_pattern(line: str, spec: type[GitIgnoreSpec]) -> bool:
    try:
        spec.from_lines([line])
    except ValueError:
        return False
    return True
