"""Production, as far as rules can go: an honest outline of a document that was asked for and does not exist."""

import re
from collections.abc import Iterator

from kinos.domain.markdown import document_title, text_of
from kinos.domain.path import is_markdown
from kinos.domain.task import NothingToDo, Task
from kinos.worker.rehearsal.order import Write
from kinos.worker.rehearsal.rule.evidence import PLACEHOLDER
from kinos.worker.rehearsal.rule.paper import INDEX, TODO, is_record
from kinos.worker.rehearsal.rule.proposal import Proposal, task
from kinos.worker.rehearsal.rule.todo import open_items
from kinos.worker.rehearsal.rule.wish import documents_named, short, wishes
from kinos.worker.rehearsal.view import View

_LIST = re.compile(r"(?::|\b(?:about|on|with|covering|including|of|sur|avec)\b)\s+(?P<list>[^.:;]{8,})", re.IGNORECASE)
_JOINT = re.compile(r",\s*(?:and|or|et|ou)\s+|,\s+|\s+(?:and|et)\s+|;\s*")


def sketch(view: View) -> Proposal:
    """Create the outline of the next document somebody asked for."""
    missing = list(_missing(view))
    if not missing:
        yield NothingToDo(
            "No open item of the to-do list and no wish of the request names a document that is missing and not kept by others."
        )
    elif not view.expanding:
        yield NothingToDo(f"`{missing[0][0]}` is still to be written, but in CONVERGENCE no new page is begun.")
    else:
        for path, text, source in missing:
            yield _outline(view, path, text, source)


def _missing(view: View) -> Iterator[tuple[str, str, str]]:
    """(path, what is asked, where) of each document asked for that does not exist, in order, each once."""
    todo = view.paper(*TODO)
    asked = [(item, f"`{todo}`") for item in open_items(view.whole.get(todo, ""))]
    asked += [(wish.text, f"`{view.brief.request_path}`") for wish in wishes(view.brief.request)]
    seen = {path.casefold() for path in view.documents}
    for text, source in asked:
        for path in documents_named(text):
            known = path.casefold() in seen or any(other.endswith(f"/{path.casefold()}") for other in seen)
            if not known and is_markdown(path) and not is_record(path) and path != INDEX and view.free(path):
                seen.add(path.casefold())
                yield path, text, source


def _outline(view: View, path: str, text: str, source: str) -> Task:
    titles = _headings(text) or ["Purpose", "Content", "Open questions"]
    flat = " ".join(text.split())
    lines = [
        f"# {document_title([], path)}",
        "",
        f"> Outline made in a rehearsal, without a language model, from {source}: “{flat}”",
        "",
    ]
    for title in titles:
        lines += [f"## {title}", "", PLACEHOLDER, ""]
    why = f"{source} asks for `{path}` (“{short(text, 80)}”) and it does not exist; an outline says what is still to be written."
    return task(f"Begin {path} with an outline", why, [Write(path, text_of(lines[:-1]))])


def _headings(text: str) -> list[str]:
    """The things a wish enumerates, as titles."""
    found = _LIST.search(re.sub(r"`[^`]*`", "", text))
    items = [item.strip(" .*_\"'()") for item in _JOINT.split(found["list"])] if found else []
    named = [
        re.sub(r"^(?:and|the|a|an|every|each|how|what|le|la|les|un|une|des)\s+", "", item, flags=re.IGNORECASE)
        for item in items
    ]
    titles = [item[:1].upper() + item[1:] for item in named if 2 < len(item) <= 60 and not documents_named(item)]
    return list(dict.fromkeys(titles)) if 2 <= len(titles) <= 12 else []
