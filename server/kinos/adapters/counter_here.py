"""Counting in this process, for a command that does nothing else meanwhile."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence

from kinos.adapters.folder import Folder
from kinos.adapters.scan import Scan, batches
from kinos.domain.bulk import Bulk
from kinos.domain.count import Count, Terms
from kinos.domain.suggestion import Suggestion
from kinos.tokens.counter import counter_for
from kinos.tokens.section import bulk, overview


class CountingHere:
    """Implements `Counting` for one folder. It watches nothing."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._terms: Terms | None = None
        self._scans: list[Scan] = []

    async def scan(self, terms: Terms) -> AsyncGenerator[Sequence[Count]]:
        """What is new in the whole folder."""
        for counts in batches(self._scan(terms).everything()):
            yield counts

    async def look(self, terms: Terms, paths: Sequence[str]) -> AsyncIterator[Sequence[Count]]:
        """These documents as they are now."""
        for counts in batches(self._scan(terms).these(paths, again=True)):
            yield counts

    async def watch(self, terms: Terms) -> AsyncIterator[Sequence[Count] | str]:
        """Nothing: nobody waits for it."""
        nothing: tuple[str, ...] = ()
        for note in nothing:
            yield note

    async def suggest(self, terms: Terms, paths: Sequence[str], limit: int) -> Sequence[Suggestion]:
        """What would bring these documents to size."""
        return list(self._scan(terms).suggestions(paths, limit))

    async def text(self, text: str, tokenizer: str) -> int:
        """Tokens of `text`."""
        return counter_for(tokenizer).count(text).tokens

    async def overview(self, text: str, tokenizer: str) -> tuple[str, int]:
        """A line for each heading with its tokens, and the tokens of these lines."""
        return overview(text, counter_for(tokenizer))

    async def bulk(self, text: str, tokenizer: str, limit: int) -> Bulk:
        """Where `text` becomes larger than `limit` tokens."""
        return bulk(text, counter_for(tokenizer), limit)

    async def close(self) -> None:
        """Give the cache back."""
        for scan in self._scans:
            scan.close()
        self._scans.clear()

    def _scan(self, terms: Terms) -> Scan:
        """What looks at the folder on these terms; other ones begin anew."""
        if terms != self._terms or not self._scans:
            self._terms = terms
            self._scans.append(self._folder.scan(terms, shared=True))
        return self._scans[-1]
