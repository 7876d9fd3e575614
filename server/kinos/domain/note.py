"""What is said of one thing, as rows under a title, in Markdown and as plain text; words of others add no markup to it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kinos.domain.printable import printable

_MARKUP = re.compile(r"[\\`*_\[\]<>~&]")
_TICKS = re.compile(r"`+")


@dataclass(frozen=True, slots=True)
class Note:
    """`rows` are labels with their words; `diff` is a unified diff that is shown below them."""

    title: str
    rows: tuple[tuple[str, str], ...] = ()
    diff: str = ""

    def markdown(self) -> str:
        """In CommonMark: nothing in it but its own marks has a meaning there."""
        rows = "".join(f"\n- {label}: {_escaped(words)}" for label, words in self.rows)
        return f"**{_escaped(self.title)}**\n{rows}{self._fenced()}".rstrip()

    def plain(self) -> str:
        """Without marks."""
        rows = "".join(f"\n{label}: {_line(words)}" for label, words in self.rows)
        return f"{_line(self.title)}{rows}" + (f"\n\n{self.diff.rstrip()}" if self.diff else "")

    def _fenced(self) -> str:
        if not self.diff:
            return ""
        fence = "`" * max(3, *(len(ticks) + 1 for ticks in _TICKS.findall(self.diff)), 3)
        return f"\n\n{fence}diff\n{self.diff.rstrip()}\n{fence}"


def in_markdown(notes: Sequence[Note]) -> str:
    """Several notes, one below the other."""
    return "\n\n".join(note.markdown() for note in notes)


def in_plain_text(notes: Sequence[Note]) -> str:
    """Several notes without marks."""
    return "\n\n".join(note.plain() for note in notes)


def _line(words: str) -> str:
    return printable(" ".join(words.split()))


def _escaped(words: str) -> str:
    return _MARKUP.sub(lambda found: f"\\{found[0]}", _line(words))
