"""Where open and closed documents are too large, as last worked out: until it is anew, places move with what was typed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from kinos.domain.bulk import Bulk, Place
from kinos.tokens.document import OpenText

LARGEST = 1024 * 1024
"""Bytes. A larger document is not gone through: its size says enough."""

type Find = Callable[[str, int], Awaitable[Bulk | None]]
"""Where a text is larger than so many tokens; None where that cannot be told now."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What was found in the text of the hash `mark`, and what the lines said that it names."""

    mark: int
    limit: int
    line_count: int
    bulk: Bulk
    lines: dict[int, str | None]


class Bulks:
    """What `find` found in each document of one workspace."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._known: dict[str, _Known] = {}

    def __contains__(self, path: str) -> bool:
        return path in self._known

    def get(self, path: str, text: OpenText) -> Bulk:
        """What is known of `path`, whose text is `text` now. A place whose line was edited is left out."""
        known = self._known.get(path)
        if known is None:
            return Bulk(None, ())
        crossing = None if known.bulk.crossing is None else _moved(known, text, known.bulk.crossing)
        places = ((place, _moved(known, text, place.line)) for place in known.bulk.sections)
        return Bulk(crossing, tuple(replace(place, line=line) for place, line in places if line is not None))

    def current(self, path: str, text: OpenText, limit: int) -> bool:
        """Whether what is known of `path` was found in this very text, or nothing will be."""
        known = self._known.get(path)
        return text.bytes > LARGEST or (known is not None and (known.mark, known.limit) == (hash(text.text), limit))

    async def learn(self, path: str, text: OpenText, limit: int) -> None:
        """Find out where `text` has more than `limit` tokens. It may be edited meanwhile."""
        whole, line_count = text.text, text.line_count
        found = await self._find(whole, limit) or Bulk(None, ())
        as_it_was = text if text.text == whole else OpenText(whole, 0)
        lines = {line: as_it_was.line(line) for line in _lines(found)}
        self._known[path] = _Known(hash(whole), limit, line_count, found, lines)

    def forget(self, path: str) -> None:
        """It is no longer above a limit."""
        self._known.pop(path, None)


def _lines(bulk: Bulk) -> list[int]:
    places: tuple[Place, ...] = bulk.sections
    return [place.line for place in places] + ([] if bulk.crossing is None else [bulk.crossing])


def _moved(known: _Known, text: OpenText, line: int) -> int | None:
    """Where the line is now: an edit above moved it by as many lines as there are more."""
    for now in (line, line + text.line_count - known.line_count):
        if text.line(now) == known.lines[line]:
            return now
    return None
