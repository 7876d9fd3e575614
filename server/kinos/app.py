"""The composition root: builds the adapters and hands them to the engine, and the engine to a front end."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kinos.adapters.catalog import FileCatalog
from kinos.adapters.clock import RandomIds, SystemClock
from kinos.adapters.config_file import layer, user_file, workspace_file
from kinos.adapters.control_socket import ControlServer
from kinos.adapters.counter_client import CounterProcess
from kinos.adapters.disk import FileDisk
from kinos.adapters.rehearsal_process import RehearsalProcess
from kinos.adapters.state_folder import WorkspaceState
from kinos.adapters.worker_client import WorkerPool
from kinos.domain.setting import Layer, Settings, Source, from_environment, resolve
from kinos.engine.command import run
from kinos.engine.ports import Editor
from kinos.engine.session import Ports, Session


@dataclass(frozen=True, slots=True)
class Workspace:
    """One folder with its engine. `problems` are sentences about settings that were not taken."""

    root: Path
    session: Session
    control: ControlServer
    problems: tuple[str, ...]

    async def open(self) -> None:
        """Listen to other processes, and count the folder."""
        await self.control.start()
        await self.session.open()

    async def close(self) -> None:
        """End everything."""
        await self.session.close()
        await self.control.stop()


def settings_of(root: Path, layers: Sequence[Layer] = ()) -> tuple[Settings, tuple[str, ...]]:
    """The settings for a folder from files, environment and the given layers (editor, command line), and what was wrong."""
    user, user_problems = layer(user_file(), Source.USER_FILE)
    workspace, workspace_problems = layer(workspace_file(root), Source.WORKSPACE_FILE)
    settings, problems = resolve([user, workspace, from_environment(os.environ), *layers])
    return settings, (*user_problems, *workspace_problems, *problems)


def disk_of(root: Path, settings: Settings) -> FileDisk:
    """The files of a folder. Raises SetupError when it cannot be read."""
    disk = FileDisk(root, settings.documents_exclude)
    disk.check()
    return disk


def workspace(
    root: Path, front_end: str, layers: Sequence[Layer] = (), *, editor: Editor | None = None, trusted: bool = True
) -> Workspace:
    """The engine of a folder, not yet opened. Raises SetupError when the folder cannot be read."""
    settings, problems = settings_of(root, layers)
    disk = disk_of(root, settings)
    folder = WorkspaceState(disk.root, settings.lock_timeout, settings.lock_interval)
    ports = Ports(
        disk=disk,
        folder=folder,
        catalog=FileCatalog(disk.root),
        workers=WorkerPool(settings.agents_python, folder.log),
        rehearsal=RehearsalProcess(),
        counting=CounterProcess(),
        clock=SystemClock(),
        ids=RandomIds(),
        editor=editor,
    )
    session = Session(ports, settings, front_end, trusted=trusted)

    async def answer(method: str, params: Mapping[str, object]) -> object:
        return await run(session, method, params)

    return Workspace(disk.root, session, ControlServer(disk.root, answer), problems)
