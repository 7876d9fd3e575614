"""The one gate to the workspace: a change lands whole or not at all, journalled before and after, and can be reversed."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from kinos.domain.change import Change, ChangeState, FileChange, digest
from kinos.domain.errors import ConflictError, LandingError
from kinos.domain.path import checked
from kinos.engine.buffer import Buffers
from kinos.engine.merge import hunks, merged, merged_text
from kinos.engine.ports import Disk, Editor, Intent, Journal
from kinos.engine.text import Text, decoded, parse
from kinos.tokens.document import Position, TextEdit

PAUSE = 1.0
"""Seconds without a keystroke before an edit is sent to a document somebody types into."""
ECHO = 5.0
"""Seconds to wait for the editor to send an edit back before it is looked at again."""
TRIES = 3


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


type _Move = tuple[str, str | None, str | None]


class Landing:
    """Lands, reverses and repeats changes of one workspace. One at a time."""

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
        self._turn = asyncio.Lock()
        self._abandoned = False

    def abandon(self) -> None:
        """The team is being stopped: wait for nobody any more. What is being written is still finished or taken back."""
        self._abandoned = True
        self._buffers.wake()

    def resume(self) -> None:
        """A team starts."""
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
        async with self._turn:
            moves = [(self.check(file.path), file.base, file.result) for file in change.files]
            steps = await self._put(change.id, moves)
        by_path = {step.path: step for step in steps}
        files = tuple(self._outcome(file, by_path[file.path]) for file in change.files)
        return replace(change.to(_landed(steps)), files=files)

    async def reverse(self, change: Change) -> Change:
        """Take a landed change back, keeping what the person has done since. Raises as `land`."""
        async with self._turn:
            await self._put(change.id, [(file.path, file.after, file.before) for file in change.files])
        return change.to(ChangeState.UNDONE)

    async def repeat(self, change: Change) -> Change:
        """Put an undone change back. Raises as `land`."""
        async with self._turn:
            steps = await self._put(change.id, [(file.path, file.before, file.after) for file in change.files])
        return change.to(_landed(steps))

    def repair(self) -> Sequence[str]:
        """Finish with landings that were interrupted: what reached the disk is taken back. Returns their change ids."""
        pending = self._journal.pending()
        for change, intents in pending.items():
            for intent in reversed(intents):
                found = None if intent.buffer else self._disk.read(intent.path)
                if not intent.buffer and _name(found) == intent.after and intent.before != intent.after:
                    self._disk.write(intent.path, self._image(intent.path, intent.before), intent.after)
            self._journal.settle(change, done=False)
        return tuple(pending)

    def _outcome(self, file: FileChange, step: _Step) -> FileChange:
        return replace(file, before=_name(step.before), after=_name(step.after))

    async def _put(self, change: str, moves: Sequence[_Move]) -> list[_Step]:
        for path, _, _ in moves:
            await self._paused(path)
        steps = sorted((self._step(*move) for move in moves), key=lambda step: step.order)
        intents = [Intent(s.path, self._keep(s.before), self._keep(s.after), s.buffer) for s in steps]
        self._journal.intend(change, intents)
        done: list[_Step] = []
        try:
            await self._edit([step for step in steps if step.buffer and step.before != step.after])
            for step in steps:
                if not step.buffer and step.before != step.after:
                    await asyncio.to_thread(self._disk.write, step.path, step.after, _name(step.before))
                    done.append(step)
        except (ConflictError, LandingError):
            for step in reversed(done):
                await asyncio.to_thread(self._disk.write, step.path, step.before, _name(step.after))
            await self._unedit([step for step in steps if step.buffer and step.before != step.after])
            self._journal.settle(change, done=False)
            raise
        self._journal.settle(change, done=True)
        return steps

    async def _paused(self, path: str) -> None:
        """Wait until the person has not typed into `path` for a moment."""
        while (rest := self._buffers.typing(path, PAUSE)) > 0:
            if self._abandoned:
                raise LandingError("The team was stopped before the change could be made.")
            await self._buffers.heard(path, rest)

    def _step(self, path: str, base: str | None, result: str | None) -> _Step:
        current = self.current(path)
        after = merged(path, self._image(path, base), self._image(path, result), current)
        buffer = path in self._buffers
        if buffer and after is None:
            raise ConflictError(f"{path} is open in the editor: close it before it can be deleted.")
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
        for _ in range(TRIES):
            buffer = self._buffers.get(step.path)
            if buffer is None:
                raise LandingError(f"{step.path} was closed while it was being changed.")
            if _holds(step, buffer.text.text):
                return
            if self._abandoned:
                break
            await self._buffers.heard(step.path, ECHO)
        raise LandingError(f"The editor did not take the change of {step.path}.", "Look at it and start again.")

    async def _unedit(self, steps: Sequence[_Step]) -> None:
        """Take back what the editor already made of a landing that failed."""
        made = [step for step in steps if (b := self._buffers.get(step.path)) and _holds(step, b.text.text)]
        if made and self._editor is not None:
            back = {
                step.path: self._edits(_Step(step.path, step.after, self._undone(step), buffer=True)) for step in made
            }
            await self._editor.edit(back, "KinOS: taken back")

    def _undone(self, step: _Step) -> bytes | None:
        return merged(step.path, step.after, step.before, self.current(step.path))

    def _edits(self, step: _Step) -> tuple[int, list[TextEdit]]:
        buffer = self._buffers.get(step.path)
        assert buffer is not None
        now, wanted = parse(buffer.text.text), decoded(step.after or b"", step.path)
        return buffer.text.version, line_edits(now, wanted)


def line_edits(now: Text, wanted: Text) -> list[TextEdit]:
    """Small edits of whole lines that turn `now` into `wanted`; columns are in code points (utf-32)."""
    edits = []
    for first, last, new_first, new_last in hunks(now, wanted):
        new = "".join(wanted.lines[i] + wanted.ends[i] for i in range(new_first, new_last))
        edits.append(TextEdit(_place(now, first), _place(now, last), new))
    return edits


def _place(text: Text, line: int) -> Position:
    if line < len(text.lines) or text.final:
        return Position(line, 0)
    return Position(len(text.lines) - 1, len(text.lines[-1]))


def _holds(step: _Step, text: str) -> bool:
    """Whether the editor's text already has the change: merging it once more would change nothing."""
    base, result = decoded(step.before or b"", step.path), decoded(step.after or b"", step.path)
    if text == result.raw():
        return True
    if text == base.raw():
        return False
    try:
        return merged_text(step.path, base, parse(text), result).raw() == text
    except ConflictError:
        return False


def _landed(steps: Iterable[_Step]) -> ChangeState:
    return ChangeState.LANDED_UNSAVED if any(step.buffer for step in steps) else ChangeState.LANDED


def _name(content: bytes | None) -> str | None:
    return None if content is None else digest(content)
