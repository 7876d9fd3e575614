"""Carries out the order to split a document: finds the headings it names, and leaves alone what an edit cannot move."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kinos.domain.markdown import Line, Section, scan, sections, split
from kinos.domain.markdown.obstacle import obstacle
from kinos.worker.rehearsal.order import Split
from kinos.worker.rehearsal.section import Name, names, tidy


class DeclinedError(ValueError):
    """The order cannot be carried out on the text as it is; the message says why, as a sentence without its full stop."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The outcome of a split: all texts by path, the original's too, and what was to move and did not, with the reason."""

    texts: Mapping[str, str]
    left_out: Sequence[str]


def carried_out(order: Split, text: str, unsafe: Callable[[str], bool] = lambda line: False) -> Moved:
    """`text` split as `order` says. Sections with an `unsafe` line stay. Raises DeclinedError when it does not fit the text."""
    lines = scan(text)
    known = _named(lines)
    parts, left_out = [], []
    for part in order.parts:
        starts = []
        for name in part.sections:
            if name not in known:
                raise DeclinedError(f"`{order.path}` has no heading {_shown(name)}")
            if reason := _obstacle(lines[known[name].start : known[name].end], unsafe):
                left_out.append(f"{_shown(name)} {reason}")
            else:
                starts.append(known[name].start)
        if starts:
            parts.append(split.Part(part.path, part.title, tuple(starts)))
    if not parts:
        raise DeclinedError(f"nothing of `{order.path}` can be moved: {'; '.join(left_out)}")
    try:
        return Moved(split.split(order.path, text, parts), left_out)
    except split.SplitError as error:
        raise DeclinedError(str(error)) from error


def _named(lines: Sequence[Line]) -> dict[Name, Section]:
    """The sections by the names an outline gives them."""
    found = [section for root in sections(lines) for section in root.walk()]
    listed = names([(section.heading.level, tidy(section.heading.title)) for section in found])
    return dict(zip(listed, found, strict=True))


def _obstacle(lines: Sequence[Line], unsafe: Callable[[str], bool]) -> str:
    if any(unsafe(line.text) for line in lines):
        return "holds a line an edit cannot name"
    return obstacle(lines)


def _shown(name: Name) -> str:
    which = f" (number {name.nth} of {name.of})" if name.of > 1 else ""
    return f"“{'#' * name.level} {name.title}”{which}"
