"""Documents as they are counted and as they are open."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from typing import Protocol

from kinos.domain.bulk import Bulk
from kinos.domain.count import Count, Terms
from kinos.domain.suggestion import Suggestion
from kinos.tokens.document import TextEdit


class Counting(Protocol):
    """The documents of one folder as they are on the disk, counted out of the way of whoever types.

    Each iterator gives what it finds a few at a time, and raises UnavailableError when whoever counts has died; the next
    call starts anew then, and tells everything again.
    """

    def scan(self, terms: Terms) -> AsyncGenerator[Sequence[Count]]:
        """Look at the whole folder: what is new since the last look, hidden and ignored files left out."""
        ...

    def look(self, terms: Terms, paths: Sequence[str]) -> AsyncIterator[Sequence[Count]]:
        """Look at these paths: each document as it is now, whatever was told before."""
        ...

    def watch(self, terms: Terms) -> AsyncIterator[Sequence[Count] | str]:
        """What changes from now on, for ever; a string is something a person should know."""
        ...

    async def suggest(self, terms: Terms, paths: Sequence[str], limit: int) -> Sequence[Suggestion]:
        """What would bring each of these documents to at most `limit` tokens; nothing for one that cannot be read.

        Raises UnavailableError.
        """
        ...

    async def text(self, text: str, tokenizer: str) -> int:
        """Tokens of `text`. Raises UnavailableError."""
        ...

    async def overview(self, text: str, tokenizer: str) -> tuple[str, int]:
        """A line for each heading, with the tokens of its own text, and the tokens of these lines. Raises UnavailableError."""
        ...

    async def bulk(self, text: str, tokenizer: str, limit: int) -> Bulk:
        """Where `text` becomes larger than `limit` tokens. Raises UnavailableError."""
        ...

    async def close(self) -> None:
        """Done with it: end every iterator and process."""
        ...


class Editor(Protocol):
    """The editor in which documents are open."""

    async def edit(self, changes: Mapping[str, tuple[int, Sequence[TextEdit]]], label: str) -> None:
        """Ask for versioned edits of open documents, by path. Columns are in code points (utf-32). The editor's answer is
        no evidence and is not returned: what comes back by didChange decides.
        """
        ...

    def other_name(self, path: str) -> str:
        """The name by which it has the file open that `path` is, when it is not open as `path` itself; empty when none."""
        ...
