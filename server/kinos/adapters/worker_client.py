"""The worker: a fork server that has imported the SDK and aider, and a child of it for each call."""

import asyncio
import os
import secrets
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import kinos
from kinos.adapters.descendant import adopt_orphans, end
from kinos.adapters.frame import read_frame
from kinos.adapters.private_folder import PrivateFolder
from kinos.domain.errors import FailureKind, FaultError, SetupError, SurvivedError
from kinos.domain.message import (
    Denied,
    EditCall,
    Edited,
    Failed,
    Granted,
    PlanCall,
    Planned,
    Ready,
    Reserve,
    Settle,
    decode,
    encode,
)
from kinos.domain.usage import Usage
from kinos.engine.ports import Gate

START_TIMEOUT = 120.0
"""Seconds the imports may take: some ten on a small machine, more on a cold disk."""
_LARGEST_PACKET = 1 << 16
_ALLOWED = (
    "PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE",
    "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "SYSTEMROOT", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG",
)  # fmt: skip
"""The environment a worker gets; keys travel in the calls."""


class WorkerPool:
    """Starts the fork server at the first start of a team and ends it, with everything below it, at stop."""

    def __init__(self, python: str, log: Path | None = None) -> None:
        self._python = python or sys.executable
        self._log = log
        self._mark = secrets.token_hex(8)
        self._process: asyncio.subprocess.Process | None = None
        self._left: tuple[int, ...] = ()
        self._control: socket.socket | None = None
        self._home: PrivateFolder | None = None
        self._versions: Mapping[str, str] = {}

    @property
    def versions(self) -> Mapping[str, str]:
        """What the worker imported, by package; empty before the first start."""
        return self._versions

    async def start(self) -> None:
        """Be ready for calls. Raises SetupError when aider or the SDK cannot be imported."""
        if self._process is not None and self._process.returncode is None:
            return
        if sys.platform == "win32":
            raise SetupError("Agents do not run on Windows yet.", "Sizes and the map do.")
        await self.stop()
        adopt_orphans()
        self._home = PrivateFolder()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._control = ours
            self._process = await self._spawn(theirs)
        ready = await self._first_word()
        if isinstance(ready, Failed):
            await self.stop()
            raise SetupError(ready.message, ready.remedy)
        self._versions = ready.versions

    async def plan(self, call: PlanCall, gate: Gate) -> Planned | Failed:
        """One plan call."""
        reply = await self._call(call, gate)
        assert not isinstance(reply, Edited)
        return reply

    async def edit(self, call: EditCall, gate: Gate) -> Edited | Failed:
        """One edit call."""
        reply = await self._call(call, gate)
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
        """End the fork server and everything that descends from it. Raises SurvivedError; the next stop tries those again."""
        process, self._process = self._process, None
        roots, self._left = [*self._left, *([process.pid] if process else [])], ()
        try:
            # Its family is killed and counted in one go: a polite end, which closing the control socket is, would let it
            # start something meanwhile, or go uncounted.
            ended = await asyncio.to_thread(end, roots, self._mark) if roots else 0
        except SurvivedError as error:
            self._left = error.alive
            raise
        finally:
            self._clear()
        if process is not None:
            await process.wait()
        return ended

    def _clear(self) -> None:
        """Give back what no process is."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._home is not None:
            self._home.remove()
            self._home = None

    async def _spawn(self, control: socket.socket) -> asyncio.subprocess.Process:
        assert self._home is not None
        log = self._log.open("ab") if self._log else None
        try:
            return await asyncio.create_subprocess_exec(
                self._python,
                "-P",
                "-c",
                _BOOT,
                str(Path(kinos.__file__).parents[1]),
                "--home",
                str(self._home.path),
                "--control",
                str(control.fileno()),
                pass_fds=[control.fileno()],
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log or asyncio.subprocess.DEVNULL,
                stderr=log or asyncio.subprocess.DEVNULL,
                cwd=self._home.path,
                env=self._environment(),
                start_new_session=True,
            )
        except OSError as error:
            raise SetupError(
                f"The interpreter {self._python} cannot be started: {error.strerror}.",
                "Give one that has aider in the setting agents.python.",
            ) from error
        finally:
            if log:
                log.close()

    def _environment(self) -> dict[str, str]:
        given = {name: os.environ[name] for name in _ALLOWED if name in os.environ}
        bypass = ",".join(filter(None, [os.environ.get("NO_PROXY", ""), "127.0.0.1", "localhost"]))
        return {
            **given,
            "KINOS_TEAM_MARK": self._mark,
            "LITELLM_MODE": "PRODUCTION",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
            "PYTHONDONTWRITEBYTECODE": "1",
            "NO_PROXY": bypass,
            "no_proxy": bypass,
        }

    async def _first_word(self) -> Ready | Failed:
        assert self._control is not None
        self._control.setblocking(False)
        loop = asyncio.get_running_loop()
        try:
            body = await asyncio.wait_for(loop.sock_recv(self._control, _LARGEST_PACKET), START_TIMEOUT)
            message = decode(body) if body else None
        except (TimeoutError, OSError, ValueError):
            message = None
        if isinstance(message, Ready | Failed):
            return message
        return Failed(
            FailureKind.WORKER,
            f"The worker ({self._python}) did not start.",
            'Check that it runs Python 3.12 with `pip install "kinos[agents]"`, and look into the log.',
            Usage(),
        )

    async def _call(self, call: PlanCall | EditCall, gate: Gate) -> Planned | Edited | Failed:
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
            writer.write(encode(call))
            return await asyncio.wait_for(self._converse(reader, writer, gate), call.timeout + 30)
        except TimeoutError:
            return Failed(FailureKind.TIMEOUT, f"{call.agent}: no answer within {call.timeout:g} s.", "", Usage())
        finally:
            # Closing the stream ends the child, whatever it is doing.
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _converse(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, gate: Gate
    ) -> Planned | Edited | Failed:
        while (body := await read_frame(reader)) is not None:
            message = decode(body)
            if isinstance(message, Planned | Edited | Failed):
                return message
            if isinstance(message, Reserve | Settle):
                answer = await gate(message)
                if isinstance(answer, Granted | Denied):
                    writer.write(encode(answer))
        return Failed(FailureKind.WORKER, "The worker process ended in the middle of the call.", "", Usage())


# The interpreter may be another one than ours: our package comes last on its path, so that its own come first.
_BOOT = "import sys, runpy; sys.path.append(sys.argv.pop(1)); runpy.run_module('kinos.worker', run_name='__main__')"
