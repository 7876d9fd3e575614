"""What a model says while it is asked: made harmless to show, and brought down to its last line."""

import re

from kinos.domain.printable import UNPRINTABLE

LINE = 200
"""Characters of a last line that are kept."""

_KEPT = "\t\n"
_LINE_END = re.compile("\r\n?")


def harmless(text: str) -> str:
    """`text` with what could steer a terminal written as an escape; lines stay lines."""
    return UNPRINTABLE.sub(
        lambda found: found[0] if found[0] in _KEPT else found[0].encode("unicode_escape").decode(),
        _LINE_END.sub("\n", text),
    )


def last_line(said: str, more: str) -> str:
    """The last line with anything on it once `more` was said after `said` (what this returned before).

    It ends in a line feed when the line was ended: whoever shows it strips that.
    """
    *ended, open_ = (said + more).split("\n")
    if open_.strip():
        return open_[-LINE:]
    whole = next((line for line in reversed(ended) if line.strip()), "")
    return f"{whole[-LINE:]}\n" if whole else ""
