"""Moves sections of a document into new documents: word for word, no text lost, and every link that led somewhere still does.

Where a section stood its heading stays, with a link to the new place below it, so that the heading's anchor lives on for all
who link to it, known or not. Anchors from inside the section stay beside that link as empty elements.
"""

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kinos.domain.markdown import link
from kinos.domain.markdown.heading import Heading, document_title, headings
from kinos.domain.markdown.line import Kind, Line, lines_of, scan, text_of
from kinos.domain.markdown.obstacle import obstacle
from kinos.domain.markdown.section import Section, sections

_MARKS = re.compile(r"( {0,3})(#{1,6})(.*)")


class SplitError(ValueError):
    """The document cannot be split so; the message says why, as a sentence without its full stop."""


@dataclass(frozen=True, slots=True)
class Part:
    """A new document beside the old one. `starts` are the lines, 0-based, of the headings whose sections it takes.

    `title` is its heading when it takes several; a single one becomes the title itself.
    """

    path: str
    title: str
    starts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    section: Section
    part: Part

    @property
    def start(self) -> int:
        return self.section.start

    @property
    def end(self) -> int:
        return self.section.end


@dataclass(frozen=True, slots=True)
class _Share:
    """What a part gets: its pieces, their text as it stands there, and the new anchors of its headings by the lines they had."""

    part: Part
    pieces: Sequence[_Piece]
    body: Sequence[str]
    anchors: Mapping[int, str]

    @property
    def alone(self) -> bool:
        """Whether the part is one section, whose heading is the document's title."""
        return len(self.pieces) == 1


def split(path: str, text: str, parts: Sequence[Part]) -> dict[str, str]:
    """The texts by path, that of the document `path` first, once `parts` have taken their sections. Raises SplitError.

    Sections go with all below them. Links inside the moved text and to it are pointed at the new places within these texts;
    other documents need no change. Line ends are line feeds in what is returned.
    """
    lines = scan(text)
    pieces = _pieces(path, lines, parts)
    shares = [_share(lines, part, [piece for piece in pieces if piece.part is part]) for part in parts]
    remaining = _remaining(path, lines, shares)
    _check_nothing_lost(text, [remaining, *(share.body for share in shares)])
    homes, known = _homes(path, lines, shares), link.definitions(lines)
    texts = {path: text_of(_linked(path, path, remaining, homes, known))}
    for share in shares:
        body = _linked(share.part.path, path, share.body, homes, known)
        texts[share.part.path] = text_of(_framed(share, path, document_title(lines, path), body))
    _check_anchors(path, lines, texts[path])
    return texts


def moved(path: str, text: str, parts: Sequence[Part]) -> dict[str, tuple[str, str]]:
    """By anchor of the document, where what it names is once `parts` have taken their sections: the new document, and the
    anchor there. What stays is left out. Raises SplitError.
    """
    lines = scan(text)
    pieces = _pieces(path, lines, parts)
    shares = [_share(lines, part, [piece for piece in pieces if piece.part is part]) for part in parts]
    return {anchor: home for anchor, home in _homes(path, lines, shares).items() if home[0] != path}


def _pieces(path: str, lines: Sequence[Line], parts: Sequence[Part]) -> list[_Piece]:
    """The sections that move, in the order of the document."""
    known = {section.start: section for root in sections(lines) for section in root.walk()}
    pieces = []
    for part in parts:
        if posixpath.dirname(part.path) != posixpath.dirname(path) or part.path == path:
            raise SplitError(f"`{part.path}` does not lie beside `{path}`")
        if not part.starts or not all(start in known for start in part.starts):
            raise SplitError(f"`{part.path}` takes lines that are no headings of `{path}`")
        pieces += [_Piece(known[start], part) for start in part.starts]
    pieces.sort(key=lambda piece: piece.start)
    for before, after in pairwise(pieces):
        if after.start < before.end:
            raise SplitError(f"“{after.section.heading.title}” stands inside another section to move")
    for piece in pieces:
        if reason := obstacle(lines[piece.start : piece.end]):
            raise SplitError(f"“{piece.section.heading.title}” {reason}")
    return pieces


# ---- the new documents -------------------------------------------------------------------------------------------------


def _share(lines: Sequence[Line], part: Part, pieces: Sequence[_Piece]) -> _Share:
    body = _body(lines, pieces)
    old = [one.start for piece in pieces for one in piece.section.walk()]
    title = [] if len(pieces) == 1 else [f"# {part.title}", ""]
    new = headings(scan(text_of([*title, *body])))[1 if title else 0 :]
    if len(new) != len(old):
        raise SplitError(f"headings would turn into something else in `{part.path}`")
    return _Share(part, pieces, body, {line: found.anchor for line, found in zip(old, new, strict=True)})


def _body(lines: Sequence[Line], pieces: Sequence[_Piece]) -> list[str]:
    """The sections of one part as they stand there, their headings moved up: below a title, or as one."""
    top = min(piece.section.heading.level for piece in pieces)
    deepest = max(one.heading.level for piece in pieces for one in piece.section.walk())
    shift = (1 if len(pieces) == 1 else 2) - top
    texts = [_shifted(lines[p.start : p.end], shift if deepest + shift <= 6 else 0) for p in pieces]
    return _trimmed([text for moved in texts for text in [*_trimmed(moved), ""]])


def _shifted(lines: Sequence[Line], shift: int) -> list[str]:
    """The lines with each heading `shift` levels deeper, underlined ones with `#`."""
    if not shift:
        return [line.text for line in lines]
    shifted = []
    for line in lines:
        if line.kind is Kind.HEADING:
            found = _MARKS.fullmatch(line.text)
            marks = "#" * (line.level + shift)
            own = found is not None and len(found[2]) == line.level
            shifted.append(f"{found[1]}{marks}{found[3]}" if found and own else f"{marks} {line.title}")
        elif line.kind is not Kind.UNDERLINE:
            shifted.append(line.text)
    return shifted


def _framed(share: _Share, origin: str, title: str, body: Sequence[str]) -> list[str]:
    """The whole document: a title, the way back, what it holds when that is several sections, and the sections."""
    back = f"Part of [{link.link_text(title)}]({link.relative(share.part.path, origin)})."
    if share.alone:
        end = headings(scan(text_of(list(body))))[0].end
        return _trimmed([*body[:end], "", back, "", *_unled(body[end:])])
    held = [
        f"- [{link.link_text(piece.section.heading.title)}](#{share.anchors[piece.start]})" for piece in share.pieces
    ]
    return _trimmed([f"# {share.part.title}", "", back, "", *held, "", *body])


def _trimmed(lines: list[str]) -> list[str]:
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines


def _unled(lines: Sequence[str]) -> Sequence[str]:
    while lines and not lines[0].strip():
        lines = lines[1:]
    return lines


# ---- what stays ----------------------------------------------------------------------------------------------------------


def _remaining(path: str, lines: Sequence[Line], shares: Sequence[_Share]) -> list[str]:
    """The document with a link below each moved section's heading, instead of the section."""
    found = headings(lines)
    moved = {piece.start: (piece, share) for share in shares for piece in share.pieces}
    inside = {h.line for piece, _ in moved.values() for h in found if piece.start < h.line < piece.end}
    staying = [heading for heading in found if heading.line not in inside]
    renumbered = _renumbered(lines, staying)
    kept: list[str] = []
    position = 0
    for heading in staying:
        lost = renumbered.get(heading.line, [])
        kept += [line.text for line in lines[position : heading.end]]
        position = heading.end
        if heading.line in moved:
            piece, share = moved[heading.line]
            kept += ["", _pointer(path, share, piece, [*lost, *_anchors_below(lines, found, piece)]), ""]
            position = piece.end
        elif lost:
            kept += ["", _marks(lost), ""]
            position = next((n for n in range(position, len(lines)) if lines[n].kind is not Kind.BLANK), len(lines))
    return _trimmed([*kept, *(line.text for line in lines[position:])])


def _pointer(path: str, share: _Share, piece: _Piece, lost: Sequence[str]) -> str:
    address = link.relative(path, share.part.path, "" if share.alone else share.anchors[piece.start])
    sentence = f"See [{link.link_text(piece.section.heading.title)}]({address})."
    return f"{sentence} {_marks(lost)}" if lost else sentence


def _marks(anchors: Sequence[str]) -> str:
    return "".join(f'<a id="{anchor}"></a>' for anchor in dict.fromkeys(anchors))


def _renumbered(lines: Sequence[Line], kept: Sequence[Heading]) -> dict[int, list[str]]:
    """By heading's line the anchor it had, where it gets another one once fewer of its kind stand above."""
    alone = headings([line for heading in kept for line in lines[heading.line : heading.end]])
    return {
        old.line: [old.anchor] for old, new in zip(kept, alone, strict=True) if old.anchor and old.anchor != new.anchor
    }


def _anchors_below(lines: Sequence[Line], found: Sequence[Heading], piece: _Piece) -> Iterator[str]:
    """The anchors inside a section but its own, in order."""
    by_line = {heading.line: heading.anchor for heading in found}
    for number in range(piece.section.heading.end, piece.end):
        yield from link.anchors_in(lines[number])
        if by_line.get(number):
            yield by_line[number]


# ---- links -------------------------------------------------------------------------------------------------------------


def _homes(path: str, lines: Sequence[Line], shares: Sequence[_Share]) -> dict[str, tuple[str, str]]:
    """Where what each anchor of the document names is now: the document, and the anchor there."""
    owner = {n: share for share in shares for piece in share.pieces for n in range(piece.start, piece.end)}
    homes: dict[str, tuple[str, str]] = {}
    for heading in headings(lines):
        share = owner.get(heading.line)
        home = (share.part.path, share.anchors[heading.line]) if share else (path, heading.anchor)
        homes.setdefault(heading.anchor, home)
    for number, line in enumerate(lines):
        for anchor in link.anchors_in(line):
            homes.setdefault(anchor, (owner[number].part.path if number in owner else path, anchor))
    homes.pop("", None)
    return homes


def _linked(
    path: str,
    origin: str,
    texts: Sequence[str],
    homes: Mapping[str, tuple[str, str]],
    known: Mapping[str, Sequence[Line]],
) -> list[str]:
    """`texts`, moved from `origin` to `path`, with the definitions they need, and links to `origin` leading where that is now."""

    def place(url: str) -> str | None:
        meant = link.resolve(origin, url)
        if meant is None or meant[0] != origin:
            return None
        home = homes.get(meant[1], (origin, "") if not meant[1] else None)
        bare = url.startswith("#")
        if home is None or (home[0] == origin and (path == origin or not bare)):
            return None
        return None if bare and home == (path, meant[1]) else link.relative(path, *home)

    return link.retargeted(scan(text_of(_with_definitions(path, texts, known))), place)


def _with_definitions(path: str, texts: Sequence[str], known: Mapping[str, Sequence[Line]]) -> list[str]:
    lines = scan(text_of(list(texts)))
    added: dict[str, Sequence[Line]] = {}
    wanted = link.labels_used(lines)
    here = link.definitions(lines)
    while missing := [label for label in sorted(wanted) if label in known and label not in here and label not in added]:
        added |= {label: known[label] for label in missing}
        # A footnote may need a definition of its own.
        wanted |= link.labels_used([line for label in missing for line in known[label]])
    if not added:
        return list(texts)
    if scan(text_of([*texts, "", "end"]))[-1].kind is not Kind.TEXT:
        raise SplitError(f"`{path}` would need definitions below something that is never closed")
    return [*_trimmed(list(texts)), "", *(line.text for label in sorted(added) for line in added[label])]


# ---- checks ------------------------------------------------------------------------------------------------------------


def _check_nothing_lost(text: str, after: Sequence[Sequence[str]]) -> None:
    lost = words_by_line(lines_of(text)) - words_by_line(line for lines in after for line in lines)
    if lost:
        raise SplitError(f"the line {next(iter(lost))[:60]!r} would be lost")


def words_by_line(lines: Iterable[str]) -> Counter[str]:
    """The lines that say something, without heading marks and underlines."""
    bare = (re.sub(r"^ {0,3}#{1,6}(?=\s|$)", "", line).strip() for line in lines)
    return Counter(" ".join(line.split()) for line in bare if line and not re.fullmatch(r"=+|-+", line))


def _check_anchors(path: str, lines: Sequence[Line], text: str) -> None:
    lost = link.anchors(lines) - link.anchors(scan(text)) - {""}
    if lost:
        raise SplitError(f"the anchor `{path}#{min(lost)}` would be lost")
