"""The loop guard: sees in what happened that an agent goes round in circles, and says why it should rest.

It follows the events of a run, and nothing else. It judges by contents, not by words alone: the same title with another result
each time (a log that grows) is honest work.
"""

from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kinos.domain import event as ev
from kinos.domain.change import LANDED_STATES, Change, ChangeState
from kinos.engine.memory import folded

TIMES = 3
"""So often the same task with the same outcome, or the same change, is a loop."""
ROUNDS = 2
"""So often there and back again, between two contents of one file, is a loop."""
STREAK = 4
"""So many cycles in a row that came to no change are a loop."""
_KEPT = 200
"""Changes, tasks and files that are remembered, for each agent or in all."""

_AGAINST = {
    ChangeState.REJECTED: "the person rejected",
    ChangeState.UNDONE: "the person took back",
    ChangeState.DISCARDED: "the person discarded",
}
_ORDINALS = {3: "third", 4: "fourth", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth", 9: "ninth", 10: "tenth"}

type Made = frozenset[tuple[str, str | None]]
"""What a change makes: each path with the digest of its result, None when it is deleted."""
type Name = tuple[str, frozenset[str]]
"""A task, by its folded title and its files."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One landing in one file."""

    agent: str
    before: str | None
    after: str | None


@dataclass(slots=True)
class _Trail:
    """What one agent did, and the task and change of its cycle at hand."""

    changes: OrderedDict[str, Change] = field(default_factory=OrderedDict)
    tasks: OrderedDict[Name, tuple[Made, int]] = field(default_factory=OrderedDict)
    streak: int = 0
    trips: int = 0
    title: str = ""
    files: tuple[str, ...] = ()
    change: str = ""


class Guard:
    """Bounded. `past` are the changes of earlier runs: what a person said against one still holds."""

    def __init__(self, past: Iterable[Change] = ()) -> None:
        self._trails: dict[str, _Trail] = {}
        self._landed: dict[str, deque[_Step]] = {}
        self._counted: OrderedDict[str, None] = OrderedDict()
        for change in past:
            self._moved(change)

    def heard(self, event: ev.Event) -> None:
        """Something happened."""
        match event:
            case ev.CycleStarted():
                trail = self._trail(event.agent)
                trail.title, trail.files, trail.change = "", (), ""
            case ev.TaskChosen():
                trail = self._trail(event.agent)
                trail.title, trail.files = event.title, event.files
            case ev.ChangeMoved():
                self._moved(event.change)
                if event.previous is None:
                    self._trail(event.change.agent).change = event.change.id

    def ended(self, agent: str, *, changed: bool, nothing: bool, reason: str) -> Mapping[str, str]:
        """A cycle of `agent` ended: who should rest for long, and why. Nobody, most of the time.

        `changed`: a change landed or waits; `nothing`: it found nothing to do, which is no loop; `reason` is its outcome's.
        """
        trail = self._trail(agent)
        trail.streak = 0 if changed or nothing else trail.streak + 1
        change = trail.changes.get(trail.change)
        found = self._to_and_fro(change) if change else {}
        if why := self._repeated(trail, change) or self._same_task(trail, change) or self._streak(trail, reason):
            found = {agent: why} | found
        if changed and not found:
            trail.trips = 0
        for name in found:
            self._trail(name).trips += 1
        return found

    def trips(self, agent: str) -> int:
        """How often in a row `agent` was found to go round in circles."""
        return self._trail(agent).trips

    def released(self, agent: str) -> None:
        """A person changed what `agent` works from: its tasks may come to something else now."""
        trail = self._trail(agent)
        trail.tasks.clear()
        trail.streak = trail.trips = 0

    def _trail(self, agent: str) -> _Trail:
        return self._trails.setdefault(agent, _Trail())

    def _moved(self, change: Change) -> None:
        changes = self._trail(change.agent).changes
        changes[change.id] = change
        _bound(changes)
        if change.state in LANDED_STATES and change.id not in self._counted:
            self._counted[change.id] = None
            _bound(self._counted)
            for file in change.files:
                before, after = (file.before, file.after) if file.before or file.after else (file.base, file.result)
                steps = self._landed.setdefault(file.path, deque(maxlen=2 * ROUNDS))
                steps.append(_Step(change.agent, before, after))

    def _repeated(self, trail: _Trail, change: Change | None) -> str:
        """Whether the agent made this very change before."""
        if change is None:
            return ""
        made, paths = _made(change), ", ".join(change.paths)
        same = [
            other
            for other in trail.changes.values()
            if other.id != change.id and other.request == change.request and _made(other) == made
        ]
        against = next((_AGAINST[other.state] for other in reversed(same) if other.state in _AGAINST), "")
        if against:
            return f"it made a change of {paths} again that {against}"
        times = len(same) + 1
        return f"it made the same change of {paths} for the {_ordinal(times)} time" if times >= TIMES else ""

    def _same_task(self, trail: _Trail, change: Change | None) -> str:
        """Whether the agent took up this task before, each time to the same end."""
        if not trail.title:
            return ""
        name = folded(trail.title), frozenset(trail.files)
        made: Made = frozenset() if change is None else _made(change)
        before, times = trail.tasks.get(name, (made, 0))
        times = times + 1 if before == made else 1
        trail.tasks[name] = made, times
        trail.tasks.move_to_end(name)
        _bound(trail.tasks)
        end = "the same result" if made else "no change"
        return f"it took up “{trail.title}” for the {_ordinal(times)} time, to {end}" if times >= TIMES else ""

    def _streak(self, trail: _Trail, reason: str) -> str:
        if trail.streak < STREAK:
            return ""
        return f"{trail.streak} of its cycles in a row came to no change, the last one: {reason}"

    def _to_and_fro(self, change: Change) -> dict[str, str]:
        """Who moves a file of `change` to and fro between two contents."""
        for path in change.paths:
            steps = list(self._landed.get(path, ()))
            if len(steps) == 2 * ROUNDS and _alternate(steps):
                agents = sorted({step.agent for step in steps})
                why = f"{path} went back and forth between two contents {ROUNDS} times, by {' and '.join(agents)}"
                return dict.fromkeys(agents, why)
        return {}


def _alternate(steps: list[_Step]) -> bool:
    there = (steps[0].before, steps[0].after)
    ways = [there if number % 2 == 0 else there[::-1] for number in range(len(steps))]
    return there[0] != there[1] and [(step.before, step.after) for step in steps] == ways


def _made(change: Change) -> Made:
    return frozenset((file.path, file.result) for file in change.files)


def _ordinal(number: int) -> str:
    return _ORDINALS.get(number, f"{number}th")


def _bound(kept: OrderedDict[str, Change] | OrderedDict[str, None] | OrderedDict[Name, tuple[Made, int]]) -> None:
    if len(kept) > _KEPT:
        kept.popitem(last=False)
