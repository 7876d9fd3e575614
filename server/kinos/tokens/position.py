"""Places in a text as LSP counts them: a line, and code units of the negotiated encoding."""

from dataclasses import dataclass
from enum import StrEnum


class Encoding(StrEnum):
    """What a `character` counts; the values are LSP's PositionEncodingKind."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"


_CODEC = {Encoding.UTF8: ("utf-8", 1, 4), Encoding.UTF16: ("utf-16-le", 2, 2)}
"""Codec, bytes a unit, most units a character."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place between characters: 0-based line, and code units from its start."""

    line: int
    character: int


def content(line: str) -> str:
    """A line without its end."""
    return line.rstrip("\r\n")


def units(text: str, encoding: Encoding) -> int:
    """The length of `text` in code units. A lone surrogate is 3 bytes, or 1 unit of UTF-16."""
    if encoding is Encoding.UTF32 or text.isascii():
        return len(text)
    codec, width, _ = _CODEC[encoding]
    return len(text.encode(codec, "surrogatepass")) // width


def index(text: str, character: int, encoding: Encoding) -> int:
    """The index in `text` of the code unit `character`.

    Beyond the end it is the end; inside a character of several units it is that character's start.
    """
    at = min(max(character, 0), len(text))
    if encoding is Encoding.UTF32 or text.isascii():
        return at
    # A character is at least one unit, so the place is at or before `at`; dropping excess/most characters never
    # drops one too many, and each round costs one pass in C even on a line of a megabyte.
    most = _CODEC[encoding][2]
    while (excess := units(text[:at], encoding) - character) > 0 and at:
        at -= -(-excess // most)
    return at
