"""Whether something asked for is visibly there: judged by what the brief shows, and only where a rule can tell."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kinos.domain.markdown import headings, link, plain, sections
from kinos.domain.size import kilotokens
from kinos.worker.rehearsal.rule.amount import Amount, amounts, uncounted
from kinos.worker.rehearsal.rule.duplicate import repeated
from kinos.worker.rehearsal.rule.paper import JOURNAL, is_record
from kinos.worker.rehearsal.rule.proposal import counted, listed
from kinos.worker.rehearsal.rule.wish import documents_named, words
from kinos.worker.rehearsal.view import Entry, View

PLACEHOLDER = "To be written."
"""What stands under each heading of an outline a rehearsal made."""

_TOO_LONG = re.compile(r"\b(?:too (?:long|large|big)|trop long(?:ue)?s?)\b", re.IGNORECASE)
_LINKS = re.compile(r"\b(?:links?|anchors?|liens?)\b", re.IGNORECASE)
_WORKING = re.compile(
    r"\b(?:repair|fix|mend|broken|dead|works?|working|valid|resolves?|leads?|holds?|répar\w+|morts?|cassés?|fonctionn\w+)\b",
    re.IGNORECASE,
)
_LOG = re.compile(
    r"\b(?:keep|kept|maintain\w*|tenir|tiens|tenez)\b[^.]*\b(?:log|logbook|journal|changelog)\b", re.IGNORECASE
)
_ONCE = re.compile(
    r"\b(?:say|says|said|state[ds]?|stands?|describe[ds]?|explain(?:s|ed)?|dire|dit|dite)\b[^.]*"
    r"\b(?:once|twice|une (?:seule )?fois)\b"
    r"|\b(?:duplicat\w*|redundan\w*|doublons?|repetitions?|répétitions?)\b|\brepeated (?:text|paragraph|passage)",
    re.IGNORECASE,
)
_GONE = re.compile(r"\b(?:remove|delete|drop|rename|replace|move|supprim\w+|renomm\w+|remplac\w+)\b", re.IGNORECASE)
_ROUNDED = 50
"""Tokens by which a size of the map may be off."""


class Verdict(StrEnum):
    """What can be said of a requirement."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A verdict and what shows it. `about` are the words of the wish that it speaks of."""

    verdict: Verdict
    proof: str
    about: frozenset[str] = frozenset()


def judged(view: View, text: str) -> Evidence:
    """The evidence for the requirement `text`. What no check speaks of is not proven, whatever else is."""
    checks = [check for look in _CHECKS for check in look(view, text)]
    for verdict in (Verdict.FAIL, Verdict.UNPROVEN):
        found = next((check for check in checks if check.verdict is verdict), None)
        if found:
            return found
    if not checks:
        return _somewhere(view, text)
    if doubt := _doubt(text, frozenset(word for check in checks for word in check.about)):
        return Evidence(Verdict.UNPROVEN, f"{checks[0].proof}; {doubt}")
    return checks[0]


def _doubt(text: str, about: frozenset[str]) -> str:
    """What of the wish no check speaks of; empty when there is nothing."""
    if numbers := uncounted(text):
        return f"nobody counted “{numbers[0]}”"
    named = documents_named(text)
    bare = text
    for path in named:
        bare = bare.replace(f"`{path}`", " ").replace(path, " ")
    left = sorted(words(bare) - about, key=text.casefold().find)
    return f"whether “{left[0]}” is met a person must judge" if left else ""


def _documents(view: View, text: str) -> Iterator[Evidence]:
    for path in documents_named(text):
        found = path if path in view.documents else _only(view, path)
        if _GONE.search(text):
            yield Evidence(Verdict.UNPROVEN, f"`{path}` {'exists' if found else 'does not exist'}; a person must judge")
        elif not found:
            yield Evidence(Verdict.FAIL, f"`{path}` does not exist")
        elif PLACEHOLDER in view.whole.get(found, ""):
            yield Evidence(Verdict.FAIL, f"`{found}` is an outline still to be written")
        elif found in view.whole:
            yield Evidence(Verdict.PASS, f"`{found}` exists", _subjects(view, found))
        else:
            yield Evidence(Verdict.UNPROVEN, f"`{found}` exists, its text was not shown")


def _subjects(view: View, path: str) -> frozenset[str]:
    """The words of a document's name, and of its headings that have text below them."""
    lines = view.lines[path]
    titles = [
        section.heading.title
        for root in sections(lines)
        for section in root.walk()
        if any(line.text.strip() for line in lines[section.heading.end : section.own_end])
    ]
    return words(" ".join([re.sub(r"[\W_]", " ", path), *titles]))


def _only(view: View, name: str) -> str:
    found = [path for path in view.documents if path.rpartition("/")[2] == name]
    return found[0] if len(found) == 1 else ""


def _sizes(view: View, text: str) -> Iterator[Evidence]:
    """Sizes in tokens, of the documents named or of all."""
    about = words(
        "tokens token jetons longer shorter long large larger bigger below above under over limit limits size sizes less fewer "
        "exceed exceeds bring most least than maximum minimum"
    )
    named = [path for path in documents_named(text) if path in view.documents]
    asked = [amount for amount in amounts(text) if amount.unit == "tokens"]
    if not asked and _TOO_LONG.search(text):
        asked = [Amount(None, view.limits.warn, "tokens", f"{view.limits.warn:,} tokens")]
    for amount in asked:
        entries = [view.documents[path] for path in named] or list(view.documents.values())
        what = "each document named" if named else "every document of the map"
        off, unsure = _outside(view, entries, amount)
        if not named and amount.least is not None:
            yield Evidence(Verdict.UNPROVEN, f"of which documents {amount.text} are asked is not said")
        elif off:
            yield Evidence(Verdict.FAIL, f"not within {amount.text}: {_sized(off)}")
        elif unsure:
            yield Evidence(Verdict.UNPROVEN, f"too near to {amount.text} for the map's rounding: {_sized(unsure)}")
        else:
            yield Evidence(Verdict.PASS, f"{what} is within {amount.text}", about)


def _outside(view: View, entries: Sequence[Entry], amount: Amount) -> tuple[list[Entry], list[Entry]]:
    """The documents that are not of this amount, and those of which the map's rounding hides whether they are."""
    held = [(entry, [amount.holds(entry.tokens + off) for off in _spread(view, entry)]) for entry in entries]
    return [entry for entry, held_at in held if not any(held_at)], [e for e, held_at in held if not all(held_at)]


def _sized(entries: Sequence[Entry]) -> str:
    ordered = sorted(entries, key=lambda entry: -entry.tokens)
    return listed([f"`{entry.path}` ({kilotokens(entry.tokens)})" for entry in ordered], 3)


def _spread(view: View, entry: Entry) -> Sequence[int]:
    return (0,) if entry.path in view.shown else (-_ROUNDED, 0, _ROUNDED)


def _lengths(view: View, text: str) -> Iterator[Evidence]:
    """Lengths in words, of the one document named."""
    for amount in amounts(text):
        if amount.unit != "words":
            continue
        named = [path for path in documents_named(text) if path in view.documents or _only(view, path)]
        found = (named[0] if named[0] in view.documents else _only(view, named[0])) if len(named) == 1 else ""
        if not found:
            yield Evidence(Verdict.UNPROVEN, f"which document is to have {amount.text} is not said")
        elif found not in view.whole:
            yield Evidence(Verdict.UNPROVEN, f"`{found}` was not shown whole, so its words were not counted")
        else:
            length = len(view.whole[found].split())
            verdict = Verdict.PASS if amount.holds(length) else Verdict.FAIL
            proof = f"`{found}` has {length:,} words, {amount.text} were asked for"
            yield Evidence(verdict, proof, words("words mots least most about long length environ"))


def _broken(view: View, text: str) -> Iterator[Evidence]:
    if _LINKS.search(text) and _WORKING.search(text):
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
        about = words("log logbook journal changelog progress")
        yield Evidence(
            Verdict.PASS if kept else Verdict.FAIL, f"`{path}` {'is kept' if kept else 'does not exist'}", about
        )


_CHECKS = (_documents, _sizes, _lengths, _broken, _copies, _log)


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
