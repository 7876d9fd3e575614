"""A file's text as the merge sees it: lines without their ends, and what is kept of the raw form."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kinos.domain.errors import PolicyError

_BOM = "\ufeff"
_END = re.compile(r"(\r\n|\r|\n)")


@dataclass(frozen=True, slots=True)
class Text:
    """`lines` hold no line ends; `ends` has one for each line, the last may be empty (no final newline)."""

    lines: tuple[str, ...]
    ends: tuple[str, ...]
    bom: bool = False

    @property
    def end(self) -> str:
        """The line end that new lines get: the most frequent one, a line feed when there is none."""
        used = Counter(end for end in self.ends if end)
        return used.most_common(1)[0][0] if used else "\n"

    @property
    def final(self) -> bool:
        """Whether the last line has an end."""
        return not self.ends or bool(self.ends[-1])

    def raw(self) -> str:
        """The text as it is in the file or the editor, without the BOM."""
        return "".join(line + end for line, end in zip(self.lines, self.ends, strict=True))

    def unified(self) -> str:
        """The text with line feeds only, which is what an agent is given."""
        return "".join(line + ("\n" if end else "") for line, end in zip(self.lines, self.ends, strict=True))

    def encoded(self) -> bytes:
        """The file's bytes."""
        return ((_BOM if self.bom else "") + self.raw()).encode()


def parse(raw: str) -> Text:
    """The text of a string; lines end at a line feed, a carriage return, or both, and at nothing else."""
    bom = raw.startswith(_BOM)
    *pieces, last = _END.split(raw[1:] if bom else raw)
    lines, ends = pieces[::2], pieces[1::2]
    if last:
        lines, ends = [*lines, last], [*ends, ""]
    return Text(tuple(lines), tuple(ends), bom)


def decoded(content: bytes, path: str) -> Text:
    """The text of a file. Raises PolicyError when it is not UTF-8 text: agents do not edit it."""
    try:
        raw = content.decode()
    except UnicodeDecodeError as error:
        raise PolicyError(f"{path} is not UTF-8 text (byte {error.start}): agents do not edit it.") from error
    if "\x00" in raw:
        raise PolicyError(f"{path} is binary: agents do not edit it.")
    return parse(raw)


def rebuilt(current: Text, lines: Sequence[str], given: Sequence[str]) -> Text:
    """`lines` with the ends that are `given`, in the raw form of `current`; where none is given, its most frequent one."""
    ends = [end or current.end for end in given]
    if ends and not current.final:
        ends[-1] = ""
    for at in range(1, len(ends)):
        if (ends[at - 1], lines[at], ends[at]) == ("\r", "", "\n"):
            ends[at] = "\r"  # the two would read as the one end of one line
    return Text(tuple(lines), tuple(ends), current.bom)
