"""What a run came to, in lines that say what can be done next."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from kinos.cli.program import typed
from kinos.cli.terminal import counted, paint
from kinos.domain.change import LANDED_STATES, Change, ChangeState
from kinos.domain.state import State
from kinos.domain.usage import dollars
from kinos.engine.tally import Tally

MOST = 5
"""Changes of a kind that are named; the rest is counted."""


def as_it_is_now(tally: Tally, changes: Sequence[Change]) -> Tally:
    """The tally of a run that made `changes`, some of which a person may have accepted or rejected while it went on."""
    landed = sum(change.state in LANDED_STATES for change in changes)
    waiting = sum(change.state is ChangeState.PROPOSED for change in changes)
    return replace(tally, landed=max(tally.landed, landed), waiting=waiting)


def told(tally: Tally, state: State, changes: Sequence[Change], folder: Path) -> Iterator[str]:
    """The summary of a run on `folder` that made `changes`."""
    yield (
        f"{counted(tally.cycles, 'cycle', 'cycles')}: {counted(tally.landed, 'change', 'changes')} landed, "
        f"{counted(tally.waiting, 'waits', 'wait')} for review, {tally.refused} refused, {tally.failed} failed; "
        f"{state.spend.usage.total:,} tokens, {dollars(state.spend.usd)}"
    )
    landed = [change for change in changes if change.state in LANDED_STATES]
    waiting = [change for change in changes if change.state is ChangeState.PROPOSED]
    yield from _listed("landed", "green", landed)
    yield from _listed("waits", "yellow", waiting)
    aside = [change for change in changes if change.state in (ChangeState.CONFLICTED, ChangeState.REFUSED)]
    yield from _listed("refused", "red", aside)
    if landed:
        yield typed(
            "See kin history; kin undo takes the last one back, --session all of this run, --all everything.", folder
        )
    if waiting:
        first = waiting[0].id
        yield typed(f"See kin review; kin review {first} shows the first, --accept {first} lands it.", folder)


def _listed(word: str, colour: str, changes: Sequence[Change]) -> Iterator[str]:
    for change in changes[:MOST]:
        why = f" ({change.reason})" if change.reason else ""
        files = ", ".join(change.paths)
        yield f"  {paint(f'{word:<8}', colour)}{change.id}  {change.agent}: {change.title} ({files}){why}"
    if len(changes) > MOST:
        yield f"  {word:<8}and {len(changes) - MOST} more"
