"""What each setting changes: for each key a look at something a person or another program can see, and what is seen there."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import closing, redirect_stdout, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from lsprotocol import types

from fakes.catalog import agent
from fakes.clock import BEGINNING, InlineExecutor
from fakes.world import CREW, World
from kinos.adapters import size_cache
from kinos.adapters.size_cache import Row, SizeCache
from kinos.adapters.state_folder import WorkspaceState
from kinos.app import App
from kinos.cli.main import run
from kinos.domain import event as ev
from kinos.domain.change import Change, ChangeState, FileChange
from kinos.domain.errors import FaultError, NoKeyError, SetupError, WorkspaceHeldError
from kinos.domain.layer import Layer, Source
from kinos.domain.message import Endpoint, Retry
from kinos.domain.notification import Kind
from kinos.domain.setting import Settings
from kinos.domain.task import Task
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends
from kinos.lsp.background import Background
from kinos.lsp.diagnostic import Form
from kinos.lsp.feature import code_lens, document_link, document_symbol, hover, inlay_hint, last_edit
from kinos.lsp.offer import Maker
from kinos.lsp.outbox import Outbox
from kinos.lsp.size_report import SizeReport
from kinos.lsp.transport import ROOM
from kinos.worker.deadline import Deadline
from kinos.worker.gate import Gate
from kinos.worker.source import Source as Asked
from kinos.workspace import Workspace
from lsp.stage import OneFolder, RecordingClient, idle, workspace
from worker.test_gate import Clock, Engine, Model, longest, refusal

TEN_WORDS = "one two three four five six seven eight nine ten\n"


@dataclass(frozen=True)
class Place:
    """Where a look is taken: the settings as they came out, and as they were given (`values`, by key)."""

    settings: Settings
    values: Mapping[str, Any]
    folder: Path
    patch: pytest.MonkeyPatch


type Look = Callable[[Place], Awaitable[Any]]


@dataclass(frozen=True)
class Effect:
    """`seen` is what `look` sees for each of several values; `besides` are other settings it takes to see it."""

    look: Look
    seen: Sequence[tuple[Any, Any]]
    besides: Mapping[str, Any] = field(default_factory=dict)


# -- looks at an engine in memory --------------------------------------------------------------------------------------


def engine(place: Place, files: Mapping[str, str] | None = None, **more: Any) -> World:
    asyncio.get_running_loop().set_default_executor(InlineExecutor())
    world = World(files or {"ann.md": "ann\n", "bob.md": "bob\n"}, **more)
    world.settings = place.settings
    if "model.key" not in place.values:
        world.settings = replace(world.settings, model_key="key")
    world.restart()
    return world


async def ran(place: Place, cycles: int = 1, **more: Any) -> World:
    """A world in which a team has run."""
    world = engine(place, **more)
    await world.session.open()
    await world.session.start_team(Start("crew", ends=Ends(cycles=cycles, at_cap=True)))
    await world.session.finished()
    return world


def of_a_run(seen: Callable[[World], Any], cycles: int = 1) -> Look:
    """Look at a world in which a team has run for so many cycles."""

    async def look(place: Place) -> Any:
        return seen(await ran(place, cycles))

    return look


async def level_of_ten_words(place: Place) -> str:
    world = engine(place, {"a.md": TEN_WORDS})
    await world.session.open()
    return world.session.sizes.documents.level("a.md").value


async def phase_of_ten_words(place: Place) -> str:
    world = engine(place, {"a.md": TEN_WORDS})
    await world.session.open()
    return world.session.state.phase.name.value


async def phase_of_ten_words_after_convergence(place: Place) -> str:
    world = engine(place, {"a.md": TEN_WORDS})
    world.folder.kept["phase"] = {"name": "CONVERGENCE", "reason": "it was", "pinned": False}
    await world.session.open()
    return world.session.state.phase.name.value


async def size_of_an_open_document(place: Place) -> tuple[str, int]:
    world = engine(place)
    world.session.did_open("a.md", "Été à Paris, naïveté", 1)
    return world.session.sizes.tokenizer, world.session.sizes.documents.sizes["a.md"].tokens


async def too_big(place: Place) -> list[str]:
    world = engine(place, {"a.md": "word", "b.md": TEN_WORDS})
    await world.session.open()
    return sorted(world.session.sizes.documents.errors)


async def map_after_a_run(place: Place) -> bool:
    return "map (readonly).md" in (await ran(place)).disk.files


async def team_that_starts(place: Place) -> str:
    world = engine(place, teams={**CREW, "other": {"ann": (1.0, 1.0)}})
    await world.session.open()
    started = await world.session.start_team(Start())
    await world.session.stop_team()
    return started.team


def most_at_once(world: World) -> int:
    running, most = 0, 0
    for event in world.events:
        running += isinstance(event, ev.CycleStarted) - isinstance(event, ev.CycleRested | ev.CycleFailed)
        most = max(most, running)
    return most


async def whether_a_template_may_be_edited(place: Place) -> str:
    world = engine(place, teams={"crew": {"ann": (1.0, 1.0)}}, agents={"ann": replace(agent("ann"), edits=("**/*",))})
    world.workers.planner = lambda call: Task("Say 1", "why", ("src/a.tpl",), "Add a line.")
    await world.session.open()
    await world.session.start_team(Start("crew", landing="auto", ends=Ends(cycles=1)))
    await world.session.finished()
    return world.of(ev.CycleRested)[0].result


def what_is_checked(seen: Callable[[World], Any], path: str = "a.md") -> Look:
    """Look at a world in which a change of `path` landed in auto, and a check took 30 seconds if it ran."""

    async def look(place: Place) -> Any:
        ann = replace(agent("ann"), edits=("**/*",), checks=True)
        world = engine(place, teams={"crew": {"ann": (1.0, 1.0)}}, agents={"ann": ann})
        world.script.times = 1
        world.workers.planner = lambda call: (
            replace(task, files=(path,)) if isinstance(task := world.script.plan(call), Task) else task
        )
        await world.session.open()
        await world.session.start_team(Start("crew", landing="auto", ends=Ends(idle=True)))
        await world.session.finished()
        return seen(world)

    return look


# -- looks at a worker, the front ends and what is on the disk ---------------------------------------------------------


def tried(calls: Callable[[World], Sequence[Any]]) -> Look:
    """How often a call that is refused is made, and the waits between, as the worker does it for `calls` of a run."""

    async def look(place: Place) -> tuple[int, list[float]]:
        retry: Retry = calls(await ran(place))[0].retry
        clock, model = Clock(), Model(*[refusal(503)] * 20)
        gate = Gate(Engine(), Asked("m", Endpoint("key")), retry, Deadline(1e6, clock), clock.sleep, longest)
        with suppress(FaultError):
            gate.ask(1, 1, model, lambda _: None)
        return len(model.given), clock.slept

    return look


async def diagnostics(place: Place) -> dict[str, Any]:
    """The severity shown for an open and a closed document, both long, and for one that is too long."""
    for name, words in (("closed.md", 30), ("huge.md", 600)):
        (place.folder / name).write_text("word " * words, encoding="utf-8")
    given = {"tokens.warn": 20, "tokens.error": 500, **place.values}
    session, client, background = workspace(place.folder, given, True).session, RecordingClient(), Background()
    shown = SizeReport(
        place.folder, session, client, background, Form(), "file:///docs", lambda path: path, lambda path: True
    )
    session.subscribe(shown.on_event)
    await session.open()
    session.did_open("open.md", "word " * 30, 1)
    await idle(background)
    return {path: found[0].severity.name for path, _, found in client.published if found and found[0].severity}


def about_a_document(maker: Maker, **more: Any) -> Look:
    """Whether a request about an open document is answered with anything."""

    async def look(place: Place) -> bool:
        stage = OneFolder(place.folder, {"tokens.warn": 1, **place.values})
        stage.open("demande.md", "# Do it\n")
        uri = stage.open("a.md", "# One\n\ntext, see demande.md\n")
        named = types.TextDocumentIdentifier(uri)
        return bool(await stage.ask(maker, SimpleNamespace(text_document=named, **more)))

    return look


async def whether_an_agents_lines_are_told(place: Place) -> bool:
    """Of a change that landed in an open document."""
    stage = OneFolder(place.folder, place.values)
    uri = stage.open("a.md", "# One\n")
    now = datetime(2026, 3, 21, tzinfo=UTC)
    journal = stage.session._journal
    before, after = (journal.keep(text) for text in (b"", b"# One\n"))
    landed = FileChange("a.md", before, after, before, after)
    journal.record(Change("c1", "y1", "s1", "ann", "t", "w", (landed,), now, ChangeState.LANDED))
    stage.session._changes.restore()
    return bool((await last_edit.answer(stage.folders, uri))["lines"])


async def whether_a_draft_is_left_alone(place: Place) -> bool:
    return App().disk(place.folder, place.settings).ignored("drafts/b.md")


def memory(place: Place) -> SizeCache:
    """The memory of sizes as the program itself makes it."""
    place.patch.setenv("XDG_CACHE_HOME", str(place.folder / "cache"))
    folder = App()._counted(place.folder, place.settings)
    assert folder.cache is not None
    return SizeCache(folder.cache, folder.bounds)


ROWS = [Row(f"{number}.md", (0, 1, 1), bytes([number]), 7) for number in range(100)]


async def sizes_remembered_after_40_days(place: Place) -> int:
    today = size_cache._today()
    with closing(memory(place)) as cache:
        cache.keep("/work", "c1", ROWS)
        place.patch.setattr(size_cache, "_today", lambda: today + 40)
        cache.clean("/elsewhere", "c1")
        return len(cache.places("/work", "c1"))


async def sizes_remembered_a_minute_after_a_look(place: Place) -> int:
    now = size_cache.time.time()
    with closing(memory(place)) as cache:
        cache.clean("/work", "c1")
        cache.keep("/work", "c1", ROWS)
        place.patch.setattr(size_cache.time, "time", lambda: now + 60)
        cache.clean("/work", "c1")
        return len(cache.places("/work", "c1"))


async def sizes_in_a_terminal(place: Place) -> dict[str, Any]:
    """What `kin tokens` says of two documents, with the values in the user's config.toml."""
    place.patch.setenv("XDG_CONFIG_HOME", str(place.folder / "config"))
    place.folder.joinpath("config", "kinos").mkdir(parents=True)
    lines = [f"{json.dumps(key)} = {json.dumps(value)}\n" for key, value in place.values.items()]
    (place.folder / "config" / "kinos" / "config.toml").write_text("".join(lines), encoding="utf-8")
    (place.folder / "work").mkdir()
    (place.folder / "work" / "a.md").write_text("Été à Paris, naïveté", encoding="utf-8")
    (place.folder / "work" / "b.md").write_text("x", encoding="utf-8")
    with redirect_stdout(StringIO()) as out:
        run(["tokens", "--json", "-C", str(place.folder / "work")], App())
    said = json.loads(out.getvalue())
    sizes = {file["path"]: (file["tokens"], file["level"]) for file in said["files"]}
    return sizes | {error["path"]: error["message"] for error in said["errors"]}


def built(place: Place) -> Workspace:
    """What the program itself builds for a folder, whose user has no settings of their own."""
    place.patch.setenv("XDG_CONFIG_HOME", str(place.folder / "config"))
    return App().workspace(place.folder, "a terminal", [Layer(Source.COMMAND_LINE, place.values)])


async def waits_for_the_lock(place: Place) -> list[float]:
    session, clock = built(place).session, Clock()
    clock.monotonic, clock.strftime = clock, lambda text: "12:00"  # type: ignore[attr-defined]
    with WorkspaceState(place.folder, 0, 0.1).hold("somebody"):
        place.patch.setattr("kinos.adapters.state_folder.time", clock)
        with pytest.raises(WorkspaceHeldError):
            session.set_phase("expansion")
    return clock.slept


async def told_to_an_editor(place: Place, notifications: Sequence[Kind]) -> list[str]:
    """What an editor that has just begun to read again is told of these, up to its first look away."""
    told: list[str] = []

    class Way:
        pending = ROOM + 1

        def when_room(self, then: Callable[[], None]) -> None:
            self.then = then

    way = Way()
    outbox = Outbox(lambda notification: told.append(str(notification.payload)), way, asyncio.get_running_loop())
    outbox.configure([place.settings])
    for number, kind in enumerate(notifications):
        outbox.put(kind, f"{kind} {number}")
    way.pending = 0
    way.then()
    return told


async def left_of_a_hundred(place: Place) -> int:
    return len([told for told in await told_to_an_editor(place, [Kind.INFO] * 100) if told.startswith("info")])


async def kinds_told(place: Place) -> list[str]:
    return [told.partition(" ")[0] for told in await told_to_an_editor(place, list(Kind))]


async def what_is_logged(place: Place) -> list[str]:
    (place.folder / ".kinos" / "state").mkdir(parents=True)
    made = built(place)
    for level in ("error", "warning", "info", "debug"):
        made.session.store.dispatch(ev.Noted(BEGINNING, level, f"<{level}>"))
    file = place.folder / ".kinos" / "state" / "kinos.log"
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    return [level for level in ("error", "warning", "info", "debug") if f"<{level}>" in text]


async def where_the_log_is(place: Place) -> list[str]:
    place.patch.setenv("HOME", str(place.folder))
    (place.folder / ".kinos" / "state").mkdir(parents=True)
    made = built(place)
    made.session.store.dispatch(ev.Noted(BEGINNING, "error", "x"))
    return sorted(str(file.relative_to(place.folder)) for file in place.folder.rglob("*.log"))


async def interpreter_that_is_started(place: Place) -> list[str]:
    for name in ("one", "two"):
        (place.folder / name).write_text(f"#!/bin/sh\ntouch '{place.folder}/{name}.ran'\n", encoding="utf-8")
        (place.folder / name).chmod(0o755)
    (place.folder / ".kinos" / "state").mkdir(parents=True)
    python = str(place.folder / place.values["agents.python"])
    workers = built(replace(place, values={"agents.python": python})).session._ports.workers
    with pytest.raises(SetupError, match="did not start"):
        await workers.start()
    await workers.stop()
    return sorted(path.name for path in place.folder.glob("*.ran"))


# -- the table ---------------------------------------------------------------------------------------------------------


_DIAGNOSED = {"open.md": "Warning", "closed.md": "Warning", "huge.md": "Error"}
_SMALL = {"a.md": (11, "ok"), "b.md": (1, "ok")}
_HALF = {"phase.limit": 20}
_UNCAPPED = {"budget.usd": 0, "budget.usdPerDay": 0}
_PRICED = {"model.plan": "m", "model.edit": "m"}


def _prices(given: float) -> dict[str, dict[str, float]]:
    return {"m": {"input": given, "output": 0}}


_UNCAPPED = {"budget.usd": 0, "budget.usdPerDay": 0}
_OPENAI = {"model.plan": "openai/m", "model.edit": "openai/m", **_UNCAPPED}
_MISTRAL = {"model.plan": "mistral/m", "model.edit": "mistral/m", **_UNCAPPED}


async def whether_it_starts(place: Place) -> bool:
    world = engine(place)
    await world.session.open()
    try:
        await world.session.start_team(Start("crew", ends=Ends(cycles=1)))
    except NoKeyError:
        return False
    await world.session.finished()
    return True


def _asked(name: str) -> Look:
    """Of the endpoint that plans and edits alike."""

    def look(world: World) -> object:
        (value,) = {getattr(call.endpoint, name) for call in (*world.workers.plans[:1], *world.workers.edits[:1])}
        return value

    return of_a_run(look)


def _plan(name: str) -> Look:
    return of_a_run(lambda world: getattr(world.workers.plans[0], name))


def _edit(name: str) -> Look:
    return of_a_run(lambda world: getattr(world.workers.edits[0], name))


_TOP = types.Position(0, 0)
_SWITCH = [(True, True), (False, False)]

EFFECTS: Mapping[str, Sequence[Effect]] = {
    "tokens.warn": [
        Effect(level_of_ten_words, [(9, "long"), (10, "ok")]),
        Effect(sizes_in_a_terminal, [(10, {**_SMALL, "a.md": (11, "long")}), (11, _SMALL)]),
    ],
    "tokens.error": [
        Effect(level_of_ten_words, [(9, "too-long"), (10, "long")], {"tokens.warn": 1}),
        Effect(
            sizes_in_a_terminal,
            [(10, {**_SMALL, "a.md": (11, "too-long")}), (11, {**_SMALL, "a.md": (11, "long")})],
            {"tokens.warn": 9},
        ),
    ],
    "tokens.tokenizer": [
        Effect(size_of_an_open_document, [("claude-v3", ("claude-v3", 9)), ("claude-v4.8", ("claude-v4.8", 11))]),
        Effect(sizes_in_a_terminal, [("claude-v3", {**_SMALL, "a.md": (9, "ok")}), ("claude-v4.8", _SMALL)]),
    ],
    "phase.limit": [Effect(phase_of_ten_words, [(15, "CONVERGENCE"), (17, "EXPANSION")])],
    "phase.converge": [
        Effect(phase_of_ten_words, [(0.4, "CONVERGENCE"), (0.6, "EXPANSION")], {**_HALF, "phase.expand": 0.1})
    ],
    "phase.expand": [
        Effect(
            phase_of_ten_words_after_convergence,
            [(0.4, "CONVERGENCE"), (0.6, "EXPANSION")],
            {**_HALF, "phase.converge": 0.9},
        )
    ],
    "documents.exclude": [
        Effect(whether_a_draft_is_left_alone, [([], False), (["drafts/"], True)]),
        Effect(sizes_in_a_terminal, [([], _SMALL), (["b*"], {"a.md": (11, "ok")})]),
    ],
    "cache.bytes": [Effect(sizes_remembered_after_40_days, [(0, 0), (100_000, 100)], {"cache.days": 90})],
    "cache.days": [Effect(sizes_remembered_after_40_days, [(30, 0), (90, 100)])],
    "cache.cleanup": [Effect(sizes_remembered_a_minute_after_a_look, [(30, 0), (3600, 100)], {"cache.bytes": 0})],
    "documents.maxBytes": [
        Effect(too_big, [(10, ["b.md"]), (100, [])]),
        Effect(
            sizes_in_a_terminal,
            [
                (
                    10,
                    {
                        **_SMALL,
                        "a.md": "larger than documents.maxBytes (10 bytes): split it, exclude it, or raise that setting",
                    },
                ),
                (100, _SMALL),
            ],
        ),
    ],
    "diagnostics.mode": [
        Effect(diagnostics, [("off", {}), ("openFiles", {"open.md": "Warning"}), ("workspace", _DIAGNOSED)])
    ],
    "diagnostics.severityLong": [
        Effect(diagnostics, [("hint", _DIAGNOSED | {"open.md": "Hint", "closed.md": "Hint"}), ("warning", _DIAGNOSED)])
    ],
    "diagnostics.severityTooLong": [
        Effect(diagnostics, [("information", _DIAGNOSED | {"huge.md": "Information"}), ("error", _DIAGNOSED)])
    ],
    "editor.lenses": [Effect(about_a_document(code_lens.offer), _SWITCH)],
    "editor.hints": [
        Effect(about_a_document(inlay_hint.offer, range=types.Range(_TOP, types.Position(9, 0))), _SWITCH)
    ],
    "editor.hover": [Effect(about_a_document(hover.offer, position=_TOP), _SWITCH)],
    "editor.symbols": [Effect(about_a_document(document_symbol.offer), _SWITCH)],
    "editor.links": [Effect(about_a_document(document_link.offer), _SWITCH)],
    "editor.changes": [Effect(whether_an_agents_lines_are_told, _SWITCH)],
    "map.write": [Effect(map_after_a_run, [("always", True), ("never", False), ("auto", True)])],
    "team.name": [Effect(team_that_starts, [("crew", "crew"), ("other", "other")])],
    "team.parallel": [Effect(of_a_run(most_at_once, 4), [(1, 1), (2, 2)])],
    "model.plan": [Effect(_plan("model"), [("a", "a"), ("b", "b")], _UNCAPPED)],
    "model.edit": [Effect(_edit("model"), [("a", "a"), ("b", "b")], _UNCAPPED)],
    "model.maxTokens": [Effect(_plan("max_tokens"), [(1000, 1000), (3000, 3000)], {"model.plan": "claude-opus-4-8"})],
    "model.temperature": [
        Effect(_plan("temperature"), [(0.5, 0.5), (None, None)]),
        Effect(_edit("temperature"), [(0.5, 0.5), (None, None)]),
    ],
    "model.endpoint": [
        Effect(
            of_a_run(lambda world: world.workers.plans[0].endpoint.base_url),
            [("http://here", "http://here"), ("", None)],
        ),
        Effect(
            of_a_run(lambda world: world.workers.edits[0].endpoint.base_url),
            [("http://here", "http://here"), ("", None)],
        ),
    ],
    "model.key": [
        Effect(of_a_run(lambda world: world.workers.plans[0].endpoint.api_key), [("one", "one"), ("two", "two")]),
        Effect(of_a_run(lambda world: world.workers.edits[0].endpoint.api_key), [("one", "one"), ("two", "two")]),
    ],
    "model.openaiEndpoint": [
        Effect(
            _asked("base_url"), [("http://here/v1", "http://here/v1"), ("", None)], _OPENAI | {"model.openaiKey": "k"}
        ),
    ],
    "model.openaiKey": [Effect(_asked("api_key"), [("one", "one"), ("two", "two")], _OPENAI)],
    "model.ollamaEndpoint": [
        Effect(
            _asked("base_url"),
            [("http://127.0.0.1:9", "http://127.0.0.1:9"), ("", "http://127.0.0.1:11434")],
            {"model.plan": "ollama/m", "model.edit": "ollama/m"},
        )
    ],
    "model.otherProvider": [
        Effect(whether_it_starts, [("mistral", True), ("groq", False)], _MISTRAL | {"model.otherKey": "k"}),
    ],
    "model.otherKey": [
        Effect(_asked("api_key"), [("one", "one"), ("two", "two")], _MISTRAL | {"model.otherProvider": "mistral"})
    ],
    "model.prices": [
        Effect(
            of_a_run(lambda world: world.session.state.spend.usd), [(_prices(1000), 2.0), (_prices(500), 1.0)], _PRICED
        )
    ],
    "landing.mode": [
        Effect(of_a_run(lambda world: world.change().state.value), [("review", "proposed"), ("auto", "landed")])
    ],
    "landing.edit": [Effect(whether_a_template_may_be_edited, [(["src/*.tpl"], "landed"), (["*.md"], "refused")])],
    "budget.usd": [Effect(of_a_run(lambda world: bool(world.session.tally.budget)), [(0.001, True), (5, False)])],
    "budget.tokens": [
        Effect(of_a_run(lambda world: bool(world.session.tally.budget)), [(1000, True), (100_000, False)])
    ],
    "budget.runs": [Effect(of_a_run(lambda world: world.session.tally.cycles, 3), [(1, 1), (10, 3)])],
    "budget.minutes": [Effect(of_a_run(lambda world: world.session.tally.cycles, 8), [(1, 4), (100, 8)])],
    "budget.usdPerDay": [
        Effect(of_a_run(lambda world: bool(world.session.tally.budget)), [(0.001, True), (20, False)])
    ],
    "retry.attempts": [
        Effect(tried(lambda world: world.workers.plans), [(1, (1, [])), (3, (3, [1.0, 2.0]))]),
        Effect(tried(lambda world: world.workers.edits), [(1, (1, [])), (3, (3, [1.0, 2.0]))]),
    ],
    "retry.delay": [
        Effect(tried(lambda world: world.workers.plans), [(5, (2, [5.0])), (0.5, (2, [0.5]))], {"retry.attempts": 2}),
        Effect(tried(lambda world: world.workers.edits), [(5, (2, [5.0])), (0.5, (2, [0.5]))], {"retry.attempts": 2}),
    ],
    "retry.codes": [
        Effect(
            tried(lambda world: world.workers.plans), [([503], (2, [1.0])), ([500], (1, []))], {"retry.attempts": 2}
        ),
        Effect(
            tried(lambda world: world.workers.edits), [([503], (2, [1.0])), ([500], (1, []))], {"retry.attempts": 2}
        ),
    ],
    "history.days": [
        Effect(of_a_run(lambda world: (BEGINNING - world.journal.pruned[0][0]).days), [(1, 1), (90, 90)]),
    ],
    "history.bytes": [Effect(of_a_run(lambda world: world.journal.pruned[0][1]), [(0, 0), (9, 9)])],
    "lock.timeout": [Effect(waits_for_the_lock, [(0, []), (3, [1.0, 1.0, 1.0])], {"lock.interval": 1})],
    "lock.interval": [Effect(waits_for_the_lock, [(1, [1.0, 1.0]), (0.5, [0.5] * 4)], {"lock.timeout": 2})],
    "check.command": [
        Effect(
            what_is_checked(lambda world: world.checker.runs),
            [(["make", "test"], [("make", "test")]), (["tox"], [("tox",)]), ([], [])],
        )
    ],
    "check.timeout": [
        Effect(
            what_is_checked(lambda world: world.of(ev.CheckEnded)[0].check.state),
            [(10, "timed out"), (100, "passed")],
            {"check.command": ["make"]},
        )
    ],
    "check.unreviewed": [
        Effect(
            what_is_checked(lambda world: len(world.checker.runs), "a.py"),
            [(True, 1), (False, 0)],
            {"check.command": ["make"]},
        )
    ],
    "notifications.queue": [Effect(left_of_a_hundred, [(20, 20), (80, 80)], {"notifications.batch": 1000})],
    "notifications.batch": [Effect(left_of_a_hundred, [(7, 7), (90, 90)])],
    "notifications.kinds": [
        Effect(kinds_told, [(["status"], ["system", "error", "status"]), ([], ["system", "error"])]),
    ],
    "log.level": [
        Effect(what_is_logged, [("error", ["error"]), ("debug", ["error", "warning", "info", "debug"])]),
    ],
    "log.file": [
        Effect(where_the_log_is, [("", [".kinos/state/kinos.log"]), ("~/logs/my.log", ["logs/my.log"])]),
    ],
    "agents.python": [Effect(interpreter_that_is_started, [("one", ["one.ran"]), ("two", ["two.ran"])])],
}
