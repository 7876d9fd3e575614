"""What is said of a document on the disk, and on which terms it was counted."""

from dataclasses import dataclass

from kinos.domain.size import Counted, Size


@dataclass(frozen=True, slots=True)
class Terms:
    """How documents are counted: the tokenizer, how its counts stand, the bytes above which none is read, and the globs of
    those that are left out.
    """

    tokenizer: str
    counted: Counted
    max_bytes: int
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Count:
    """A document as it was found on the disk: its size, or why it has none (`error`), or neither when it is gone."""

    path: str
    size: Size | None = None
    error: str = ""

    @property
    def gone(self) -> bool:
        """Whether there is no such document any more."""
        return self.size is None and not self.error
