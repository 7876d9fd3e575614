"""The orders a task's instructions consist of: plain English an editor can follow, and the same read back.

Each order is a value with `text`; `read` finds the orders in instructions, whatever else stands there.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kinos.worker.rehearsal.section import Name

_QUOTE = r"\n\n(?P<fence>`{4,})markdown\n(?P<quoted>(?:.*\n)*?)(?P=fence)(?=\n|\Z)"
_HEADING = re.compile(r"- (?:number (?P<nth>\d+) of (?P<of>\d+): )?(?P<marks>#{1,6}) (?P<title>.*)")


@dataclass(frozen=True, slots=True)
class Write:
    """Make `path` read exactly `text`, whether it exists or not."""

    path: str
    text: str

    def render(self) -> str:
        """The order in words."""
        return f"Make `{self.path}` read exactly:{_quoted(self.text)}"


class Place(StrEnum):
    """Where an insertion goes."""

    TOP = "below the title and the introduction, above the first section"
    END = "at the end"


@dataclass(frozen=True, slots=True)
class Insert:
    """Put `text` into `path` at `place`, a blank line around it, and leave the rest."""

    path: str
    place: Place
    text: str

    def render(self) -> str:
        """The order in words."""
        return f"In `{self.path}`, insert {self.place}:{_quoted(self.text)}"


@dataclass(frozen=True, slots=True)
class Fold:
    """Replace `passage` in `path` by the one line `sentence`, everywhere or (`spared`) everywhere but in its first place."""

    path: str
    sentence: str
    passage: str
    spared: bool

    def render(self) -> str:
        """The order in words."""
        which = "every copy but the first" if self.spared else "every copy"
        return f"In `{self.path}`, replace {which} of this passage by the line: {self.sentence}{_quoted(self.passage)}"


@dataclass(frozen=True, slots=True)
class Part:
    """A new document: its path, its title, and the sections it takes."""

    path: str
    title: str
    sections: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """Move sections of `path` out into `parts`, and leave their headings with links."""

    path: str
    parts: tuple[Part, ...]

    def render(self) -> str:
        """The order in words."""
        rule = (
            "Move each section listed below, with its heading and all below it and word for word, into the new document it is "
            "listed under. Where it stood, keep the heading, with a link to the new place below it. Keep every anchor, let links "
            "to what moved lead there, and leave everything else as it is."
        )
        listed = [
            f"New document `{part.path}`, titled “{part.title}”, takes:\n" + "\n".join(map(_named, part.sections))
            for part in self.parts
        ]
        return "\n\n".join([f"Split `{self.path}`. {rule}", *listed])


@dataclass(frozen=True, slots=True)
class Mend:
    """Mend the named slips of the pen in the prose of `path`."""

    path: str
    slips: tuple[str, ...]

    def render(self) -> str:
        """The order in words."""
        return f"In `{self.path}`, outside code and HTML, mend: {'; '.join(self.slips)}. Change no other word."


@dataclass(frozen=True, slots=True)
class Relink:
    """Let the links in `path` that lead to the address `old` lead to `new`."""

    path: str
    old: str
    new: str

    def render(self) -> str:
        """The order in words."""
        return f"In `{self.path}`, let links to `{self.old}` lead to `{self.new}`."


type Order = Write | Insert | Fold | Split | Mend | Relink


def instructions(orders: Sequence[Order]) -> str:
    """The instructions of a task that consists of `orders`."""
    return "\n\n".join(order.render() for order in orders)


def read(text: str) -> list[Order]:
    """The orders in `text`, in order. What is quoted is never taken for an order."""
    found: list[Order] = []
    position = 0
    while match := _ANY.search(text, position):
        order = next(build(match) for name, build in _BUILD.items() if match[name] is not None)
        found.append(order)
        position = match.end()
    return found


_ANY = re.compile(
    r"^(?:"
    rf"(?P<write>Make `(?P<write_path>[^`\n]+)` read exactly:){_QUOTE.replace('fence', 'f1').replace('quoted', 'q1')}"
    rf"|(?P<insert>In `(?P<insert_path>[^`\n]+)`, insert (?P<place>{'|'.join(map(re.escape, Place))}):)"
    rf"{_QUOTE.replace('fence', 'f2').replace('quoted', 'q2')}"
    rf"|(?P<fold>In `(?P<fold_path>[^`\n]+)`, replace every copy(?P<spared> but the first)? of this passage by the line: "
    rf"(?P<sentence>[^\n]+)){_QUOTE.replace('fence', 'f3').replace('quoted', 'q3')}"
    r"|(?P<split>Split `(?P<split_path>[^`\n]+)`\. Move each section [^\n]+)"
    r"(?P<parts>(?:\n\nNew document `[^\n]+(?:\n- [^\n]+)+)+)"
    r"|(?P<mend>In `(?P<mend_path>[^`\n]+)`, outside code and HTML, mend: (?P<slips>[^\n]+)\. Change no other word\.)"
    r"|(?P<relink>In `(?P<relink_path>[^`\n]+)`, let links to `(?P<old>[^`\n]+)` lead to `(?P<new>[^`\n]+)`\.)"
    r")$",
    re.MULTILINE,
)

_BUILD: dict[str, Callable[[re.Match[str]], Order]] = {
    "write": lambda m: Write(m["write_path"], m["q1"]),
    "insert": lambda m: Insert(m["insert_path"], Place(m["place"]), m["q2"]),
    "fold": lambda m: Fold(m["fold_path"], m["sentence"], m["q3"], m["spared"] is not None),
    "split": lambda m: Split(m["split_path"], tuple(map(_part, m["parts"].strip("\n").split("\n\n")))),
    "mend": lambda m: Mend(m["mend_path"], tuple(m["slips"].split("; "))),
    "relink": lambda m: Relink(m["relink_path"], m["old"], m["new"]),
}


def _part(text: str) -> Part:
    head, *rows = text.split("\n")
    path, _, title = head.removeprefix("New document `").partition("`, titled “")
    return Part(path, title.removesuffix("”, takes:"), tuple(map(_name, rows)))


def _name(row: str) -> Name:
    found = _HEADING.fullmatch(row)
    if found is None:
        return Name(0, row)
    return Name(len(found["marks"]), found["title"], int(found["nth"] or 1), int(found["of"] or 1))


def _named(name: Name) -> str:
    which = "" if name.of == 1 else f"number {name.nth} of {name.of}: "
    return f"- {which}{'#' * name.level} {name.title}"


def _quoted(text: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(4, longest + 1)
    return f"\n\n{fence}markdown\n{text if not text or text.endswith('\n') else text + '\n'}{fence}"
