"""What the team remembers while it runs: what was done lately, and which documents each agent has been shown."""

from collections import Counter, deque
from collections.abc import Iterable, Sequence

from kinos.domain.change import Change, ChangeState

_VERBS = {
    ChangeState.LANDED: "landed",
    ChangeState.LANDED_UNSAVED: "landed",
    ChangeState.PROPOSED: "proposed, waits for review",
    ChangeState.REJECTED: "rejected by the person",
    ChangeState.CONFLICTED: "set aside",
    ChangeState.REFUSED: "refused",
    ChangeState.UNDONE: "undone by the person",
    ChangeState.DISCARDED: "discarded by the person",
}


class Memory:
    """Bounded: `recent` lines and `changed` paths, the latest first. A change has one line, that of its last state."""

    def __init__(self, past: Iterable[Change] = (), length: int = 20) -> None:
        self._recent: deque[tuple[str, str]] = deque(maxlen=length)
        self._changed: deque[str] = deque(maxlen=100)
        self._seen: dict[str, Counter[str]] = {}
        for change in past:
            self.moved(change)

    @property
    def recent(self) -> Sequence[str]:
        """Lines for a brief, the latest first."""
        return tuple(line for _, line in self._recent)

    @property
    def changed(self) -> Sequence[str]:
        """Paths, the latest first, each once."""
        return tuple(dict.fromkeys(self._changed))

    def moved(self, change: Change) -> None:
        """A change came to another state."""
        verb = _VERBS.get(change.state)
        if verb:
            why = f": {change.reason}" if change.reason else ""
            for older in [entry for entry in self._recent if entry[0] == change.id]:
                self._recent.remove(older)
            line = f"{change.agent} {verb}: {change.title} ({', '.join(change.paths)}){why}"
            self._recent.appendleft((change.id, line))

    def said_nothing(self, agent: str, reason: str) -> None:
        """An agent found nothing to do."""
        self._recent.appendleft(("", f"{agent} found nothing to do: {reason}"))

    def refused(self, agent: str, title: str, reason: str) -> None:
        """A task was not carried out at all."""
        self._recent.appendleft(("", f"{agent} was refused: {title}: {reason}"))

    def touched(self, paths: Iterable[str]) -> None:
        """These files changed, by whomever."""
        self._changed.extendleft(paths)

    def seen(self, agent: str) -> Counter[str]:
        """How often `agent` was shown each document."""
        return self._seen.setdefault(agent, Counter())
