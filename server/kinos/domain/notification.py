"""What a front end tells by itself, by kind: how urgent each kind is, and what may become of it while nobody reads."""

from enum import StrEnum


class Kind(StrEnum):
    """Kinds of notifications, the most urgent first."""

    SYSTEM = "system"
    """What the protocol needs to stay whole, such as the beginning and the end of a progress."""
    ERROR = "error"
    """Something failed."""
    FLASH = "flash"
    """What the person should see now, whatever they look at; it is soon too late for it."""
    CONTENT = "content"
    """What is shown in a document: its diagnostics."""
    STATUS = "status"
    """How things stand: the picture of a folder, the report of a progress."""
    WARNING = "warning"
    """Something may not be as the person wants it."""
    SUCCESS = "success"
    """Something the person or a team set out to do has been done."""
    INFO = "info"
    """Good to know."""


ALWAYS = frozenset({Kind.SYSTEM, Kind.ERROR})
"""Never left out and never filtered."""
DROPPABLE = frozenset({Kind.FLASH, Kind.WARNING, Kind.SUCCESS, Kind.INFO})
"""Left out when too much waits, the least urgent and of these the oldest first. Of the others a newer one takes the place of
the one that waits about the same thing."""
