"""What stands in the way of moving a section out of its document."""

import re
from collections import Counter
from collections.abc import Sequence

from kinos.domain.markdown.line import Kind, Line

_TAG = re.compile(r"<(/?)(details|div|table|section|blockquote|center)\b", re.IGNORECASE)
_TEMPLATE = re.compile(r"\{%-?\s*(end)?(raw|capture|if|for|block|comment|highlight)\b")
_POINTER = re.compile(r"See \[.*\]\(\S+\)\.(?: (?:<a id=\"[^\"]*\"></a>)+)?")


def obstacle(lines: Sequence[Line]) -> str:
    """Why the section of these lines cannot be moved out of its document; empty when it can."""
    said = [line.text for line in lines if line.kind not in (Kind.BLANK, Kind.HEADING, Kind.UNDERLINE)]
    if len(said) == 1 and _POINTER.fullmatch(said[0]):
        return "has been moved already"
    text = "\n".join(line.text for line in lines)
    tags = Counter(f"{'-' if close else ''}{tag.lower()}" for close, tag in _TAG.findall(text))
    template = Counter(f"{'-' if close else ''}{tag}" for close, tag in _TEMPLATE.findall(text))
    for counts in (tags, template):
        if any(counts[name] != counts[f"-{name}"] for name in (n.lstrip("-") for n in counts)):
            return "holds one half of something that is closed elsewhere"
    return ""
