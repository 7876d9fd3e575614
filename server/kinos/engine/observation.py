"""What an agent looks at before it decides: the documents that matter, each with a reason, within a budget of tokens."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from kinos.domain.brief import Exhibit, Shown
from kinos.domain.markdown import headings, scan
from kinos.domain.path import REQUESTS, is_document
from kinos.domain.project_map import UNPRINTABLE
from kinos.domain.size import Level
from kinos.domain.team import Agent
from kinos.engine.documents import Documents

CONTEXT = 40_000
"""Tokens of documents in one brief, outlines included."""

_NAMED = re.compile(r"`([^`\s]+\.(?:md|markdown))`|\]\(([^)#\s]+\.(?:md|markdown))")


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known when an agent looks. `text` reads a document, None when it cannot be shown; `changed` are paths, the
    latest first; `seen` counts how often this agent was shown a document.
    """

    documents: Documents
    text: Callable[[str], str | None]
    count: Callable[[str], Awaitable[int]]
    changed: Sequence[str]
    seen: Mapping[str, int]
    request: str


async def exhibits(agent: Agent, sight: Sight) -> list[Exhibit]:
    """The documents to show `agent`, most important first. Chosen by rule, never at random."""
    chosen: list[Exhibit] = []
    left = CONTEXT
    for path, reason in _ranked(agent, sight):
        if left < 200:
            break
        shown = await _exhibit(path, reason, sight, left)
        if shown is not None:
            exhibit, cost = shown
            left -= cost
            chosen.append(exhibit)
    return chosen


def _ranked(agent: Agent, sight: Sight) -> list[tuple[str, str]]:
    sizes = sight.documents.sizes
    reasons: dict[str, str] = {}

    def choose(paths: Sequence[str], reason: str) -> None:
        for path in paths:
            if path in sizes and path not in REQUESTS and not UNPRINTABLE.search(path):
                reasons.setdefault(path, reason)

    over = [path for path in sizes if sight.documents.level(path) is not Level.OK]
    choose(_named(agent.prompt), "yours to keep")
    choose(_named(sight.request), "named in the request")
    choose(sorted(over, key=lambda path: -sizes[path].tokens), "over the limit")
    choose([path for path in sight.changed if is_document(path)][:10], "changed lately")
    # Stale: what this agent has been shown least often, so that in time it sees everything.
    choose(sorted(sizes, key=lambda path: (sight.seen.get(path, 0), path)), "not looked at for longest")
    return list(reasons.items())


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
    rows = await outline(text, sight.count)
    cost = await sight.count(rows)
    return (Exhibit(path, size.tokens, level.value, Shown.OUTLINE, reason, rows), cost) if cost <= left else None


async def outline(text: str, count: Callable[[str], Awaitable[int]]) -> str:
    """One line for each heading, with the tokens of its section without its subsections; text before the first too."""
    lines = scan(text)
    starts = [(0, "(before the first heading)"), *((h.line, f"{'#' * h.level} {h.title}") for h in headings(lines))]
    ends = [start for start, _ in starts[1:]] + [len(lines)]
    rows = []
    for (start, title), end in zip(starts, ends, strict=True):
        if end > start:
            tokens = await count("\n".join(line.text for line in lines[start:end]))
            rows.append(f"{title} — {tokens} tokens")
    return "\n".join(rows)
