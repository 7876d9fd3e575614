"""A document that says of itself that its size does not matter."""

import re

IGNORE_SIZE = "<!-- kinos: ignore-size -->"
"""What says so, anywhere in the document."""

_IGNORE_SIZE = re.compile(r"<!--\s*kinos:\s*ignore-size\s*-->")


def ignores_size(text: str) -> bool:
    """Whether the document says it, with any blanks in the comment."""
    return _IGNORE_SIZE.search(text) is not None
