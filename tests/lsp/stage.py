"""An engine on a real folder for the front end's tests: no other process, no agents; and a client that keeps what it is told."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lsprotocol import types

from fakes.days import MemoryDayLedger
from kinos.adapters.catalog import FileCatalog
from kinos.adapters.clock import RandomIds, SystemClock
from kinos.adapters.counter_here import CountingHere
from kinos.adapters.disk import FileDisk
from kinos.adapters.folder import Folder as CountedFolder
from kinos.adapters.own_file import FileOwnFiles
from kinos.adapters.state_folder import WorkspaceState
from kinos.domain.demand import nothing
from kinos.domain.layer import Layer, Source, flattened, resolve
from kinos.domain.message import EditCall, Edited, Failed, PlanCall, Planned
from kinos.domain.notification import Kind
from kinos.domain.setting import Settings
from kinos.engine.outside import Ports
from kinos.engine.ports import Ear, Editor, Gate
from kinos.engine.session import Session
from kinos.lsp.background import Background
from kinos.lsp.diagnostic import Form
from kinos.lsp.folders import Folders
from kinos.lsp.offer import Maker
from kinos.lsp.option import Options
from kinos.tokens.position import Encoding


@dataclass
class RecordedProgress:
    """Implements `Progress`."""

    title: str
    cancel: Callable[[], object]
    after: float
    reports: list[tuple[str, int | None]] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)

    def report(self, message: str, percentage: int | None = None) -> None:
        self.reports.append((message, percentage))

    def end(self, message: str = "") -> None:
        self.ends.append(message)


@dataclass
class RecordingClient:
    """Implements `Client`."""

    encoding: Encoding = Encoding.UTF16
    form: Form = field(default_factory=Form)
    pulls: bool = False
    versioned_edits: bool = True
    edits: bool = True
    declared: frozenset[str] = frozenset()
    lists: Mapping[str, Sequence[object]] = field(default_factory=dict)
    commands: frozenset[str] = frozenset()
    renewed: list[str] = field(default_factory=list)
    published: list[tuple[str, int | None, list[types.Diagnostic]]] = field(default_factory=list)
    statuses: list[Mapping[str, Any]] = field(default_factory=list)
    asked: list[tuple[types.WorkspaceEdit, str]] = field(default_factory=list)
    logged: list[tuple[str, str]] = field(default_factory=list)
    told: list[tuple[Kind, str]] = field(default_factory=list)
    settings: list[Settings] = field(default_factory=list)
    progresses: list[RecordedProgress] = field(default_factory=list)
    questions: list[tuple[str, Sequence[str]]] = field(default_factory=list)
    answers: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def can(self, capability: str) -> bool:
        return capability in self.declared

    def listed(self, capability: str) -> Sequence[object]:
        return self.lists.get(capability, ())

    def refresh(self, method: str, answered: Callable[[], None]) -> None:
        self.renewed.append(method)
        self.news.set()
        answered()

    def publish(self, uri: str, version: int | None, diagnostics: Sequence[types.Diagnostic]) -> None:
        self.news.set()
        self.published.append((uri, version, list(diagnostics)))

    def status(self, picture: Mapping[str, Any]) -> None:
        self.news.set()
        self.statuses.append(picture)

    def edit(self, edit: types.WorkspaceEdit, label: str) -> None:
        self.asked.append((edit, label))

    def tell(self, kind: Kind, message: str) -> None:
        self.news.set()
        self.told.append((kind, message))

    @property
    def flashes(self) -> list[str]:
        """What the person was to see at once."""
        return [message for kind, message in self.told if kind is Kind.FLASH]

    def progress(self, title: str, cancel: Callable[[], object], after: float = 0.0) -> RecordedProgress:
        made = RecordedProgress(title, cancel, after)
        self.progresses.append(made)
        return made

    def configure(self, settings: Sequence[Settings]) -> None:
        self.settings = list(settings)

    def log(self, level: str, message: str) -> None:
        self.logged.append((level, message))

    async def ask(self, message: str, actions: Sequence[str]) -> str:
        self.questions.append((message, actions))
        return await self.answers.get()

    async def until(self, fits: Callable[[], object]) -> None:
        """Wait until what was said fits."""
        while not fits():
            self.news.clear()
            await self.news.wait()

    def shown(self, uri: str) -> list[str | int | None]:
        """The codes that are shown for a document now."""
        last = [diagnostics for name, _, diagnostics in self.published if name == uri][-1:]
        return [diagnostic.code for diagnostics in last for diagnostic in diagnostics]


class NoWorkers:
    """Implements `Workers` where no team is started."""

    async def start(self) -> None:
        raise AssertionError

    async def plan(self, call: PlanCall, gate: Gate, hear: Ear) -> Planned | Failed:
        raise AssertionError

    async def edit(self, call: EditCall, gate: Gate, hear: Ear) -> Edited | Failed:
        raise AssertionError

    def folder(self) -> AbstractContextManager[Path]:
        raise AssertionError

    async def stop(self) -> int:
        return 0


class NoRehearsal:
    """Implements `Rehearsal` where no team is started."""

    async def start(self) -> str:
        raise AssertionError

    async def stop(self) -> int:
        return 0


@dataclass
class StagedWorkspace:
    """Implements the front end's `Workspace`."""

    root: Path
    session: Session
    docs: Path = Path("/kinos/docs")
    log: Path = Path("/kinos/kinos.log")
    closed: bool = False
    watched: bool | None = None

    @property
    def problems(self) -> tuple[str, ...]:
        return self.session.problems

    async def configure(self, settings: Mapping[str, Any]) -> None:
        await self.session.configure(*resolve([Layer(Source.EDITOR, flattened(settings))]))

    async def open(self, *, watch: bool) -> None:
        self.watched = watch
        await self.session.open()

    async def close(self) -> None:
        self.closed = True
        await self.session.close()


async def idle(background: Background) -> None:
    """Until nothing runs in the background, and what is due in this turn of the loop has happened."""
    await asyncio.sleep(0)
    while background._tasks:
        await asyncio.wait(background._tasks)


def workspace(root: Path, given: Mapping[str, Any], trusted: bool, editor: Editor | None = None) -> StagedWorkspace:
    """A factory for the front end."""
    settings, problems = resolve([Layer(Source.EDITOR, flattened(given))])
    disk = FileDisk(root, settings.documents_exclude)
    disk.check()
    ports = Ports(
        disk=disk,
        folder=WorkspaceState(disk.root, 0.1, 0.01),
        catalog=FileCatalog(disk.root),
        own=FileOwnFiles(disk.root, FileCatalog(disk.root), nothing),
        workers=NoWorkers(),
        rehearsal=NoRehearsal(),
        counting=CountingHere(CountedFolder(root)),
        clock=SystemClock(),
        ids=RandomIds(),
        days=MemoryDayLedger(),
        editor=editor,
    )
    return StagedWorkspace(disk.root, Session(ports, settings, "a test", trusted=trusted, problems=problems))


class OneFolder:
    """An editor with one folder, whose requests are answered as those of a real one are."""

    def __init__(
        self,
        root: Path,
        given: Mapping[str, Any] | None = None,
        encoding: Encoding = Encoding.UTF16,
        *,
        trusted: bool = True,
    ) -> None:
        self.root = root
        self.client = RecordingClient(encoding=encoding)
        self.background = Background()
        self.folders = Folders(self.client, self.background, workspace)
        self.folders.configure(Options(trusted, given or {}))
        self.folders.add(root.as_uri())
        (self.folder,) = self.folders
        self.session = self.folder.session

    def uri(self, path: str) -> str:
        """As the editor writes it."""
        return (self.root / path).as_uri()

    def open(self, path: str, text: str) -> str:
        """Open a document; its URI."""
        self.folders.did_open(self.uri(path), text, 1)
        return self.uri(path)

    async def ask(self, maker: Maker, params: Any) -> Any:
        """What a request is answered with."""
        return await maker(self.client, self.folders).handler(params)
