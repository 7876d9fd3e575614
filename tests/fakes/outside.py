"""What the command line is handed, over a world in memory."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from fakes.clock import InlineExecutor
from fakes.world import World
from kinos.adapters.mission import make_mission
from kinos.cli.outside import EditorSetup
from kinos.domain.conversion import Converted
from kinos.domain.count import Count
from kinos.domain.demand import Demand
from kinos.domain.finding import Finding, Verdict
from kinos.domain.layer import Layer
from kinos.domain.setting import Settings
from kinos.engine.ports import Catalog
from kinos.engine.session import Session
from kinos.tokens.family import Choice


class FakeWorkspace:
    """Implements `Workspace` over the world's own session."""

    def __init__(self, session: Session, problems: tuple[str, ...]) -> None:
        self._session = session
        self._problems = problems

    @property
    def root(self) -> Path:
        return Path(self._session.picture()["folder"])

    @property
    def session(self) -> Session:
        return self._session

    @property
    def problems(self) -> tuple[str, ...]:
        return self._problems

    async def open(self) -> None:
        asyncio.get_running_loop().set_default_executor(InlineExecutor())
        await self._session.open()

    async def close(self) -> None:
        await self._session.close()


class FakeOutside:
    """Implements `Outside`. `running` are processes whose engine has the folder, which give `answers` by method;
    `layers` is what the last workspace was made with.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.problems: tuple[str, ...] = ()
        self.running: list[int] = []
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[int, str, Mapping[str, Any]]] = []
        self.layers: Sequence[Layer] = ()
        self.verbose = False
        self.example = Path()
        self.found: Sequence[Finding] = ()
        self.near: tuple[Path, int] | None = None
        self.asked_for: list[Demand] = []
        self.approved: list[Demand] = []

    def workspace(
        self, root: Path, front_end: str, layers: Sequence[Layer] = (), *, brief: bool = False, verbose: bool = False
    ) -> FakeWorkspace:
        self.layers = layers
        self.verbose = verbose
        return FakeWorkspace(self.world.session, self.problems)

    def settings(self, root: Path, layers: Sequence[Layer] = ()) -> tuple[Settings, tuple[str, ...]]:
        return self.world.settings, self.problems

    def demands(self, root: Path) -> tuple[Sequence[tuple[Demand, bool]], Sequence[str]]:
        return [(demand, demand in self.approved) for demand in self.asked_for], self.problems

    def approve(self, root: Path, demands: Sequence[Demand]) -> None:
        self.approved = list(demands)

    def mission(self, folder: Path) -> Path:
        return make_mission(folder)

    def counts(self, root: Path, settings: Settings, choice: Choice) -> Iterable[Count]:
        return [Count(path, size) for path, size in self.world.session.sizes.documents.sizes.items()]

    def catalog(self, root: Path | None) -> Catalog:
        return self.world.catalog

    def convert(self, source: Path, root: Path, *, replace: bool) -> Sequence[Converted]:
        raise AssertionError("no conversion here")

    def checkup(self, root: Path) -> "FakeOutside":
        return self

    async def findings(self, *, live: bool) -> Sequence[Finding]:
        return [*self.found, Finding("live", Verdict.OK, "it answered")] if live else self.found

    def neighbour(self, root: Path) -> tuple[Path, int] | None:
        return self.near

    def editors(self) -> EditorSetup:
        raise AssertionError("no editors here")

    def sample(self, into: Path | None) -> Path:
        assert into is not None
        return self.example.rename(into)

    def engines(self, root: Path) -> Sequence[int]:
        return self.running

    async def ask(self, process: int, root: Path, method: str, params: Mapping[str, Any]) -> Any:
        self.asked.append((process, method, params))
        return self.answers[method]

    def serve(self, address: tuple[str, int] | None) -> int:
        raise AssertionError("no server here")
