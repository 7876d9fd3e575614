"""Open documents: changed by their editor alone, once the person has paused, and believed only when it comes back."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Protocol

from kinos.domain.errors import ConflictError, KinosError, LandingError
from kinos.engine.buffer import Buffers
from kinos.engine.line_edit import line_edits
from kinos.engine.merge import merged, remains
from kinos.engine.ports import Editor
from kinos.engine.step import Step
from kinos.engine.text import decoded, parse
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
REGRETS = 10
"""How often the text of a change that was set aside is taken back, where an editor made it all the same."""

type Waits = Callable[[str], None]


class Files(Protocol):
    """The files behind the documents."""

    def real(self, path: str) -> str:
        """The real file behind `path`, the same for all its names."""
        ...

    def current(self, path: str) -> bytes | None:
        """What is at `path` now: the open text if an editor holds it, else the file; None is no such file."""
        ...

    async def rewrite(self, path: str, content: bytes | None, before: bytes | None) -> None:
        """Write a file that no editor holds and that is `before`. Raises ConflictError or LandingError."""
        ...


class Editing:
    """The documents open in an `editor`, None when there is none.

    `abandoned` is set while nobody may be waited for any more.
    """

    def __init__(self, buffers: Buffers, editor: Editor | None, files: Files, turns: Turn) -> None:
        self._buffers = buffers
        self._editor = editor
        self._files = files
        self._turns = turns
        self._sent: dict[str, Step] = {}
        self._arrived: set[str] = set()
        self._given_up: dict[str, list[Step]] = {}
        self._taking_back: set[asyncio.Task[None]] = set()
        self.abandoned = False
        self.on_late: Callable[[str, bool], None] = lambda path, taken_back: None
        """Called when an editor made an edit that had been given up: it is being taken back, or (False) it could not be."""
        buffers.on_change = self._heard

    async def close(self) -> None:
        """Done with it: nothing more is taken back."""
        for task in self._taking_back:
            task.cancel()
        if self._taking_back:
            await asyncio.wait(self._taking_back)

    @asynccontextmanager
    async def turn(self, paths: Sequence[str], waits: Waits = lambda path: None) -> AsyncIterator[None]:
        """Hold the files with nobody typing into one of them. Who waits for a person holds nothing, and nobody up.

        `waits` is told of the path that a person types into, and of "" once they have paused.
        """
        files = [self._files.real(path) for path in paths]
        while True:
            await self._paused(paths, waits)
            async with self._turns.take(files):
                if self._typed_into(paths) is None:
                    yield
                    return

    def mind(self, path: str) -> None:
        """Raise LandingError when an editor has the file open, by whatever name: nothing is written under it."""
        if path in self._buffers:
            raise LandingError(f"{path} was opened while it was being changed.")
        if self._editor is not None and (name := self._editor.other_name(path)):
            raise LandingError(
                f"{path} is open in the editor as {name}.", "Close it there, or open it by its own name."
            )

    async def make(self, steps: Sequence[Step]) -> None:
        """Have the editor make `steps`; they are made once what it sends back already holds them."""
        if not steps:
            return
        if self._editor is None:
            raise LandingError("An open document can only be changed by its editor, which is gone.")
        self._sent |= {step.path: step for step in steps}
        try:
            await self._editor.edit({step.path: self._edits(step) for step in steps}, "KinOS")
            for step in steps:
                await self._echoed(step)
        finally:
            for step in steps:
                del self._sent[step.path]
                self._arrived.discard(step.path)

    # -- inside ---------------------------------------------------------------------------------------------------

    async def _echoed(self, step: Step) -> None:
        tries = TRIES
        while step.path not in self._arrived:
            if step.path not in self._buffers:
                raise LandingError(f"{step.path} was closed while it was being changed.")
            if tries == 0:
                raise LandingError(f"The editor did not take the change of {step.path}.", "Look at it and start again.")
            tries = 0 if self.abandoned else tries - 1
            await self._buffers.heard(step.path, GRACE if self.abandoned else ECHO)

    def _heard(self, path: str) -> None:
        """The editor changed `path`: is it what it was asked for, or was asked for and has been given up?"""
        sent, given_up = self._sent.get(path), self._given_up.pop(path, ())
        if sent is None and not given_up:
            return
        buffer = self._buffers.get(path)
        assert buffer is not None
        if sent is not None and sent.held_by(parse(buffer.text.text)):
            self._arrived.add(path)
        for late in given_up:
            if buffer.content == late.after:
                # To the letter, and as the first that happened since: nobody typed that.
                self.on_late(path, True)
                self._see_to(self._regret(late))
                return

    def _see_to(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._taking_back.add(task)
        task.add_done_callback(self._taking_back.discard)

    async def _regret(self, step: Step, after: float = 0.0) -> None:
        """See that `step`, of a change that was set aside as a whole, goes from its document again, closed or not.

        What the person has done since is kept. `after` so many seconds, for an edit that may already be on its way.
        """
        if after:
            await self._buffers.heard(step.path, after)
        for _ in range(REGRETS):
            version = self._version(step.path)
            with suppress(KinosError):
                async with self.turn([step.path]):
                    version = self._version(step.path)
                    if not await self._took_back(step):
                        break
                    return
            if self._version(step.path) == version:
                # It may still arrive, or something else does that leaves room for another try.
                await self._buffers.heard(step.path, None)
        self.on_late(step.path, False)

    def _version(self, path: str) -> int | None:
        """Of the open document: an edit that was sent for another one is dropped."""
        buffer = self._buffers.get(path)
        return None if buffer is None else buffer.text.version

    async def _took_back(self, step: Step) -> bool:
        """Take `step` back if it is there; False when the person has since edited what it wrote. Raises as `make`."""
        content = self._files.current(step.path)
        if content is None:
            return True
        text = decoded(content, step.path)
        if not step.held_by(text):
            return not remains(step.path, step.before, step.after, text)
        back = merged(step.path, step.after, step.before, content)
        if step.path in self._buffers:
            await self.make([Step(step.path, content, back, buffer=True)])
        else:
            await self._files.rewrite(step.path, back, content)
        return True

    async def take_back(self, steps: Sequence[Step]) -> None:
        """Take back what the editor already made of a landing that failed, where the person has not built on it.

        What it has not made by now it may still make: that is taken back then.
        """
        back = {}
        for step in steps:
            buffer = self._buffers.get(step.path)
            if buffer is None:
                continue
            if not step.held_by(parse(buffer.text.text)):
                self._given_up.setdefault(step.path, []).append(step)
                continue
            with suppress(ConflictError):
                after = merged(step.path, step.after, step.before, buffer.content)
                back[step.path] = self._edits(replace(step, after=after))
                self._see_to(self._regret(step, after=ECHO))
        if back and self._editor is not None:
            await self._editor.edit(back, "KinOS: taken back")

    def _edits(self, step: Step) -> tuple[int, list[TextEdit]]:
        buffer = self._buffers.get(step.path)
        assert buffer is not None
        now, wanted = parse(buffer.text.text), decoded(step.after or b"", step.path)
        return buffer.text.version, line_edits(now, wanted)

    async def _paused(self, paths: Sequence[str], waits: Waits) -> None:
        """Wait until the person has not typed into any of `paths` for a moment."""
        told = ""
        while (path := self._typed_into(paths)) is not None:
            if self.abandoned:
                raise LandingError("The team was stopped before the change could be made.")
            if path != told:
                waits(path)
                told = path
            await self._buffers.heard(path, self._buffers.typing(path, PAUSE))
        if told:
            waits("")

    def _typed_into(self, paths: Sequence[str]) -> str | None:
        return next((path for path in paths if self._buffers.typing(path, PAUSE) > 0), None)
