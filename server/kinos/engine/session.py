"""The façade: one workspace's engine. Front ends and the control socket call nothing else."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from kinos.domain import event as ev
from kinos.domain.brief import Brief
from kinos.domain.budget import Caps, Ledger
from kinos.domain.change import LANDED_STATES, Change, ChangeState
from kinos.domain.errors import (
    LandingError,
    NoKeyError,
    SurvivedError,
    UntrustedError,
    UsageError,
)
from kinos.domain.message import Endpoint
from kinos.domain.phase import Phase, PhaseRule
from kinos.domain.setting import Settings
from kinos.domain.size import Limits
from kinos.domain.state import State, TeamState
from kinos.domain.status import picture
from kinos.domain.team import Agent, Member, Team
from kinos.engine.budget import Budget
from kinos.engine.buffer import Buffers
from kinos.engine.changes import Changes
from kinos.engine.choice import chosen_team
from kinos.engine.claims import Claims
from kinos.engine.cycle import Terms, Tools
from kinos.engine.history import Reverted, Selection, unified
from kinos.engine.keeper import Keeper
from kinos.engine.landing import Landing
from kinos.engine.mapper import Mapper
from kinos.engine.memory import Memory
from kinos.engine.ports import Catalog, Clock, Counting, Disk, Editor, Ids, Rehearsal, StateFolder, Workers
from kinos.engine.run import Ends, Run, Tally
from kinos.engine.sizes import Sizes
from kinos.engine.store import Store
from kinos.engine.text import parse
from kinos.engine.view import View
from kinos.tokens.document import TextEdit
from kinos.tokens.family import tokenizer_for
from kinos.tokens.position import Encoding

ECHO = 2.0
"""Seconds within which the system tells of a file that a landing wrote."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The outside of one engine."""

    disk: Disk
    folder: StateFolder
    catalog: Catalog
    workers: Workers
    rehearsal: Rehearsal
    counting: Counting
    clock: Clock
    ids: Ids
    editor: Editor | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """How to start a team; empty means as the settings say. `only` starts one agent alone."""

    team: str = ""
    rehearse: bool = False
    landing: str = ""
    only: str = ""
    ends: Ends = Ends()


@dataclass(frozen=True, slots=True)
class Started:
    """Which team, why, and its agents."""

    team: str
    reason: str
    agents: tuple[str, ...]


class Session:
    """The engine of one workspace folder. `front_end` names it to others who want the folder ("an editor", "a terminal")."""

    def __init__(self, ports: Ports, settings: Settings, front_end: str, *, trusted: bool = True) -> None:
        self._ports = ports
        self.settings = settings
        self.trusted = trusted
        self.id = ports.ids.new("s")
        self.store = Store()
        self.store.subscribe(self._moved)
        self.buffers = Buffers(ports.clock)
        self._rule = PhaseRule(settings.phase_limit, settings.phase_converge, settings.phase_expand)
        choice = tokenizer_for(settings.tokens_tokenizer, settings.model_plan)
        limits = Limits(settings.tokens_warn, settings.tokens_error)
        self.sizes = Sizes(
            ports.disk, self.buffers, ports.counting, self.store, ports.clock, choice, limits, self._rule,
            settings.documents_max_bytes,
        )  # fmt: skip
        self._journal = ports.folder.journal()
        self._memory, self._claims = Memory(), Claims()
        self._landing = Landing(
            ports.disk, self._journal, self.buffers, ports.editor, lambda: self.settings.landing_edit
        )
        self._keeper = Keeper(ports.folder, ports.disk, ports.clock, self.store, front_end)
        self._changes = Changes(self._journal, self._landing, self._claims, self._memory, self.store, ports.clock)
        self.map = Mapper(
            self.sizes, self._keeper, self.store, ports.clock, settings.map_write, lambda: self._run is not None
        )
        self._view = View(
            self.sizes, self._landing, self._claims, self._memory, self.store, self.map.text, ports.disk,
            lambda: self.settings.landing_edit,
        )  # fmt: skip
        self._run: Run | None = None
        self._budget: Budget | None = None
        self._over: asyncio.Task[None] | None = None
        self._recounts: set[asyncio.Task[None]] = set()
        self._watch: asyncio.Task[None] | None = None
        self._suggesting: asyncio.Task[None] | None = None
        self._moving = asyncio.Lock()
        self._starting: asyncio.Task[None] | None = None
        self._ended_early = 0
        self._own: dict[str, float] = {}
        self.tally = Tally()

    async def open(self, *, watch: bool = False) -> None:
        """Count the folder, and follow what changes on the disk if asked to. Nothing is written."""
        kept = self._keeper.phase()
        if kept is not None:
            self.store.dispatch(ev.PhaseMoved(self._ports.clock.now(), kept))
        self._changes.restore()
        await self.sizes.scan()
        if watch:
            self._watch = asyncio.create_task(self.sizes.watch(self._found_changed))

    async def close(self) -> None:
        """Stop the team and end every process. Raises SurvivedError naming those that could not be ended."""
        try:
            await self.stop_team()
        finally:
            if self._watch is not None:
                self._watch.cancel()
                await asyncio.wait([self._watch])
            await self._ports.counting.close()

    # -- reading --------------------------------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """The state now."""
        return self.store.state

    def subscribe(self, subscriber: Callable[[State, State, ev.Event], None]) -> Callable[[], None]:
        """Call `subscriber(before, after, event)` after each event; returns what ends it."""
        return self.store.subscribe(subscriber)

    def picture(self) -> dict[str, Any]:
        """The object of `kinos/status`."""
        return picture(
            self.state,
            folder=str(self._ports.disk.root),
            trusted=self.trusted,
            rule=self._rule,
            held_by=self._keeper.holder(),
            minutes=self._budget.minutes if self._budget else 0.0,
        )

    def changes(self) -> Sequence[Change]:
        """Every change, in the order made."""
        return self._changes.all()

    def image(self, name: str | None) -> bytes | None:
        """A kept image of a file, by digest."""
        return None if name is None else self._journal.image(name)

    def diff(self, identity: str) -> str:
        """What a change makes of its files, as a unified diff. Raises UsageError when there is no such change."""
        return unified(self._changes.find(identity), self._journal.image)

    @property
    def catalog(self) -> Catalog:
        """Teams and agents."""
        return self._ports.catalog

    # -- what is open in the editor -------------------------------------------------------------------------------

    def did_open(self, path: str, text: str, version: int) -> None:
        """The editor opened `path`, any file of the folder."""
        buffer = self.buffers.open(path, text, version)
        self.sizes.opened(path)
        if self._changes.unsaved(path) and not self._ports.folder.others():
            # It landed in an editor whose engine has died: was it saved, and is it still there?
            buffer.saved = self._on_disk(path, buffer.text.text)
            self._judge(path, buffer.text.text, f"{path} was opened again without it")

    def did_change(self, path: str, edits: Sequence[TextEdit | str], version: int, encoding: Encoding) -> None:
        """The editor changed `path`."""
        self.buffers.change(path, edits, version, encoding)
        self.sizes.opened(path)

    def did_save(self, path: str) -> None:
        """The editor wrote `path`."""
        self.buffers.save(path)
        buffer = self.buffers.get(path)
        if buffer is not None:
            self._judge(path, buffer.text.text, f"{path} was saved without it")
        self._touched([path])

    async def did_close(self, path: str) -> None:
        """The editor closed `path`: the disk counts again."""
        buffer = self.buffers.close(path)
        if buffer is not None and not buffer.saved:
            self._judge(path, self._disk_text(path), f"{path} was closed without saving")
        await self.sizes.refresh([path])
        self._touched([path])

    def _judge(self, path: str, now: str, reason: str) -> None:
        """Whether what landed unsaved in `path` is there to stay, now that it is `now`; `reason` says why, if it is not."""
        if self._changes.unsaved(path) and not self._keeper.holder():
            with self._keeper.hold():
                self._changes.settle(path, parse(now), reason, self.buffers)

    def _disk_text(self, path: str) -> str:
        """What is in the file; nothing when it is not there or cannot be read."""
        try:
            return (self._ports.disk.read(path) or b"").decode("utf-8", "replace")
        except LandingError:
            return ""

    def _on_disk(self, path: str, text: str) -> bool:
        """Whether the file holds `text`, its byte order mark apart, which editors do not show."""
        return parse(self._disk_text(path)).raw() == parse(text).raw()

    async def did_change_on_disk(self, paths: Sequence[str]) -> None:
        """Files changed outside the editor."""
        await self.sizes.refresh(paths)
        self._touched(paths)

    def cede(self, folders: Sequence[str]) -> None:
        """Other engines own these folders inside, and no others: nothing in them is changed here. Then `look` again."""
        self._ports.disk.cede(folders)
        self.sizes.cede(folders)

    async def look(self) -> None:
        """Bring the sizes in step with the disk, and wake who watches what has changed."""
        self._touched(await self.sizes.scan())

    # -- the team -------------------------------------------------------------------------------------------------

    async def start_team(self, start: Start) -> Started:
        """Start a team. Returns once its worker is ready and its agents run. Raises a KinosError that says why not."""
        async with self._moving:
            if self._run is not None:
                raise UsageError(f"The team {self.state.team.name} is already running here.", "Stop it first.")
            if not self.trusted:
                raise UntrustedError("This folder is not trusted, so no agents run in it.", "Trust the folder first.")
            team, reason = self._team(start)
            agents = {member.agent: self._ports.catalog.agent(member.agent) for member in team.members}
            self._check_key(start)
            self._keeper.take()
            self._announce(team, reason, start)
            self._starting = asyncio.create_task(self._start(team, agents, start))
            try:
                await self._starting
            except BaseException as error:
                ended = await self._down(str(error) or "stopped while it was starting")
                if self._starting.cancelled() and not _cancelled():
                    self._ended_early = ended
                    raise UsageError("The team was stopped while it was starting.") from None
                raise
            finally:
                self._starting = None
            return Started(team.name, reason, tuple(agents))

    async def stop_team(self) -> int:
        """Stop the team: when this returns, no process of it is alive. Returns how many were ended; 0 when none ran.

        Raises SurvivedError naming those that could not be ended: the team is stopped all the same.
        """
        if self._starting is not None:
            self._starting.cancel()
        async with self._moving:
            self.tally.stopped = self._run is not None
            early, self._ended_early = self._ended_early, 0
            return early + await self._down("stopped by hand")

    async def finished(self) -> None:
        """Wait until the run ended by itself or was stopped, with every process of it. Raises what it died of, if a bug."""
        over = self._over
        if over is not None:
            await asyncio.wait([over])
        async with self._moving:
            if over is not None and not over.cancelled() and (bug := over.exception()):
                raise bug

    async def start_agent(self, name: str, *, rehearse: bool = False) -> str:
        """Start one agent; with no team running it starts alone. Returns its state.

        Raises UsageError for a rehearsal beside a team that runs on a real model: `rehearse` makes no outside call.
        """
        if self._run is None:
            await self.start_team(Start(only=name, rehearse=rehearse))
        elif rehearse and not self.state.team.rehearsal:
            raise UsageError(
                f"The team {self.state.team.name} runs on a real model, so {name} cannot rehearse beside it.",
                "Stop the team first.",
            )
        else:
            self._run.add(self._ports.catalog.agent(name))
            self._run.enable([name])
        return self.state.agents[name].state.value

    async def stop_agent(self, name: str) -> str:
        """Stop one agent. Returns its state. Raises UsageError when it does not run."""
        if self._run is None or name not in self._run.enabled:
            known = ", ".join(sorted(self._run.enabled)) if self._run else "none, for no team runs here"
            raise UsageError(f"No agent {name} is running.", f"Running: {known}.")
        await self._run.disable(name)
        if not self._run.enabled:
            await self.stop_team()
        return self.state.agents[name].state.value

    # -- changes, phase, map --------------------------------------------------------------------------------------

    async def undo(self, selection: Selection) -> Reverted:
        """Take changes back. What cannot be taken back is set aside with its reason."""
        # Found before the folder is held: to hold it is to write into it.
        own_map = selection.everything and self._ports.folder.exists()
        if not self._changes.may_undo(selection) and not own_map:
            return Reverted((), ())
        with self._keeper.hold():
            done, paths = await self._changes.undo(selection)
            await self._settled(paths)
            if selection.everything and self._run is None:
                self._keeper.remove_own_map()
        return done

    async def redo(self, selection: Selection) -> Reverted:
        """Put changes back that were undone."""
        if not self._changes.may_redo(selection):
            return Reverted((), ())
        with self._keeper.hold():
            done, paths = await self._changes.redo(selection)
            await self._settled(paths)
        return done

    async def accept(self, identity: str) -> Change:
        """Land a waiting change. Raises ConflictError when it no longer fits; it is set aside then."""
        self._changes.find(identity)
        with self._keeper.hold():
            landed = await self._changes.accept(identity)
            await self._settled(landed.paths)
        return landed

    async def reject(self, identity: str, reason: str) -> Change:
        """Reject a waiting change; the reason reaches the agents."""
        self._changes.find(identity)
        with self._keeper.hold():
            rejected = await self._changes.reject(identity, reason)
        if self._run:
            self._run.nudge()
        return rejected

    def set_phase(self, name: str) -> None:
        """Pin a phase, or follow the total again (`auto`). Raises UsageError for another name."""
        now, phase = self._ports.clock.now(), self.state.phase
        if name.lower() == "auto":
            after = phase.unpin(self.sizes.documents.total, self._rule, now)
        elif name.upper() in Phase.__members__:
            after = phase.pin(Phase(name.upper()), now)
        else:
            raise UsageError(f"{name!r} is not a phase.", "Use expansion, convergence or auto.")
        with self._keeper.hold():
            self.store.dispatch(ev.PhaseMoved(now, after))
            self._keeper.keep_phase()

    # -- inside ---------------------------------------------------------------------------------------------------

    def _announce(self, team: Team, reason: str, start: Start) -> None:
        settings, now = self.settings, self._ports.clock.now()
        caps = Caps(settings.budget_usd, settings.budget_tokens, settings.budget_runs, settings.budget_minutes)
        if start.rehearse:
            caps = replace(caps, usd=0.0, tokens=0)  # rehearsed tokens cost nothing, so nothing counts them
        landing = start.landing or settings.landing_mode or ("review" if self._ports.editor else "auto")
        names = tuple(member.agent for member in team.members)
        self.store.dispatch(ev.TeamStarting(now, team.name, reason, landing, start.rehearse, names, caps))

    async def _start(self, team: Team, agents: Mapping[str, Agent], start: Start) -> None:
        settings, now, landing = self.settings, self._ports.clock.now(), self.state.team.landing
        self._changes.restore()
        for change, left in (await self._landing.repair()).items():
            rest = f" But not in {', '.join(left)}: look at it." if left else ""
            self.store.dispatch(ev.Noted(now, "warning", f"{change} was interrupted and has been taken back.{rest}"))
        self._forget_the_old()
        endpoint = await self._endpoint(rehearse=start.rehearse)
        await self._ports.workers.start()
        ledger = Ledger(self.state.spend.caps, settings.model_prices, free=start.rehearse)
        self._budget = Budget(ledger, self._ports.clock, self.store)
        self._run = Run(
            agents, Terms(team, self.id, endpoint, landing, settings), self._tools(self._budget), start.ends
        )
        self.tally = self._run.tally
        self.store.dispatch(ev.TeamRunning(self._ports.clock.now()))
        self._keeper.keep_phase()
        if not start.only:
            self._keeper.keep_team(team.name)
        self._run.enable(tuple(agents))
        self.map.follow()
        self._over = asyncio.create_task(self._to_the_end(self._run))

    def _forget_the_old(self) -> None:
        """Keep no more of the history than the settings say."""
        settings, now = self.settings, self._ports.clock.now()
        removed = self._journal.prune(now - timedelta(days=settings.history_days), settings.history_bytes)
        if removed:
            text = f"{removed} old images of files were removed (history.days, history.bytes)."
            self.store.dispatch(ev.Noted(now, "info", f"{text} Changes that need them can no longer be taken back."))

    async def _to_the_end(self, run: Run) -> None:
        await run.over()
        async with self._moving:
            if self._run is run:
                await self._down("the run is over" if run.bug is None else f"it failed: {run.bug!r}")
        if run.bug is not None:
            raise run.bug

    async def _down(self, reason: str) -> int:
        """End everything of the team. Safe to call when nothing runs. Raises SurvivedError once all the rest is done."""
        run, self._run = self._run, None
        active = self.state.team.state is not TeamState.STOPPED
        if active:
            self.store.dispatch(ev.TeamStopping(self._ports.clock.now()))
        if self._over is not None and self._over is not asyncio.current_task():
            self._over.cancel()
        if run is not None:
            await run.cut()
        ended, survived = await self._end_processes()
        if self._recounts:
            await asyncio.wait(self._recounts)
        if active:
            self.store.dispatch(ev.TeamStopped(self._ports.clock.now(), ended, reason))
            self.map.follow()
            self._keeper.try_to_keep("The phase", self._keeper.keep_phase)
            self._keeper.give()
        if survived is not None:
            self.store.dispatch(ev.Noted(self._ports.clock.now(), "error", str(survived)))
            raise survived
        return ended

    async def _end_processes(self) -> tuple[int, SurvivedError | None]:
        """How many processes were ended, and who could not be."""
        survived = None
        try:
            ended = await self._ports.workers.stop()
        except SurvivedError as error:
            ended, survived = error.ended, error
        return ended + await self._ports.rehearsal.stop(), survived

    def _tools(self, budget: Budget) -> Tools:
        return Tools(
            self.store, self._ports.clock, self._ports.ids, self._ports.workers, budget, self._claims, self._landing,
            self._journal, self._memory, self._observe, self._recorded,
        )  # fmt: skip

    async def _observe(self, agent: Agent) -> Brief:
        """Look around first: people and other programs change files too."""
        if not self.sizes.watching and (changed := await self.sizes.scan()):
            self._touched(changed, by=agent.name)
        return await self._view.brief(agent)

    def _moved(self, before: State, after: State, event: ev.Event) -> None:
        """Whatever moved the phase, the agents are weighed by the new one."""
        if self._run is not None and after.phase.name is not before.phase.name:
            self._run.weigh()
            self._keeper.try_to_keep("The phase", self._keeper.keep_phase)

    def _recorded(self, change: Change, previous: ChangeState | None) -> None:
        self._changes.record(change, previous)
        if change.state in LANDED_STATES:
            self._own.update(dict.fromkeys(change.paths, self._ports.clock.monotonic() + ECHO))
            if self._run is not None:
                self._run.touched(change.paths, by=change.agent)
            task = asyncio.create_task(self._recount(change.paths))
            self._recounts.add(task)
            task.add_done_callback(self._recounts.discard)

    async def _recount(self, paths: Sequence[str]) -> None:
        await self.sizes.refresh(paths)
        self.map.follow()

    async def _settled(self, paths: Sequence[str] | frozenset[str]) -> None:
        await self._recount(sorted(paths))
        self._touched(sorted(paths))

    def _found_changed(self, paths: Sequence[str]) -> None:
        """Somebody changed these on the disk. What the team is landing, or just landed, wakes nobody a second time."""
        now, claimed = self._ports.clock.monotonic(), self._claims.paths()
        self._own = {path: until for path, until in self._own.items() if until > now}
        self._touched([path for path in paths if path not in self._own and path.casefold() not in claimed])

    def _touched(self, paths: Sequence[str], by: str = "") -> None:
        if self._run:
            self._run.touched(paths, by)
        self.map.follow()
        if self._watch is not None and self.map.wanted and (self._suggesting is None or self._suggesting.done()):
            self._suggesting = asyncio.create_task(self.map.suggest())

    def _team(self, start: Start) -> tuple[Team, str]:
        catalog = self._ports.catalog
        if start.only:
            agent = catalog.agent(start.only)
            member = Member(agent.name, 1.0, 1.0)
            return Team(f"only {agent.name}", agent.role, (member,)), f"{agent.name} was started alone"
        name, reason = chosen_team(
            start.team, self._keeper.last_team(), self.settings.team_name, self._ports.disk.suffixes(), catalog.teams()
        )
        return catalog.team(name), reason

    def _check_key(self, start: Start) -> None:
        if not start.rehearse and not self.settings.model_key:
            raise NoKeyError(
                "There is no API key, so no model can be asked.",
                "Set ANTHROPIC_API_KEY, or rehearse with KinOS' own rule-based model: `kin --rehearse`, Rehearse in the editor.",
            )

    async def _endpoint(self, *, rehearse: bool) -> Endpoint:
        if rehearse:
            return Endpoint("rehearsal", await self._ports.rehearsal.start(), rehearsal=True)
        return Endpoint(self.settings.model_key, self.settings.model_endpoint or None)


def _cancelled() -> bool:
    """Whether the task we run in was asked to end."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
