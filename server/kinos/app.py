"""The composition root: builds the adapters and hands them to the engine, and the engine to a front end."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kinos.adapters.catalog import FileCatalog
from kinos.adapters.clock import RandomIds, SystemClock
from kinos.adapters.config_file import layer, user_file, workspace_file
from kinos.adapters.control_socket import ControlServer, ask, engines
from kinos.adapters.counter_client import CounterProcess
from kinos.adapters.disk import FileDisk
from kinos.adapters.log import EventLog
from kinos.adapters.rehearsal_process import RehearsalProcess
from kinos.adapters.share import shared
from kinos.adapters.state_folder import WorkspaceState
from kinos.adapters.worker_client import WorkerPool
from kinos.domain.setting import Layer, Settings, Source, flattened, from_environment, resolve
from kinos.engine.command import run
from kinos.engine.ports import Catalog, Editor
from kinos.engine.session import Ports, Session


@dataclass(frozen=True, slots=True)
class Workspace:
    """One folder with its engine. `problems` are sentences about settings that were not taken."""

    root: Path
    session: Session
    control: ControlServer
    log: EventLog
    problems: tuple[str, ...]

    async def open(self) -> None:
        """Listen to other processes, and count the folder."""
        await self.control.start()
        await self.session.open()

    async def close(self) -> None:
        """End everything, whatever part of it fails."""
        try:
            await self.session.close()
        finally:
            await self.control.stop()
            self.log.close()


class App:
    """Everything a front end asks for."""

    def settings(self, root: Path, layers: Sequence[Layer] = ()) -> tuple[Settings, tuple[str, ...]]:
        """The settings for a folder from files, environment and the given layers, and a sentence for each thing wrong."""
        user, user_problems = layer(user_file(), Source.USER_FILE)
        workspace, workspace_problems = layer(workspace_file(root), Source.WORKSPACE_FILE)
        settings, problems = resolve([user, workspace, from_environment(os.environ), *layers])
        return settings, (*user_problems, *workspace_problems, *problems)

    def disk(self, root: Path, settings: Settings) -> FileDisk:
        """The files of a folder. Raises SetupError when it cannot be read."""
        disk = FileDisk(root, settings.documents_exclude)
        disk.check()
        return disk

    def catalog(self, root: Path | None) -> Catalog:
        """Teams and agents, those of the folder included."""
        return FileCatalog(root)

    def example(self) -> Path:
        """The sample workspace that KinOS ships."""
        return shared() / "examples" / "workspace"

    def engines(self, root: Path) -> Sequence[int]:
        """Processes whose engine listens for this folder, the one that holds it first."""
        holder = WorkspaceState(root.resolve(), 0, 0).holder_pid()
        return sorted(engines(root), key=lambda process: process != holder)

    async def ask(self, process: int, root: Path, method: str, params: Mapping[str, Any]) -> Any:
        """Ask the engine of another process."""
        return await ask(process, root, method, params)

    def workspace(
        self,
        root: Path,
        front_end: str,
        layers: Sequence[Layer] = (),
        *,
        editor: Editor | None = None,
        trusted: bool = True,
    ) -> Workspace:
        """The engine of a folder, not yet opened. Raises SetupError when the folder cannot be read."""
        settings, problems = self.settings(root, layers)
        disk = self.disk(root, settings)
        # Waiting for the lock would freeze an editor: there the answer comes at once.
        patience = 0.0 if editor else settings.lock_timeout
        folder = WorkspaceState(disk.root, patience, settings.lock_interval)
        ports = Ports(
            disk=disk,
            folder=folder,
            catalog=FileCatalog(disk.root),
            workers=WorkerPool(settings.agents_python, folder.file("worker.log")),
            rehearsal=RehearsalProcess(),
            counting=CounterProcess(),
            clock=SystemClock(),
            ids=RandomIds(),
            editor=editor,
        )
        session = Session(ports, settings, front_end, trusted=trusted)

        async def answer(method: str, params: Mapping[str, Any]) -> Any:
            return await run(session, method, params)

        log = EventLog(folder.file("kinos.log"), settings.log_level)
        session.subscribe(log.show)
        return Workspace(disk.root, session, ControlServer(disk.root, answer), log, problems)

    def serve(self, address: tuple[str, int] | None) -> int:
        """Run the language server, on stdio or on TCP, until it ends."""
        from kinos.lsp.server import run_stdio, run_tcp

        def make(root: Path, settings: Mapping[str, Any], trusted: bool, editor: Editor) -> Workspace:
            given = Layer(Source.EDITOR, flattened(settings))
            return self.workspace(root, "an editor", [given], editor=editor, trusted=trusted)

        return run_tcp(make, *address) if address else run_stdio(make)
