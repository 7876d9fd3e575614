"""The one gate to the workspace: a change lands whole or not at all, journalled before and after, and can be reversed."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from kinos.domain.change import Change, ChangeState, FileChange, digest
from kinos.domain.errors import ConflictError, KinosError, LandingError
from kinos.domain.path import checked
from kinos.engine.buffer import Buffers
from kinos.engine.editing import Editing, Waits
from kinos.engine.merge import merged, remains
from kinos.engine.ports import Begun, Disk, Editor, Intent, Journal
from kinos.engine.step import Step
from kinos.engine.text import decoded
from kinos.engine.turn import Turn

SOON = 0.1
"""Seconds until the end of a landing is flushed, unless a record that comes after it is."""

type _Move = tuple[str, str | None, str | None]
type _Outcome = Callable[[Change, Sequence[Plan]], Change]


class Plan(NamedTuple):
    """One file of a landing, and what the journal is told of it."""

    step: Step
    intent: Intent


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
        self._flusher: ThreadPoolExecutor | None = None
        # An end that is on the disk is one of files that are there.
        journal.flush_after(disk.flush)
        self._flushing: asyncio.Task[None] | None = None
        self.editing = Editing(buffers, editor, self, self._turns)

    async def close(self) -> None:
        """Done with it: nothing more is taken back, and all that was done is on the disk."""
        await self.editing.close()
        if self._flushing is not None:
            self._flushing.cancel()
            await self._flush(0)
        if self._flusher is not None:
            self._flusher.shutdown()
            self._flusher = None

    def abandon(self) -> None:
        """The team is being stopped: wait for nobody any more. What is being written is still finished or taken back."""
        self.editing.abandoned = True
        self._buffers.wake()

    def resume(self) -> None:
        """The team has been stopped: what a person asks for from now on is waited for again."""
        self.editing.abandoned = False

    def check(self, path: str) -> str:
        """The one spelling of `path`. Raises PolicyError when agents may not change it."""
        return self._permitted(checked(path, self._extra()))

    def _permitted(self, path: str) -> str:
        self._disk.permit(path)
        return path

    def current(self, path: str) -> bytes | None:
        """What is at `path` now: the open text if an editor holds it, else the file."""
        buffer = self._buffers.get(path)
        return self._disk.read(path) if buffer is None else buffer.content

    def real(self, path: str) -> str:
        """The real file behind `path`, the same for all its names."""
        return self._disk.real(path)

    async def rewrite(self, path: str, content: bytes | None, before: bytes | None) -> None:
        """Write a file that no editor holds and that is `before`. Raises ConflictError or LandingError."""
        await self._write(path, content, before)

    def foreseen(self, file: FileChange) -> tuple[bytes | None, bytes | None]:
        """What is at the file's path now, and what would be if its change landed now; None is no such file.

        Raises ConflictError, PolicyError or LandingError: then it would not land.
        """
        step = self._plan(self.check(file.path), file.base, file.result).step
        return step.before, step.after

    async def land(self, change: Change, waits: Waits = lambda path: None) -> Change:
        """Make the accepted `change`. Returns it landed, with what was found and left. `waits` as for `Editing.turn`.

        Raises ConflictError, PolicyError or LandingError; then nothing of it was made.
        """
        paths = [checked(file.path, self._extra()) for file in change.files]
        async with self.editing.turn(paths, waits):
            moves = [
                (self._permitted(path), file.base, file.result) for path, file in zip(paths, change.files, strict=True)
            ]
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
            return await self._put(change, moves, lambda change, plans: change.to(self._state(plans)))

    def interrupted(self) -> Mapping[str, Begun]:
        """Landings that were begun and that nobody is at any more, by change: whoever was at them died, or gave up."""
        return {change: begun for change, begun in self._journal.pending().items() if change not in self._under_way}

    async def repair(self) -> Mapping[str, Sequence[str]]:
        """Finish with landings that were interrupted: one whose files are all as they should be has been carried out; of
        another, what reached the disk is taken back, and only that.

        Returns, by change that was taken back, the files for which that could not be done.
        """
        left = {}
        for change, begun in self.interrupted().items():
            async with self._turns.take([self._disk.real(intent.path) for intent in begun.files]):
                if change not in self.interrupted():
                    continue
                for intent in begun.files:
                    if not intent.buffer:
                        await asyncio.to_thread(self._disk.sweep, intent.path)
                if begun.outcome is not None and all(self._is_there(intent) for intent in begun.files):
                    self._journal.settle(change, begun.outcome)
                    continue
                left[change] = [each.path for each in reversed(begun.files) if not await self._repaired(each)]
                self._journal.settle(change, None)
        return left

    def _is_there(self, intent: Intent) -> bool:
        try:
            return _name(self._disk.read(intent.path)) == intent.after
        except KinosError:
            return False

    async def _repaired(self, intent: Intent) -> bool:
        if intent.buffer or intent.before == intent.after:
            return True
        try:
            if _name(self._disk.read(intent.path)) != intent.after:
                return True
        except KinosError:
            return False
        return await self._restored(intent)

    async def _put(self, change: Change, moves: Sequence[_Move], outcome: _Outcome) -> Change:
        self._under_way.add(change.id)
        try:
            return await self._made(change, moves, outcome)
        finally:
            self._under_way.discard(change.id)

    async def _made(self, change: Change, moves: Sequence[_Move], outcome: _Outcome) -> Change:
        plans = sorted((self._plan(*move) for move in moves), key=lambda plan: plan.step.order)
        for step, intent in plans:
            self._keep(step.before, intent.before)
            self._keep(step.after, intent.after)
        # What only the disk has to take is known beforehand: should its end be lost to a power cut, it is found again.
        foreseen = None if any(plan.step.buffer for plan in plans) else outcome(change, plans)
        self._journal.intend(change.id, Begun([plan.intent for plan in plans], foreseen))
        touched = [plan for plan in plans if plan.intent.before != plan.intent.after]
        buffers = [plan.step for plan in touched if plan.step.buffer]
        written: list[Intent] = []
        try:
            if buffers or not touched:
                # Nobody must have typed since the plan was made: the loop waits for the intent to be on the disk.
                self._journal.flush()
            await self.editing.make(buffers)
            for step, intent in touched:
                if not step.buffer:
                    self.editing.mind(step.path)
                    self._flusher = self._flusher or ThreadPoolExecutor(1, "journal")
                    await asyncio.to_thread(self._put_in_place, step, self._flusher)
                    written.append(intent)
            if foreseen:
                self._journal.fulfil(change.id)
                self._flush_soon()
                return foreseen
            after = outcome(change, plans)
            self._journal.settle(change.id, after)
        except KinosError:
            await self._take_back(change.id, buffers, written)
            raise
        return after

    def _flush_soon(self) -> None:
        if self._flusher is not None:
            # Folders right away, so that the next intent does not wait for them. What fails is tried again with the journal.
            self._flusher.submit(self._disk.flush)
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush(SOON))

    async def _flush(self, after: float) -> None:
        await asyncio.sleep(after)
        # What cannot be flushed is found again by `repair`.
        with suppress(LandingError):
            await asyncio.to_thread(self._journal.flush)

    async def _take_back(self, change: str, buffers: Sequence[Step], written: Sequence[Intent]) -> None:
        """Undo the half of a landing. What cannot be undone stays an intent, for `repair` at the next start."""
        left = [each.path for each in reversed(written) if not await self._restored(each)]
        await self.editing.take_back(buffers)
        if left:
            raise LandingError(
                f"{', '.join(left)} could not be taken back.", "KinOS tries again when a team is started here."
            )
        self._journal.settle(change, None)

    async def _restored(self, intent: Intent) -> bool:
        """Take one file back; the person may have opened it since."""
        path, before, after = intent.path, intent.before, intent.after
        try:
            if path in self._buffers:
                await self.editing.make([self._plan(path, after, before).step])
            else:
                await self._write(path, self._image(path, before), self._image(path, after))
        except KinosError:
            return False
        return True

    def _put_in_place(self, step: Step, flusher: Executor) -> None:
        """Write what was intended. The intent is on its way to the disk while the file is written beside the old one, and is
        there before it takes its place.
        """
        intended = flusher.submit(self._journal.flush)
        self._disk.write(step.path, step.after, step.before, intended.result)

    async def _write(self, path: str, content: bytes | None, expected: bytes | None) -> None:
        self.editing.mind(path)
        await asyncio.to_thread(self._disk.write, path, content, expected)

    def _landed(self, change: Change, plans: Sequence[Plan]) -> Change:
        by_path = {plan.intent.path: plan.intent for plan in plans}
        files = tuple(
            replace(file, before=by_path[file.path].before, after=by_path[file.path].after) for file in change.files
        )
        return replace(change.to(self._state(plans)), files=files)

    def _state(self, plans: Iterable[Plan]) -> ChangeState:
        unsaved = any(self._unsaved(step) for step, _ in plans if step.buffer and step.before != step.after)
        return ChangeState.LANDED_UNSAVED if unsaved else ChangeState.LANDED

    def _unsaved(self, step: Step) -> bool:
        buffer = self._buffers.get(step.path)
        if buffer is not None:
            return not buffer.saved
        if not remains(step.path, step.before, step.after, decoded(self._disk.read(step.path) or b"", step.path)):
            raise LandingError(f"{step.path} was closed without saving while it was being changed.")
        return False

    def _plan(self, path: str, base: str | None, result: str | None) -> Plan:
        current = self.current(path)
        before = after = _name(current)
        if before == base:
            content, after = self._image(path, result), result
        else:
            content = merged(path, self._image(path, base), self._image(path, result), current)
            if content is not current:
                after = _name(content)
        buffer = path in self._buffers
        if buffer and content is None:
            raise ConflictError(f"{path} is open in the editor: close it before it can be deleted.")
        if not buffer and before != after:
            self.editing.mind(path)
        return Plan(Step(path, current, content, buffer), Intent(path, before, after, buffer))

    def _image(self, path: str, name: str | None) -> bytes | None:
        if name is None:
            return None
        content = self._journal.image(name)
        if content is None:
            raise ConflictError(f"{path}: what it was is no longer kept (see history.days and history.bytes).")
        return content

    def _keep(self, content: bytes | None, name: str | None) -> None:
        if content is not None:
            self._journal.keep(content, name)


def _name(content: bytes | None) -> str | None:
    return None if content is None else digest(content)
