"""The map read back: where in its text a document or a folder is named."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kinos.domain.printable import printable

_BRANCH = re.compile(r"(?P<indent>(?:│   |    )*)[├└]── (?P<sign>📁|📄) ")
_SIZE = re.compile(r" \((?P<size>[\d.]+k tokens)\) (?P<mark>✓|⚠️|🔴)$")
_FOLDED = re.compile(r" \(\d+ documents?, [\d.]+k tokens\)$")
_WARNING = re.compile(r"(?P<sign>⚠️|🔴|❔) (?P<name>.*?)(?: approaching limit| needs consolidation| has no size: )")
_STANDS = re.compile(r"”? stands in (?P<places>.*) too \(\d+ tokens each\)$")
_PLACE = re.compile(r"(?P<path>.+?):(?P<line>\d+)(?:, |$)")


@dataclass(frozen=True, slots=True)
class Entry:
    """A name in the map: its line (0-based) and columns in code points, the workspace path it means (a folder's ends in `/`),
    how deep in the tree it is, 0 elsewhere; `size` is what the map says of it, `place` the line (0-based) of the document that
    is meant, if it names one.
    """

    line: int
    start: int
    end: int
    path: str
    depth: int = 0
    size: str = ""
    place: int | None = None


def entries(lines: Sequence[str], documents: Iterable[str]) -> list[Entry]:
    """The names in the text of a map, in order; those in its tree are folders and documents, the others `documents` alone.

    A document of the tree that is none of `documents` any more is named as it was.
    """
    known = {printable(path): path for path in documents}
    found: list[Entry] = []
    part = ""
    above: list[str] = []
    for number, line in enumerate(lines):
        if line.startswith("## "):
            part = line[3:].strip()
        elif part == "Document Tree":
            found.extend(_in_tree(number, line, above, known))
        elif part == "Warnings":
            found.extend(_in_warning(number, line, known))
        elif part == "Suggestions":
            found.extend(_in_suggestion(number, line, known))
    return found


def _in_tree(number: int, line: str, above: list[str], known: Mapping[str, str]) -> Iterator[Entry]:
    branch = _BRANCH.match(line)
    if branch is None:
        return
    depth, start = len(branch["indent"]) // 4, branch.end()
    del above[depth:]
    if branch["sign"] == "📁":
        shut = _FOLDED.search(line, start)
        end = shut.start() if shut else len(line)
        above.append(line[start:end])
        yield Entry(number, start, end, "".join(above), depth + 1, shut[0].strip(" ()") if shut else "")
    elif (size := _SIZE.search(line, start)) is not None:
        shown = "".join(above) + line[start : size.start()]
        detail = f"{size['size']} {size['mark']}"
        yield Entry(number, start, size.start(), known.get(shown, shown), depth + 1, detail)


def _in_warning(number: int, line: str, known: Mapping[str, str]) -> Iterator[Entry]:
    if (warning := _WARNING.match(line)) is not None:
        # A name without its folders is the only one of its kind.
        named = warning["name"]
        path = known.get(named) or next((known[each] for each in known if each.endswith(f"/{named}")), None)
        if path is not None:
            yield Entry(number, warning.start("name"), warning.end("name"), path)


def _in_suggestion(number: int, line: str, known: Mapping[str, str]) -> Iterator[Entry]:
    if not line.startswith("- "):
        return
    colon = line.find(":", 2)
    while colon >= 0:
        if (path := known.get(line[2:colon])) is not None:
            at = re.match(r"(\d+):", line[colon + 1 :])
            yield Entry(number, 2, colon + (len(at[1]) + 1 if at else 0), path, place=int(at[1]) - 1 if at else None)
            break
        colon = line.find(":", colon + 1)
    if (stands := _STANDS.search(line)) is not None:
        first = stands.start("places")
        for place in _PLACE.finditer(stands["places"]):
            if (path := known.get(place["path"])) is not None:
                yield Entry(
                    number, first + place.start("path"), first + place.end("line"), path, place=int(place["line"]) - 1
                )
