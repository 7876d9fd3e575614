"""Names as they may stand in a line of text: nobody can add to a map or colour a terminal by naming a file."""

import re

UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What may stand in a file's name, but in no line of text: controls, line ends, bytes that are not UTF-8."""


def printable(name: str) -> str:
    """A name with what is unprintable written as an escape."""
    return UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), name)
