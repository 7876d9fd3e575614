"""What a formatter has made of an agent's lines: still the agent's, so that they can be taken back."""

import re
from collections.abc import Callable
from dataclasses import replace

from patiencediff import PatienceSequenceMatcher

from kinos.domain.change import Change, FileChange
from kinos.engine.merge import hunks
from kinos.engine.ports import Journal
from kinos.engine.text import Text, decoded

_BULLET = re.compile(r"^[*+-] ")
_RULE = re.compile(r"-{3,}")
_AROUND = re.compile(r" ?([^\w\s]) ?")


def as_formatted(change: Change, current: Callable[[str], bytes | None], journal: Journal) -> Change:
    """The landed `change` as if it had landed in the form that its lines have in the `current` files.

    Raises LandingError or PolicyError when one of them cannot be read.
    """
    return replace(change, files=tuple(_file(file, current(file.path), journal) for file in change.files))


def _file(file: FileChange, now: bytes | None, journal: Journal) -> FileChange:
    before, after = (None if name is None else journal.image(name) for name in (file.before, file.after))
    if after is None or now is None:
        return file
    made, there = decoded(after, file.path), decoded(now, file.path)
    form = formatted(decoded(before or b"", file.path), made, there)
    if file.before is None and form.lines == there.lines:
        form = there  # the whole file is the agent's, its last line end and all
    return file if form == made else replace(file, after=journal.keep(form.encoded()))


def formatted(before: Text, after: Text, now: Text) -> Text:
    """`after`, in which the lines that are not from `before` are as `now` has them where only their form is another.

    So what a formatter made of an agent's lines does not stand in the way of taking them back; the lines of others are left.
    """
    lines = list(after.lines)
    made = {line for _, _, first, end in hunks(before, after) for line in range(first, end)}
    keys = [list(map(_form, text.lines)) for text in (after, now)]
    for first, mine, size in PatienceSequenceMatcher(None, *keys).get_matching_blocks():
        for number in range(size):
            if first + number in made:
                lines[first + number] = now.lines[mine + number]
    return replace(after, lines=tuple(lines))


def _form(line: str) -> str:
    """A line whatever its bullet, its blanks but the first ones, and the length of its rules: formatters make these alike."""
    start = line[: len(line) - len(line.lstrip())]
    text = _RULE.sub("---", _BULLET.sub("- ", " ".join(line.split())))
    return start + _AROUND.sub(r"\1", text)
