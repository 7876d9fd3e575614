"""What a person asks of the team besides the request: a document to consolidate."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kinos.domain.size import Level


@dataclass(frozen=True, slots=True)
class Assignment:
    """A document that is to be consolidated: when that was asked, and its level then."""

    path: str
    asked: datetime
    level: Level

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        return {"path": self.path, "asked": self.asked.isoformat(), "level": self.level.value}


def assignment(value: object) -> Assignment | None:
    """What `Assignment.kept` made; None for anything else."""
    if not isinstance(value, Mapping):
        return None
    try:
        return Assignment(str(value["path"]), datetime.fromisoformat(str(value["asked"])), Level(value["level"]))
    except (KeyError, ValueError):
        return None
