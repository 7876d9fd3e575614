"""The one gate to the workspace: a change lands whole or not at all, journalled before and after, and can be reversed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

from kinos.domain.change import Change, ChangeState, digest
from kinos.domain.errors import ConflictError, KinosError, LandingError
from kinos.domain.path import checked
from kinos.engine.buffer import Buffers
from kinos.engine.line_edit import line_edits
from kinos.engine.merge import holds, merged
from kinos.engine.ports import Disk, Editor, Intent, Journal
from kinos.engine.text import Text, decoded, parse
from kinos.engine.turn import Turn
from kinos.tokens.document import TextEdit

PAUSE = 1.0
"""Seconds without a keystroke before an edit is sent to a document somebody types into."""
ECHO = 5.0
"""Seconds to wait for the editor to send an edit back before it is looked at again."""
GRACE = 0.5
"""The same once the team is being stopped: an edit that was sent may still arrive."""
TRIES = 3
"""How often the editor's text is looked at again before the edit counts as not taken."""


@dataclass(frozen=True, slots=True)
class _Step:
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


type _Move = tuple[str, str | None, str | None]
type _Outcome = Callable[[Change, Sequence[_Step]], Change]


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
        self._editor = editor
        self._extra = extra
        self._turns = Turn()
        self._under_way: set[str] = set()
        self._abandoned = False

    def abandon(self) -> None:
        """The team is being stopped: wait for nobody any more. What is being written is still finished or taken back."""
        self._abandoned = True
        self._buffers.wake()

    def resume(self) -> None:
        """The team has been stopped: what a person asks for from now on is waited for again."""
        self._abandoned = False

    def check(self, path: str) -> str:
        """The one spelling of `path`. Raises PolicyError when agents may not change it."""
        clean = checked(path, self._extra())
        self._disk.permit(clean)
        return clean

    def current(self, path: str) -> bytes | None:
        """What is at `path` now: the open text if an editor holds it, else the file."""
        buffer = self._buffers.get(path)
        return self._disk.read(path) if buffer is None else buffer.text.text.encode("utf-8", "surrogatepass")

    async def land(self, change: Change) -> Change:
        """Make the accepted `change`. Returns it landed, with what was found and left.

        Raises ConflictError, PolicyError or LandingError; then nothing of it was made.
        """
        async with self._turn([self.check(path) for path in change.paths]):
            moves = [(self.check(file.path), file.base, file.result) for file in change.files]
            return await self._put(change, moves, self._landed)

    async def reverse(self, change: Change) -> Change:
        """Take a landed change back, keeping what the person has done since. Raises as `land`."""
        async with self._turn(change.paths):
            moves = [(file.path, file.after, file.before) for file in change.files]
            return await self._put(change, moves, lambda change, _: change.to(ChangeState.UNDONE))

    async def repeat(self, change: Change) -> Change:
        """Put an undone change back. Raises as `land`."""
        async with self._turn(change.paths):
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

    @asynccontextmanager
    async def _turn(self, paths: Sequence[str]) -> AsyncIterator[None]:
        """Hold the files with nobody typing into one of them. Who waits for a person holds nothing, and nobody up."""
        files = [self._disk.real(path) for path in paths]
        while True:
            await self._paused(paths)
            async with self._turns.take(files):
                if self._typed_into(paths) is None:
                    yield
                    return

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
        written: list[_Step] = []
        try:
            await self._edit([step for step in touched if step.buffer])
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

    async def _take_back(self, change: str, touched: Sequence[_Step], written: Sequence[_Step]) -> None:
        """Undo the half of a landing. What cannot be undone stays an intent, for `repair` at the next start."""
        left = [s.path for s in reversed(written) if not await self._restored(s.path, _name(s.before), _name(s.after))]
        await self._unedit([step for step in touched if step.buffer])
        if left:
            raise LandingError(
                f"{', '.join(left)} could not be taken back.", "KinOS tries again when a team is started here."
            )
        self._journal.settle(change, None)

    async def _restored(self, path: str, before: str | None, after: str | None) -> bool:
        """Take one file back; the person may have opened it since."""
        try:
            if path in self._buffers:
                await self._edit([self._step(path, after, before)])
            else:
                await self._write(path, self._image(path, before), after)
        except KinosError:
            return False
        return True

    async def _write(self, path: str, content: bytes | None, expected: str | None) -> None:
        self._mind_editors(path)
        await asyncio.to_thread(self._disk.write, path, content, expected)

    def _mind_editors(self, path: str) -> None:
        """Raise LandingError when an editor has the file open, by whatever name: nothing is written under it."""
        if path in self._buffers:
            raise LandingError(f"{path} was opened while it was being changed.")
        if self._editor is not None and (name := self._editor.other_name(path)):
            raise LandingError(
                f"{path} is open in the editor as {name}.", "Close it there, or open it by its own name."
            )

    def _landed(self, change: Change, steps: Sequence[_Step]) -> Change:
        by_path = {step.path: step for step in steps}
        files = tuple(
            replace(file, before=_name(by_path[file.path].before), after=_name(by_path[file.path].after))
            for file in change.files
        )
        return replace(change.to(self._state(steps)), files=files)

    def _state(self, steps: Iterable[_Step]) -> ChangeState:
        unsaved = any(self._unsaved(step) for step in steps if step.buffer and step.before != step.after)
        return ChangeState.LANDED_UNSAVED if unsaved else ChangeState.LANDED

    def _unsaved(self, step: _Step) -> bool:
        buffer = self._buffers.get(step.path)
        if buffer is not None:
            return not buffer.saved
        if not step.held_by(decoded(self._disk.read(step.path) or b"", step.path)):
            raise LandingError(f"{step.path} was closed without saving while it was being changed.")
        return False

    async def _paused(self, paths: Sequence[str]) -> None:
        """Wait until the person has not typed into any of `paths` for a moment."""
        while (path := self._typed_into(paths)) is not None:
            if self._abandoned:
                raise LandingError("The team was stopped before the change could be made.")
            await self._buffers.heard(path, self._buffers.typing(path, PAUSE))

    def _typed_into(self, paths: Sequence[str]) -> str | None:
        return next((path for path in paths if self._buffers.typing(path, PAUSE) > 0), None)

    def _step(self, path: str, base: str | None, result: str | None) -> _Step:
        current = self.current(path)
        after = merged(path, self._image(path, base), self._image(path, result), current)
        buffer = path in self._buffers
        if buffer and after is None:
            raise ConflictError(f"{path} is open in the editor: close it before it can be deleted.")
        if not buffer and current != after:
            self._mind_editors(path)
        return _Step(path, current, after, buffer)

    def _image(self, path: str, name: str | None) -> bytes | None:
        if name is None:
            return None
        content = self._journal.image(name)
        if content is None:
            raise ConflictError(f"{path}: what it was is no longer kept (see history.days and history.bytes).")
        return content

    def _keep(self, content: bytes | None) -> str | None:
        return None if content is None else self._journal.keep(content)

    async def _edit(self, steps: Sequence[_Step]) -> None:
        """Have the editor make `steps`; they are made once what it sends back already holds them."""
        if not steps:
            return
        if self._editor is None:
            raise LandingError("An open document can only be changed by its editor, which is gone.")
        await self._editor.edit({step.path: self._edits(step) for step in steps}, "KinOS")
        for step in steps:
            await self._echoed(step)

    async def _echoed(self, step: _Step) -> None:
        tries = TRIES
        while True:
            buffer = self._buffers.get(step.path)
            if buffer is None:
                raise LandingError(f"{step.path} was closed while it was being changed.")
            if step.held_by(parse(buffer.text.text)):
                return
            if tries == 0:
                raise LandingError(f"The editor did not take the change of {step.path}.", "Look at it and start again.")
            tries = 0 if self._abandoned else tries - 1
            await self._buffers.heard(step.path, GRACE if self._abandoned else ECHO)

    async def _unedit(self, steps: Sequence[_Step]) -> None:
        """Take back what the editor already made of a landing that failed, where the person has not built on it."""
        back = {}
        for step in steps:
            buffer = self._buffers.get(step.path)
            if buffer is not None and step.held_by(parse(buffer.text.text)):
                with suppress(ConflictError):
                    after = merged(step.path, step.after, step.before, self.current(step.path))
                    back[step.path] = self._edits(replace(step, after=after))
        if back and self._editor is not None:
            await self._editor.edit(back, "KinOS: taken back")

    def _edits(self, step: _Step) -> tuple[int, list[TextEdit]]:
        buffer = self._buffers.get(step.path)
        assert buffer is not None
        now, wanted = parse(buffer.text.text), decoded(step.after or b"", step.path)
        return buffer.text.version, line_edits(now, wanted)


def _name(content: bytes | None) -> str | None:
    return None if content is None else digest(content)
