"""A fork server that has imported the SDK and aider, and a child of it for each call. Linux alone."""

import asyncio
import socket
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from kinos.adapters.interpreter import Interpreter
from kinos.domain.errors import FailureKind, FaultError
from kinos.domain.message import Message, decode

_LARGEST_PACKET = 1 << 16


class ForkServer:
    """One process; it gets one end of a stream socket for each call, and the child that serves the call ends with it."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter
        self._process: asyncio.subprocess.Process | None = None
        self._control: socket.socket | None = None

    @property
    def running(self) -> bool:
        """Whether it can be given calls."""
        return self._process is not None and self._process.returncode is None

    @property
    def processes(self) -> Sequence[int]:
        """The process that was started; its children are below it."""
        return [self._process.pid] if self._process else []

    async def start(self, home: Path) -> Message | None:
        """Start it. Returns its first word, None when that is nothing one can understand."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        with theirs:
            self._control = ours
            descriptor = theirs.fileno()
            self._process = await self._interpreter.start(
                home, ("--control", str(descriptor)), {"pass_fds": [descriptor]}
            )
        try:
            body = await asyncio.get_running_loop().sock_recv(ours, _LARGEST_PACKET)
            return decode(body) if body else None
        except (OSError, ValueError):
            return None

    @asynccontextmanager
    async def call(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """The stream of a new call; its end ends the child, whatever it is doing. Raises FaultError."""
        if self._control is None:
            raise FaultError(FailureKind.WORKER, "The worker is not running.")
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._control, [b"call"], [theirs.fileno()])
            except OSError as error:
                ours.close()
                raise FaultError(FailureKind.WORKER, "The worker has ended.", "Start the team again.") from error
        reader, writer = await asyncio.open_connection(sock=ours)
        try:
            yield reader, writer
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def halt(self) -> None:
        """There is nothing it would start by itself."""

    async def clear(self, alive: Collection[int]) -> None:
        """Give back what is left of it once its processes have been ended; those still `alive` are not waited for."""
        process, self._process = self._process, None
        if self._control is not None:
            self._control.close()
            self._control = None
        if process is not None and process.pid not in alive:
            await process.wait()
