"""Names as they may stand in a line of text: nobody can add to a map or colour a terminal by naming a file."""

import re

UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
"""What may stand in a file's name, but in no line of text: controls, line ends, bytes that are not UTF-8, and what is not seen
or turns the text around it, so that a name looks like another. Joiners are letters in some scripts and stay.
"""


def printable(name: str) -> str:
    """A name with what is unprintable written as an escape."""
    return UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), name)
