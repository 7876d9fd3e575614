"""What an agent looks at before it decides: the documents and other files that matter, each with a reason, within a budget
of tokens.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from kinos.domain.brief import Exhibit, Shown
from kinos.domain.path import REQUESTS, is_document, is_secret
from kinos.domain.printable import UNPRINTABLE
from kinos.domain.size import Level
from kinos.domain.team import Agent
from kinos.engine.documents import Documents
from kinos.engine.source import MOST_BYTES, named

CONTEXT = 40_000
"""Tokens of all that one brief holds: request, map, what was done, and what is shown, outlines included."""
RECENT = 10
"""Documents, and other files, that are shown because they changed lately."""
TRIED = 40
"""Files beside documents that are tried when nothing speaks for them."""
FRAME = 60
"""Tokens of the lines around what is shown: its path, its size, why."""
LEAST = 200
"""Tokens; with less room than this there is no use in looking for something that fits."""

STALE = "not looked at for longest"

_NAMED = re.compile(r"`([^`\s]+\.(?:md|markdown))`|\]\(([^)#\s]+\.(?:md|markdown))")


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known when an agent looks. `text` reads a document, None when it cannot be shown; `changed` are paths, the
    latest first; `seen` counts how often this agent was shown one; `sources` are the files beside documents, with bytes;
    `asked` are the documents a person asked to be consolidated.
    """

    documents: Documents
    text: Callable[[str], str | None]
    count: Callable[[str], Awaitable[int]]
    overview: Callable[[str], Awaitable[tuple[str, int]]]
    changed: Sequence[str]
    seen: Mapping[str, int]
    request: str
    sources: Mapping[str, int] = field(default_factory=dict)
    asked: Sequence[str] = ()


async def exhibits(agent: Agent, sight: Sight, spent: int = 0) -> list[Exhibit]:
    """What to show `agent`, most important first. Chosen by rule, never at random; `spent` tokens of the budget are gone.

    What nothing speaks for but its turn has the agent's breadth, files that are no documents as much again.
    """
    chosen: list[Exhibit] = []
    left, filler = CONTEXT - spent, {True: agent.breadth, False: agent.breadth}
    for path, reason in _ranked(agent, sight):
        source = path in sight.sources
        room = min(left, filler[source]) if reason == STALE else left
        if room < LEAST:
            continue
        shown = await (_source if source else _exhibit)(path, reason, sight, room)
        if shown is not None:
            exhibit, cost = shown
            left -= cost + FRAME
            filler[source] -= cost if reason == STALE else 0
            chosen.append(exhibit)
    return chosen


def _ranked(agent: Agent, sight: Sight) -> list[tuple[str, str]]:
    sizes, beside = sight.documents.sizes, sight.sources
    reasons: dict[str, str] = {}

    def choose(paths: Sequence[str], reason: str) -> None:
        for path in paths:
            if path in beside or (path in sizes and path not in REQUESTS and not _kept_from(path)):
                reasons.setdefault(path, reason)

    over = [path for path in sizes if sight.documents.level(path) is not Level.OK]
    choose(sight.asked, "asked for by the person")
    choose(_named(agent.prompt), "yours to keep")
    choose([*_named(sight.request), *named(sight.request, beside)], "named in the request")
    choose(named(agent.prompt, beside), "named in your prompt")
    choose(sorted(over, key=lambda path: -sizes[path].tokens), "over the limit")
    choose([path for path in sight.changed if is_document(path)][:RECENT], "changed lately")
    choose([path for path in sight.changed if path in beside][:RECENT], "changed lately")
    # The smallest first, so that many are seen; and not all of a large workspace is tried at once.
    choose(sorted(beside, key=lambda path: (sight.seen.get(path, 0), beside[path], path))[:TRIED], STALE)
    # Stale: what this agent has been shown least often, so that in time it sees everything.
    choose(sorted(sizes, key=lambda path: (sight.seen.get(path, 0), path)), STALE)
    return list(reasons.items())


def _kept_from(path: str) -> bool:
    """Whether a document is never shown: a secret, or one whose name cannot stand in a brief."""
    return is_secret(path) or bool(UNPRINTABLE.search(path))


def _named(text: str) -> list[str]:
    return [first or second for first, second in _NAMED.findall(text)]


async def _exhibit(path: str, reason: str, sight: Sight, left: int) -> tuple[Exhibit, int] | None:
    size, level = sight.documents.sizes[path], sight.documents.level(path)
    if level is Level.OK and size.tokens > left:
        return None
    text = sight.text(path)
    if text is None:
        return None
    if level is Level.OK:
        return Exhibit(path, size.tokens, level.value, Shown.WHOLE, reason, text), size.tokens
    rows, cost = await sight.overview(text)
    return (Exhibit(path, size.tokens, level.value, Shown.OUTLINE, reason, rows), cost) if cost <= left else None


async def _source(path: str, reason: str, sight: Sight, room: int) -> tuple[Exhibit, int] | None:
    text = sight.text(path) if 0 < sight.sources[path] <= MOST_BYTES else None
    if not text or "\0" in text:
        return None
    tokens = await sight.count(text)
    return (Exhibit(path, tokens, Level.OK.value, Shown.WHOLE, reason, text), tokens) if tokens <= room else None
