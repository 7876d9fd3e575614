"""Warm processes for systems on which a process with libraries cannot be forked: each serves one call after the other.

A call that is cut off takes its process along; one more than are busy is kept ready, since the imports take seconds.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from kinos.adapters.frame import read_frame
from kinos.adapters.interpreter import Interpreter
from kinos.domain.errors import FailureKind, FaultError
from kinos.domain.message import Message, Ready, decode

MOST = 9
"""Processes at most: eight cycles may run side by side, and one spare."""


class WarmPool:
    """Processes that speak over their standard streams."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter
        self._home: Path | None = None
        self._all: list[asyncio.subprocess.Process] = []
        self._idle: list[asyncio.subprocess.Process] = []
        self._starting: set[asyncio.Task[None]] = set()
        self._freed = asyncio.Condition()

    @property
    def running(self) -> bool:
        """Whether it can be given calls."""
        return any(process.returncode is None for process in self._all)

    @property
    def processes(self) -> Sequence[int]:
        """The processes that were started."""
        return [process.pid for process in self._all]

    async def start(self, home: Path) -> Message | None:
        """Start the first. Returns its first word, None when that is nothing one can understand."""
        self._home = home
        process, word = await self._started(home)
        if isinstance(word, Ready):
            self._idle.append(process)
        return word

    @asynccontextmanager
    async def call(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """The streams of a process for one call, once one is free. Raises FaultError.

        Left with an exception, a time-out or a cancellation, the process ends, whatever it is doing.
        """
        process = await self._leased()
        reader, writer = process.stdout, process.stdin
        assert reader is not None
        assert writer is not None
        done = False
        try:
            yield reader, writer
            done = process.returncode is None and not reader.at_eof()
        finally:
            if not done:
                self._discard(process)
            elif process in self._all:
                self._idle.append(process)
            async with self._freed:
                self._freed.notify_all()

    async def halt(self) -> None:
        """Start no more of them, and lend none."""
        self._home = None
        starting = list(self._starting)
        for task in starting:
            task.cancel()
        if starting:
            await asyncio.wait(starting)

    async def clear(self, alive: Collection[int]) -> None:
        """Give back what is left of them once they have been ended; those still `alive` are not waited for."""
        processes, self._all, self._idle = self._all, [], []
        for process in processes:
            if process.pid not in alive:
                await process.wait()
            _close(process)

    async def _leased(self) -> asyncio.subprocess.Process:
        async with self._freed:
            while True:
                if self._home is None:
                    raise FaultError(FailureKind.WORKER, "The worker is not running.")
                self._bury()
                if not self._all and not self._starting:
                    raise FaultError(FailureKind.WORKER, "The worker has ended.", "Start the team again.")
                process = self._idle.pop() if self._idle else None
                if not self._idle:
                    self._begin_spare(self._home)
                if process is not None:
                    return process
                await self._freed.wait()

    def _bury(self) -> None:
        """Forget processes that have ended by themselves."""
        for process in [each for each in self._all if each.returncode is not None]:
            self._discard(process)

    def _discard(self, process: asyncio.subprocess.Process) -> None:
        if process in self._idle:
            self._idle.remove(process)
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
        elif process in self._all:
            self._all.remove(process)
            _close(process)

    def _begin_spare(self, home: Path) -> None:
        if not self._starting and len(self._all) < MOST:
            self._starting.add(asyncio.create_task(self._spare(home)))

    async def _spare(self, home: Path) -> None:
        try:
            process, word = await self._started(home)
            if isinstance(word, Ready):
                self._idle.append(process)
            else:
                self._discard(process)
        finally:
            # Whoever is woken may need the next one at once.
            self._starting -= {task for task in self._starting if task is asyncio.current_task()}
            async with self._freed:
                self._freed.notify_all()

    async def _started(self, home: Path) -> tuple[asyncio.subprocess.Process, Message | None]:
        pipe = asyncio.subprocess.PIPE
        process = await self._interpreter.start(home, ("--pipe",), {"stdin": pipe, "stdout": pipe})
        self._all.append(process)
        assert process.stdout is not None
        try:
            body = await read_frame(process.stdout)
            return process, None if body is None else decode(body)
        except ValueError:
            return process, None


def _close(process: asyncio.subprocess.Process) -> None:
    """Close its streams now: a collector that does it later complains."""
    process._transport.close()  # type: ignore[attr-defined]
