"""The check command as a process: without keys, without a shell, bounded in time and output, and ended with all below it."""

import asyncio
import os
import secrets
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import kinos
from kinos.adapters.descendant import end
from kinos.adapters.environment import TOOLS, allowed
from kinos.domain.errors import SetupError, SurvivedError
from kinos.engine.ports import Ran
from kinos.engine.uncut import uncut

KEPT = 64 * 1024
"""Bytes of output that are kept: a quarter from the beginning, the rest from the end."""
MISSING = 'Correct check.command: a list with the program first, as in ["make", "test"]; there is no shell.'


def found(program: str, root: Path) -> str | None:
    """The program that a check command in the folder `root` means: a name is looked for on the PATH, a path from `root` on."""
    return shutil.which(str(root / program) if os.sep in program else program)


class _Output:
    """The beginning and the end of what is printed."""

    def __init__(self) -> None:
        self._first = bytearray()
        self._last = bytearray()
        self._dropped = 0

    async def fill(self, process: asyncio.subprocess.Process) -> None:
        """Read until nobody can write any more."""
        assert process.stdout is not None
        while piece := await process.stdout.read(1 << 16):
            room = KEPT // 4 - len(self._first)
            self._first += piece[: max(0, room)]
            self._last += piece[max(0, room) :]
            if (over := len(self._last) - (KEPT - KEPT // 4)) > 0:
                self._dropped += over
                del self._last[:over]

    def text(self) -> str:
        """It as text, with a line where something is missing."""
        gap = f"\n[… {self._dropped:,} bytes left out …]\n".encode() if self._dropped else b""
        return bytes(self._first + gap + self._last).decode("utf-8", "replace")


class CheckProcess:
    """Runs commands in the folder `root`, one at a time."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._mark = secrets.token_hex(8)
        self._process: asyncio.subprocess.Process | None = None
        self._left: tuple[int, ...] = ()

    async def run(self, command: Sequence[str], seconds: float) -> Ran:
        """Run it to its end, or for so long; then all below it is ended. Raises SetupError when it cannot be started."""
        began = time.monotonic()
        program = found(command[0], self._root)
        if program is None:
            raise SetupError(f"There is no program {command[0]!r} to run.", MISSING)
        try:
            await uncut(self._spawn([program, *command[1:]]))
            return await self._ran(command[0], seconds, began)
        finally:
            await uncut(self._end())

    async def stop(self) -> int:
        """End what runs, with everything below it. Raises SurvivedError; the next stop tries those again."""
        return await self._end()

    async def _ran(self, name: str, seconds: float, began: float) -> Ran:
        assert self._process is not None
        assert self._process.stderr is not None
        output = _Output()
        reading = asyncio.create_task(output.fill(self._process))
        try:
            async with asyncio.timeout(seconds):
                word = (await self._process.stderr.readline()).decode("utf-8", "replace").strip()
        except TimeoutError:
            word = ""
        timed_out = not word and time.monotonic() - began >= seconds
        try:
            await self._end()  # what it left behind may still hold the pipe
            await reading
        finally:
            reading.cancel()
        kind, _, said = word.partition(" ")
        if kind == "error":
            raise SetupError(f"{name} cannot be started: {said}.", MISSING)
        code = int(said) if kind == "exit" else -signal.SIGKILL
        return Ran(code, output.text(), time.monotonic() - began, timed_out)

    async def _spawn(self, command: Sequence[str]) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-c",
            _BOOT,
            str(Path(kinos.__file__).parents[1]),
            self._mark,
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=self._root,
            env=self._environment(),
            start_new_session=True,
        )

    async def _end(self) -> int:
        process, self._process = self._process, None
        roots, self._left = [*self._left, *([process.pid] if process else [])], ()
        try:
            ended = await asyncio.to_thread(end, roots, self._mark) if roots else 0
        except SurvivedError as error:
            self._left = error.alive
            raise
        if process is not None:
            if process.stdin is not None:
                process.stdin.close()
            await process.wait()
        return ended

    def _environment(self) -> dict[str, str]:
        return {**allowed(TOOLS), "KINOS_TEAM_MARK": self._mark}


_BOOT = """\
import sys, runpy
sys.path.insert(0, sys.argv.pop(1))
runpy.run_module("kinos.adapters.check_guard", run_name="__main__")
"""
