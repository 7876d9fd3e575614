"""Paragraphs that stand word for word in several places: one stays, the others become a link to it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kinos.domain.brief import MAX_FILES
from kinos.domain.markdown import Block, Kind, Line, blocks, document_title, headings
from kinos.domain.task import NothingToDo, Task
from kinos.worker.rehearsal.order import Fold
from kinos.worker.rehearsal.rule.paper import is_record
from kinos.worker.rehearsal.rule.pointer import led_to, sentence, straighten
from kinos.worker.rehearsal.rule.proposal import Proposal, counted, listed, task
from kinos.worker.rehearsal.rule.wish import short, words
from kinos.worker.rehearsal.view import View

LEAST = 25
"""Words from which on a repeated paragraph is worth a fold."""
LONG = 100
"""Words from which on two copies are folded in EXPANSION too."""
MANY = 3
"""Copies from which on any are."""


@dataclass(frozen=True, slots=True)
class _Copy:
    path: str
    block: Block


def fold(view: View) -> Proposal:
    """Fold the repeated paragraph that saves the most words, in what the person asks for before all others, or let what leads
    to a pointer lead where that does.
    """
    copies = _copies(view)
    order = sorted(
        copies.values(),
        key=lambda found: (not _asked(view, found), -(len(found) - 1) * len(found[0].block.text.split())),
    )
    waiting = [found for found in order if view.expanding and not _pressing(found) and not _asked(view, found)]
    for found in order:
        if found not in waiting:
            yield from _folded(view, found)
    yield from straighten(view)
    if waiting:
        count = counted(len(waiting), "paragraph")
        yield NothingToDo(f"{count} of fewer than {LONG} words stand twice, and drafts may overlap for a while.")
    elif not copies:
        shown = counted(len(view.whole), "document")
        yield NothingToDo(f"No paragraph of {LEAST} words or more stands twice in the {shown} I was shown whole.")


def _asked(view: View, copies: Sequence[_Copy]) -> bool:
    """Whether one of them stands in a document that the person asked to be consolidated."""
    return any(copy.path in view.brief.asked for copy in copies)


def _pressing(copies: Sequence[_Copy]) -> bool:
    """Whether a fold should not wait for CONVERGENCE: three copies or more, or a long paragraph."""
    return len(copies) >= MANY or len(copies[0].block.text.split()) >= LONG


def repeated(view: View) -> list[tuple[str, list[str]]]:
    """Each paragraph that stands more than once, with the documents it stands in."""
    return [(found[0].block.text, [copy.path for copy in found]) for found in _copies(view).values()]


def _copies(view: View) -> dict[str, list[_Copy]]:
    found: dict[str, list[_Copy]] = {}
    for path, lines in view.lines.items():
        if is_record(path):
            continue
        for block in blocks(lines):
            if block.kind is Kind.TEXT and len(block.text.split()) >= LEAST:
                found.setdefault(" ".join(block.text.split()), []).append(_Copy(path, block))
    return {words: copies for words, copies in found.items() if len(copies) > 1}


def _folded(view: View, copies: Sequence[_Copy]) -> Iterator[Task | NothingToDo]:
    home = _home(view, copies)
    others = list(dict.fromkeys(copy.path for copy in copies if copy.path != home.path))
    within = sum(copy.path == home.path for copy in copies) > 1
    places = [home.path, *others] if within else others
    usable = [path for path in places if view.free(path)][:MAX_FILES]
    if not usable:
        reasons = [view.refusal(path) or f"`{path}` runs or instructs by itself" for path in places]
        yield NothingToDo(f"A repeated paragraph must wait: {listed(list(dict.fromkeys(reasons)), 2)}.")
        return
    length = len(home.block.text.split())
    title, anchor = _heading(view.lines[home.path], home)
    orders = [Fold(p, sentence(p, home.path, title, anchor), home.block.text, p == home.path) for p in usable]
    count = sum(copy.path in usable for copy in copies) - (home.path in usable)
    why = (
        f"the same {length} words stand in {listed([f'`{path}`' for path in dict.fromkeys(c.path for c in copies)])}; one place "
        f"saves about {count * length} words and can be corrected once."
    )
    pointing = listed([path for path in usable if path != home.path], 3) or "the copy below"
    yield task(f"{_kept(home)} and point to it from {pointing}", why, orders)


def _kept(home: _Copy) -> str:
    start = short(re.sub(r"[*_`\[\]]", "", home.block.text), 40)
    return f"Keep the paragraph “{start}” in {home.path}"


def _home(view: View, copies: Sequence[_Copy]) -> _Copy:
    """The copy that stays: one nobody may edit now, else the one that others were pointed to already, be it in a document
    that was not shown this time, else the one whose titles share most words with it, else the first.
    """
    pointed = led_to(view)

    def rank(copy: _Copy) -> tuple[bool, bool, int]:
        title, anchor = _heading(view.lines[copy.path], copy)
        subject = f"{title} {document_title(view.lines[copy.path], copy.path)}"
        told = any(f"{_kept(copy)} and point to it" in line for line in view.brief.recent)
        known = told or (copy.path, anchor) in pointed
        return view.free(copy.path), not known, -len(words(subject) & words(copy.block.text))

    path = min(copies, key=rank).path
    return next(copy for copy in copies if copy.path == path)


def _heading(lines: Sequence[Line], copy: _Copy) -> tuple[str, str]:
    """Title and anchor of the heading the copy stands under; the document's own title has no anchor."""
    found = headings(list(lines))
    above = [index for index, heading in enumerate(found) if heading.line < copy.block.start]
    if not above or found[above[-1]].level == 1:
        return document_title(lines, copy.path), ""
    return found[above[-1]].title, found[above[-1]].anchor
