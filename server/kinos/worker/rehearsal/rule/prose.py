"""Slips of the pen in prose: found here, and mended by the same functions when an order says so."""

from collections.abc import Iterator

from kinos.domain.task import NothingToDo
from kinos.worker.rehearsal.mend import SLIPS, mended
from kinos.worker.rehearsal.order import Mend
from kinos.worker.rehearsal.reply import is_unsafe
from kinos.worker.rehearsal.rule.paper import is_record
from kinos.worker.rehearsal.rule.proposal import Proposal, counted, listed, task
from kinos.worker.rehearsal.view import View


def polish(view: View) -> Proposal:
    """Mend the document with the most slips."""
    found = sorted(_slips(view), key=lambda item: -sum(item[1].values()))
    for path, slips in found:
        if reason := view.refusal(path):
            yield NothingToDo(f"{reason}.")
        elif view.free(path):
            total = sum(slips.values())
            why = f"{listed([f'{count} × {name}' for name, count in slips.items()], 6)}; no word changes its meaning."
            yield task(f"Mend {counted(total, 'slip')} in {path}", why, [Mend(path, tuple(slips))])
    if not found:
        yield NothingToDo(
            f"No slip that can be mended without judgement in the {counted(len(view.whole), 'document')} I was shown whole."
        )


def _slips(view: View) -> Iterator[tuple[str, dict[str, int]]]:
    for path, text in view.whole.items():
        if is_record(path) or any(is_unsafe(line) for line in text.split("\n")):
            continue
        counts = {name: count for name in SLIPS if (count := mended(text, (name,))[1])}
        if counts:
            yield path, counts
