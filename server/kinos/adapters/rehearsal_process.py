"""The rehearsal model's server as a process of its own, which ends with this one."""

import asyncio
import json
import sys

from kinos.adapters.environment import OWN, allowed
from kinos.domain.errors import SetupError

_START = 30.0
"""Seconds until it must listen."""


class RehearsalProcess:
    """Starts at first use."""

    def __init__(self, delay: float = 0.0) -> None:
        self._delay = delay
        self._process: asyncio.subprocess.Process | None = None
        self._url = ""

    async def start(self) -> str:
        """Its address on 127.0.0.1."""
        if self._process is None or self._process.returncode is not None:
            await self.stop()
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",  # never modules from the folder we happen to be in
                "-m",
                "kinos.worker.rehearsal",
                "--delay",
                str(self._delay),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=allowed(OWN),
                start_new_session=True,
            )
            assert self._process.stdout is not None
            try:
                line = await asyncio.wait_for(self._process.stdout.readline(), _START)
                self._url = json.loads(line)["url"]
            except (TimeoutError, ValueError, KeyError) as error:
                await self.stop()
                raise SetupError("The rehearsal model did not start.", "Install KinOS again.") from error
        return self._url

    async def stop(self) -> int:
        """End it; how many processes ended."""
        process, self._process = self._process, None
        if process is None:
            return 0
        ended = int(process.returncode is None)
        if ended:
            process.kill()
        await process.wait()
        # Closes the pipes; without it they would be closed by the collector, with a warning.
        process._transport.close()  # type: ignore[attr-defined]
        return ended
