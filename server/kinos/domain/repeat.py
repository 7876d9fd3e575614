"""Passages that stand elsewhere too, word for word or nearly: found by the runs of words they share."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

LEAST = 20
"""Words below which a paragraph is no passage: such repeat by chance."""

RUN = 5
"""Words in a run. A passage that was edited here and there keeps most of its runs."""

ALIKE = 0.6
"""Share of the runs of the shorter one that two passages have in common to count as one."""

_PARAGRAPH = re.compile(r"(?:^[^\n]*\S[^\n]*(?:\n|\Z))+", re.MULTILINE)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph: its first line and the one after its last, 0-based, how it begins, and its runs of words."""

    start: int
    end: int
    words: str
    runs: frozenset[int]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage stands: the document and its line, 0-based."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Repeat:
    """A passage of a document that stands in other places too. `tokens` are what it costs, and would save."""

    line: int
    words: str
    tokens: int
    places: tuple[Place, ...]


def passages(text: str) -> Iterator[Passage]:
    """The paragraphs of `text` that are long enough. Runs are numbers that mean something within this process only."""
    line = at = 0
    for found in _PARAGRAPH.finditer(text):
        line += text.count("\n", at, found.start())
        at = found.start()
        words = _WORD.findall(found[0].lower())
        if len(words) >= LEAST:
            runs = frozenset(map(hash, zip(*(words[n:] for n in range(RUN)), strict=False)))
            end = line + found[0].count("\n") + (not found[0].endswith("\n"))
            yield Passage(line, end, " ".join(found[0].split()[:8]), runs)


def alike(one: Passage, other: Passage) -> bool:
    """Whether they say the same, word for word or nearly."""
    return len(one.runs & other.runs) >= ALIKE * min(len(one.runs), len(other.runs))


class Search:
    """Looks for the passages of one document in others, each handed over once; it keeps nothing of those."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._passages = tuple(passages(text))
        self._places: dict[int, list[Place]] = {}
        self._by_run: dict[int, list[int]] = {}
        for number, passage in enumerate(self._passages):
            for run in passage.runs:
                self._by_run.setdefault(run, []).append(number)

    def look(self, path: str, found: Iterable[Passage]) -> None:
        """Look into the passages of a document; into those of the same one, for what it says twice."""
        for other in found:
            shared = Counter(number for run in other.runs for number in self._by_run.get(run, ()))
            for number, common in shared.items():
                ours = self._passages[number]
                if path == self._path and other.start <= ours.start:
                    continue  # itself, or the pair the other way round
                if common >= ALIKE * min(len(ours.runs), len(other.runs)):
                    self._places.setdefault(number, []).append(Place(path, other.start))

    def repeats(self, costs: Sequence[int]) -> tuple[Repeat, ...]:
        """What was found, the dearest first; `costs` are the tokens of each line of the document."""
        found = [
            Repeat(passage.start, passage.words, sum(costs[passage.start : passage.end]), tuple(self._places[number]))
            for number, passage in enumerate(self._passages)
            if number in self._places
        ]
        return tuple(sorted(found, key=lambda repeat: -repeat.tokens * len(repeat.places)))
