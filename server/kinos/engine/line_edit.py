"""A change of text as the small edits an editor is asked for."""

from kinos.engine.merge import hunks
from kinos.engine.text import Text
from kinos.tokens.document import Position, TextEdit


def line_edits(now: Text, wanted: Text) -> list[TextEdit]:
    """Small edits of whole lines that turn `now` into `wanted`; columns are in code points (utf-32)."""
    edits = []
    for first, last, new_first, new_last in hunks(now, wanted):
        new = "".join(wanted.lines[i] + wanted.ends[i] for i in range(new_first, new_last))
        edits.append(TextEdit(_place(now, first), _place(now, last), new))
    return edits


def _place(text: Text, line: int) -> Position:
    if line == len(text.lines) and not text.final:
        line, column = line - 1, len(text.lines[-1])
    else:
        column = 0
    # A byte order mark that the editor shows is a character of its first line.
    return Position(line, column + (1 if text.bom and line == 0 else 0))
