"""Where a text names a file at the workspace's root."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_LINK = re.compile(r"!?\[[^\[\]]*\](?:\([^()]*\)|:[ \t]*\S+)|<[^<>\s]*>")
"""What Markdown itself makes a link of."""


@dataclass(frozen=True, slots=True)
class Mention:
    """`name` stands from the index `start` to before `end`."""

    name: str
    start: int
    end: int


def mentions(text: str, names: Sequence[str]) -> Iterator[Mention]:
    """Where `text` names one of `names`, in order: by itself, not as the end of a longer path, and in no link of Markdown."""
    if not names:
        return
    either = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    for found in re.finditer(rf"(?<![\w./\\-])(?:{either})(?![\w/\\-]|\.\w)", text):
        first = max(text.rfind("\n", 0, found.start()), text.rfind("\r", 0, found.start())) + 1
        line = _LINE.match(text, first)
        assert line is not None
        inside = (link.span() for link in _LINK.finditer(line[0]))
        if not any(start <= found.start() - first < end for start, end in inside):
            yield Mention(found[0], found.start(), found.end())


_LINE = re.compile(r"[^\r\n]*")
