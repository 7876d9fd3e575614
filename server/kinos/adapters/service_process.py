"""Services of installed packages, each in a process of its own while a team runs: it is fed events, and ended with the team."""

import asyncio
import json
import secrets
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kinos.adapters.descendant import end
from kinos.adapters.environment import without_keys
from kinos.extension import SERVICES, STOP_TIME
from kinos.extension.installed import Installed, installed

MOST_WAITING = 4 * 1024 * 1024
"""Bytes of events a service may be behind; then it is dropped, for the engine waits for nobody."""

type Say = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class _Running:
    """One service: its entry point, its process, and the task that waits for its end."""

    entry: Installed
    process: asyncio.subprocess.Process
    end: asyncio.Task[None]


class ServiceProcesses:
    """The services for the workspace at `root`; what they print goes to the file `log`. `stop` ends whatever they started too."""

    def __init__(self, root: Path, log: Path | None = None) -> None:
        self._root = root
        self._log = log
        self._mark = secrets.token_hex(8)
        self._running: dict[str, _Running] = {}

    async def start(self, say: Say) -> None:
        """Start every service; one that fails is told to `say` and dropped."""
        for name, entry in (await asyncio.to_thread(installed, SERVICES)).items():
            try:
                process = await self._started(entry)
            except OSError as error:
                say("warning", f"The service {entry.said} cannot be started: {error.strerror}.")
                continue
            self._running[name] = _Running(entry, process, asyncio.create_task(self._watch(entry, process, say)))

    def hear(self, event: Callable[[], Mapping[str, Any]]) -> None:
        """Hand every service what `event` makes; nothing is made when none runs."""
        if not self._running:
            return
        line = (json.dumps(event()) + "\n").encode()
        for running in self._running.values():
            pipe = running.process.stdin
            if running.process.returncode is None and pipe is not None and not pipe.is_closing():
                if pipe.transport.get_write_buffer_size() > MOST_WAITING:
                    running.process.kill()  # it is told as the end of its process is
                pipe.write(line)

    async def stop(self) -> int:
        """End the events, give the services a moment, then end what is left. How many processes were there."""
        running, self._running = list(self._running.values()), {}
        if not running:
            return 0
        for each in running:
            each.end.cancel()
        alive = [each for each in running if each.process.returncode is None]
        for each in alive:
            if each.process.stdin is not None:
                each.process.stdin.close()
        ends = [asyncio.create_task(each.process.wait()) for each in alive]
        if ends:
            await asyncio.wait(ends, timeout=STOP_TIME)
        ended = sum(each.process.returncode is not None for each in alive)
        ended += await asyncio.to_thread(
            end, [e.process.pid for e in alive if e.process.returncode is None], self._mark
        )
        await asyncio.wait([*ends, *(each.end for each in running)])
        for each in running:
            each.process._transport.close()  # type: ignore[attr-defined]
        return ended

    async def _started(self, entry: Installed) -> asyncio.subprocess.Process:
        with ExitStack() as opened:
            log = asyncio.subprocess.DEVNULL
            if self._log is not None:
                self._log.parent.mkdir(parents=True, exist_ok=True)
                log = opened.enter_context(self._log.open("ab")).fileno()
            return await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "kinos.extension.host", "service", entry.value, str(self._root),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=log,
                env={**without_keys(), "KINOS_TEAM_MARK": self._mark}, start_new_session=True,
            )  # fmt: skip

    async def _watch(self, entry: Installed, process: asyncio.subprocess.Process, say: Say) -> None:
        assert process.stdout is not None
        said = ""
        with suppress(ValueError):  # a line without end
            said = (await process.stdout.readline()).decode(errors="replace").strip()
        code = await process.wait()
        self._running.pop(entry.name, None)
        why = said or f"its process ended with {code}"
        say("warning", f"The service {entry.said} failed and is left out until the team starts again: {why}")
