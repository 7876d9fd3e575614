"""Passages that stand in several places: where, and a link in the place of one of them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kinos.domain.errors import UsageError
from kinos.domain.markdown import plain, scan
from kinos.domain.markdown.fold import foldable, folded, home
from kinos.domain.repeat import Passage, alike, passages
from kinos.engine.manuscript import Manuscript, Manuscripts, Restructured, Rewrite
from kinos.engine.merge import fitted
from kinos.engine.sizes import Sizes
from kinos.engine.text import Text

TELLING = 12
"""Words of a passage by which most documents are known not to have it."""
SHOWN = 3
"""Places that are named of those where a passage stands too."""


@dataclass(frozen=True, slots=True)
class Twin:
    """Another place where a passage stands: the document and its line (0-based), what it stands under, and whether it says
    the same word for word.
    """

    path: str
    line: int
    title: str
    exact: bool


class Folding:
    """Finds and folds the passages of one workspace's documents. Nothing is written here."""

    def __init__(self, sizes: Sizes, manuscripts: Manuscripts) -> None:
        self._sizes = sizes
        self._manuscripts = manuscripts

    async def twins(self, path: str, line: int) -> tuple[Twin, ...]:
        """Where the passage at `line` of an open document stands too, word for word first; none when it cannot be folded."""
        source = self._manuscripts.open(path)
        if source is None:
            return ()
        paths = [path, *(other for other in self._sizes.documents.sizes if other != path)]
        return await asyncio.to_thread(self._twins, source, line, self._manuscripts.all_open(), paths)

    async def fold(self, path: str, line: int, twin: str, twin_line: int) -> Restructured:
        """Put a link in the place of the passage at `line` of an open document, to that at `twin_line` of `twin`.

        Raises UsageError when they are not there, or not alike.
        """
        source, other = self._manuscripts.open(path), self._manuscripts.open(twin)
        if other is None and twin in self._sizes.documents.sizes:
            other = await asyncio.to_thread(self._manuscripts.closed, twin)
        passage = None if source is None else _passage(source, line)
        stays = None if other is None else _passage(other, twin_line)
        if source is None or other is None or passage is None or stays is None or not alike(passage, stays):
            raise UsageError("The passage does not stand in both places any more.", "Ask for the actions again.")
        text = source.text.unified()
        place = foldable(scan(text), passage.start, passage.end)
        if place is None or (path == twin and stays.start == passage.start):
            raise UsageError("The passage cannot be replaced by a link.", "Choose a paragraph of running text.")
        made = folded(path, text, *place, home(twin, scan(other.text.unified()), stays.start))
        rewrite = Rewrite(path, source.text, fitted(path, source.text, made), source.version)
        return Restructured(f"Fold a passage of {path} into {twin}", (rewrite,))

    def _twins(
        self, source: Manuscript, line: int, open_: Mapping[str, Manuscript], paths: Sequence[str]
    ) -> tuple[Twin, ...]:
        passage = _passage(source, line)
        place = None if passage is None else foldable(scan(source.text.unified()), passage.start, passage.end)
        if passage is None or place is None:
            return ()
        lost = {run for body in passages("\n".join(source.text.lines[slice(*place)])) for run in body.runs}
        telling = _telling(source.text.lines[passage.start : passage.end])
        found: list[Twin] = []
        for other in self._manuscripts.readable(paths, open_):
            if not _says(other.text, telling):
                continue
            text = other.text.unified()
            mine = passage.start if other.path == source.path else -1
            for each in passages(text):
                if each.start != mine and alike(passage, each):
                    title = plain(home(other.path, scan(text), each.start).title)
                    found.append(Twin(other.path, each.start, title, bool(lost) and lost <= each.runs))
        return tuple(sorted(found, key=lambda twin: not twin.exact)[:SHOWN])


def _passage(source: Manuscript, line: int) -> Passage | None:
    """The passage that `line` is in."""
    return next((each for each in passages(source.text.unified()) if each.start <= line < each.end), None)


def _telling(lines: Sequence[str]) -> list[str]:
    """Some words of a passage that do not stand in every text."""
    words = dict.fromkeys(word for line in lines for word in line.lower().split() if len(word) > 4 and word.isalnum())
    return list(words)[:TELLING]


def _says(text: Text, telling: Sequence[str]) -> bool:
    """Whether a text has enough of the words of a passage to be looked at closely."""
    said = "\n".join(text.lines).lower()
    return sum(word in said for word in telling) * 3 >= len(telling)
