"""The evaluation: findings that can be measured, in a table that changes only when they do."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from kinos.domain.markdown import Kind, blocks, headings, link, plain, text_of
from kinos.domain.size import Level, kilotokens
from kinos.domain.task import NothingToDo
from kinos.worker.rehearsal.order import Write
from kinos.worker.rehearsal.rule.duplicate import repeated
from kinos.worker.rehearsal.rule.evidence import PLACEHOLDER, Verdict, dead_links, judged, seen
from kinos.worker.rehearsal.rule.paper import EVALUATION, is_record, keeper
from kinos.worker.rehearsal.rule.proposal import Proposal, counted, listed, task
from kinos.worker.rehearsal.rule.requirement import requirements
from kinos.worker.rehearsal.view import View

_HURTS = "hurts"
_WEIGHTS = ("blocks", _HURTS, "size")
"""The weights, the heaviest first."""
_FULL = 0.9
"""Share of the limit the report is filled to."""
_HEAD = 200
"""Tokens of the report beside its findings, with room to spare: counted, they would change with what is shown."""
_LINK = re.compile(r"^the link `(?P<url>[^`]+)` leads nowhere")
_COPIES = re.compile(r"“(?P<start>.*) …” stands in (?P<where>.*) too")
_ROW = re.compile(r"\| (?P<place>`[^`|]+`[^|]*) \| (?P<what>[^|]+) \| (?P<weight>\w+) \| (?P<remedy>[^|]+) \|")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What is wrong where, how much it matters, and the smallest remedy."""

    place: str
    what: str
    weight: str
    remedy: str

    @property
    def path(self) -> str:
        """The document it is about."""
        return self.place.split("`")[1]

    def row(self) -> str:
        """Its row of the table."""
        return (
            "| "
            + " | ".join(text.replace("|", "\\|") for text in (self.place, self.what, self.weight, self.remedy))
            + " |"
        )


def evaluate(view: View) -> Proposal:
    """Write the findings down, if they are not the ones that stand there."""
    path = view.paper(EVALUATION)
    if view.unseen(path):
        yield NothingToDo(f"`{path}` was not shown whole, so I cannot compare it with what I see.")
        return
    before = _recorded(view.whole.get(path, ""))
    found = _merged(view, _findings(view, path), before)
    now = _fitting(view, found, before)
    if now == sorted(before) and path in view.whole:
        more = f" It is full: {len(found) - len(now)} more must wait." if len(found) > len(now) else ""
        yield NothingToDo(
            f"The findings are the {counted(len(now), 'finding').split()[0]} that `{path}` lists already.{more}"
        )
    elif not now and path not in view.whole:
        yield NothingToDo(
            f"Nothing measurable is wrong in {seen(view)}: links hold, no document is over a limit, nothing stands twice."
        )
    else:
        gone, new = len(set(before) - set(now)), len(set(now) - set(before))
        what = [counted(new, "new finding")] if new else []
        what += [counted(gone, "remedied finding")] if gone else []
        why = (
            f"{listed(what)} since the last evaluation."
            if path in view.whole
            else f"{listed(what)}, and no evaluation yet."
        )
        yield task(f"Record {listed(what)} in {path}", why, [Write(path, _report(view, now, len(found) - len(now)))])


def _fitting(view: View, found: Collection[Finding], before: Sequence[Finding]) -> list[Finding]:
    """As many as the report may hold without growing over the limit itself, one at least.

    Those it lists already and that still stand keep their place, so that it does not change with every look.
    """
    kept = sorted(set(before) & set(found))
    room = int(view.limits.warn * _FULL) - _HEAD - sum(view.count(one.row()) for one in kept)
    for new in sorted(set(found) - set(kept), key=lambda one: (_WEIGHTS.index(one.weight), one)):
        room -= view.count(new.row())
        if room < 0 and kept:
            break
        kept.append(new)
    return sorted(kept)


def _findings(view: View, own: str) -> list[Finding]:
    """What is wrong in the documents but in `own`, the report: what it quotes is no fault of it."""
    found = [
        Finding(
            f"`{entry.path}`",
            f"over {_limit(view, entry.level):,} tokens",
            _size_weight(entry.level),
            _shortening(view, entry.path),
        )
        for entry in view.documents.values()
        if entry.level is not Level.OK and entry.path != own
    ]
    for path, url, what in dead_links(view):
        if path == own:
            continue
        found.append(
            Finding(
                f"`{path}`",
                f"the link `{_cell(url)}` leads nowhere: {_cell(what)}",
                _HURTS,
                "documentaliste: point it at what was meant",
            )
        )
    found += [_copies(_start(text), paths) for text, paths in repeated(view)]
    return [*found, *_empty_sections(view)]


def _shortening(view: View, path: str) -> str:
    agent = keeper(view, path)
    return f"{agent}: shorten it" if agent else "documentaliste: split it at its headings"


def _copies(start: str, paths: Iterable[str]) -> Finding:
    """The finding that a paragraph stands in several documents, or several times in one. The same whatever their order."""
    first, *others = sorted(set(paths))
    where = listed([f"`{other}`" for other in others], len(others)) if others else f"`{first}` once more"
    return Finding(f"`{first}`", f"“{start} …” stands in {where} too", _HURTS, "duplication: keep one")


def _start(text: str) -> str:
    return _cell(" ".join(plain(text).split()[:6]))


def _merged(view: View, found: Sequence[Finding], before: Sequence[Finding]) -> set[Finding]:
    """What is found now, and what was found before and cannot be seen to be remedied, for not all it is about was shown."""
    now = set(found)
    for old in before:
        copies = _COPIES.fullmatch(old.what)
        if copies:
            start, paths = copies["start"], {old.path, *re.findall(r"`([^`]+)`", copies["where"])}
            standing = {path for path in paths if _may_hold(view, path, start)}
            same = {one for one in now if one.what.startswith(f"“{start} …” stands in ")}
            standing |= {path for one in same for path in (one.path, *re.findall(r"`([^`]+)`", one.what))}
            if len(standing) > 1 or (paths == standing and old.path not in view.whole):
                now = (now - same) | {_copies(start, standing)}
        elif old.weight == _HURTS and _may_stand(view, old):
            now.add(old)
    return now


def _may_hold(view: View, path: str, start: str) -> bool:
    """Whether a paragraph that begins so may still stand in `path`: it does, or nobody can see."""
    if path not in view.whole:
        return path in view.documents
    return any(block.kind is Kind.TEXT and _start(block.text) == start for block in blocks(view.lines[path]))


def _may_stand(view: View, old: Finding) -> bool:
    """Whether an earlier finding may still be right: the document, or where the link leads, exists and was not shown."""
    if old.path not in view.documents:
        return False
    if old.path not in view.whole:
        return True
    dead = _LINK.search(old.what)
    if dead is None or not any(_cell(target.url) == dead["url"] for target in link.targets(view.lines[old.path])):
        return False
    place = link.resolve(old.path, dead["url"])
    return bool(place and place[1] and place[0] in view.documents and place[0] not in view.whole)


def _size_weight(level: Level) -> str:
    return "blocks" if level is Level.TOO_LONG else "size"


def _limit(view: View, level: Level) -> int:
    return view.limits.error if level is Level.TOO_LONG else view.limits.warn


def _empty_sections(view: View) -> list[Finding]:
    found = []
    for path, lines in view.lines.items():
        if is_record(path):
            continue
        titles = headings(lines)
        for heading, following in zip_longest(titles, titles[1:]):
            end = following.line if following else len(lines)
            body = [line.text for line in lines[heading.end : end] if line.kind is not Kind.BLANK]
            leads_on = following is not None and following.level > heading.level
            if (not body and not leads_on) or body == [PLACEHOLDER]:
                what = f"“{_cell(plain(heading.title))}” has no text below it"
                found.append(Finding(f"`{path}`", what, _HURTS, "production: write it, or drop the heading"))
    return list(dict.fromkeys(found))


def _report(view: View, findings: Sequence[Finding], waiting: int) -> str:
    """The report; `waiting` findings did not fit."""
    sizes = view.documents.values()
    verdicts = [judged(view, one.text).verdict for one in requirements(view)]
    passed, failed = (sum(verdict is wanted for verdict in verdicts) for wanted in (Verdict.PASS, Verdict.FAIL))
    met = f"{passed} of {len(verdicts)} shown to be met, {failed} not"
    lines = [
        "# Evaluation",
        "",
        f"Measured on {seen(view)}; the others were not examined."
        if len(view.whole) < len(view.documents)
        else "Measured on all documents.",
        "",
    ]
    lines += ["| measure | figure |", "| --- | --- |"]
    lines += [
        f"| documents | {len(view.documents)} |",
        f"| tokens, about | {kilotokens(sum(e.tokens for e in sizes))} |",
    ]
    lines += [f"| over {view.limits.warn:,} tokens | {sum(e.level is not Level.OK for e in sizes)} |"]
    lines += [f"| over {view.limits.error:,} tokens | {sum(e.level is Level.TOO_LONG for e in sizes)} |"]
    lines += [f"| requirements | {met} |"] if verdicts else []
    lines += ["", "## Findings", ""]
    if findings:
        lines += [
            "| place | what is there | weight | smallest remedy |",
            "| --- | --- | --- | --- |",
            *(f.row() for f in findings),
        ]
    else:
        lines += ["None that can be measured."]
    if waiting:
        lines += ["", f"{counted(waiting, 'more finding')} would make this report too long, and must wait."]
    return text_of(lines)


def _recorded(text: str) -> list[Finding]:
    rows = (_ROW.fullmatch(line.replace("\\|", "¦")) for line in text.split("\n"))
    return [
        Finding(*(row[name].replace("¦", "|") for name in ("place", "what", "weight", "remedy"))) for row in rows if row
    ]


def _cell(text: str) -> str:
    return (
        " ".join(text.replace("`", "").replace("|", "/").split())
        if "`" not in text
        else " ".join(text.replace("|", "/").split())
    )
