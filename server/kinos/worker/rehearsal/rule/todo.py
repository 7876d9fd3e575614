"""The to-do list: what the request wants, with what is visibly done ticked."""

import re
from collections.abc import Sequence

from kinos.domain.markdown import lines_of, text_of
from kinos.domain.size import Level, kilotokens
from kinos.domain.task import NothingToDo
from kinos.worker.rehearsal.order import Write
from kinos.worker.rehearsal.rule.evidence import Verdict, judged
from kinos.worker.rehearsal.rule.paper import TODO
from kinos.worker.rehearsal.rule.proposal import Proposal, counted, task
from kinos.worker.rehearsal.rule.wish import Wish, alike, short, wishes
from kinos.worker.rehearsal.view import View

NOW = 3
"""Items under "Now"."""
_BOX = re.compile(r"(\s*[-*+] \[)([ xX])(\] )(.*)")
_SOURCE = re.compile(r"\s*\((?:request, (?:item|sentence) \d+|map)\)\s*$")


def todo(view: View) -> Proposal:
    """Make the to-do list, or bring it up to date."""
    path = view.paper(*TODO)
    asked = wishes(view.brief.request)
    if view.unseen(path):
        yield NothingToDo(f"`{path}` was not shown whole, so I cannot tell what it lists.")
    elif path in view.whole:
        yield from _refreshed(view, path, asked)
    elif not asked and not _sizes(view):
        yield NothingToDo("The request names nothing that could be listed, and no document is too long.")
    else:
        items = [*_sizes(view), *(f"{_oneline(wish.text)} ({wish.source})" for wish in asked)]
        origin = "the request" if asked else "the map"
        why = f"{origin} gives {counted(len(items), 'thing')} to do and nobody keeps a list of them."
        yield task(f"Write {path} from {origin}", why, [Write(path, _list(view, items))])


def open_items(text: str) -> list[str]:
    """The items of a list that are not ticked, without what says where they come from."""
    boxes = (_BOX.fullmatch(line) for line in text.split("\n"))
    return [_SOURCE.sub("", box[4]).strip() for box in boxes if box and box[2] == " "]


def _oneline(text: str) -> str:
    return " ".join(text.split())


def _sizes(view: View) -> list[str]:
    """An item for each document that is too long."""
    long = [entry for entry in view.documents.values() if entry.level is Level.TOO_LONG]
    return [f"Bring `{e.path}` ({kilotokens(e.tokens)} tokens) below {view.limits.error:,} tokens (map)" for e in long]


def _list(view: View, items: Sequence[str]) -> str:
    done = [item for item in items if _done(view, item)]
    left = [item for item in items if item not in done]
    origin = f"`{view.brief.request_path}` and the map" if view.brief.request else "the map"
    lines = ["# To-do list", "", f"From {origin}. A tick means that the result can be seen.", ""]
    for title, tick, chosen in (("Now", " ", left[:NOW]), ("Next", " ", left[NOW:]), ("Done", "x", done)):
        if chosen:
            lines += [f"## {title}", "", *(f"- [{tick}] {item}" for item in chosen), ""]
    return text_of(lines[:-1])


def _done(view: View, item: str) -> bool:
    """Whether the item's result is there to be seen."""
    size = re.match(r"Bring `(.+?)` \(.+? tokens\) below [\d,]+ tokens", item)
    if size:
        entry = view.documents.get(size[1])
        return entry is None or entry.level is not Level.TOO_LONG
    return judged(view, _SOURCE.sub("", item)).verdict is Verdict.PASS


def _refreshed(view: View, path: str, asked: Sequence[Wish]) -> Proposal:
    lines = lines_of(view.whole[path])
    boxes = [(number, box) for number, line in enumerate(lines) if (box := _BOX.fullmatch(line))]
    texts = [_SOURCE.sub("", box[4]) for _, box in boxes]
    ticked = 0
    for number, box in boxes:
        if box[2] == " " and _done(view, box[4]):
            lines[number] = f"{box[1]}x{box[3]}{box[4]}"
            ticked += 1
    missing = [
        f"{_oneline(wish.text)} ({wish.source})" for wish in asked if not any(alike(wish.text, text) for text in texts)
    ]
    missing += [item for item in _sizes(view) if not any(f"`{item.split('`')[1]}`" in text for text in texts)]
    if not ticked and not missing:
        yield NothingToDo(f"`{path}` has each wish I read in the request, and no open item of it is visibly done.")
        return
    new = [f"- [{'x' if _done(view, item) else ' '}] {item}" for item in missing]
    place = max((number for number, _ in boxes), default=len(lines) - 1) + 1
    lines[place:place] = new if boxes else ["", *new]
    what = [f"tick {counted(ticked, 'item')}"] if ticked else []
    what += [f"add {counted(len(missing), 'item')}"] if missing else []
    reasons = [f"{counted(ticked, 'open item')} of it can be seen to be done"] if ticked else []
    reasons += [f"it lacks {short(missing[0])}"] if missing else []
    title = " and ".join(what)
    yield task(f"{title[0].upper()}{title[1:]} in {path}", f"{'; '.join(reasons)}.", [Write(path, text_of(lines))])
