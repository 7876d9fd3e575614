"""The index: a table of contents of all documents, made when missing, mended when stale."""

import posixpath
import re
from collections.abc import Sequence

from kinos.domain.markdown import Kind, blocks, document_title, headings, lines_of, link, scan, text_of
from kinos.domain.path import REQUESTS, is_markdown
from kinos.domain.task import NothingToDo
from kinos.worker.rehearsal.order import Write
from kinos.worker.rehearsal.rule.paper import INDEX, is_record
from kinos.worker.rehearsal.rule.proposal import Proposal, counted, listed, task
from kinos.worker.rehearsal.rule.wish import short
from kinos.worker.rehearsal.view import View

_PART = re.compile(r"Part of \[[^\]]*\]\([^()]*\)\.")
_LISTED = 3
"""Links to documents from which on a page counts as a table of contents."""


def index(view: View) -> Proposal:
    """Write the table of contents, or bring it in step with the map."""
    wanted = [path for path in view.documents if path not in (INDEX, *REQUESTS)]
    if INDEX not in view.documents:
        if len(wanted) < 2:
            yield NothingToDo("With fewer than two documents no table of contents is needed.")
        elif not view.expanding:
            yield NothingToDo("There is no index.md, and in CONVERGENCE no new page is begun.")
        else:
            why = f"{counted(len(wanted), 'document')} and no page that leads to them."
            yield task(f"Write {INDEX}, a table of contents", why, [Write(INDEX, _contents(view, wanted))])
    elif view.unseen(INDEX):
        yield NothingToDo(f"`{INDEX}` was not shown whole, so I cannot compare it with the map.")
    else:
        yield from _refreshed(view, wanted)


def _refreshed(view: View, wanted: Sequence[str]) -> Proposal:
    linked = [place[0] for target in link.targets(view.lines[INDEX]) if (place := link.resolve(INDEX, target.url))]
    pages = {path for path in linked if is_markdown(path)} - {INDEX}
    if len(pages) < min(_LISTED, len(wanted)):
        yield NothingToDo(f"`{INDEX}` is a page of its own and no table of contents, so I leave it.")
        return
    if _split(view):
        yield NothingToDo(f"`{INDEX}` was split, and what its parts list I do not write there again.")
        return
    missing = [path for path in wanted if path not in linked]
    gone = {path for path in pages if path not in view.documents}
    if not missing and not gone:
        yield NothingToDo(f"`{INDEX}` lists every document of the map.")
        return
    lines = _with(view, _without(lines_of(view.whole[INDEX]), gone), missing)
    reasons = [f"it does not list {listed([f'`{p}`' for p in missing], 3)}"] if missing else []
    reasons += (
        [f"it leads to {listed([f'`{p}`' for p in sorted(gone)], 3)}, which the map does not know"] if gone else []
    )
    yield task(f"Bring {INDEX} in step with the map", f"{' and '.join(reasons)}.", [Write(INDEX, text_of(lines))])


def _split(view: View) -> bool:
    """Whether a section of the index moved out, so that below its heading stands where it went."""
    lines = view.lines[INDEX]
    for heading in headings(lines):
        below = next((line for line in lines[heading.end :] if line.kind is not Kind.BLANK), None)
        if below and below.text.startswith(f"See [{link.link_text(heading.title)}]("):
            places = [link.resolve(INDEX, target.url) for target in link.targets([below])]
            if any(place and _may_be_part(view, place[0]) for place in places):
                return True
    return False


def _may_be_part(view: View, path: str) -> bool:
    """Whether `path` says that it is part of another document, or nobody can see."""
    return path not in view.lines or any(_PART.fullmatch(line.text) for line in view.lines[path])


def _contents(view: View, wanted: Sequence[str]) -> str:
    lines = ["# Contents", "", "Every document of this project, by folder.", ""]
    folders = sorted({posixpath.dirname(path) for path in wanted})
    for folder in folders:
        if folder:
            lines += [f"## {folder}/", ""]
        lines += [_entry(view, path) for path in wanted if posixpath.dirname(path) == folder] + [""]
    return text_of(lines[:-1])


def _entry(view: View, path: str) -> str:
    about = _about(view, path)
    return f"- [{link.link_text(_title(view, path))}]({link.relative(INDEX, path)})" + (f": {about}" if about else "")


def _title(view: View, path: str) -> str:
    if path in view.lines:
        return document_title(view.lines[path], path)
    if path in view.shown:
        row = next((line for line in view.shown[path].text.split("\n") if line.startswith("# ")), "")
        if title := re.sub(r"( — | \()[\d,]+ tokens\)?$", "", row.removeprefix("# ")):
            return title
    return document_title([], path)


def _about(view: View, path: str) -> str:
    """The document's first sentence, when it stands at the beginning and is short."""
    lines = [] if is_record(path) else view.lines.get(path, [])
    titles = headings(lines)
    after = titles[0].end if titles and titles[0].level == 1 else 0
    below = (block for block in blocks(lines) if block.start >= after and block.kind is not Kind.FRONT)
    # Where a part of a split document says what it is part of, what it says itself comes next.
    body = next((block for block in below if not _PART.fullmatch(block.text)), None)
    if body is None or body.kind is not Kind.TEXT:
        return ""
    sentence = re.split(r"(?<=[.!?])\s", " ".join(body.text.split()), maxsplit=1)[0]
    words = re.sub(r"(?<!!)\[([^\[\]]*)\]\([^()]*\)", r"\1", sentence)
    clean = words.endswith((".", "!", "?")) and not re.search(r"[\[\]{}<>|]|https?:", words)
    return short(words, 120) if clean and len(words) > 10 else ""


def _without(lines: Sequence[str], gone: set[str]) -> list[str]:
    """The lines but for list items that are nothing but a link to something gone."""
    kept = []
    for line, scanned in zip(lines, scan(text_of(list(lines))), strict=True):
        found = [place[0] for target in link.targets([scanned]) if (place := link.resolve(INDEX, target.url))]
        if not (scanned.kind is Kind.ITEM and len(found) == 1 and found[0] in gone):
            kept.append(line)
    return kept


def _with(view: View, lines: list[str], missing: Sequence[str]) -> list[str]:
    """The lines with an entry for each missing document, behind the last one of its folder or at the end."""
    for path in missing:
        place = _last_of_folder(lines, posixpath.dirname(path))
        if place is not None:
            lines.insert(place + 1, _entry(view, path))
        else:
            while lines and not lines[-1].strip():
                lines.pop()
            folder = posixpath.dirname(path)
            lines += ["", f"## {folder}/" if folder else "## Other documents", "", _entry(view, path)]
    return lines


def _last_of_folder(lines: Sequence[str], folder: str) -> int | None:
    last = None
    for number, line in enumerate(scan(text_of(list(lines)))):
        found = [place[0] for target in link.targets([line]) if (place := link.resolve(INDEX, target.url))]
        if line.kind is Kind.ITEM and any(posixpath.dirname(path) == folder for path in found):
            last = number
    return last
