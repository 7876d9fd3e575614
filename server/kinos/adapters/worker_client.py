"""The workers: processes that have imported the SDK and aider, lent for one call at a time, and ended with all below them.

On Linux they are children of a fork server; elsewhere, where a process with libraries cannot be forked, a pool of warm ones.
"""

import asyncio
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from kinos.adapters.descendant import adopt_orphans, end
from kinos.adapters.fork_server import ForkServer
from kinos.adapters.frame import read_frame
from kinos.adapters.interpreter import Interpreter
from kinos.adapters.private_folder import PrivateFolder
from kinos.adapters.warm_pool import WarmPool
from kinos.domain.errors import FailureKind, NoAgentsError, SetupError, SurvivedError
from kinos.domain.message import (
    Denied,
    EditCall,
    Edited,
    Failed,
    Granted,
    Heard,
    Message,
    PlanCall,
    Planned,
    Read,
    Ready,
    Reserve,
    Settle,
    decode,
    encode,
)
from kinos.domain.usage import Usage
from kinos.engine.ports import Ear, Gate, Reader

START_TIMEOUT = 120.0
"""Seconds the imports may take: some ten on a small machine, more on a cold disk."""
SPARE_TIME = 30.0
"""Seconds after a call's own time-out at which the engine gives it up."""


class Way(Protocol):
    """How worker processes come to be."""

    @property
    def running(self) -> bool:
        """Whether calls can be made."""
        ...

    @property
    def processes(self) -> Sequence[int]:
        """The processes that were started here, without those below them."""
        ...

    async def start(self, home: Path) -> Message | None:
        """Start. Returns the first word of the worker, None when that is nothing one can understand."""
        ...

    def call(self) -> AbstractAsyncContextManager[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """The streams of one call. Left before its answer, the call ends with all it started. Raises FaultError."""
        ...

    async def halt(self) -> None:
        """Start nothing more: all is about to be ended."""
        ...

    async def clear(self, alive: Collection[int]) -> None:
        """Give back what is left once the processes have been ended; those still `alive` are not waited for."""
        ...


class WorkerPool:
    """Started at the first start of a team, in the interpreter `python` names then; `stop` ends it, with everything below it.
    `way` is the system's own unless given.
    """

    def __init__(
        self, python: Callable[[], str], log: Path | None = None, way: Callable[[Interpreter], Way] | None = None
    ) -> None:
        self._mark = secrets.token_hex(8)
        self._interpreter = Interpreter(python, log, self._mark)
        self._way = (way or (ForkServer if sys.platform == "linux" else WarmPool))(self._interpreter)
        self._left: tuple[int, ...] = ()
        self._home: PrivateFolder | None = None
        self._versions: Mapping[str, str] = {}

    @property
    def versions(self) -> Mapping[str, str]:
        """What the worker imported, by package; empty before the first start."""
        return self._versions

    async def start(self) -> None:
        """Be ready for calls. Raises NoAgentsError when aider or the SDK cannot be imported, SetupError for any other reason."""
        if self._way.running:
            return
        if sys.platform == "win32":
            raise SetupError("Agents do not run on Windows yet.", "Sizes and the map do.")
        await self.stop()
        adopt_orphans()
        self._home = PrivateFolder()
        word = await self._first_word(self._home.path)
        if not isinstance(word, Ready):
            await self.stop()
            raise self._silent() if word is None else NoAgentsError(word.message, word.remedy)
        self._versions = word.versions

    async def plan(self, call: PlanCall, gate: Gate, hear: Ear, read: Reader | None = None) -> Planned | Failed:
        """One plan call."""
        reply = await self._call(call, gate, hear, read)
        assert not isinstance(reply, Edited)
        return reply

    async def edit(self, call: EditCall, gate: Gate, hear: Ear) -> Edited | Failed:
        """One edit call."""
        reply = await self._call(call, gate, hear)
        assert not isinstance(reply, Planned)
        return reply

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """An empty private folder, removed afterwards."""
        folder = Path(tempfile.mkdtemp(prefix="edit-", dir=self._home.path if self._home else None))
        try:
            yield folder.resolve()
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    async def stop(self) -> int:
        """End every worker and everything that descends from them. Raises SurvivedError; the next stop tries those again."""
        await self._way.halt()
        roots, self._left = [*self._left, *self._way.processes], ()
        try:
            # The family is killed and counted in one go: a polite end, which closing a stream is, would let it start
            # something meanwhile, or go uncounted.
            ended = await asyncio.to_thread(end, roots, self._mark) if roots else 0
        except SurvivedError as error:
            self._left = error.alive
            raise
        finally:
            await self._clear()
        return ended

    async def _clear(self) -> None:
        """Give back what no process is."""
        await self._way.clear(self._left)
        if self._home is not None:
            self._home.remove()
            self._home = None

    async def _first_word(self, home: Path) -> Ready | Failed | None:
        try:
            word = await asyncio.wait_for(self._way.start(home), START_TIMEOUT)
        except TimeoutError:
            word = None
        except SetupError:
            await self.stop()
            raise
        return word if isinstance(word, Ready | Failed) else None

    def _silent(self) -> SetupError:
        return SetupError(
            f"The worker ({self._interpreter.python}) did not start.",
            'Check that it runs Python 3.12 with `pip install "kinos[agents]"`, and look into the log.',
        )

    async def _call(
        self, call: PlanCall | EditCall, gate: Gate, hear: Ear, read: Reader | None = None
    ) -> Planned | Edited | Failed:
        self._interpreter.bound()
        try:
            async with asyncio.timeout(call.timeout + SPARE_TIME), self._way.call() as (reader, writer):
                writer.write(encode(call))
                return await self._converse(reader, writer, gate, hear, read)
        except TimeoutError:
            said = f"The worker gave no answer within {call.timeout + SPARE_TIME:g} s, and its call was ended."
            return Failed(
                FailureKind.WORKER, said, "Look into worker.log; start the team again if it stays so.", Usage()
            )

    async def _converse(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        gate: Gate,
        hear: Ear,
        read: Reader | None,
    ) -> Planned | Edited | Failed:
        while (body := await read_frame(reader)) is not None:
            message = decode(body)
            if isinstance(message, Planned | Edited | Failed):
                return message
            if isinstance(message, Read) and read is not None:
                writer.write(encode(read(message.path)))
            if isinstance(message, Heard):
                hear(message.text)
            if isinstance(message, Reserve | Settle):
                answer = await gate(message)
                if isinstance(answer, Granted | Denied):
                    writer.write(encode(answer))
        return Failed(FailureKind.WORKER, "The worker process ended in the middle of the call.", "", Usage())
