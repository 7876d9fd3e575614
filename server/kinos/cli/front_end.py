"""`kin NAME`: a front end of an installed package, which drives an engine of its own."""

import argparse
import asyncio
import signal
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from kinos.cli.outside import Outside
from kinos.cli.terminal import warn
from kinos.domain.errors import KinosError, SetupError, WorkspaceHeldError
from kinos.domain.event import Event, wire
from kinos.domain.state import State
from kinos.engine.command import run as command
from kinos.engine.session import Session
from kinos.extension import FrontEnd
from kinos.extension.installed import Installed, load

STOPPED = 130

type Hear = Callable[[Mapping[str, Any]], None]


class PackagedCommand:
    """A command as `cli.main` wants it. Making it imports the package: raises SetupError when that fails."""

    def __init__(self, entry: Installed) -> None:
        self._entry = entry
        self._front_end: FrontEnd = self._guarded(partial(_made, entry), verbose=False)
        self.summary = str(getattr(self._front_end, "summary", "") or f"of {entry.origin}")

    def options(self, parser: argparse.ArgumentParser) -> None:
        """Add its options."""
        self._guarded(lambda: self._front_end.options(parser), verbose=False)

    def run(self, args: argparse.Namespace, outside: Outside) -> int:
        """Run it; returns the exit code."""
        return self._guarded(lambda: asyncio.run(self._run(args, outside)), verbose=args.verbose)

    async def _run(self, args: argparse.Namespace, outside: Outside) -> int:
        workspace = outside.workspace(args.folder, f"kin {self._entry.name}")
        for problem in workspace.problems:
            warn(problem, args.folder)
        if others := outside.engines(args.folder):
            raise WorkspaceHeldError(
                f"Another KinOS (process {others[0]}) works on this folder.", "`kin stop` ends its team."
            )
        try:
            await workspace.open()
            engine = SessionEngine(workspace.session)
            work = asyncio.ensure_future(self._front_end.run(args, engine))
            engine.failed = lambda error: work.cancel()
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, work.cancel)
            await asyncio.wait([work])
            if engine.problem is not None:
                raise engine.problem
            return STOPPED if work.cancelled() else int(work.result())
        finally:
            await workspace.close()

    def _guarded[T](self, do: Callable[[], T], *, verbose: bool) -> T:
        """What `do` returns. Raises SetupError for whatever the code of the package raises that is no KinosError."""
        try:
            return do()
        except KinosError:
            raise
        except Exception as error:
            if verbose:
                warn(traceback.format_exc())
            raise SetupError(
                f"The command {self._entry.said} failed: {type(error).__name__}: {error}.",
                "It is no part of KinOS: tell who made it; -v shows where it failed.",
            ) from error


def _made(entry: Installed) -> FrontEnd:
    made: FrontEnd = load(entry.value)()
    return made


class SessionEngine:
    """Implements `kinos.extension.Engine`. `problem` is what a subscriber raised; `failed` is told then."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.problem: Exception | None = None
        self.failed: Callable[[Exception], object] = lambda error: None

    async def ask(self, method: str, params: Mapping[str, Any]) -> Any:
        """Give a command."""
        return await command(self._session, method, params)

    def status(self) -> Mapping[str, Any]:
        """The object of `kinos/status`."""
        return self._session.picture()

    def subscribe(self, hear: Hear) -> Callable[[], None]:
        """Hear events."""

        def heard(before: State, after: State, event: Event) -> None:
            if self.problem is None:
                try:
                    hear(wire(event))
                except Exception as error:  # noqa: BLE001 - it would be taken for a fault of the engine
                    self.problem = error
                    self.failed(error)

        return self._session.subscribe(heard)

    async def finished(self) -> None:
        """Wait until the team has stopped."""
        await self._session.finished()
