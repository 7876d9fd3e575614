"""The requirements: the request's wishes with numbers that never change, and how to see that each is met."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kinos.domain.markdown import lines_of, text_of
from kinos.domain.task import NothingToDo
from kinos.worker.rehearsal.order import Write
from kinos.worker.rehearsal.rule.paper import SPECIFICATIONS
from kinos.worker.rehearsal.rule.proposal import Proposal, counted, task
from kinos.worker.rehearsal.rule.wish import Wish, alike, documents_named, short, unread, wishes
from kinos.worker.rehearsal.view import View

_NUMBERED = re.compile(r"^(?:#+ |[-*+] |\|\s*)?\**(?P<id>(?:REQ|R)-?\d+)\**[:.)|]?\**\s*(?P<text>.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Requirement:
    """A requirement with its identifier."""

    id: str
    text: str


def requirements(view: View) -> list[Requirement]:
    """Those of the specifications where they are shown, else the request's wishes, numbered as they would be."""
    text = view.whole.get(view.paper(SPECIFICATIONS), "")
    found = _stated(text)
    return found or [
        Requirement(_identifier(n), " ".join(w.text.split())) for n, w in enumerate(wishes(view.brief.request), 1)
    ]


def specify(view: View) -> Proposal:
    """Write the specifications, or add what the request asks and they do not cover."""
    path = view.paper(SPECIFICATIONS)
    asked = wishes(view.brief.request)
    if view.unseen(path):
        yield NothingToDo(f"`{path}` was not shown whole, so I cannot tell what it covers.")
    elif not asked:
        yield NothingToDo("The request says nothing from which a requirement could be drawn.")
    elif path not in view.whole:
        count = counted(len(asked), "requirement")
        why = f"the request asks for {len(asked)} things and nothing says how to see that they are met."
        yield task(f"Write {path} with {count}", why, [Write(path, _specifications(view, asked))])
    else:
        yield from _completed(view, path, asked)


def _completed(view: View, path: str, asked: Sequence[Wish]) -> Proposal:
    text = view.whole[path]
    stated = [*_stated(text), *(Requirement("", line) for line in lines_of(text) if len(line.split()) > 3)]
    missing = [wish for wish in asked if not any(alike(wish.text, one.text) for one in stated)]
    if not missing:
        yield NothingToDo(
            f"`{path}` covers the {counted(len(asked), 'wish', 'wishes')} I read in the request.{_rest(view)}"
        )
        return
    if not view.expanding:
        yield NothingToDo(
            f"{counted(len(missing), 'sentence')} of the request not covered, but in CONVERGENCE no scope is added."
        )
        return
    last = max((int(re.sub(r"\D", "", one.id)) for one in _stated(text)), default=0)
    new = [line for n, wish in enumerate(missing, last + 1) for line in _entry(n, wish, view.brief.request_path)]
    lines = lines_of(text)
    while lines and not lines[-1].strip():
        lines.pop()
    why = f"“{short(missing[0].text, 80)}” of the request has no requirement behind it."
    yield task(
        f"Add {counted(len(missing), 'requirement')} to {path}", why, [Write(path, text_of([*lines, "", *new[:-1]]))]
    )


def _rest(view: View) -> str:
    """What of the request no rule took for a wish, as a sentence with a space before it; empty when there is nothing."""
    left = unread(view.brief.request)
    if not left:
        return ""
    return f" {counted(len(left), 'sentence')} of it no rule took for a wish, the first being “{short(left[0], 60)}”."


def _specifications(view: View, asked: Sequence[Wish]) -> str:
    source = view.brief.request_path
    about = f"What `{source}` asks for, one requirement a wish. Numbers stay as they are, for others cite them."
    lines = ["# Specifications", "", f"{about}{_rest(view)}"]
    lines += ["", "## Requirements", ""]
    for number, wish in enumerate(asked, 1):
        lines += _entry(number, wish, source)
    return text_of(lines[:-1])


def _entry(number: int, wish: Wish, source: str) -> list[str]:
    text = " ".join(wish.text.split())
    return [
        f"### {_identifier(number)}: {short(text, 70)}",
        "",
        text,
        "",
        f"Acceptance: {_acceptance(wish.text)}",
        "",
        f"Source: `{source}`, {wish.source.removeprefix('request, ')}.",
        "",
    ]


def _identifier(number: int) -> str:
    return f"REQ-{number:03}"


def _acceptance(text: str) -> str:
    """How to see that it is met."""
    named = documents_named(text)
    if named:
        paths = ", ".join(f"`{path}`" for path in named)
        return f"the map shows {paths}, and a reader who knows only this sentence finds in it what it asks for."
    if re.search(r"\btokens?\b|too long|shorter", text, re.IGNORECASE):
        return "the map shows no document over the limit named here, or over its own limit where none is named."
    if re.search(r"\b(once|twice|repeat\w*|duplicat\w*)\b", text, re.IGNORECASE):
        return "no paragraph of 25 words or more stands in two places."
    if re.search(r"\blinks?\b", text, re.IGNORECASE):
        return "every relative link of every document leads to a document, and to an anchor, that exists."
    return "a reader who knows only this sentence can name the document and the heading where it is met."


def _stated(text: str) -> list[Requirement]:
    """The requirements a text states, in the order of their first mention."""
    found: dict[str, str] = {}
    for match in _NUMBERED.finditer(text):
        body = match["text"].strip(" |")
        if body.endswith("…") or not body:
            below = text[match.end() :].lstrip("\n").split("\n\n", 1)[0]
            body = " ".join(below.split()) or body
        if body:
            found.setdefault(match["id"], body)
    return [Requirement(identifier, body) for identifier, body in found.items()]
