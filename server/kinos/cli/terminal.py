"""Writing to the terminal: plain text, JSON, and errors."""

import io
import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import accumulate
from pathlib import Path
from typing import Any, TextIO

from kinos.domain.errors import KinosError


class OutputError(KinosError):
    """What a command has to say cannot be written: of the command line alone, an editor never sees it."""


def prepare() -> None:
    """Let standard output replace what its encoding lacks: a map with question marks beats none."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def output() -> TextIO:
    """Standard output. Raises OutputError when this program was started without one."""
    if sys.stdout is None:
        raise OutputError("Standard output is closed.", "Give it a terminal, a file or a pipe.")
    return sys.stdout


def say(text: str = "") -> None:
    """A line for the person, on stdout. Raises OutputError when it cannot be written, BrokenPipeError when nobody reads."""
    out = output()
    try:
        out.write(text + "\n")
        out.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(
            f"Standard output cannot be written: {error.strerror or error}.", "Make room there, or send it elsewhere."
        ) from error


def counted(number: int, one: str, more: str) -> str:
    """A number and the noun that fits it."""
    return f"{number} {one if number == 1 else more}"


def say_json(value: Any) -> None:
    """A value as one line of JSON, on stdout; escaped when it holds what the encoding lacks, such as a name that is no text."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value)
    say(text)


_COLOURS = {"red": 31, "green": 32, "yellow": 33, "magenta": 35, "cyan": 36, "dim": 2, "bold": 1}


def paint(text: str, colour: str) -> str:
    """`text` in a colour where stdout is a terminal that has one and NO_COLOR is not set."""
    plain = not colour or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    if plain or sys.stdout is None or not sys.stdout.isatty():
        return text
    return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m"


def warn(text: str, folder: Path | None = None) -> None:
    """A line on stderr; the commands in it are for `folder`."""
    _tell(f"kin: {_typed(text, folder)}\n")


def agreed(question: str, nobody: str, otherwise: str, folder: Path) -> bool:
    """Whether the person types yes. `nobody` is the warning where nobody can be asked, `otherwise` what any other word means."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()):
        warn(nobody, folder)
        return False
    say(question)
    if sys.stdin.readline().strip().lower() == "yes":
        return True
    say(otherwise)
    return False


def complain(error: KinosError, folder: Path) -> None:
    """What went wrong and what to do, on stderr; the commands in it are for `folder`."""
    warn(error.message, folder)
    if error.remedy:
        _tell(f"     {_typed(error.remedy, folder)}\n")


def abandon() -> None:
    """Write no more to stdout: what it could not take would be tried, and fail, again when the interpreter ends."""
    if sys.stdout is None:
        return
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _typed(text: str, folder: Path | None) -> str:
    if folder is None or "kin " not in text:
        return text
    from kinos.cli.program import typed

    return typed(text, folder)


def _tell(text: str) -> None:
    # Where stderr cannot be written either, the exit code is all that is left.
    if sys.stderr is not None:
        with suppress(OSError):
            sys.stderr.write(text)
            sys.stderr.flush()


def table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
    """Rows under headings, padded; `columns` is key to heading. Numbers are set to the right.

    What a terminal has no room for stands below each row, with its heading.
    """
    cells = [[_cell(row[key]) for key in columns] for row in rows]
    right = [all(isinstance(row[key], int | float) for row in rows) for key in columns]
    headings = list(columns.values())
    widths = [max(len(line[i]) for line in [headings, *cells]) for i in range(len(columns))]
    room = _columns()
    beside = _beside(widths, room)
    for line in [headings, *cells]:
        padded = [c.rjust(w) if r else c.ljust(w) for c, w, r in zip(line, widths, right, strict=True)]
        say((" " * _GAP).join(padded[:beside]).rstrip())
        below = [
            f"{name}: {cell.rstrip('.')}" for name, cell in zip(headings[beside:], line[beside:], strict=True) if cell
        ]
        if below and line is not headings:
            say(_wrapped("; ".join(below), room))


def _beside(widths: Sequence[int], room: int) -> int:
    """How many columns of these widths fit beside each other, one at least; all where there is no terminal."""
    ends = accumulate(widths, lambda end, width: end + _GAP + width)
    return max(1, sum(end <= room for end in ends)) if room else len(widths)


def _wrapped(text: str, room: int) -> str:
    from textwrap import fill

    return fill(text, room, initial_indent=_INDENT, subsequent_indent=_INDENT)


_GAP, _INDENT = 2, "    "


def _columns() -> int:
    """How wide the terminal is; 0 where there is none."""
    from shutil import get_terminal_size

    return get_terminal_size().columns if output().isatty() else 0


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
