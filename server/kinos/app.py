"""The composition root: builds the adapters and hands them to the engine, and the engine to a front end."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kinos.domain.layer import Layer, Source, resolve
from kinos.domain.setting import Settings, secrets
from kinos.workspace import Workspace, of_an_editor

if TYPE_CHECKING:
    from kinos.adapters.disk import FileDisk
    from kinos.adapters.editor_home import EditorHome
    from kinos.adapters.folder import Folder
    from kinos.adapters.service_process import ServiceProcesses
    from kinos.adapters.size_cache import Bounds
    from kinos.adapters.state_folder import WorkspaceState
    from kinos.domain.conversion import Converted
    from kinos.domain.count import Count
    from kinos.domain.demand import Demand
    from kinos.engine.circuit import Circuits
    from kinos.engine.outside import Ports
    from kinos.engine.ports import Catalog, Checkup, Editor
    from kinos.tokens.family import Choice

# Each method imports what it needs: a commit hook that counts one file must not wait for a whole engine to be imported.


class App:
    """Everything a front end asks for. What the teams of all its folders share is made once."""

    @cached_property
    def _circuits(self) -> Circuits:
        from kinos.adapters.clock import SystemClock
        from kinos.engine.circuit import Circuits

        return Circuits(SystemClock())

    def settings(self, root: Path, layers: Sequence[Layer] = ()) -> tuple[Settings, tuple[str, ...]]:
        """The settings for a folder from files, environment and the given layers, and a sentence for each thing wrong."""
        from kinos.adapters.configuration import Configuration

        return Configuration(root, layers).read()

    def demands(self, root: Path) -> tuple[Sequence[tuple[Demand, bool]], Sequence[str]]:
        """What the folder brings beyond tightening, each with whether it is approved, and what it brings in vain."""
        from kinos.adapters.approval import Approvals
        from kinos.adapters.catalog import FileCatalog
        from kinos.adapters.config_file import layer, user_file, workspace_file

        self.disk(root, Settings())  # a folder that is not there is told from one that brings nothing
        asked: list[Demand] = []

        def record(demand: Demand) -> bool:
            asked.append(demand)
            return True

        user, _ = layer(user_file(), Source.USER_FILE)
        workspace, problems = layer(workspace_file(root), Source.WORKSPACE_FILE)
        _, refused = resolve([user, workspace], record)
        approved = Approvals(root)
        own = [problem for problem in refused if problem.startswith(workspace.where)] if workspace.where else []
        return [(demand, approved(demand)) for demand in (*asked, *FileCatalog(root).demands())], (*problems, *own)

    def approve(self, root: Path, demands: Sequence[Demand]) -> None:
        """From now on these count in the folder, and nothing else of the kind."""
        from kinos.adapters.approval import Approvals

        Approvals(root).approve(demands)

    def mission(self, folder: Path) -> Path:
        """Make the folder a mission; the file of its request. Raises UsageError when there is one, SetupError."""
        from kinos.adapters.mission import make_mission

        return make_mission(folder)

    def disk(self, root: Path, settings: Settings) -> FileDisk:
        """The files of a folder. Raises SetupError when it cannot be read."""
        from kinos.adapters.disk import FileDisk

        disk = FileDisk(root, settings.documents_exclude)
        disk.check()
        return disk

    def counts(self, root: Path, settings: Settings, choice: Choice) -> Iterator[Count]:
        """The documents of a folder as they are now. Raises SetupError when the folder cannot be read."""
        from kinos.domain.count import Terms

        self.disk(root, settings)
        scan = self._counted(root, settings).scan(
            Terms(choice.tokenizer, choice.counted, settings.documents_max_bytes, settings.documents_exclude),
            shared=True,
        )
        with closing(scan):
            yield from scan.everything()

    def confirmed(self, settings: Settings, choice: Choice, texts: Sequence[str]) -> list[int]:
        """What Anthropic's `count_tokens` says of each text, the message's overhead taken off."""
        from kinos.adapters.confirmation import Confirmation
        from kinos.adapters.size_cache import SizeCache, cache_file
        from kinos.domain.errors import NoKeyError, UsageError
        from kinos.domain.message import Endpoint
        from kinos.tokens.claude import TOKENIZERS
        from kinos.tokens.family import tokenizer_for

        tokenizer = TOKENIZERS.get(choice.tokenizer)
        if tokenizer is None:
            raise UsageError("Only sizes in a tokenizer of Claude can be confirmed.", "Give one with --tokenizer.")
        if not settings.model_key:
            raise NoKeyError("There is no API key, so nothing can be confirmed.", "Set ANTHROPIC_API_KEY.")
        own = tokenizer_for("auto", settings.model_plan).tokenizer == choice.tokenizer
        endpoint = Endpoint(settings.model_key, settings.model_endpoint or None)
        with closing(SizeCache(cache_file(), self._bounds(settings))) as cache:
            asked = Confirmation(
                settings.model_plan if own else tokenizer.model, endpoint, settings.agents_python, cache
            )
            return [count - tokenizer.overhead for count in asked.counts(texts)]

    def catalog(self, root: Path | None) -> Catalog:
        """Teams and agents, those of the folder included."""
        from kinos.adapters.approval import Approvals
        from kinos.adapters.catalog import FileCatalog
        from kinos.domain.demand import nothing

        return FileCatalog(root, Approvals(root) if root else nothing)

    def convert(self, source: Path, root: Path, *, replace: bool) -> Sequence[Converted]:
        """Write the teams of 2024 in `source` as files of today into the folder `root`."""
        from kinos.adapters.conversion import convert

        return convert(source, root, replace=replace)

    def checkup(self, root: Path) -> Checkup:
        """Looks at all that an engine on the folder needs."""
        return self._doctor(root.resolve(), lambda: self.settings(root))

    def _doctor(self, root: Path, settings: Callable[[], tuple[Settings, Sequence[str]]]) -> Checkup:
        from kinos.adapters.doctor import Doctor
        from kinos.domain.rehearsal import only_rehearses

        return Doctor(root, settings, self.catalog(root), lambda: only_rehearses(os.environ))

    def neighbour(self, root: Path) -> tuple[Path, int] | None:
        """A folder around this one, or inside, on which the engine of another process listens, and that process."""
        from kinos.adapters.control_socket import around
        from kinos.engine.keeper import inner

        def folders() -> Iterator[str]:
            settings, _ = self.settings(root)
            yield from inner(self.disk(root, settings).paths())

        return around(root, folders())

    def editors(self) -> EditorHome:
        """The person's editors."""
        from kinos.adapters.editor_home import EditorHome

        return EditorHome(os.environ, Path.home())

    def sample(self, into: Path | None) -> Path:
        """Copy the sample workspace to `into`, else to a temporary folder; its real path. Raises SetupError."""
        from kinos.adapters.mission import make_sample
        from kinos.adapters.share import shared

        return make_sample(shared() / "examples" / "workspace", into)

    def engines(self, root: Path) -> Sequence[int]:
        """Processes whose engine listens for this folder, the one that holds it first."""
        from kinos.adapters.control_socket import engines
        from kinos.adapters.state_folder import WorkspaceState

        holder = WorkspaceState(root.resolve(), 0, 0).holder_pid()
        return sorted(engines(root), key=lambda process: process != holder)

    async def ask(self, process: int, root: Path, method: str, params: Mapping[str, Any]) -> Any:
        """Ask the engine of another process."""
        from kinos.adapters.control_socket import ask

        return await ask(process, root, method, params)

    def workspace(
        self,
        root: Path,
        front_end: str,
        layers: Sequence[Layer] = (),
        *,
        editor: Editor | None = None,
        trusted: bool = True,
        brief: bool = False,
        verbose: bool = False,
    ) -> Workspace:
        """The engine of a folder, not yet opened; a `brief` one is for a single command, a `verbose` one logs to stderr too.

        Raises SetupError when the folder cannot be read.
        """
        from kinos.adapters.configuration import Configuration
        from kinos.adapters.control_socket import ControlServer
        from kinos.adapters.log import EventLog, Lines, TerminalLog
        from kinos.adapters.service_process import ServiceProcesses
        from kinos.adapters.share import shared
        from kinos.adapters.state_folder import WorkspaceState
        from kinos.domain.event import wire
        from kinos.domain.secret import redaction
        from kinos.engine.command import run
        from kinos.engine.session import Session

        configuration = Configuration(root, layers)
        settings, problems = configuration.read()
        disk = self.disk(root, settings)
        # Waiting for the lock would freeze an editor: there the answer comes at once.
        patience = 0.0 if editor else settings.lock_timeout

        # What is made before the session looks at its settings only later, whatever they are by then.
        def now() -> Settings:
            return session.settings

        def redact(text: str) -> str:
            return redaction(secrets(now()))(text)

        folder = WorkspaceState(disk.root, patience, settings.lock_interval, redact)
        services = ServiceProcesses(disk.root, folder.file("service.log"))
        checkup = self._doctor(disk.root, lambda: (session.settings, session.problems))
        ports = self._ports(now, self._counted(disk.root, settings), disk, folder, services, editor, brief=brief)
        ports = replace(ports, checkup=checkup, origin=configuration)
        session = Session(ports, settings, front_end, trusted=trusted, problems=problems)

        async def answer(method: str, params: Mapping[str, Any]) -> Any:
            return await run(session, method, params)

        lines = Lines(lambda: now().log_level, {"workspace": disk.root.name, "session": session.id}, redact)
        log = _log_file(settings.log_file, folder.file("kinos.log"))
        session.subscribe(EventLog(log, lines).show)
        session.subscribe(lambda before, after, event: services.hear(lambda: wire(event)))
        if verbose:
            session.subscribe(TerminalLog(lines).show)
        control = ControlServer(disk.root, answer)
        return Workspace(disk.root, session, control, configuration, shared() / "docs", log, brief)

    def _ports(
        self, settings: Callable[[], Settings], counted: Folder, disk: FileDisk, folder: WorkspaceState,
        services: ServiceProcesses, editor: Editor | None, *, brief: bool,
    ) -> Ports:  # fmt: skip
        from kinos.adapters.approval import Approvals
        from kinos.adapters.catalog import FileCatalog
        from kinos.adapters.check_process import CheckProcess
        from kinos.adapters.clock import RandomIds, SystemClock
        from kinos.adapters.counter_client import CounterProcess
        from kinos.adapters.counter_here import CountingHere
        from kinos.adapters.day_ledger import FileDayLedger, ledger_file
        from kinos.adapters.own_file import FileOwnFiles
        from kinos.adapters.rehearsal_process import RehearsalProcess
        from kinos.adapters.worker_client import WorkerPool
        from kinos.engine.outside import Ports

        approvals = Approvals(disk.root)
        catalog = FileCatalog(disk.root, approvals)
        return Ports(
            disk=disk,
            folder=folder,
            catalog=catalog,
            workers=WorkerPool(lambda: settings().agents_python, folder.file("worker.log")),
            rehearsal=RehearsalProcess(),
            counting=CountingHere(counted) if brief else CounterProcess(counted),
            clock=SystemClock(),
            ids=RandomIds(),
            days=FileDayLedger(ledger_file()),
            editor=editor,
            checker=CheckProcess(disk.root),
            circuits=self._circuits,
            services=services,
            own=FileOwnFiles(disk.root, catalog, approvals),
        )

    def serve(self, address: tuple[str, int] | None) -> int:
        """Run the language server, on stdio or on TCP, until it ends."""
        # All that is loaded here stays: to look through it for what could go costs a seventh of the start.
        gc.disable()
        from kinos.adapters.share import shared
        from kinos.lsp.outside import General
        from kinos.lsp.server import run_stdio, run_tcp

        gc.freeze()
        gc.enable()

        def make(root: Path, settings: Mapping[str, Any], trusted: bool, editor: Editor) -> Workspace:
            return self.workspace(root, "an editor", [of_an_editor(settings)], editor=editor, trusted=trusted)

        def settings(given: Mapping[str, Any]) -> tuple[Settings, Sequence[str]]:
            from kinos.adapters.configuration import Configuration

            return Configuration(None, [of_an_editor(given)]).read()

        def kill() -> None:
            from uuid import uuid4

            from kinos.adapters.descendant import end
            from kinos.domain.errors import SurvivedError

            with suppress(SurvivedError):
                end([os.getpid()], uuid4().hex, patience=0.1)

        general = General(settings, shared() / "docs", self)
        return run_tcp(make, general, kill, *address) if address else run_stdio(make, general, kill)

    def _counted(self, root: Path, settings: Settings) -> Folder:
        """What is looked at when the documents of a folder are counted."""
        from kinos.adapters.folder import Folder
        from kinos.adapters.size_cache import cache_file

        return Folder(root, cache_file(), self._bounds(settings))

    def _bounds(self, settings: Settings) -> Bounds:
        from kinos.adapters.size_cache import Bounds

        return Bounds(settings.cache_bytes, settings.cache_days, settings.cache_cleanup)


def _log_file(given: str, own: Path) -> Path:
    """Where the log is written; a folder that the user named is made."""
    if not given:
        return own
    file = Path(given).expanduser()
    with suppress(OSError):  # the log says once that it cannot be written
        file.parent.mkdir(parents=True, exist_ok=True)
    return file
