"""What an agent may see beside documents: the workspace's other text files, where its work reaches beyond Markdown."""

import re
from collections.abc import Iterable, Mapping

from kinos.domain.brief import Listing
from kinos.domain.path import is_markdown, is_source, matches
from kinos.domain.team import Agent
from kinos.engine.ports import Disk

MOST_BYTES = 64 * 1024
"""A larger file is listed and never shown: it would be most of a brief."""
LISTED = 150
"""Files that are listed by name, those nearest to the root first."""

_WORD = re.compile(r"[\w./+-]+")


def reaches_beyond(agent: Agent) -> bool:
    """Whether the agent edits or watches more than Markdown."""
    return not all(is_markdown(glob) for glob in (*agent.edits, *agent.watches))


def sources(agent: Agent, disk: Disk, extra: Iterable[str] = ()) -> dict[str, int]:
    """The text files other than documents that `agent` edits or watches, with their sizes in bytes, sorted by path.

    None for an agent that works on Markdown alone. `extra` are globs the user counts as text too. Walks the folder for any
    other agent: called off the loop.
    """
    globs, extra = (*agent.edits, *agent.watches), tuple(extra)
    if not reaches_beyond(agent):
        return {}
    found = {}
    for path in disk.paths():
        if is_source(path, extra) and matches(path, globs) and (stamp := disk.stamp(path)) is not None:
            found[path] = stamp[1]
    return found


def listing(found: Mapping[str, int]) -> Listing:
    """What is named of the `found` files: not more than `LISTED` of them."""
    nearest = sorted(found, key=lambda path: (path.count("/"), path))[:LISTED]
    return Listing(tuple((path, found[path]) for path in sorted(nearest)), len(found) - len(nearest))


def named(text: str, found: Iterable[str]) -> list[str]:
    """Which of the `found` files `text` names, by path or by the end of it, in the order of the text."""
    by_name: dict[str, list[str]] = {}
    for path in found:
        by_name.setdefault(path.rpartition("/")[2], []).append(path)
    paths: dict[str, None] = {}
    for word in _WORD.findall(text):
        wanted = word.removeprefix("./").rstrip(".-")
        for path in by_name.get(wanted.rpartition("/")[2], ()):
            if path == wanted or path.endswith(f"/{wanted}"):
                paths[path] = None
    return list(paths)
