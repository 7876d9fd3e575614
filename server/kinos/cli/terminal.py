"""Writing to the terminal: plain text, JSON, and errors."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from kinos.domain.errors import KinosError


def say(text: str = "") -> None:
    """A line for the person, on stdout."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def say_json(value: Any) -> None:
    """A value as one line of JSON, on stdout."""
    say(json.dumps(value, ensure_ascii=False))


def warn(text: str) -> None:
    """A line on stderr."""
    sys.stderr.write(f"kin: {text}\n")
    sys.stderr.flush()


def complain(error: KinosError) -> None:
    """What went wrong and what to do, on stderr."""
    warn(error.message)
    if error.remedy:
        sys.stderr.write(f"     {error.remedy}\n")


def table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
    """Rows under headings, padded; `columns` is key to heading. Numbers are set to the right."""
    cells = [[_cell(row[key]) for key in columns] for row in rows]
    right = [all(isinstance(row[key], int | float) for row in rows) for key in columns]
    widths = [max(len(line[i]) for line in [list(columns.values()), *cells]) for i in range(len(columns))]
    for line in [list(columns.values()), *cells]:
        padded = [cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(line, widths, right, strict=True)]
        say("  ".join(padded).rstrip())


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
