"""Where a text names a file at the workspace's root."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_LINK = re.compile(r"!?\[[^\[\]]*\](?:\([^()]*\)|:[ \t]*\S+)|<[^<>\s]*>")
"""What Markdown itself makes a link of."""
_BEFORE = re.compile(r"[\w./\\-]")
_BEHIND = re.compile(r"[\w/\\-]|\.\w")
"""Next to these a name is a part of a longer one."""
_LINE = re.compile(r"[^\r\n]*")


@dataclass(frozen=True, slots=True)
class Mention:
    """`name` stands from the index `start` to before `end`."""

    name: str
    start: int
    end: int


def mentions(text: str, names: Iterable[str]) -> list[Mention]:
    """Where `text` names one of `names`, in order: by itself, not as a part of a longer path, and in no link of Markdown."""
    found = (Mention(name, at, at + len(name)) for name in names for at in _places(text, name))
    return sorted((each for each in found if _alone(text, each)), key=lambda each: each.start)


def _places(text: str, name: str) -> Iterator[int]:
    at = text.find(name)
    while at >= 0:
        yield at
        at = text.find(name, at + len(name))


def _alone(text: str, mention: Mention) -> bool:
    if (mention.start and _BEFORE.match(text, mention.start - 1)) or _BEHIND.match(text, mention.end):
        return False
    first = max(text.rfind("\n", 0, mention.start), text.rfind("\r", 0, mention.start)) + 1
    line = _LINE.match(text, first)
    assert line is not None
    return not any(link.start() <= mention.start - first < link.end() for link in _LINK.finditer(line[0]))
