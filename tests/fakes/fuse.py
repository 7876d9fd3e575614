"""A sudden end: what `kill -9` leaves behind, at a step of one's choice."""


class Killed(BaseException):
    """The process is gone. Nothing between here and the test may handle it."""


class Fuse:
    """Counts the steps of whatever burns it, and kills at one of them. Without a step it only counts."""

    def __init__(self, at: int | None = None) -> None:
        self._at = at
        self.steps: list[str] = []

    def burn(self, step: str) -> None:
        """One more step."""
        self.steps.append(step)
        if self._at is not None and len(self.steps) > self._at:
            raise Killed(step)
