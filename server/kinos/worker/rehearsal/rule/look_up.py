"""Research with a web search: one thing the request asks for, rehearsed, and labelled so that nobody takes it for a finding.

Nothing is looked up. The addresses are those that are reserved for examples, so that the whole way of a search can be walked.
"""

import re
import unicodedata
from collections.abc import Sequence

from kinos.domain.markdown import lines_of, text_of
from kinos.domain.task import NothingToDo, Task
from kinos.worker.rehearsal.answer import Block, cites, searched
from kinos.worker.rehearsal.order import Order, Write
from kinos.worker.rehearsal.rule.paper import RESEARCH
from kinos.worker.rehearsal.rule.proposal import Proposal, task
from kinos.worker.rehearsal.rule.wish import short, wishes
from kinos.worker.rehearsal.view import View

TITLE = "Look up: "
MOST = 5
"""Findings that are rehearsed: more examples show nothing new."""


def look_up(view: View) -> Proposal:
    """Search for what the request asks first and `research.md` does not tell yet."""
    path = view.paper(RESEARCH)
    if not view.searching:
        return
    if view.unseen(path):
        yield NothingToDo(f"`{path}` was not shown whole, so I cannot tell what was looked up already.")
        return
    text = view.whole.get(path, "")
    for query in [short(wish.text, 120) for wish in wishes(view.brief.request)][:MOST]:
        if f"## {query}\n" not in text:
            yield task(
                f"{TITLE}{query}",
                "the request asks for it, and no finding tells of it yet.",
                [_order(path, text, query)],
            )


def search(outcome: Task | NothingToDo) -> Sequence[Block]:
    """The blocks of the web search that led to `outcome`, none when none did."""
    if not isinstance(outcome, Task) or not outcome.title.startswith(TITLE):
        return ()
    query = outcome.title.removeprefix(TITLE)
    found = pages(query)
    return (*searched(query, *found), cites(f"Rehearsal: a page about {query}.", *found[0]))


def pages(query: str) -> Sequence[tuple[str, str]]:
    """What the rehearsed search returns: titles and addresses nobody can take for real ones."""
    plain = unicodedata.normalize("NFKD", query).encode("ascii", "ignore").decode().casefold()
    name = "-".join(re.findall(r"[a-z0-9]+", plain)[:6]) or "page"
    return (
        (f"Rehearsal result about {query}", f"https://example.org/rehearsal/{name}"),
        (f"Rehearsal result against {query}", f"https://example.com/rehearsal/{name}"),
    )


def _order(path: str, text: str, query: str) -> Order:
    (_, one), (_, other) = pages(query)
    head = ["# Research", "", "What was looked up, each with where it was found."]
    finding = [
        *("", f"## {query}", "", "Rehearsal: nothing was looked up. A finding would stand here, with how sure it is,"),
        f"and its sources, as these examples: {one} (for) and {other} (against).",
    ]
    return Write(path, text_of([*(lines_of(text.rstrip("\n")) if text.strip() else head), *finding]))
