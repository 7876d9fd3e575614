"""What the team remembers while it runs: what was done lately, and which documents each agent has been shown."""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kinos.domain.change import Change, ChangeState
from kinos.domain.task import Task

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


_LASTING = {ChangeState.REJECTED: 30, ChangeState.CONFLICTED: 10}
"""Verdicts that outlive the log of what was done lately, and how many of each: no agent should ask a person twice."""
LATELY = 20
"""Lines about what the team did lately."""
OWN = 10
"""Lines about an agent's own work that it is told at least, as far back as `KEPT` lines reach."""
KEPT = 400


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line about `agent`, and the change it tells of, empty for none."""

    change: str
    agent: str
    line: str


class Memory:
    """Bounded: `recent` lines and `changed` paths, the latest first. A change has one line, that of its last state."""

    def __init__(self, past: Iterable[Change] = ()) -> None:
        self._recent: deque[_Entry] = deque(maxlen=KEPT)
        self._lasting: dict[ChangeState, dict[tuple[str, str], Change]] = {state: {} for state in _LASTING}
        self._changed: deque[str] = deque(maxlen=100)
        self._seen: dict[str, Counter[str]] = {}
        self._loops: dict[str, str] = {}
        for change in past:
            self.moved(change)

    def recent(self, agent: str = "") -> Sequence[str]:
        """Lines for a brief of `agent`: who goes round in circles, what the team did lately and it itself before that, the
        latest first, then what was rejected or set aside before.
        """
        entries = list(self._recent)
        own = [entry for entry in entries if entry.agent == agent][:OWN]
        told = entries[:LATELY] + [entry for entry in entries[LATELY:] if entry in own]
        named = {entry.change for entry in told}
        older = (change for kept in self._lasting.values() for change in reversed(kept.values()))
        lines = (entry.line for entry in told)
        return (*self._loops.values(), *lines, *(_line(change) for change in older if change.id not in named))

    @property
    def changed(self) -> Sequence[str]:
        """Paths, the latest first, each once."""
        return tuple(dict.fromkeys(self._changed))

    def moved(self, change: Change) -> None:
        """A change came to another state."""
        if change.state is not ChangeState.ACCEPTED:
            for older in [entry for entry in self._recent if entry.change == change.id]:
                self._recent.remove(older)
        if change.state in _VERBS:
            self._recent.appendleft(_Entry(change.id, change.agent, _line(change)))
        self._keep(change)

    def renamed(self, change: Change) -> None:
        """Files of a change have other names."""
        for kept in self._lasting.values():
            for name, former in kept.items():
                if former.id == change.id:
                    kept[name] = change

    def rejection(self, task: Task) -> Change | None:
        """The last change that a person rejected of a task that is called the same and is about the same files."""
        rejected = reversed(self._lasting[ChangeState.REJECTED].values())
        return next((change for change in rejected if _same(change, task)), None)

    def said_nothing(self, agent: str, reason: str) -> None:
        """An agent found nothing to do."""
        self._recent.appendleft(_Entry("", agent, f"{agent} found nothing to do: {reason}"))

    def refused(self, agent: str, title: str, reason: str) -> None:
        """A task was not carried out at all."""
        self._recent.appendleft(_Entry("", agent, f"{agent} was refused: {title}: {reason}"))

    def held(self, agent: str, reason: str) -> None:
        """An agent was made to rest because it goes round in circles; told until `freed`."""
        self._loops[agent] = f"{agent} was made to rest: {reason}. Choose another task, or find nothing to do."

    def freed(self, agent: str) -> None:
        """It does something else now."""
        self._loops.pop(agent, None)

    def touched(self, paths: Iterable[str]) -> None:
        """These files changed, by whomever."""
        self._changed.extendleft(paths)

    def seen(self, agent: str) -> Counter[str]:
        """How often `agent` was shown each document."""
        return self._seen.setdefault(agent, Counter())

    def _keep(self, change: Change) -> None:
        """Keep the last verdict for each agent and title."""
        name = (change.agent, folded(change.title))
        for kept in self._lasting.values():
            if name in kept and kept[name].id == change.id:
                del kept[name]
        if change.state in _LASTING:
            kept = self._lasting[change.state]
            kept.pop(name, None)
            kept[name] = change
            if len(kept) > _LASTING[change.state]:
                del kept[next(iter(kept))]


def _line(change: Change) -> str:
    why = f": {change.reason}" if change.reason else ""
    return f"{change.agent} {_VERBS[change.state]}: {change.title} ({', '.join(change.paths)}){why}"


def _same(change: Change, task: Task) -> bool:
    return folded(change.title) == folded(task.title) and set(change.paths) <= set(task.files)


def folded(title: str) -> str:
    """A title as it is compared: whatever its letter case and blanks."""
    return " ".join(title.casefold().split())
