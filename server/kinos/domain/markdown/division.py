"""Where a document that is too large is best divided: which sections go out, into which documents beside it."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from kinos.domain.markdown.heading import document_title, plain
from kinos.domain.markdown.line import Line, scan
from kinos.domain.markdown.obstacle import obstacle
from kinos.domain.markdown.section import Section, sections
from kinos.domain.markdown.split import Part, SplitError

FRAME = 60
"""Tokens a new document has besides what is moved: its title, and the link back."""

STUB = 40
"""Tokens that stay behind for a section: its heading, and a link."""

MARK = 15
"""Tokens that stay behind for each heading below it: an anchor."""

_NAME = 40
"""Characters of a heading that go into a file's name."""

_GENERIC = ("readme", "index")


@dataclass(slots=True)
class _Group:
    """Neighbours below one parent that move into one document: `tokens` of them all, and what each saves the old one."""

    parent: Section | None
    pieces: list[Section]
    gains: list[int]
    tokens: int

    @property
    def gain(self) -> int:
        return sum(self.gains)

    def less(self, needed: int) -> None:
        """Leave the first ones where they are, as long as the others save the tokens that are needed."""
        while len(self.pieces) > 1 and self.gain - self.gains[0] >= needed:
            del self.pieces[0], self.gains[0]


def division(path: str, text: str, costs: Sequence[int], limit: int, taken: Collection[str] = ()) -> tuple[Part, ...]:
    """The parts to split `text` into so that it and each of them stay within `limit` tokens, as near as can be estimated.

    `costs` are the tokens of each line; `taken` are paths that are not free, in any case. As little as possible moves, and
    neighbours stay together. Raises SplitError with the reason when no division at the headings does it.
    """
    lines = scan(text)
    ends = list(accumulate(costs, initial=0))
    room = limit - FRAME
    groups: list[_Group] = []
    for parent, section in _units(sections(lines), None, lines, ends, room):
        tokens = ends[section.end] - ends[section.start]
        gain = tokens - STUB - MARK * (sum(1 for _ in section.walk()) - 1)
        last = groups[-1] if groups else None
        if gain <= 0:
            continue
        if last is not None and _joins(last, parent, section, room - tokens):
            last.pieces.append(section)
            last.gains.append(gain)
            last.tokens += tokens
        else:
            groups.append(_Group(parent, [section], [gain], tokens))
    chosen = _chosen(groups, ends[-1] - limit)
    left = ends[-1] - sum(group.gain for group in chosen)
    if left > limit:
        raise SplitError(_unsplit(lines, ends, limit))
    return tuple(_parts(path, lines, chosen, {other.casefold() for other in taken}))


def _units(
    found: Sequence[Section], parent: Section | None, lines: Sequence[Line], ends: Sequence[int], room: int
) -> Iterator[tuple[Section | None, Section]]:
    """The largest sections that fit into a document of their own and can be moved, never the only one of all."""
    for section in found:
        alone = parent is None and len(found) == 1
        fits = ends[section.end] - ends[section.start] <= room
        if fits and not alone and not obstacle(lines[section.start : section.end]):
            yield parent, section
        else:
            yield from _units(section.children, section, lines, ends, room)


def _joins(group: _Group, parent: Section | None, section: Section, room: int) -> bool:
    return group.parent is parent and group.pieces[-1].end == section.start and group.tokens <= room


def _chosen(groups: Sequence[_Group], over: int) -> list[_Group]:
    """As few groups as save `over` tokens, and of those as little as does; the later ones, for a document keeps its beginning."""
    left = list(groups)
    chosen: list[_Group] = []
    while over > 0 and left:
        enough = [group for group in left if group.gain >= over]
        group = min(reversed(enough), key=_size) if enough else max(reversed(left), key=_size)
        group.less(over)
        left.remove(group)
        chosen.append(group)
        over -= group.gain
    return sorted(chosen, key=lambda group: group.pieces[0].start)


def _size(group: _Group) -> int:
    return round(group.gain / 500)


def _parts(path: str, lines: Sequence[Line], groups: Sequence[_Group], taken: set[str]) -> Iterator[Part]:
    for number, group in enumerate(groups, 1):
        made = named(path, lines, group.pieces, taken, number)
        taken.add(made.path.casefold())
        yield made


def named(path: str, lines: Sequence[Line], pieces: Sequence[Section], taken: Collection[str], number: int = 1) -> Part:
    """The part that takes `pieces`, in the order of the document, named after the first of them; `number` where that has no
    words. `taken` are folded paths that are not free.
    """
    subject = plain(pieces[0].heading.title).rstrip(":") or f"Part {number}"
    title = subject if len(pieces) == 1 else f"{document_title(lines, path)}: {subject}"
    free = _free(path, file_slug(subject) or f"part-{number}", taken)
    return Part(free, " ".join(title.split()), tuple(piece.start for piece in pieces))


def _free(path: str, name: str, taken: Collection[str]) -> str:
    """A path beside `path` that is free: the document's name and the part's, numbered where that is taken."""
    folder, _, file = path.rpartition("/")
    stem, _, suffix = file.rpartition(".")
    head = "" if stem.casefold() in _GENERIC else f"{stem}-"
    base = f"{folder}/{head}{name}" if folder else f"{head}{name}"
    number = 1
    while (candidate := f"{base}{'' if number == 1 else f'-{number}'}.{suffix}").casefold() in taken:
        number += 1
    return candidate


def _unsplit(lines: Sequence[Line], ends: Sequence[int], limit: int) -> str:
    found = [section for root in sections(lines) for section in root.walk()]
    own = {section.start: ends[section.own_end] - ends[section.start] for section in found}
    largest = max(found, key=lambda section: own[section.start], default=None)
    if largest is None:
        return "it has no headings at which it could be split"
    if own[largest.start] > limit:
        title = plain(largest.heading.title)
        return f"“{title}” alone has {own[largest.start]:,} tokens and no headings below it at which it could be split"
    return "its headings do not divide it into pieces that are small enough"


def file_slug(title: str) -> str:
    """A file's name from a heading: ASCII letters and digits, in words joined by hyphens."""
    folded = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    name = ""
    for word in re.findall(r"[a-z0-9]+", folded.replace("'", "")):
        if name and len(name) + len(word) >= _NAME:
            break
        name = f"{name}-{word}" if name else word[:_NAME]
    return name
