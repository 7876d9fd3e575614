"""A counter of words."""

from dataclasses import dataclass

from kinos.domain.size import Counted, Size


@dataclass(frozen=True, slots=True)
class WordCounter:
    """Implements `Counter`: what is between blanks is a token."""

    name: str = "words"
    counted: Counted = Counted.EXACT

    def count(self, text: str) -> Size:
        return Size(len(text.split()), self.counted)
