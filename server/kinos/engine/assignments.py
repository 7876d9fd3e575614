"""What a person asked of the team: kept until it is done, shown to every agent that could do it."""

from collections.abc import Callable, Sequence
from functools import partial

from kinos.domain.assignment import Assignment, assignment
from kinos.domain.change import LANDED_STATES, Change
from kinos.domain.errors import UsageError
from kinos.domain.event import ChangeMoved, ConsolidationAsked, ConsolidationEnded, Event, SizesCounted
from kinos.domain.path import matches
from kinos.domain.size import Level
from kinos.domain.state import State
from kinos.domain.team import Agent
from kinos.engine.documents import Documents
from kinos.engine.keeper import Keeper
from kinos.engine.ports import Clock, Journal
from kinos.engine.store import Store

TOLD = 5
"""Documents that an agent is asked to consolidate at a time."""


class Assignments:
    """Of one workspace, by path. One is done once a change that landed has made its document smaller, or the document
    is within the limit that it was above, whoever did it. `permit` raises PolicyError for what agents may not edit.
    """

    def __init__(
        self, keeper: Keeper, journal: Journal, documents: Documents, store: Store, clock: Clock,
        permit: Callable[[str], object],
    ) -> None:  # fmt: skip
        self._keeper = keeper
        self._journal = journal
        self._documents = documents
        self._store = store
        self._clock = clock
        self._permit = permit
        self._open: dict[str, Assignment] = {}
        store.subscribe(self._follow)

    def restore(self) -> None:
        """Take up what is kept: others may have asked for more, or done some."""
        read = (assignment(value) for value in self._keeper.assignments())
        kept = [found for found in read if found is not None]
        gone, self._open = self._open, {each.path: each for each in kept}
        for path in gone.keys() - self._open.keys():
            self._store.dispatch(ConsolidationEnded(self._clock.now(), path, "it was done elsewhere"))
        for path in [path for path in self._open if path not in gone]:
            self._store.dispatch(ConsolidationAsked(self._clock.now(), path))

    def ask(self, path: str) -> None:
        """Have the team consolidate a document. Raises UsageError for what is none, PolicyError, and as `Keeper.hold`."""
        if path not in self._documents.sizes:
            raise UsageError(f"{path} is no document that is counted here.", "Name a Markdown document of the folder.")
        self._permit(path)
        self._keep({**self._open, path: Assignment(path, self._clock.now(), self._documents.level(path))})
        self._store.dispatch(ConsolidationAsked(self._clock.now(), path))

    def withdraw(self, path: str) -> None:
        """Ask for it no more. Raises UsageError when it was not asked for."""
        if path not in self._open:
            raise UsageError(
                f"Nobody asked the team to consolidate {path}.", f"Asked: {', '.join(self._open) or 'none'}."
            )
        self._end(path, "it was withdrawn")

    def of(self, agent: Agent) -> Sequence[str]:
        """The documents that are asked for and `agent` may edit, the first asked first, not more than `TOLD`."""
        there = self._documents.sizes
        return [path for path in self._open if path in there and matches(path, agent.edits)][:TOLD]

    def _follow(self, before: State, after: State, event: Event) -> None:
        """A subscriber of the store."""
        for path, reason in self._done(event) if self._open else ():
            if not self._keeper.holder():
                self._keeper.try_to_keep("What was asked of the team", partial(self._end, path, reason))

    def _done(self, event: Event) -> list[tuple[str, str]]:
        """Those that the event ends, and why."""
        if isinstance(event, ChangeMoved) and event.change.state in LANDED_STATES:
            made = event.change
            return [(path, f"{made.agent} did it: {made.title}") for path in self._open if self._shrank(made, path)]
        if isinstance(event, SizesCounted):
            return [(path, "it is within the limit") for path in event.paths if self._fits(path)]
        return []

    def _shrank(self, change: Change, path: str) -> bool:
        """Whether a change that landed has left less of the document than there was."""
        file = next((file for file in change.files if file.path == path), None)
        if file is None or file.before is None or (before := self._journal.image(file.before)) is None:
            return False
        after = b"" if file.after is None else self._journal.image(file.after)
        return after is not None and len(after) < len(before)

    def _fits(self, path: str) -> bool:
        asked = self._open.get(path)
        here = path in self._documents.sizes and self._documents.level(path) is Level.OK
        return asked is not None and asked.level is not Level.OK and here

    def _end(self, path: str, reason: str) -> None:
        self._keep({other: each for other, each in self._open.items() if other != path})
        self._store.dispatch(ConsolidationEnded(self._clock.now(), path, reason))

    def _keep(self, wanted: dict[str, Assignment]) -> None:
        with self._keeper.hold():
            self._keeper.keep_assignments([each.kept() for each in wanted.values()])
        self._open = wanted
