"""The one gate to the workspace: a change lands whole or not at all, journalled before and after, and can be reversed."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from kinos.domain.change import Change, ChangeState, FileChange, digest
from kinos.domain.errors import ConflictError, KinosError, LandingError
from kinos.domain.path import checked
from kinos.engine.buffer import Buffers
from kinos.engine.editing import Editing
from kinos.engine.merge import merged, remains
from kinos.engine.ports import Disk, Editor, Intent, Journal
from kinos.engine.step import Step
from kinos.engine.text import decoded
from kinos.engine.turn import Turn

type _Move = tuple[str, str | None, str | None]
type _Outcome = Callable[[Change, Sequence[Step]], Change]


class Landing:
    """Lands, reverses and repeats changes of one workspace. Changes of different files do not wait for each other."""

    def __init__(
        self,
        disk: Disk,
        journal: Journal,
        buffers: Buffers,
        editor: Editor | None,
        extra: Callable[[], Iterable[str]],
    ) -> None:
        self._disk = disk
        self._journal = journal
        self._buffers = buffers
        self._extra = extra
        self._turns = Turn()
        self._under_way: set[str] = set()
        self.editing = Editing(buffers, editor, self, self._turns)

    def abandon(self) -> None:
        """The team is being stopped: wait for nobody any more. What is being written is still finished or taken back."""
        self.editing.abandoned = True
        self._buffers.wake()

    def resume(self) -> None:
        """The team has been stopped: what a person asks for from now on is waited for again."""
        self.editing.abandoned = False

    def check(self, path: str) -> str:
        """The one spelling of `path`. Raises PolicyError when agents may not change it."""
        clean = checked(path, self._extra())
        self._disk.permit(clean)
        return clean

    def current(self, path: str) -> bytes | None:
        """What is at `path` now: the open text if an editor holds it, else the file."""
        buffer = self._buffers.get(path)
        return self._disk.read(path) if buffer is None else buffer.content

    def real(self, path: str) -> str:
        """The real file behind `path`, the same for all its names."""
        return self._disk.real(path)

    async def rewrite(self, path: str, content: bytes | None, before: bytes | None) -> None:
        """Write a file that no editor holds and that is `before`. Raises ConflictError or LandingError."""
        await self._write(path, content, _name(before))

    def foreseen(self, file: FileChange) -> tuple[bytes | None, bytes | None]:
        """What is at the file's path now, and what would be if its change landed now; None is no such file.

        Raises ConflictError, PolicyError or LandingError: then it would not land.
        """
        step = self._step(self.check(file.path), file.base, file.result)
        return step.before, step.after

    async def land(self, change: Change) -> Change:
        """Make the accepted `change`. Returns it landed, with what was found and left.

        Raises ConflictError, PolicyError or LandingError; then nothing of it was made.
        """
        async with self.editing.turn([self.check(path) for path in change.paths]):
            moves = [(self.check(file.path), file.base, file.result) for file in change.files]
            return await self._put(change, moves, self._landed)

    async def reverse(self, change: Change) -> Change:
        """Take a landed change back, keeping what the person has done since. Raises as `land`."""
        async with self.editing.turn(change.paths):
            moves = [(file.path, file.after, file.before) for file in change.files]
            return await self._put(change, moves, lambda change, _: change.to(ChangeState.UNDONE))

    async def repeat(self, change: Change) -> Change:
        """Put an undone change back. Raises as `land`."""
        async with self.editing.turn(change.paths):
            moves = [(file.path, file.before, file.after) for file in change.files]
            return await self._put(change, moves, lambda change, steps: change.to(self._state(steps)))

    def interrupted(self) -> Mapping[str, Sequence[Intent]]:
        """Landings that were begun and that nobody is at any more, by change: whoever was at them died, or gave up."""
        return {change: them for change, them in self._journal.pending().items() if change not in self._under_way}

    async def repair(self) -> Mapping[str, Sequence[str]]:
        """Finish with landings that were interrupted: what reached the disk is taken back, and only that.

        Returns, by change, the files for which that could not be done.
        """
        left = {}
        for change, intents in self.interrupted().items():
            async with self._turns.take([self._disk.real(intent.path) for intent in intents]):
                if change in self.interrupted():
                    left[change] = [intent.path for intent in reversed(intents) if not await self._repaired(intent)]
                    self._journal.settle(change, None)
        return left

    async def _repaired(self, intent: Intent) -> bool:
        if intent.buffer or intent.before == intent.after:
            return True
        await asyncio.to_thread(self._disk.sweep, intent.path)
        try:
            if _name(self._disk.read(intent.path)) != intent.after:
                return True
        except KinosError:
            return False
        return await self._restored(intent.path, intent.before, intent.after)

    async def _put(self, change: Change, moves: Sequence[_Move], outcome: _Outcome) -> Change:
        self._under_way.add(change.id)
        try:
            return await self._made(change, moves, outcome)
        finally:
            self._under_way.discard(change.id)

    async def _made(self, change: Change, moves: Sequence[_Move], outcome: _Outcome) -> Change:
        steps = sorted((self._step(*move) for move in moves), key=lambda step: step.order)
        intents = [Intent(s.path, self._keep(s.before), self._keep(s.after), s.buffer) for s in steps]
        self._journal.intend(change.id, intents)
        touched = [step for step in steps if step.before != step.after]
        written: list[Step] = []
        try:
            await self.editing.make([step for step in touched if step.buffer])
            for step in touched:
                if not step.buffer:
                    await self._write(step.path, step.after, _name(step.before))
                    written.append(step)
            after = outcome(change, steps)
            self._journal.settle(change.id, after)
        except KinosError:
            await self._take_back(change.id, touched, written)
            raise
        return after

    async def _take_back(self, change: str, touched: Sequence[Step], written: Sequence[Step]) -> None:
        """Undo the half of a landing. What cannot be undone stays an intent, for `repair` at the next start."""
        left = [s.path for s in reversed(written) if not await self._restored(s.path, _name(s.before), _name(s.after))]
        await self.editing.take_back([step for step in touched if step.buffer])
        if left:
            raise LandingError(
                f"{', '.join(left)} could not be taken back.", "KinOS tries again when a team is started here."
            )
        self._journal.settle(change, None)

    async def _restored(self, path: str, before: str | None, after: str | None) -> bool:
        """Take one file back; the person may have opened it since."""
        try:
            if path in self._buffers:
                await self.editing.make([self._step(path, after, before)])
            else:
                await self._write(path, self._image(path, before), after)
        except KinosError:
            return False
        return True

    async def _write(self, path: str, content: bytes | None, expected: str | None) -> None:
        self.editing.mind(path)
        await asyncio.to_thread(self._disk.write, path, content, expected)

    def _landed(self, change: Change, steps: Sequence[Step]) -> Change:
        by_path = {step.path: step for step in steps}
        files = tuple(
            replace(file, before=_name(by_path[file.path].before), after=_name(by_path[file.path].after))
            for file in change.files
        )
        return replace(change.to(self._state(steps)), files=files)

    def _state(self, steps: Iterable[Step]) -> ChangeState:
        unsaved = any(self._unsaved(step) for step in steps if step.buffer and step.before != step.after)
        return ChangeState.LANDED_UNSAVED if unsaved else ChangeState.LANDED

    def _unsaved(self, step: Step) -> bool:
        buffer = self._buffers.get(step.path)
        if buffer is not None:
            return not buffer.saved
        if not remains(step.path, step.before, step.after, decoded(self._disk.read(step.path) or b"", step.path)):
            raise LandingError(f"{step.path} was closed without saving while it was being changed.")
        return False

    def _step(self, path: str, base: str | None, result: str | None) -> Step:
        current = self.current(path)
        after = merged(path, self._image(path, base), self._image(path, result), current)
        buffer = path in self._buffers
        if buffer and after is None:
            raise ConflictError(f"{path} is open in the editor: close it before it can be deleted.")
        if not buffer and current != after:
            self.editing.mind(path)
        return Step(path, current, after, buffer)

    def _image(self, path: str, name: str | None) -> bytes | None:
        if name is None:
            return None
        content = self._journal.image(name)
        if content is None:
            raise ConflictError(f"{path}: what it was is no longer kept (see history.days and history.bytes).")
        return content

    def _keep(self, content: bytes | None) -> str | None:
        return None if content is None else self._journal.keep(content)


def _name(content: bytes | None) -> str | None:
    return None if content is None else digest(content)
