"""An engine that is killed at a step of one's choice: forks for each order a process that works on a real folder.

Orders and answers are JSON lines. A step is each call by which anything in the folder is changed or flushed, and the
middle of each write: what is killed there has written half.
"""

import asyncio
import errno
import io
import json
import os
import signal
import sys
from pathlib import Path
from threading import Lock
from typing import Any

from fakes.catalog import MemoryCatalog, agent
from fakes.clock import FakeClock
from fakes.days import MemoryDayLedger
from fakes.workers import FakeRehearsal, ScriptedWorkers
from kinos.adapters.clock import RandomIds, SystemClock
from kinos.adapters.counter_here import CountingHere
from kinos.adapters.disk import FileDisk
from kinos.adapters.folder import Folder
from kinos.adapters.size_cache import Bounds, cache_file
from kinos.adapters.state_folder import WorkspaceState
from kinos.domain.errors import KinosError
from kinos.domain.setting import Settings
from kinos.engine import landing
from kinos.engine.history import Selection
from kinos.engine.lifecycle import Start
from kinos.engine.outside import Ports
from kinos.engine.run import Ends
from kinos.engine.session import Session
from kinos.tokens.counter import counter_for
from kinos.tokens.family import tokenizer_for

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_CHANGING = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.chown", "os.truncate")


class Fuse:
    """Tells each step in `folder` to the file `told`, and kills this very process at step number `at`."""

    def __init__(self, folder: Path, told: int, at: int | None) -> None:
        self._folder = str(folder)
        self._told = told
        self._at = at
        self._count = 0
        self._alone = Lock()

    def burn(self, what: str, path: object) -> None:
        """One more step, if it is in the folder."""
        name = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else ""
        if not name.startswith(self._folder):
            return
        with self._alone:
            os.write(self._told, f"{what} {name.removeprefix(self._folder)}\n".encode())
            self._count += 1
            if self._at is not None and self._count > self._at:
                os.kill(os.getpid(), signal.SIGKILL)

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """What Python says before it asks the system."""
        if event in _CHANGING or (event == "open" and arguments[2] & _WRITING):
            self.burn(event, arguments[0])

    def light(self) -> None:
        """From now on steps count."""
        sys.addaudithook(self.audit)
        fsync, opened = os.fsync, io.open

        def burning_fsync(handle: int) -> None:
            self.burn("fsync", _named(handle))
            fsync(handle)

        def burning_open(file: Any, *arguments: Any, **more: Any) -> Any:
            stream = opened(file, *arguments, **more)
            return Stream(stream, self) if stream.writable() else stream

        os.fsync = burning_fsync
        io.open = burning_open  # type: ignore[assignment]


class Stream:
    """A file to which everything is written in two halves."""

    def __init__(self, inner: Any, fuse: Fuse) -> None:
        self._inner = inner
        self._fuse = fuse

    def write(self, content: Any) -> int:
        """Write, with a step in the middle and one at the end."""
        half = len(content) // 2
        for part in (content[:half], content[half:]):
            self._inner.write(part)
            self._inner.flush()
            self._fuse.burn("written", _named(self._inner.fileno()))
        return len(content)

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_: object) -> None:
        self._inner.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def _named(handle: int) -> str:
    return os.readlink(f"/proc/self/fd/{handle}")  # noqa: PTH115


def full(name: str) -> None:
    """From now on the disk has no room for the file called `name`."""
    replace = os.replace

    def refuse(source: Any, target: Any) -> None:
        if Path(target).name == name:
            raise OSError(errno.ENOSPC, "No space left on device")
        replace(source, target)

    os.replace = refuse  # type: ignore[assignment]


def engine(root: Path) -> Session:
    """The engine of `root`: everything that touches the folder is real, only models are not."""
    # The end of a landing is flushed when the engine closes: a time would make it another step each time.
    landing.SOON = 3600.0
    workers = ScriptedWorkers(FakeClock())
    settings = Settings(model_key="key", landing_mode="auto", map_write="never")
    counted = Folder(root, cache_file(), Bounds(settings.cache_bytes, settings.cache_days, settings.cache_cleanup))
    catalog = MemoryCatalog({"crew": {"ann": (1.0, 1.0)}}, {"ann": agent("ann")})
    ports = Ports(
        FileDisk(root), WorkspaceState(root, 5, 0.05), catalog, workers, FakeRehearsal(), CountingHere(counted),
        SystemClock(), RandomIds(), MemoryDayLedger(),
    )  # fmt: skip
    return Session(ports, settings, "a test")


async def carry_out(order: dict[str, Any]) -> None:
    """What the order says, as a front end would ask for it."""
    session = engine(Path(order["folder"]))
    try:
        await session.open()
        match order["do"]:
            case "accept":
                await session.accept(order["change"])
            case "undo":
                await session.undo(Selection(change=order["change"]))
            case "redo":
                await session.redo(Selection(change=order["change"]))
            case "start":
                await session.start_team(Start("crew", ends=Ends(cycles=0)))
                await session.finished()
    finally:
        await session.close()


def mortal(order: dict[str, Any], told: int) -> None:
    """The life of the process that carries the order out. Its exit code is 3 when KinOS said why not."""
    code = 1
    try:
        if order.get("full"):
            full(order["full"])
        Fuse(Path(order["folder"]), told, order.get("at")).light()
        asyncio.run(carry_out(order))
        code = 0
    except KinosError:
        code = 3
    finally:
        os._exit(code)


def main() -> None:
    """Serve until the orders end."""
    settings = Settings()
    counter_for(tokenizer_for(settings.tokens_tokenizer, settings.model_plan).tokenizer).count("warm")
    for line in sys.stdin:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            mortal(json.loads(line), write)
        os.close(write)
        with os.fdopen(read) as stream:
            steps = stream.read().splitlines()
        _, status = os.waitpid(child, 0)
        print(json.dumps({"ended": os.waitstatus_to_exitcode(status), "steps": steps}), flush=True)


if __name__ == "__main__":
    main()
