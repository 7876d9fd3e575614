"""One file of a landing."""

from dataclasses import dataclass

from kinos.engine.merge import holds
from kinos.engine.text import Text


@dataclass(frozen=True, slots=True)
class Step:
    """One file of a landing: what is there, what shall be there, and whether an editor holds it."""

    path: str
    before: bytes | None
    after: bytes | None
    buffer: bool

    @property
    def order(self) -> int:
        """Creations first, deletions last, so that moved text is somewhere at every moment."""
        return 0 if self.before is None else 2 if self.after is None else 1

    def held_by(self, now: Text) -> bool:
        """Whether `now` already has it."""
        return holds(self.path, self.before, self.after, now)
