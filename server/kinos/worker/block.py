"""The SEARCH/REPLACE blocks of an answer: reading them, for documents in which a row of `=` is a heading.

aider's own parser takes the first such row for the divider, and so puts a part of the SEARCH lines where the heading was.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_HEAD = re.compile(r"<{5,9} SEARCH>?")
_DIVIDER = re.compile(r"={5,9}")
_END = re.compile(r">{5,9} REPLACE")
# aider wraps files in such tags when they hold rows of three and of four backticks.
_FENCE = re.compile(r"(?:[`~]{3,}|</?(?:source|code|pre|codeblock|sourcecode)>)(?P<rest>.*)")
_DECORATION = "`*#: \t"


@dataclass(frozen=True, slots=True)
class Block:
    """One edit of the file called `name` in the answer.

    `readings` are the ways to divide it into lines to find and lines to put there, the longest to find first. There is more
    than one only when the lines themselves hold what looks like the divider.
    """

    name: str
    readings: tuple[tuple[str, str], ...]

    @property
    def finds(self) -> bool:
        """Whether there is anything to find; else it makes a new file, or appends."""
        return any(before.strip() for before, _ in self.readings)


def read(answer: str) -> list[Block]:
    """The blocks of `answer`, in order. Raises ValueError, in words for the model, when one is not whole."""
    lines = re.findall(r"[^\n]*\n|[^\n]+", answer)
    blocks: list[Block] = []
    at = 0
    while at < len(lines):
        if not _HEAD.fullmatch(lines[at].strip()):
            at += 1
            continue
        end = next((i for i in range(at + 1, len(lines)) if _END.fullmatch(lines[i].strip())), len(lines))
        name = _name(lines[max(at - 3, 0) : at]) or (blocks[-1].name if blocks else "")
        blocks.append(Block(name, _readings(name, lines[at + 1 : end], whole=end < len(lines))))
        at = end + 1
    return blocks


def _readings(name: str, body: Sequence[str], whole: bool) -> tuple[tuple[str, str], ...]:
    dividers = [i for i, line in enumerate(body) if _DIVIDER.fullmatch(line.strip())]
    if not name:
        raise ValueError("A block has no file name. It must stand alone on the line before the opening fence.")
    if not dividers or not whole:
        missing = ">>>>>>> REPLACE" if dividers else "======="
        raise ValueError(f"A block for {name} is not whole: {missing} is missing.")
    if dividers[0] == 0:  # nothing to find
        dividers = [0]
    elif proper := [i for i in dividers if body[i].strip() == "======="]:
        dividers = proper
    return tuple(("".join(body[:i]), "".join(body[i + 1 :])) for i in reversed(dividers))


def _name(above: Sequence[str]) -> str:
    """The file name in the lines above a block: the nearest line that is no bare fence."""
    return next(_names(above), "")


def _names(above: Sequence[str]) -> Iterator[str]:
    for line in reversed(above):
        fence = _FENCE.match(line.strip())
        text = fence["rest"] if fence else line
        if fence and not ("." in text or "/" in text):  # a language at most
            continue
        if name := text.strip().strip(_DECORATION):
            yield name
        if not fence:
            return
