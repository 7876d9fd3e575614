"""Moves sections of a document into new documents: word for word, with links left behind, and no text lost."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kinos.domain.markdown import Heading, Kind, Line, document_title, headings, lines_of, link, scan, text_of
from kinos.worker.rehearsal.order import Part, Split
from kinos.worker.rehearsal.section import Name, names, tidy

_TAG = re.compile(r"<(/?)(details|div|table|section|blockquote|center)\b", re.IGNORECASE)
_TEMPLATE = re.compile(r"\{%-?\s*(end)?(raw|capture|if|for|block|comment|highlight)\b")
_MARKS = re.compile(r"( {0,3})(#{1,6})(.*)")


class DeclinedError(ValueError):
    """The order cannot be carried out on the text as it is; the message says why, as a sentence without its full stop."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The outcome of a split: all texts by path, the original's too, and the new place of each anchor that moved."""

    texts: Mapping[str, str]
    anchors: Mapping[str, tuple[str, str]]
    left_out: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A section that moves: lines `start` to before `end` of the original, with the heading numbered `index`."""

    start: int
    end: int
    index: int
    part: Part


def split(order: Split, text: str, unsafe: Callable[[str], bool] = lambda line: False) -> Moved:
    """Carry out `order` on `text`. Sections with an `unsafe` line stay. Raises DeclinedError when it does not fit the text."""
    lines = scan(text)
    found = headings(lines)
    pieces, left_out = _pieces(order, lines, found, unsafe)
    if not pieces:
        raise DeclinedError(f"nothing of `{order.path}` can be moved: {'; '.join(left_out)}")
    texts = {order.path: _remaining(order.path, lines, found, pieces)}
    for part in order.parts:
        mine = [piece for piece in pieces if piece.part is part]
        if mine:
            texts[part.path] = _part(order.path, lines, found, mine)
    _check_nothing_lost(text, texts)
    homes = _homes(order.path, found, pieces, texts)
    linked = {path: _linked(path, new, order.path, homes, lines) for path, new in texts.items()}
    return Moved(linked, {old: home for old, home in homes.items() if home[0] != order.path}, left_out)


def redirect(path: str, text: str, moved: Moved, origin: str) -> str:
    """`text` of the document `path` with its links to what moved out of `origin` pointing at the new places."""

    def place(url: str) -> str | None:
        meant = link.resolve(path, url)
        home = moved.anchors.get(meant[1]) if meant and meant[0] == origin else None
        return link.relative(path, *home) if home else None

    return text_of(link.retargeted(scan(text), place))


def _pieces(
    order: Split, lines: Sequence[Line], found: Sequence[Heading], unsafe: Callable[[str], bool]
) -> tuple[list[_Piece], list[str]]:
    known = {name: index for index, name in enumerate(names([(h.level, tidy(h.title)) for h in found]))}
    pieces, left_out = [], []
    for part in order.parts:
        for name in part.sections:
            index = known.get(name)
            if index is None:
                raise DeclinedError(f"`{order.path}` has no heading {_shown(name)}")
            end = next((h.line for h in found[index + 1 :] if h.level <= name.level), len(lines))
            texts = [line.text for line in lines[found[index].line : end]]
            if any(map(unsafe, texts)):
                left_out.append(f"{_shown(name)} holds a line an edit cannot name")
            elif not _balanced("\n".join(texts)):
                left_out.append(f"{_shown(name)} holds one half of something that is closed elsewhere")
            else:
                pieces.append(_Piece(found[index].line, end, index, part))
    pieces.sort(key=lambda piece: piece.start)
    for before, after in pairwise(pieces):
        if after.start < before.end:
            raise DeclinedError(
                f"{_shown(names([(h.level, h.title) for h in found])[after.index])} stands inside another section to move"
            )
    return pieces, left_out


def _balanced(text: str) -> bool:
    """Whether no HTML element or template block reaches over the section's ends."""
    tags = Counter(f"{'-' if close else ''}{tag.lower()}" for close, tag in _TAG.findall(text))
    template = Counter(f"{'-' if close else ''}{tag}" for close, tag in _TEMPLATE.findall(text))
    return all(
        counts[name] == counts[f"-{name}"] for counts in (tags, template) for name in (n.lstrip("-") for n in counts)
    )


def _shown(name: Name) -> str:
    which = f" (number {name.nth} of {name.of})" if name.of > 1 else ""
    return f"“{'#' * name.level} {name.title}”{which}"


def _remaining(path: str, lines: Sequence[Line], found: Sequence[Heading], pieces: Sequence[_Piece]) -> str:
    kept: list[str] = []
    anchors = _part_anchors(found, pieces)
    position = 0
    for index, piece in enumerate(pieces):
        kept += [line.text for line in lines[position : piece.start]]
        follows = index > 0 and pieces[index - 1].end == piece.start
        item = f"- [{link.link_text(found[piece.index].title)}]({link.relative(path, piece.part.path, anchors[piece.index])})"
        if follows:
            kept.append(item)
        else:
            _spaced(kept)
            if _after_list(lines, piece.start):
                kept += ["Continued in:", ""]
            kept.append(item)
        position = piece.end
        if position < len(lines) and not (index + 1 < len(pieces) and pieces[index + 1].start == position):
            kept.append("")
    kept += [line.text for line in lines[position:]]
    return text_of(kept)


def _after_list(lines: Sequence[Line], start: int) -> bool:
    above = next((line for line in reversed(lines[:start]) if line.kind is not Kind.BLANK), None)
    return above is not None and above.kind is Kind.ITEM


def _spaced(kept: list[str]) -> None:
    if kept and kept[-1].strip():
        kept.append("")


def _part_anchors(found: Sequence[Heading], pieces: Sequence[_Piece]) -> dict[int, str]:
    """The anchor a link to each moved section needs: none for a document that is that section."""
    alone = Counter(piece.part.path for piece in pieces)
    anchors = {}
    for path in alone:
        mine = [piece for piece in pieces if piece.part.path == path]
        if len(mine) == 1:
            anchors[mine[0].index] = ""
        else:
            kept = [found[index] for piece in mine for index in _inside(found, piece)]
            rows = [f"# {mine[0].part.title}", *(f"{'#' * heading.level} {heading.title}" for heading in kept)]
            slugs = [heading.anchor for heading in headings(scan(text_of(rows)))][1:]
            starts = [index for piece in mine for index in _inside(found, piece)]
            anchors.update(
                {
                    index: anchor
                    for index, anchor in zip(starts, slugs, strict=True)
                    if any(p.index == index for p in mine)
                }
            )
    return anchors


def _inside(found: Sequence[Heading], piece: _Piece) -> list[int]:
    return [index for index, heading in enumerate(found) if piece.start <= heading.line < piece.end]


def _part(origin: str, lines: Sequence[Line], found: Sequence[Heading], pieces: Sequence[_Piece]) -> str:
    part = pieces[0].part
    back = f"Part of [{link.link_text(document_title(lines, origin))}]({link.relative(part.path, origin)})."
    top = min(found[piece.index].level for piece in pieces)
    deepest = max(found[index].level for piece in pieces for index in _inside(found, piece))
    if len(pieces) == 1:
        moved = _shifted(lines, pieces[0], 1 - top)
        title = 1 if top > 1 else found[pieces[0].index].end - pieces[0].start
        body = moved[title:]
        head = [*moved[:title], "", back]
    else:
        shift = 2 - top if deepest + 2 - top <= 6 else 0
        body = [text for piece in pieces for text in [*_trimmed(_shifted(lines, piece, shift)), ""]]
        head = [f"# {part.title}", "", back]
    while body and not body[0].strip():
        body = body[1:]
    return text_of(_trimmed([*head, "", *body]))


def _shifted(lines: Sequence[Line], piece: _Piece, shift: int) -> list[str]:
    """The lines of a section with each heading `shift` levels deeper, underlined ones with `#`."""
    if not shift:
        return [line.text for line in lines[piece.start : piece.end]]
    shifted = []
    for line in lines[piece.start : piece.end]:
        if line.kind is Kind.HEADING:
            found = _MARKS.fullmatch(line.text)
            marks = "#" * (line.level + shift)
            shifted.append(
                f"{found[1]}{marks}{found[3]}" if found and len(found[2]) == line.level else f"{marks} {line.title}"
            )
        elif line.kind is not Kind.UNDERLINE:
            shifted.append(line.text)
    return shifted


def _trimmed(lines: list[str]) -> list[str]:
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines


def _check_nothing_lost(text: str, texts: Mapping[str, str]) -> None:
    before, after = (
        words_by_line(lines_of(text)),
        words_by_line([line for new in texts.values() for line in lines_of(new)]),
    )
    lost = before - after
    if lost:
        raise DeclinedError(f"the line {next(iter(lost))[:60]!r} would be lost")


def words_by_line(lines: Iterable[str]) -> Counter[str]:
    """The lines that say something, without heading marks and underlines."""
    bare = (re.sub(r"^ {0,3}#{1,6}(?=\s|$)", "", line).strip() for line in lines)
    return Counter(" ".join(line.split()) for line in bare if line and not re.fullmatch(r"=+|-+", line))


def _homes(
    origin: str, found: Sequence[Heading], pieces: Sequence[_Piece], texts: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """Where each anchor of the original is now: the document and its anchor there."""
    order: dict[str, list[int]] = {path: [] for path in texts}
    owner = {index: piece.part.path for piece in pieces for index in _inside(found, piece)}
    for index in range(len(found)):
        order[owner.get(index, origin)].append(index)
    homes: dict[str, tuple[str, str]] = {}
    old = [heading.anchor for heading in found]
    for path, indices in order.items():
        new = [heading.anchor for heading in headings(scan(texts[path]))]
        if len(new) < len(indices):
            raise DeclinedError(f"headings of `{path}` would turn into something else")
        # A document of several sections begins with a title of its own.
        new = new[len(new) - len(indices) :]
        for index, anchor in zip(indices, new, strict=True):
            homes[old[index]] = (path, anchor)
    for path, text in texts.items():
        for anchor in link.anchors(scan(text)):
            homes.setdefault(anchor, (path, anchor))
    return homes


def _linked(path: str, text: str, origin: str, homes: Mapping[str, tuple[str, str]], lines: Sequence[Line]) -> str:
    """`text` with links to anchors of the original pointing at where they are now, and the definitions its links need."""

    def place(url: str) -> str | None:
        meant = link.resolve(path, url)
        home = homes.get(meant[1]) if meant and meant[1] and meant[0] in (origin, path) else None
        if home is None or (meant and meant == home):
            return None
        return link.relative(path, *home)

    scanned = scan(text)
    known = link.definitions(scanned)
    every = link.definitions(lines)
    needed = [every[label] for label in sorted(link.labels_used(scanned)) if label in every and label not in known]
    new = link.retargeted(scanned, place)
    if needed:
        new = [*_trimmed(new), "", *(line for body in needed for line in body)]
    return text_of(new)
