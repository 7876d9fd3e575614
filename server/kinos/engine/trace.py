"""What an agent changed last in an open document: the lines that came with it and are as it left them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from patiencediff import PatienceSequenceMatcher

from kinos.domain.change import Change
from kinos.domain.errors import PolicyError
from kinos.engine.merge import hunks
from kinos.engine.session import Session
from kinos.engine.text import Text, decoded, parse

LARGEST = 1 << 20
"""Bytes of a document above which its lines are not compared."""


@dataclass(frozen=True, slots=True)
class Trace:
    """The `change`, None when nothing of one is to be seen; the `version` of the open text; the first and the last line, from 0,
    of each passage.
    """

    change: Change | None
    version: int
    lines: Sequence[tuple[int, int]] = ()


async def trace(session: Session, path: str) -> Trace | None:
    """Of the last change that landed in the open document at `path`, what is there; None when that is not open."""
    buffer = session.buffers.get(path)
    if buffer is None:
        return None
    version, change = buffer.text.version, session.last_landed(path)
    file = None if change is None else next(file for file in change.files if file.path == path)
    after = None if file is None else session.image(file.after)
    if file is None or after is None or buffer.text.bytes > LARGEST:
        return Trace(None, version)
    before, now = session.image(file.before) or b"", parse(buffer.text.text)
    try:
        texts = decoded(before, path), decoded(after, path)
    except PolicyError:  # it is no text
        return Trace(None, version)
    lines = await asyncio.to_thread(traced, *texts, now)
    return Trace(change if lines else None, version, lines)


def traced(before: Text, after: Text, now: Text) -> list[tuple[int, int]]:
    """The passages of `now`, first and last line from 0, that are in `after` and not from `before`. A line somebody has touched
    since is in none.
    """
    made = {line for _, _, first, end in hunks(before, after) for line in range(first, end)}
    matcher = PatienceSequenceMatcher(None, after.lines, now.lines)
    found: list[tuple[int, int]] = []
    for first, there, size in matcher.get_matching_blocks():
        for at in range(there, there + size):
            if first + at - there in made:
                follows = bool(found) and found[-1][1] == at - 1
                found[-1:] = [(found[-1][0], at)] if follows else [*found[-1:], (at, at)]
    return found
