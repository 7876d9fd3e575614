"""What must not be written down: keys, those of the settings and whatever looks like one."""

import re
from collections.abc import Callable

type Redact = Callable[[str], str]

HIDDEN = "[key]"
"""What stands where a key was."""

_SHORTEST = 6
"""Characters; a shorter secret would be found in plain words."""
_KEYS = re.compile(
    r"(?<![A-Za-z0-9_-])(?:sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}"
    r"|AIza[A-Za-z0-9_-]{30,}|AKIA[A-Z0-9]{16}|(?i:bearer) +[A-Za-z0-9._~+/=-]{16,})"
)


def redaction(secrets: tuple[str, ...] = ()) -> Redact:
    """A function that hides `secrets`, and what looks like a key of a common provider, in a text meant for a person."""
    known = sorted({text for text in secrets if len(text) >= _SHORTEST}, key=len, reverse=True)

    def redact(text: str) -> str:
        for secret in known:
            text = text.replace(secret, HIDDEN)
        return _KEYS.sub(HIDDEN, text)

    return redact
