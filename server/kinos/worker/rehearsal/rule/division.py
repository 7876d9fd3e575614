"""Documents over the limit: which sections to move out into documents beside them, and what those are called."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kinos.domain.brief import MAX_FILES, Exhibit, Shown
from kinos.domain.markdown import link, plain
from kinos.domain.path import is_markdown
from kinos.domain.size import Level, kilotokens
from kinos.domain.task import NothingToDo, Task
from kinos.worker.rehearsal.order import Order, Part, Redirect, Split
from kinos.worker.rehearsal.rule.paper import is_record
from kinos.worker.rehearsal.rule.proposal import Proposal, counted, listed, task
from kinos.worker.rehearsal.section import Outline, Section, outline_of_rows, outline_of_text
from kinos.worker.rehearsal.view import View

MOST_MOVED = 24_000
"""Tokens a task moves: the editor types each one twice, to find it and to write it."""
_FULL = 0.92
"""Share of the limit a new document is filled to: its title, a link back and the counting itself take the rest."""
_GAIN = 0.8
"""Share of a document that its largest piece may have for a split to be of use."""
_FRAME = 60
"""Tokens a new document has besides what is moved: its title, and the link back."""
_FRAGMENT = 200
"""Tokens below which a section gets no document of its own unless it must."""
_NAME = 40
"""Characters of a heading that go into a file's name."""
_GENERIC = ("readme", "index")


@dataclass(slots=True)
class _Group:
    parent: Section | None
    sections: list[Section]

    @property
    def tokens(self) -> int:
        return sum(section.total for section in self.sections)


def split_long(view: View) -> Proposal:
    """Split a document over the limit at its headings: the too long ones first; in CONVERGENCE only those."""
    wanted = (Level.TOO_LONG, Level.LONG) if view.expanding else (Level.TOO_LONG,)
    over = [entry for level in wanted for entry in view.documents.values() if entry.level is level]
    for entry in sorted(over, key=lambda entry: (wanted.index(entry.level), -entry.tokens)):
        exhibit = view.shown.get(entry.path)
        if exhibit is None:
            yield NothingToDo(f"`{entry.path}` is over the limit, but I was not shown its headings.")
        elif reason := view.refusal(entry.path):
            yield NothingToDo(f"{reason}.")
        else:
            yield from _division(view, exhibit)
    if not over:
        size = "too long" if len(wanted) == 1 else "over the limit"
        yield NothingToDo(f"No document is {size}.")


def _division(view: View, exhibit: Exhibit) -> Iterator[Task | NothingToDo]:
    outline = _outline(view, exhibit)
    limits = view.limits
    groups = _groups(outline, int(limits.warn * _FULL), limits.error if exhibit.tokens > limits.error else limits.warn)
    groups = _chosen(groups, MAX_FILES - 1, exhibit.tokens - limits.warn)
    linkers = _linkers(view, exhibit.path)[: MAX_FILES - 1 - len(groups)]
    moved = sum(group.tokens for group in groups)
    left = exhibit.tokens - moved
    largest = max((group.tokens + _FRAME for group in groups), default=exhibit.tokens)
    if largest > _GAIN * exhibit.tokens or left > max(limits.warn, _GAIN * exhibit.tokens):
        yield NothingToDo(_unsplit(exhibit, outline))
        return
    parts = _parts(view, exhibit.path, groups)
    orders: list[Order] = [Split(exhibit.path, parts), *map(Redirect, linkers)]
    files = [exhibit.path, *(part.path for part in parts), *linkers]
    titles = listed([f"“{plain(section.name.title)}”" for group in groups for section in group.sections], 3)
    limit = limits.error if exhibit.tokens > limits.error else limits.warn
    why = (
        f"`{exhibit.path}` has {kilotokens(exhibit.tokens)} tokens, above the limit of {limit:,}; moving "
        f"{titles} out leaves about {kilotokens(left)}."
    )
    yield task(f"Split {exhibit.path} into {counted(len(parts) + 1, 'document')}", why, orders, files)


def _unsplit(exhibit: Exhibit, outline: Outline) -> str:
    """Why the document cannot be split to any use."""
    document = f"`{exhibit.path}` ({kilotokens(exhibit.tokens)} tokens)"
    largest = max(_all(outline.roots), key=lambda section: section.own, default=None)
    if largest is None or outline.intro > largest.own:
        return f"{document} has no headings at which it could be split."
    if largest.own < exhibit.tokens / 2:
        return f"{document} cannot be split at its headings so that every piece is much smaller."
    alone = f"“{plain(largest.name.title)}” alone has {kilotokens(largest.own)} and no headings below it"
    return f"{document} cannot be split at its headings to any use: {alone}."


def _all(sections: Sequence[Section]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from _all(section.children)


def _outline(view: View, exhibit: Exhibit) -> Outline:
    if exhibit.shown is Shown.OUTLINE:
        return outline_of_rows(exhibit.text)
    return outline_of_text(view.whole[exhibit.path], view.count)


def _groups(outline: Outline, size: int, most: int) -> list[_Group]:
    """All that can move, in groups of neighbours of at most `size` tokens; a section alone may have up to `most`."""
    roots = list(outline.roots)
    if len(roots) == 1:
        units = _units(roots[0], most)
    else:
        # Several headings of the highest level: the first stays as the introduction where there is no other.
        first = [] if outline.intro else _units(roots[0], most) if roots and roots[0].children else []
        rest = roots if outline.intro else roots[1:]
        units = [*first, *(unit for root in rest for unit in _moving(root, None, most))]
    return _grouped(units, size)


def _units(parent: Section, most: int) -> list[tuple[Section | None, Section]]:
    return [unit for child in parent.children for unit in _moving(child, parent, most)]


def _moving(section: Section, parent: Section | None, most: int) -> list[tuple[Section | None, Section]]:
    """The section itself if it is small enough, else what below it is."""
    return [(parent, section)] if section.total <= most else _units(section, most)


def _grouped(units: Sequence[tuple[Section | None, Section]], size: int) -> list[_Group]:
    total = sum(section.total for _, section in units)
    documents = max(1, -(-total // max(size, 1)))
    even = max(total / documents * 1.1, 1)
    groups: list[_Group] = []
    for parent, section in units:
        last = groups[-1] if groups else None
        if last and last.parent is parent and last.tokens + section.total <= min(size, even):
            last.sections.append(section)
        else:
            groups.append(_Group(parent, [section]))
    return groups


def _chosen(groups: Sequence[_Group], most: int, over: int) -> list[_Group]:
    """The groups to move: the largest, until the document is within its limit, or no more may be moved; in order."""
    chosen: list[_Group] = []
    moved = 0
    small = len(groups) <= most and sum(group.tokens for group in groups) <= MOST_MOVED
    for group in sorted(groups, key=lambda group: -round(group.tokens / 1000)):
        if len(chosen) == most or (moved >= over and (not small or group.tokens < _FRAGMENT)):
            break
        if moved + group.tokens <= MOST_MOVED or not chosen:
            chosen.append(group)
            moved += group.tokens
    return [group for group in groups if any(group is one for one in chosen)]


def _linkers(view: View, path: str) -> list[str]:
    """Documents shown whole that link to a heading of `path`, and may be edited."""
    found = []
    for other, lines in view.lines.items():
        meant = (link.resolve(other, target.url) for target in link.targets(lines) if not target.external)
        if other != path and view.free(other) and any(place and place[0] == path and place[1] for place in meant):
            found.append(other)
    return sorted(found, key=is_record)


def _parts(view: View, path: str, groups: Sequence[_Group]) -> tuple[Part, ...]:
    taken = {other.casefold() for other in view.documents}
    parts = []
    for number, group in enumerate(groups, 1):
        name = _free_name(view, path, group, number, taken)
        taken.add(name.casefold())
        titles = [plain(section.name.title).rstrip(":") or f"Part {number}" for section in group.sections]
        title = listed(titles) if len(titles) < 4 else f"{titles[0]}, {titles[1]} and more"
        parts.append(Part(name, title.replace("\n", " "), tuple(section.name for section in group.sections)))
    return tuple(parts)


def _free_name(view: View, path: str, group: _Group, number: int, taken: set[str]) -> str:
    folder, _, file = path.rpartition("/")
    stem, _, suffix = file.rpartition(".")
    if not is_markdown(file):
        stem, suffix = file, "md"
    prefix = f"{folder}/" if folder else ""
    head = "" if stem.casefold() in _GENERIC else f"{stem}-"
    titles = [file_slug(plain(section.name.title)) for section in group.sections]
    titles = [title.removeprefix(head.casefold()) for title in titles if title]
    first = titles[0] if titles else f"part-{number}"
    # A part that is split again, at the heading it has its name from, is numbered instead of named twice.
    again = stem.endswith(f"-{first}")
    tried = [] if again else [first, *(f"{first}-{title}" for title in titles[1:])]
    numbered = (f"{n}" if again else f"{first}-{n}" for n in range(2, 1000))
    for name in (*tried, *numbered):
        candidate = f"{prefix}{head}{name}.{suffix}"
        if candidate.casefold() not in taken and view.free(candidate):
            return candidate
    raise AssertionError("a thousand names are taken")


def file_slug(title: str) -> str:
    """A file's name from a heading: ASCII letters and digits, in words joined by hyphens."""
    folded = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", folded.replace("'", ""))
    name = ""
    for word in words:
        if name and len(name) + len(word) >= _NAME:
            break
        name = f"{name}-{word}" if name else word[:_NAME]
    return name
