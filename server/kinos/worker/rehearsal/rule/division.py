"""Documents over the limit: which sections to move out into documents beside them, and what those are called."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kinos.domain.brief import MAX_FILES, Exhibit, Shown
from kinos.domain.markdown import document_title, plain
from kinos.domain.markdown.division import FRAME, MARK, STUB, file_slug
from kinos.domain.path import is_markdown
from kinos.domain.size import Level, kilotokens
from kinos.domain.task import NothingToDo, Task
from kinos.worker.rehearsal.order import Part, Split
from kinos.worker.rehearsal.rule.paper import keeper
from kinos.worker.rehearsal.rule.proposal import Proposal, counted, listed, task
from kinos.worker.rehearsal.section import Outline, Section, outline_of_rows, outline_of_text
from kinos.worker.rehearsal.view import View

MOST_MOVED = 12_000
"""Tokens a task moves: the editor types each one twice, to find it and to write it."""
_FULL = 0.92
"""Share of the limit a document is filled to: a title, a link back and the counting itself take the rest."""
_GAIN = 0.8
"""Share of a document that its largest piece may have for a split to be of use."""
_USE = 5_000
"""Tokens that are of use to move, whatever is left."""
_LEAST = 40
"""Tokens a document must lose with a section for that to be worth moving."""
_GENERIC = ("readme", "index")


@dataclass(slots=True)
class _Group:
    """Neighbours that move into one document; `parent` is the section they all stand in."""

    parent: Section | None
    sections: list[Section]

    @property
    def tokens(self) -> int:
        return sum(section.total for section in self.sections)

    @property
    def gain(self) -> int:
        """Tokens by which the old document shrinks."""
        return sum(_gain(section) for section in self.sections)


def split_long(view: View) -> Proposal:
    """Split a document over the limit at its headings: what the person asks for first, then the too long ones; in CONVERGENCE
    only those.

    Not one that an agent keeps: what moved out of it would be missing there, and be written again.
    """
    wanted = (Level.TOO_LONG, Level.LONG) if view.expanding else (Level.TOO_LONG,)
    asked = [path for path in view.brief.asked if path in view.documents]
    over = [view.documents[path] for path in asked if view.documents[path].level is not Level.OK]
    others = [entry for entry in view.documents.values() if entry.level in wanted and entry not in over]
    over += sorted(others, key=lambda entry: (wanted.index(entry.level), -entry.tokens))
    for entry in over:
        exhibit = view.shown.get(entry.path)
        if exhibit is None:
            yield NothingToDo(f"`{entry.path}` is over the limit, but I was not shown its headings.")
        elif reason := view.refusal(entry.path):
            yield NothingToDo(f"{reason}.")
        elif agent := keeper(view, entry.path):
            yield NothingToDo(f"`{entry.path}` is over the limit, and {agent}, who keeps it, alone may shorten it.")
        else:
            yield from _division(view, exhibit)
    if not over:
        size = "too long" if len(wanted) == 1 else "over the limit"
        yield NothingToDo(f"No document is {size}.")


def _division(view: View, exhibit: Exhibit) -> Iterator[Task | NothingToDo]:
    outline = _outline(view, exhibit)
    limits = view.limits
    size = int(limits.warn * _FULL)
    over = exhibit.tokens - size
    groups = _chosen(_groups(outline, size), MAX_FILES - 1, over)
    gain = sum(group.gain for group in groups)
    largest = max((group.tokens + FRAME for group in groups), default=exhibit.tokens)
    if largest > _GAIN * exhibit.tokens or gain < min(over, (1 - _GAIN) * exhibit.tokens, _USE):
        yield NothingToDo(_unsplit(exhibit, outline))
        return
    parts = _parts(view, exhibit.path, outline, groups)
    files = [exhibit.path, *(part.path for part in parts)]
    titles = listed([f"“{plain(section.name.title)}”" for group in groups for section in group.sections], 3)
    limit = limits.error if exhibit.tokens > limits.error else limits.warn
    why = (
        f"`{exhibit.path}` has {kilotokens(exhibit.tokens)} tokens, above the limit of {limit:,}; moving "
        f"{titles} out leaves about {kilotokens(exhibit.tokens - gain)}."
    )
    title = f"Split {exhibit.path} into {counted(len(parts) + 1, 'document')}"
    yield task(title, why, [Split(exhibit.path, parts)], files)


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


def _groups(outline: Outline, size: int) -> list[_Group]:
    """All that is worth moving, in groups of neighbours of at most `size` tokens; a section that cannot be divided is alone."""
    roots = list(outline.roots)
    if len(roots) == 1:
        units = _units(roots[0], size)
    else:
        # Several headings of the highest level: the first stays as the introduction where there is no other.
        first = [] if outline.intro else _units(roots[0], size) if roots and roots[0].children else []
        rest = roots if outline.intro else roots[1:]
        units = [*first, *(unit for root in rest for unit in _moving(root, None, size))]
    return _grouped(units, size)


def _units(parent: Section, size: int) -> list[tuple[Section | None, Section]]:
    return [unit for child in parent.children for unit in _moving(child, parent, size)]


def _moving(section: Section, parent: Section | None, size: int) -> list[tuple[Section | None, Section]]:
    return [(parent, section)] if section.total <= size or not section.children else _units(section, size)


def _gain(section: Section) -> int:
    """Tokens a document loses with a section, which may be less than nothing."""
    below = sum(1 for _ in _all(section.children))
    return section.total - STUB - MARK * below


def _grouped(units: Sequence[tuple[Section | None, Section]], size: int) -> list[_Group]:
    total = sum(section.total for _, section in units)
    documents = max(1, -(-total // max(size, 1)))
    even = max(total / documents * 1.1, 1)
    groups: list[_Group] = []
    fresh = True
    for parent, section in units:
        if _gain(section) < _LEAST:
            # Such as what an earlier split left behind. It stays, and those around it are no neighbours.
            fresh = True
        elif fresh or groups[-1].parent is not parent or groups[-1].tokens + section.total > min(size, even):
            groups.append(_Group(parent, [section]))
            fresh = False
        else:
            groups[-1].sections.append(section)
    return groups


def _chosen(groups: Sequence[_Group], most: int, over: int) -> list[_Group]:
    """The groups to move: the largest, until the document loses `over` tokens or no more may move; in its order.

    Of groups about as large the later ones, so that a document keeps its beginning.
    """
    chosen: list[int] = []
    moved = gained = 0
    for index in sorted(range(len(groups)), key=lambda n: (-round(groups[n].gain / 1000), -n)):
        if len(chosen) == most or gained >= over:
            break
        if moved + groups[index].tokens <= MOST_MOVED or not chosen:
            chosen.append(index)
            moved += groups[index].tokens
            gained += groups[index].gain
    return [groups[index] for index in sorted(chosen)]


def _parts(view: View, path: str, outline: Outline, groups: Sequence[_Group]) -> tuple[Part, ...]:
    taken = {other.casefold() for other in view.documents}
    whole = next((root.name.title for root in outline.roots if root.name.level == 1), "")
    about = plain(whole) or document_title([], path)
    parts = []
    for number, group in enumerate(groups, 1):
        subject = _subject(group, outline) or f"Part {number}"
        name = _free_name(view, path, file_slug(subject) or f"part-{number}", taken)
        taken.add(name.casefold())
        title = subject if len(group.sections) == 1 else f"{about}: {subject}"
        parts.append(Part(name, " ".join(title.split()), tuple(section.name for section in group.sections)))
    return tuple(parts)


def _subject(group: _Group, outline: Outline) -> str:
    """What a part is named for: its first heading, and the one that stands above where others are called the same."""
    first = group.sections[0].name
    title = plain(first.title).rstrip(":")
    above = group.parent if len(outline.roots) > 1 or group.parent is not outline.roots[0] else None
    return f"{plain(above.name.title)} {title}".strip() if above and first.of > 1 else title


def _free_name(view: View, path: str, name: str, taken: set[str]) -> str:
    """A path beside `path` that is free: the document's name and the part's, numbered where that is taken."""
    folder, _, file = path.rpartition("/")
    stem, _, suffix = file.rpartition(".")
    if not is_markdown(file):
        stem, suffix = file, "md"
    prefix = f"{folder}/" if folder else ""
    head = "" if stem.casefold() in _GENERIC else f"{stem}-"
    name = name.removeprefix(head.casefold()) or name
    # A part that is split again, at the heading it has its name from, is numbered instead of named twice.
    again = stem.endswith(f"-{name}")
    for number in range(2 if again else 1, 1000):
        candidate = f"{prefix}{head}{number if again else name if number == 1 else f'{name}-{number}'}.{suffix}"
        if candidate.casefold() not in taken and view.free(candidate):
            return candidate
    raise AssertionError("a thousand names are taken")
