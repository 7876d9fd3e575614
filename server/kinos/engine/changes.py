"""The changes of one workspace: recorded at every step, waiting for a person, taken back and put back."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace

from kinos.domain.change import LANDED_STATES, Change, ChangeState, not_saved
from kinos.domain.errors import ConflictError, LandingError, PolicyError, UsageError
from kinos.domain.event import ChangeMoved, Noted
from kinos.domain.rename import Rename
from kinos.engine.buffer import Buffers
from kinos.engine.claims import Claims
from kinos.engine.history import Reverted, Selection, revert, to_redo, to_undo
from kinos.engine.landing import Landing
from kinos.engine.memory import Memory
from kinos.engine.merge import merged_text, remains
from kinos.engine.ports import Clock, Journal
from kinos.engine.reformatting import as_formatted
from kinos.engine.store import Store
from kinos.engine.text import Text, decoded
from kinos.engine.uncut import uncut

type Choose = Callable[[Sequence[Change], Selection, Collection[str]], list[Change]]


class Changes:
    """Moves changes from state to state. The caller holds the folder's lock."""

    def __init__(
        self,
        journal: Journal,
        landing: Landing,
        buffers: Buffers,
        claims: Claims,
        memory: Memory,
        store: Store,
        clock: Clock,
    ) -> None:
        self._journal = journal
        self._landing = landing
        self._buffers = buffers
        self._claims = claims
        self._memory = memory
        self._store = store
        self._clock = clock
        self._busy: set[str] = set()
        self._way = ""
        self._under_way = 0
        self._arrived = asyncio.Condition()
        self._known: dict[str, ChangeState] = {}
        self._landed: dict[str, None] = {}
        landing.editing.on_late = self._came_late

    def all(self) -> Sequence[Change]:
        """Every change, in the order made."""
        return self._journal.changes()

    def find(self, identity: str) -> Change:
        """The change of that id. Raises UsageError when there is none."""
        change = next((change for change in self.all() if change.id == identity), None)
        if change is None:
            raise UsageError(f"There is no change {identity} here.", "See kin history.")
        return change

    def landed(self, path: str | None = None) -> list[Change]:
        """The changes that landed in `path`, None: anywhere, and were not taken back; the one that landed last comes first.

        Those that landed before this engine was there come in the order made.
        """
        there = {
            change.id: change
            for change in self.all()
            if change.state in LANDED_STATES and (path is None or path in change.paths)
        }
        return [there[name] for name in reversed(self._landed) if name in there]

    def restore(self) -> None:
        """Take up what others left since the last look: what was done, and what still waits with its claims."""
        for change in self.all():
            was = self._known.get(change.id)
            if was is not change.state:
                self._know(change, was)
                if change.state is ChangeState.PROPOSED:
                    self._claims.keep(change.id, change.paths)
                elif was is ChangeState.PROPOSED:
                    self._claims.free(change.id)

    @property
    def interrupted(self) -> bool:
        """Whether a landing was begun that nobody is at any more."""
        return bool(self._landing.interrupted())

    async def repair(self) -> None:
        """Finish with landings that were interrupted, say what was taken back, and take up what others left."""
        for change, left in (await uncut(self._landing.repair())).items():
            rest = f" But not in {', '.join(left)}: look at it." if left else ""
            text = f"{change} was interrupted and has been taken back.{rest}"
            self._store.dispatch(Noted(self._clock.now(), "warning", text))
        self.restore()

    def record(self, change: Change, previous: ChangeState | None) -> None:
        """`change` came to another state."""
        self._journal.record(change)
        self._know(change, previous)
        if previous is None:
            self._supersede(change)

    def _supersede(self, made: Change) -> None:
        """An agent's new try takes the place of one that was set aside: the same task, or all its files."""
        aside = [c for c in self.all() if c.state is ChangeState.CONFLICTED and c.agent == made.agent]
        for change in aside:
            if change.title.casefold() == made.title.casefold() or set(change.paths) <= set(made.paths):
                self.record(change.to(ChangeState.SUPERSEDED, f"{made.id} is a new try"), change.state)

    def may_undo(self, selection: Selection) -> bool:
        """Whether there may be something to take back. Raises UsageError when one named is not there to take back."""
        return bool(to_undo(self.all(), selection, self._busy)) or self._under_way > 0

    def may_redo(self, selection: Selection) -> bool:
        """Whether there may be something to put back. Raises UsageError when one named is not there to put back."""
        return bool(to_redo(self.all(), selection, self._busy)) or self._under_way > 0

    async def undo(self, selection: Selection, stopped: Callable[[], bool] = bool) -> tuple[Reverted, frozenset[str]]:
        """Take changes back, until `stopped`. Returns what was done, and the paths it touched."""
        return await self._revert("undo", to_undo, selection, self._reversed, stopped)

    async def redo(self, selection: Selection, stopped: Callable[[], bool] = bool) -> tuple[Reverted, frozenset[str]]:
        """Put changes back that were undone, until `stopped`. Returns what was done, and the paths it touched."""
        return await self._revert("redo", to_redo, selection, self._landing.repeat, stopped)

    async def accept(self, identity: str) -> Change:
        """Land a waiting change. What no longer fits is set aside, and the reason raised.

        One that landed without a person's word has it from now on. Raises LandingError when the disk or the editor refused it:
        then it waits on, to be accepted again.
        """
        change = self.find(identity)
        if change.state in LANDED_STATES and not change.accepted and identity not in self._busy:
            seen = replace(change, accepted=True)
            self._journal.record(seen)
            return seen
        change = self.waiting(identity)
        with self._marked([change]):
            return await uncut(self._accept(change))

    def waiting(self, identity: str) -> Change:
        """The waiting change of that id. Raises UsageError when there is none, or it does not wait."""
        change = self.find(identity)
        if identity in self._busy:
            raise UsageError(f"{identity} is being landed now.")
        if change.state is not ChangeState.PROPOSED:
            raise UsageError(f"{identity} does not wait for review: it is {change.state}.")
        return change

    def put_in_place(self, change: Change, made: Change) -> None:
        """`made` waits in the place of the waiting `change`."""
        self.record(made, None)
        self._claims.keep(made.id, made.paths)
        self.record(change.to(ChangeState.SUPERSEDED, f"{made.id} is in its place: {made.reason}"), change.state)
        self._claims.free(change.id)

    async def reject(self, identity: str, reason: str) -> Change:
        """Reject a waiting change; the reason reaches the agents."""
        change = self.waiting(identity)
        rejected = change.to(ChangeState.REJECTED, reason or "no reason given")
        self.record(rejected, change.state)
        self._claims.free(identity)
        return rejected

    def concern(self, renames: Collection[Rename]) -> bool:
        """Whether a change, or a task under way, is about a file that gets another name."""
        return any(change.following(renames) is not change for change in self.all())

    def rename(self, renames: Collection[Rename]) -> None:
        """Files have other names: what was done to them, and what waits, is about them by those from now on."""
        for change in self.all():
            after = change.following(renames)
            if after is not change:
                self._journal.record(after, flushed=False)
                self._memory.renamed(after)
        self._journal.flush()

    def settle(self, path: str, now: Text, reason: str) -> None:
        """`path` is `now`, saved or opened or closed: what landed there and was not on the disk has landed, or is gone.

        It is gone, for `reason`, when nothing of it is left in any of its files; it has landed once all of them are saved.
        Likewise what was taken back there: it is landed again where the file still has it.
        """
        there = self._there(path, now)
        for change in self.unsaved(path):
            if change.state is ChangeState.UNDONE:
                self._settle_undo(change, reason, there=change.id in there)
                continue
            lost = "" if change.id in there else reason
            if lost and not any(self._remains(change, other) for other in change.paths if other != path):
                self.record(change.to(ChangeState.DISCARDED, lost), change.state)
            elif not self._open_unsaved(change):
                self.record(change.to(ChangeState.LANDED, lost), change.state)

    def unsaved(self, path: str) -> list[Change]:
        """Changes that landed, or were taken back, in an open document, which the disk does not show yet."""
        return [change for change in self.all() if _unsaved(change) and path in change.paths]

    def _settle_undo(self, change: Change, reason: str, *, there: bool) -> None:
        if there:
            self.record(change.to(ChangeState.LANDED, f"its undo is gone: {reason}"), change.state)
        elif (told := self._undone(change)) != change:
            self._journal.record(told)
            self._memory.moved(told)

    def _undone(self, change: Change) -> Change:
        """The undone `change`, with where that is not saved yet."""
        return replace(change, reason=not_saved(self._open_unsaved(change)))

    def _open_unsaved(self, change: Change) -> list[str]:
        """Its files that are open and not saved."""
        return [path for path in change.paths if (buffer := self._buffers.get(path)) is not None and not buffer.saved]

    async def _revert(
        self,
        way: str,
        choose: Choose,
        selection: Selection,
        act: Callable[[Change], Coroutine[None, None, Change]],
        stopped: Callable[[], bool],
    ) -> tuple[Reverted, frozenset[str]]:
        async with self._one_way(way):
            chosen = choose(self.all(), selection, self._busy)
            with self._marked(chosen):
                done = await revert(chosen, act, self.record, stopped)
        moved = [change for change in chosen if change.id in done.changes]
        unsaved = tuple((change.id, tuple(paths)) for change in moved if (paths := self._open_unsaved(change)))
        return replace(done, unsaved=unsaved), frozenset(path for change in moved for path in change.paths)

    async def _reversed(self, change: Change) -> Change:
        try:
            return self._undone(await self._landing.reverse(change))
        except ConflictError as error:
            reformatted = as_formatted(change, self._landing.current, self._journal)
            if reformatted != change:
                with suppress(ConflictError):
                    return self._undone(replace(await self._landing.reverse(reformatted), files=change.files))
            later = [f"{other.id} ({other.agent})" for other in self._later(change)]
            if not later:
                raise
            them = "that" if len(later) == 1 else "those"
            raise ConflictError(f"{error.message} {', '.join(later)} changed it later: undo {them} first.") from error

    def _later(self, change: Change) -> list[Change]:
        """Changes that landed in its files after it, the newest first."""
        changes = self.all()
        since = changes[[other.id for other in changes].index(change.id) + 1 :]
        meets = set(change.paths)
        return [other for other in reversed(since) if other.state in LANDED_STATES and meets & set(other.paths)]

    @asynccontextmanager
    async def _one_way(self, way: str) -> AsyncIterator[None]:
        """Undos do not wait for each other, nor do redos: one may wait long for a person. Each waits for the other kind."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: self._way in ("", way))
            self._way, self._under_way = way, self._under_way + 1
        try:
            yield
        finally:
            self._under_way -= 1
            self._way = way if self._under_way else ""
            async with self._arrived:
                self._arrived.notify_all()

    @contextmanager
    def _marked(self, changes: Sequence[Change]) -> Iterator[None]:
        """Nobody else moves these changes while the block runs."""
        names = {change.id for change in changes}
        self._busy |= names
        try:
            yield
        finally:
            self._busy -= names

    def _there(self, path: str, now: Text) -> set[str]:
        """Of the changes that are unsaved in `path`, those of which something is in `now`.

        From the newest to the oldest, each that is there being put aside: what a later change replaced was there.
        """
        there, open_ = set(), {change.id for change in self.unsaved(path)}
        for change in reversed(
            [c for c in self.all() if (c.id in open_ or c.state in LANDED_STATES) and path in c.paths]
        ):
            if not open_:
                break
            open_.discard(change.id)
            before, after = self._images(change, path)
            if remains(path, before, after, now):
                there.add(change.id)
                with suppress(ConflictError):
                    now = merged_text(path, decoded(after or b"", path), decoded(before or b"", path), now)
        return there

    def _remains(self, change: Change, path: str) -> bool:
        try:
            content = self._landing.current(path)
            return content is not None and remains(path, *self._images(change, path), decoded(content, path))
        except (PolicyError, LandingError):
            return True  # it cannot be looked at: nothing says that the person took it back

    def _images(self, change: Change, path: str) -> tuple[bytes | None, bytes | None]:
        """What landing found and left in `path`."""
        file = next(file for file in change.files if file.path == path)
        images = (None if name is None else self._journal.image(name) for name in (file.before, file.after))
        before, after = images
        return before, after

    def _came_late(self, path: str, taken_back: bool) -> None:
        what = "it is being taken back" if taken_back else "it could not be taken back: look at it"
        text = f"The editor changed {path} after that change had been set aside; {what}."
        self._store.dispatch(Noted(self._clock.now(), "warning", text))

    def _know(self, change: Change, previous: ChangeState | None) -> None:
        self._known[change.id] = change.state
        if change.state in LANDED_STATES and previous not in LANDED_STATES:
            self._landed.pop(change.id, None)
            self._landed[change.id] = None
        self._memory.moved(change)
        if previous is not None or change.state is ChangeState.PROPOSED:
            self._store.dispatch(ChangeMoved(self._clock.now(), change, previous))

    async def _accept(self, change: Change) -> Change:
        accepted = replace(change.to(ChangeState.ACCEPTED), accepted=True)
        try:
            landed = await self._landing.land(accepted)
        except (ConflictError, PolicyError) as error:
            state = ChangeState.CONFLICTED if isinstance(error, ConflictError) else ChangeState.REFUSED
            self.record(accepted.to(state, error.message), change.state)
            self._claims.free(change.id)
            raise
        self.record(landed, change.state)
        self._claims.free(change.id)
        return landed


def _unsaved(change: Change) -> bool:
    return change.state is ChangeState.LANDED_UNSAVED or change.undo_unsaved
