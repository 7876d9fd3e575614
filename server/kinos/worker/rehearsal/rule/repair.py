"""Links that lead nowhere, where the documents themselves show what was meant."""

from collections.abc import Iterator, Sequence

from kinos.domain.brief import MAX_FILES
from kinos.domain.markdown import document_title, headings, link, slug
from kinos.domain.task import NothingToDo
from kinos.worker.rehearsal.order import Relink
from kinos.worker.rehearsal.rule.evidence import dead_links, seen
from kinos.worker.rehearsal.rule.proposal import Proposal, counted, listed, task
from kinos.worker.rehearsal.view import View


def repair(view: View) -> Proposal:
    """Point dead links at what was meant: the document of that name elsewhere, the one with the link's words for a title.

    In records too: an address is mended there, never a word.
    """
    dead = [(path, url) for path, url, _ in dead_links(view)]
    mends = [mend for path, url in dead if view.free(path) for mend in _mends(view, path, url)]
    paths = list(dict.fromkeys(mend.path for mend in mends))[:MAX_FILES]
    orders = [mend for mend in mends if mend.path in paths]
    if orders:
        named = listed([f"`{mend.old}` in `{mend.path}`" for mend in orders], 3)
        why = f"{named} lead{'s' if len(orders) == 1 else ''} nowhere, and what was meant can be seen."
        yield task(f"Mend {counted(len(orders), 'dead link')} in {listed(paths, 2)}", why, orders)
    elif dead:
        path, url = dead[0]
        yield NothingToDo(f"`{url}` in `{path}` leads nowhere, and nothing I was shown tells what was meant.")
    else:
        yield NothingToDo(f"No dead link in {seen(view)}.")


def _mends(view: View, path: str, url: str) -> Iterator[Relink]:
    place = link.resolve(path, url)
    if place is None or "`" in url:
        return
    target, anchor = place
    if target in view.documents:
        found = _anchors(view, target, anchor, _words(view, path, url))
    else:
        # Where the new place is shown and has no such anchor, its beginning is better than nowhere.
        found = [(other, anchor if _has(view, other, anchor) else "") for other in _documents(view, path, url, target)]
    if len(found) == 1:
        yield Relink(path, url, link.relative(path, *found[0]))


def _has(view: View, path: str, anchor: str) -> bool:
    return path not in view.lines or anchor in link.anchors(view.lines[path])


def _documents(view: View, path: str, url: str, target: str) -> list[str]:
    """The documents that may be meant by one that does not exist."""
    name = target.rpartition("/")[2].casefold()
    named = [other for other in view.documents if other.rpartition("/")[2].casefold() == name]
    if named:
        return named
    words = {slug(text) for text in _words(view, path, url)} - {""}
    return [
        other for other, lines in view.lines.items() if other != path and slug(document_title(lines, other)) in words
    ]


def _anchors(view: View, target: str, anchor: str, words: Sequence[str]) -> list[tuple[str, str]]:
    """The headings that may be meant by an anchor `target` does not have: alike there, or in a document it leads to."""
    slugs = {slug(text) for text in words} | {anchor.casefold()}
    here = [(target, known.anchor) for known in headings(view.lines[target]) if known.anchor.casefold() in slugs]
    if here:
        return here
    left = [
        (place, heard.title) for heard in link.targets(view.lines[target]) if (place := link.resolve(target, heard.url))
    ]
    named = [place for place, title in left if place[0] != target and anchor in (place[1], slug(title))]
    beside = dict.fromkeys(place[0] for place, _ in left if place[0] != target and place[0] in view.lines)
    return named[:1] or [(other, anchor) for other in beside if anchor in link.anchors(view.lines[other])]


def _words(view: View, path: str, url: str) -> list[str]:
    """The texts of the links to `url` in `path`."""
    return [target.title for target in link.targets(view.lines[path]) if target.url == url]
