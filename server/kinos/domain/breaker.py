"""A circuit breaker: after failures in a row nobody asks for a while, then one tries for all. Pure; times are seconds."""

from dataclasses import dataclass, replace

THRESHOLD = 3
"""Calls that fail in a row before it opens. Each has been tried as often as `retry.attempts` says."""
FIRST_PAUSE = 30.0
"""Seconds it stays open the first time; twice as long after each trial that failed."""
LONGEST_PAUSE = 600.0
"""Seconds; the pause doubles up to this."""
LONG_WISH = 60.0
"""Seconds; who is asked to wait for so long does not do so within a call: it gives up, and that is a failure of the endpoint."""
LONGEST_WISH = 3600.0
"""Seconds; a longer wish to be left alone is not believed."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """Closed (`until` is None), open until `until`, then half-open: one caller, `trial`, goes through."""

    failures: int = 0
    openings: int = 0
    until: float | None = None
    trial: str = ""

    def admits(self, who: str, now: float) -> bool:
        """Whether `who` may call at `now`."""
        return self.until is None or (now >= self.until and self.trial in ("", who))

    def admitted(self, who: str, now: float) -> "Breaker":
        """After `who` was let through, which `admits` must have said: half-open, it is the one that tries."""
        return self if self.until is None or now < self.until else replace(self, trial=who)

    def failed(self, who: str, now: float, least: float = 0.0) -> "Breaker":
        """After a call of `who` failed; it opens for `least` seconds at least, which is what the API asked for."""
        if self.until is None:
            failures = self.failures + 1
            return replace(self, failures=failures) if failures < THRESHOLD else self._opened(failures, now, least)
        # Calls that were under way when it opened add nothing to what is known.
        return self._opened(self.failures + 1, now, least) if self.trial and self.trial == who else self

    def worked(self) -> "Breaker":
        """After any call was answered: closed, and all is forgotten."""
        return _CLOSED

    def released(self, who: str) -> "Breaker":
        """After `who` is done; if it was to try and never came to it, another may."""
        return replace(self, trial="") if self.trial == who else self

    def _opened(self, failures: int, now: float, least: float) -> "Breaker":
        doubled = FIRST_PAUSE * 2.0 ** min(self.openings, 20)
        pause = max(min(doubled, LONGEST_PAUSE), min(least, LONGEST_WISH))
        return Breaker(failures, self.openings + 1, now + pause)


_CLOSED = Breaker()
