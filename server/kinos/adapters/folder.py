"""Which folder is counted and where its sizes are remembered: what makes a `Scan`, here or in the counter process."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kinos.adapters.scan import Aid, Scan
from kinos.adapters.second_counter import SecondCounter
from kinos.adapters.size_cache import Bounds, SizeCache
from kinos.domain.count import Count, Terms
from kinos.domain.errors import KinosError
from kinos.domain.size import Counted, Size
from kinos.tokens.counter import NoCounter, counter_for


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder, and the file of the cache with its bounds; no file is no cache."""

    root: Path
    cache: Path | None = None
    bounds: Bounds = Bounds()

    def wire(self, terms: Terms) -> dict[str, Any]:
        """As JSON, with the terms of the count."""
        return {
            "root": str(self.root),
            "cache": None if self.cache is None else str(self.cache),
            "bounds": asdict(self.bounds),
            **asdict(terms),
        }

    def scan(self, terms: Terms, *, shared: bool = False) -> Scan:
        """Something that looks at it; `shared` is with the help of a second process where there is much to count."""
        try:
            counter = counter_for(terms.tokenizer, terms.counted)
        except KinosError as error:
            counter = NoCounter(error)
        cache = None if self.cache is None else SizeCache(self.cache, self.bounds)
        aid = self._aid(terms) if shared and (os.cpu_count() or 1) > 1 else None
        return Scan(self.root, terms.exclude, counter, terms.max_bytes, cache, aid)

    def _aid(self, terms: Terms) -> Aid:
        @contextmanager
        def aid(paths: Sequence[str]) -> Iterator[Callable[[], Iterable[Count]]]:
            with closing(SecondCounter(self.wire(terms), paths)) as second:
                yield lambda: (count_of(*row) for row in second.rows())

        return aid


def count_of(path: str, tokens: int | None, counted: str, error: str) -> Count:
    """A row of the counter's protocol."""
    return Count(path, None if tokens is None else Size(tokens, Counted(counted)), error)


def unwired(value: Mapping[str, Any]) -> tuple[Folder, Terms]:
    """What `wire` made. Raises KeyError, TypeError or ValueError for anything else."""
    cache = value["cache"]
    folder = Folder(
        Path(value["root"]),
        None if cache is None else Path(cache),
        Bounds(**{key: int(number) for key, number in value["bounds"].items()}),
    )
    return folder, Terms(
        str(value["tokenizer"]), Counted(value["counted"]), int(value["max_bytes"]), tuple(map(str, value["exclude"]))
    )
