"""The control socket: how a terminal reaches the engine in an editor, or in another terminal.

Engines listen on `<runtime folder>/kinos/<hash of the real workspace path>-<process>.sock`, mode 0700. A request is a
frame `{"method", "params"}`, the answer `{"result"}` or `{"error": {"message", "remedy", "exit"}}`.
"""

import asyncio
import hashlib
import json
import os
import socket
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from kinos.adapters.frame import framed, read_frame
from kinos.domain.errors import KinosError, SetupError, UsageError

_LONGEST_FOLDER = 64

_PROBE = 1.0
"""Seconds for a connection to an engine of this machine; it is made by the system, however busy the engine is."""

type Handler = Callable[[str, Mapping[str, Any]], Awaitable[Any]]

_ANSWER = 60.0
"""Seconds a client waits for an answer: stopping and undoing may take some."""


def runtime_folder() -> Path:
    """Where the sockets of the user's engines are. Raises SetupError when it cannot be made or is not safe."""
    base = _base()
    try:
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = base.lstat()
    except OSError as error:
        text = f"{base}, where KinOS is reached, cannot be made: {error.strerror}."
        raise SetupError(text, "Set XDG_RUNTIME_DIR to a folder of your own.") from error
    if found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise SetupError(f"{base} belongs to somebody else or is open to others.", "Remove it and start again.")
    return base


def _base() -> Path:
    """The first place whose path is short enough: a socket's may have 107 bytes on Linux and 103 on macOS, its name 37."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    own = f"kinos-{os.getuid()}"
    wanted = [*([Path(runtime) / "kinos"] if runtime else []), Path(tempfile.gettempdir()) / own]
    return next((each for each in wanted if len(os.fsencode(each)) <= _LONGEST_FOLDER), Path("/tmp") / own)  # noqa: S108


def _stem(root: Path) -> str:
    return hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:20]


class ControlServer:
    """Offers one engine to other processes of the same user."""

    def __init__(self, root: Path, handler: Handler) -> None:
        self._root = root
        self._handler = handler
        self._server: asyncio.Server | None = None
        self._path: Path | None = None

    async def start(self) -> None:
        """Listen. Raises SetupError when the runtime folder is not safe."""
        self._path = runtime_folder() / f"{_stem(self._root)}-{os.getpid()}.sock"
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self._path)

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (body := await read_frame(reader)) is not None:
                writer.write(framed(json.dumps(await self._answer(body)).encode()))
                await writer.drain()
        except (ValueError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, body: bytes) -> Mapping[str, Any]:
        try:
            request = json.loads(body)
            if not isinstance(request, dict) or not isinstance(request.get("params", {}), dict | None):
                raise UsageError("That is no request: an object with method and params is.")
            return {"result": await self._handler(str(request.get("method")), request.get("params") or {})}
        except KinosError as error:
            return {"error": {"message": error.message, "remedy": error.remedy, "exit": error.exit_code}}


async def ask(process: int, root: Path, method: str, params: Mapping[str, Any]) -> Any:
    """Ask the engine of `process` on the workspace. Raises KinosError with its answer, SetupError when it is not there."""
    path = runtime_folder() / f"{_stem(root)}-{process}.sock"
    try:
        async with asyncio.timeout(_ANSWER):
            reader, writer = await asyncio.open_unix_connection(path)
    except OSError as error:  # also a time-out
        raise SetupError(f"KinOS (process {process}) does not answer.", "Look whether it still runs.") from error
    try:
        writer.write(framed(json.dumps({"method": method, "params": dict(params)}).encode()))
        body = await asyncio.wait_for(read_frame(reader), _ANSWER)
    except OSError:  # a time-out; it has ended; it never took the connection
        body = None
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    if body is None:
        raise SetupError(f"KinOS (process {process}) did not answer.", "Look whether it still runs.")
    return _result(json.loads(body))


def engines(root: Path) -> list[int]:
    """Processes that listen for this workspace; sockets of dead ones are removed."""
    found = []
    for path in runtime_folder().glob(f"{_stem(root)}-*.sock"):
        if _answers(path):
            found.append(int(path.stem.rpartition("-")[2]))
        else:
            path.unlink(missing_ok=True)
    return sorted(found)


def around(root: Path, inner: Iterable[str]) -> tuple[Path, int] | None:
    """A folder around `root`, or one of `inner` in it, on which the engine of another process listens, and that process."""
    listening: dict[str, list[Path]] = {}
    for path in runtime_folder().glob("*.sock"):
        stem, _, process = path.stem.rpartition("-")
        if process != str(os.getpid()):
            listening.setdefault(stem, []).append(path)
    if not listening:
        return None
    real = root.resolve()
    for folder in (*real.parents, *(real / name for name in inner)):
        for path in listening.get(_stem(folder), ()):
            if _answers(path):
                return folder, int(path.stem.rpartition("-")[2])
    return None


def _answers(path: Path) -> bool:
    """Whether somebody listens; the number in a dead one's name may be another process by now."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(_PROBE)
        try:
            probe.connect(os.fspath(path))
        except (BlockingIOError, TimeoutError):
            return True  # so many wait for it that there is no room for one more: it is there, and does not answer
        except OSError:
            return False
        return True


def _result(answer: Mapping[str, Any]) -> Any:
    if "error" not in answer:
        return answer["result"]
    error = KinosError(answer["error"]["message"], answer["error"]["remedy"])
    error.exit_code = answer["error"]["exit"]
    raise error
