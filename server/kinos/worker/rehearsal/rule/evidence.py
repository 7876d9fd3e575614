"""Whether something asked for is visibly there: judged by what the brief shows, and only where a rule can tell."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from kinos.domain.markdown import headings, link, plain
from kinos.domain.size import Level, kilotokens
from kinos.worker.rehearsal.rule.duplicate import repeated
from kinos.worker.rehearsal.rule.paper import JOURNAL, is_record
from kinos.worker.rehearsal.rule.proposal import counted, listed
from kinos.worker.rehearsal.rule.wish import documents_named, words
from kinos.worker.rehearsal.view import View

PLACEHOLDER = "To be written."
"""What stands under each heading of an outline a rehearsal made."""

_SIZE = re.compile(r"\b(tokens?|too long|shorter|size|limit|split|taille|trop long)\b", re.IGNORECASE)
_LINKS = re.compile(r"\b(links?|anchors?|liens?)\b", re.IGNORECASE)
_LOG = re.compile(r"\b(progress )?(log|journal)( of| book)?\b", re.IGNORECASE)
_ONCE = re.compile(r"\b(duplicat\w*|repeat\w*|twice|once|redundan\w*|doublons?)\b", re.IGNORECASE)


class Verdict(StrEnum):
    """What can be said of a requirement."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A verdict and what shows it."""

    verdict: Verdict
    proof: str


def judged(view: View, text: str) -> Evidence:
    """The evidence for the requirement `text`."""
    checks = [check for look in _CHECKS for check in look(view, text)]
    failed = [check for check in checks if check.verdict is Verdict.FAIL]
    if failed:
        return failed[0]
    unproven = [check for check in checks if check.verdict is Verdict.UNPROVEN]
    if checks:
        return unproven[0] if unproven else checks[0]
    return _somewhere(view, text)


def _documents(view: View, text: str) -> Iterator[Evidence]:
    for path in documents_named(text):
        found = path if path in view.documents else _only(view, path)
        if not found:
            yield Evidence(Verdict.FAIL, f"`{path}` does not exist")
        elif PLACEHOLDER in view.whole.get(found, ""):
            yield Evidence(Verdict.FAIL, f"`{found}` is an outline still to be written")
        elif found in view.whole:
            yield Evidence(Verdict.PASS, f"`{found}` exists")
        else:
            yield Evidence(Verdict.UNPROVEN, f"`{found}` exists, its text was not shown")


def _only(view: View, name: str) -> str:
    found = [path for path in view.documents if path.rpartition("/")[2] == name]
    return found[0] if len(found) == 1 else ""


def _sizes(view: View, text: str) -> Iterator[Evidence]:
    if _SIZE.search(text):
        over = [entry for entry in view.documents.values() if entry.level is not Level.OK]
        if over:
            shown = listed(
                [f"`{entry.path}` ({kilotokens(entry.tokens)})" for entry in sorted(over, key=lambda e: -e.tokens)], 3
            )
            yield Evidence(Verdict.FAIL, f"over {view.limits.warn:,} tokens: {shown}")
        else:
            yield Evidence(Verdict.PASS, f"no document of the map is over {view.limits.warn:,} tokens")


def _broken(view: View, text: str) -> Iterator[Evidence]:
    if _LINKS.search(text):
        dead = [f"`{path}`: `{url}`" for path, url, _ in dead_links(view)]
        if dead:
            yield Evidence(Verdict.FAIL, f"dead links: {listed(dead, 3)}")
        else:
            yield Evidence(Verdict.UNPROVEN, f"no dead link in {seen(view)}")


def _copies(view: View, text: str) -> Iterator[Evidence]:
    if _ONCE.search(text):
        twice = [f"{listed([f'`{path}`' for path in dict.fromkeys(paths)], 3)}" for _, paths in repeated(view)]
        if twice:
            yield Evidence(Verdict.FAIL, f"{counted(len(twice), 'paragraph')} repeated, one in {twice[0]}")
        else:
            yield Evidence(Verdict.UNPROVEN, f"no paragraph repeated in {seen(view)}")


def _log(view: View, text: str) -> Iterator[Evidence]:
    if _LOG.search(text) and not documents_named(text):
        path = view.paper(JOURNAL)
        kept = path in view.documents
        yield Evidence(Verdict.PASS if kept else Verdict.FAIL, f"`{path}` {'is kept' if kept else 'does not exist'}")


_CHECKS = (_documents, _sizes, _broken, _copies, _log)


def _somewhere(view: View, text: str) -> Evidence:
    """The heading that speaks of it, if there is one: a hint, not a proof."""
    wanted = words(text)
    best: tuple[int, str] = (1, "")
    for path, lines in view.lines.items():
        if not is_record(path):
            for heading in headings(lines):
                common = len(wanted & words(heading.title))
                if common > best[0]:
                    best = (common, f"“{plain(heading.title)}” in `{path}` speaks of it; a person must judge")
    return Evidence(Verdict.UNPROVEN, best[1] or "nothing shown tells")


def seen(view: View) -> str:
    """How many documents a judgement rests on."""
    shown, all_of_them = len(view.whole), len(view.documents)
    return f"{shown} of {counted(all_of_them, 'document')}"


def dead_links(view: View) -> list[tuple[str, str, str]]:
    """(document, address, what is wrong) of each relative link in the documents shown whole that leads nowhere.

    The map knows Markdown documents only, so links to other files are not judged, and anchors only where the text is shown.
    """
    found = []
    anchors = {path: link.anchors(lines) for path, lines in view.lines.items()}
    names = Counter(path.casefold() for path in view.documents)
    for path, lines in view.lines.items():
        for target in link.targets(lines):
            place = None if target.external else link.resolve(path, target.url)
            if place is None or not place[0].casefold().endswith((".md", ".markdown")):
                continue
            if place[0].casefold() not in names and place[0] != view.brief.request_path:
                found.append((path, target.url, "there is no such document"))
            elif place[1] and place[0] in anchors and place[1] not in anchors[place[0]]:
                found.append((path, target.url, "the document has no such anchor"))
    return list(dict.fromkeys(found))
