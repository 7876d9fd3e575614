"""The façade: one workspace's engine. Front ends and the control socket call nothing else."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from kinos.domain import event as ev
from kinos.domain.account import Account
from kinos.domain.brief import Brief
from kinos.domain.change import Change, ChangeState
from kinos.domain.check import CheckRecord
from kinos.domain.errors import UsageError
from kinos.domain.figure import CycleRecord, Figures, figures
from kinos.domain.finding import Finding
from kinos.domain.path import CONFIG
from kinos.domain.phase import Phase
from kinos.domain.phase_history import PhasePoint
from kinos.domain.rename import Rename
from kinos.domain.setting import Settings
from kinos.domain.state import State
from kinos.domain.status import picture
from kinos.domain.team import Agent
from kinos.engine.assignments import Assignments
from kinos.engine.budget import Budget
from kinos.engine.buffer import Buffers
from kinos.engine.changes import Changes
from kinos.engine.check import Checks
from kinos.engine.chronicle import Chronicle
from kinos.engine.circuit import Circuits
from kinos.engine.claims import Claims
from kinos.engine.configuration import Configuration
from kinos.engine.folding import Folding
from kinos.engine.history import Reverted, Selection
from kinos.engine.keeper import Keeper
from kinos.engine.landing import Landing
from kinos.engine.lifecycle import Lifecycle, Parts, Start, Started
from kinos.engine.manner import manner
from kinos.engine.manuscript import Manuscripts
from kinos.engine.mapper import Mapper
from kinos.engine.memory import Memory
from kinos.engine.outside import Ports
from kinos.engine.own_undo import OwnUndo
from kinos.engine.phase_trail import PhaseTrail
from kinos.engine.ports import Catalog, OwnFiles
from kinos.engine.relinking import Relinking
from kinos.engine.renaming import Renaming
from kinos.engine.restructuring import Restructuring
from kinos.engine.review import Contents, Proposed, Review
from kinos.engine.sizes import Sizes
from kinos.engine.store import Store
from kinos.engine.tally import Tally
from kinos.engine.text_sync import TextSync
from kinos.engine.tools import Tools
from kinos.engine.upkeep import Upkeep
from kinos.engine.view import View
from kinos.tokens.document import TextEdit
from kinos.tokens.position import Encoding


class Session:
    """The engine of one workspace folder. `front_end` names it to others who want the folder ("an editor", "a terminal")."""

    def __init__(
        self, ports: Ports, settings: Settings, front_end: str, *, trusted: bool = True, problems: Sequence[str] = ()
    ) -> None:
        self._ports = ports
        self.trusted = trusted
        self.id = ports.ids.new("s")
        self.store = Store()
        self.store.subscribe(self._moved)
        self._configuration = Configuration(settings, ports.origin, self.store, ports.clock, self._settle, problems)
        self.buffers = Buffers(ports.clock)
        self.sizes = Sizes(ports.disk, self.buffers, ports.counting, self.store, ports.clock, manner(settings))
        manuscripts = Manuscripts(self.buffers, ports.disk)
        self.restructuring = Restructuring(self.sizes, self.buffers, manuscripts)
        self.folding = Folding(self.sizes, manuscripts)
        self.relinking = Relinking(str(ports.disk.root), self.sizes, manuscripts)
        self._journal = ports.folder.journal()
        self._memory, self._claims = Memory(), Claims()
        self._circuits = ports.circuits or Circuits(ports.clock)
        self._landing = Landing(
            ports.disk, self._journal, self.buffers, ports.editor, lambda: self.settings.landing_edit
        )
        self._keeper = Keeper(ports.folder, ports.disk, ports.clock, self.store, front_end)
        self._trail = PhaseTrail(self._keeper, lambda: self.sizes.complete)
        self.store.subscribe(self._trail.follow)
        self.store.subscribe(Chronicle(self.id, self._finished_cycle).follow)
        self._changes = Changes(
            self._journal, self._landing, self.buffers, self._claims, self._memory, self.store, ports.clock
        )
        self._review = Review(self._changes, self._landing, self._journal, ports.clock, ports.ids)
        self.map = Mapper(
            self.sizes, self._keeper, self.store, ports.clock, lambda: self.settings.map_write,
            lambda: self._team.run is not None,
        )  # fmt: skip
        self._checks = Checks(
            ports.checker, self._settings, self.buffers, self.store, ports.clock, self._changes.all, self._keep_check
        )
        self._assignments = Assignments(
            self._keeper, self._journal, self.sizes.documents, self.store, ports.clock, self._landing.check
        )
        self._view = View(
            self.sizes, self._landing, self._claims, self._memory, self.store, self.map.text, ports.disk,
            lambda: self.settings.landing_edit, self._checks.material, self._assignments.of,
        )  # fmt: skip
        self._upkeep = Upkeep(self.sizes, self.map, self._claims, ports.clock)
        self._text_sync = TextSync(
            self.buffers,
            self.sizes,
            self._changes,
            OwnUndo(self._changes, self._landing, self._journal),
            self._keeper,
            self._upkeep,
            ports.disk,
            ports.folder,
        )
        self._renaming = Renaming(
            self._claims,
            self._changes,
            self._keeper,
            self._text_sync,
            self.sizes,
            self._upkeep,
            self.store,
            ports.clock,
        )
        parts = Parts(
            self.store, self._keeper, self._changes, self._journal, self.map, self._upkeep, self._checks, self._tools
        )
        self._team = Lifecycle(ports, self._settings, self.id, parts, trusted=trusted)

    async def open(self, *, watch: bool = False, follow: bool = False) -> None:
        """Count the folder; then `watch` what changes there, and `follow` the settings, if asked to. Nothing is written."""
        kept = self._keeper.phase()
        if kept is not None:
            self.store.dispatch(ev.PhaseMoved(self._ports.clock.now(), kept))
        if (check := self._journal.last_check()) is not None:
            self.store.dispatch(ev.CheckEnded(check.time, check))
        self._changes.restore()
        await self._team.purse.open()
        self._assignments.restore()
        await self.sizes.scan()
        if watch:
            self.watch()
        if follow:
            self._configuration.watch()

    def watch(self) -> None:
        """Follow what changes on the disk from now on."""
        self._upkeep.watch()

    async def close(self) -> None:
        """Stop the team and end every process. Raises SurvivedError naming those that could not be ended."""
        await self._configuration.close()
        try:
            await self._team.stop()
        finally:
            await self._upkeep.close()
            await self._landing.close()
            await self._ports.counting.close()

    # -- reading --------------------------------------------------------------------------------------------------

    @property
    def settings(self) -> Settings:
        """The settings now."""
        return self._configuration.now

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with values that were not taken, a sentence each."""
        return self._configuration.problems

    @property
    def state(self) -> State:
        """The state now."""
        return self.store.state

    @property
    def tally(self) -> Tally:
        """What the team that runs, or ran last, came to."""
        return self._team.tally

    @property
    def catalog(self) -> Catalog:
        """Teams and agents."""
        return self._ports.catalog

    @property
    def own_files(self) -> OwnFiles | None:
        """The files below `.kinos/` that people write; None where nobody looks at them."""
        return self._ports.own

    def subscribe(self, subscriber: Callable[[State, State, ev.Event], None]) -> Callable[[], None]:
        """Call `subscriber(before, after, event)` after each event; returns what ends it."""
        return self.store.subscribe(subscriber)

    def picture(self) -> dict[str, Any]:
        """The object of `kinos/status`."""
        return picture(
            self.state,
            folder=str(self._ports.disk.root),
            trusted=self.trusted,
            rule=self.sizes.rule,
            held_by=self._keeper.holder(),
            minutes=self._team.minutes,
        )

    def holds(self, path: str) -> bool:
        """Whether there is a file of that path, on the disk or in an editor."""
        return path in self.buffers or self._ports.disk.stamp(path) is not None

    def changes(self) -> Sequence[Change]:
        """Every change, in the order made."""
        return self._changes.all()

    def last_landed(self, path: str | None = None) -> Change | None:
        """The change that landed last in `path`, None: anywhere, and was not taken back."""
        return next(iter(self._changes.landed(path)), None)

    def figures(self) -> Sequence[Figures]:
        """What each agent did and cost, over all sessions."""
        return figures(self._journal.cycles())

    def cycles(self) -> Sequence[CycleRecord]:
        """Every cycle that ended, of all sessions, in the order they did."""
        return self._journal.cycles()

    def phase_history(self) -> Sequence[PhasePoint]:
        """How the total and the phase went, in so few points as a picture needs."""
        return self._trail.told()

    async def checkup(self, *, live: bool) -> Sequence[Finding]:
        """What the engine needs, and how it stands with that."""
        return () if self._ports.checkup is None else await self._ports.checkup.findings(live=live)

    def accounts(self) -> Sequence[Account]:
        """What the sessions of this workspace have spent, the latest last; rehearsals are not among them."""
        return self._team.purse.accounts()

    def image(self, name: str | None) -> bytes | None:
        """A kept image of a file, by digest."""
        return None if name is None else self._journal.image(name)

    def diff(self, identity: str) -> str:
        """What a change has made of its files, or would make of them now, as a unified diff. Raises UsageError."""
        return self._review.diff(identity)

    def proposal(self, identity: str) -> Sequence[Proposed]:
        """The files of a waiting change as they would be once it landed. Raises UsageError when it does not wait."""
        return self._review.proposal(identity)

    def obstacle(self, change: Change) -> str:
        """What stands in the way of landing a waiting change now; empty where nothing does."""
        return self._review.obstacle(change)

    def contents(self, identity: str) -> Sequence[Contents]:
        """The files of a change as texts before and after it. Raises UsageError when there is no such change."""
        return self._review.contents(identity)

    # -- files ----------------------------------------------------------------------------------------------------

    def did_open(self, path: str, text: str, version: int) -> None:
        """The editor opened `path`, any file of the folder."""
        self._text_sync.did_open(path, text, version)

    def did_change(self, path: str, edits: Sequence[TextEdit | str], version: int, encoding: Encoding) -> None:
        """The editor changed `path`."""
        self._text_sync.did_change(path, edits, version, encoding)

    def did_save(self, path: str) -> None:
        """The editor wrote `path`."""
        self._text_sync.did_save(path)
        self._checks.saved()
        if path == CONFIG:
            self._configuration.stir()

    async def did_close(self, path: str) -> None:
        """The editor closed `path`: the disk counts again."""
        await self._text_sync.did_close(path)
        self._checks.saved()

    async def did_change_on_disk(self, paths: Sequence[str]) -> None:
        """Files changed outside the editor."""
        if CONFIG in paths:
            self._configuration.stir()
        await self.sizes.refresh(paths)
        self._upkeep.found_changed(paths)

    def will_rename(self, renames: Collection[Rename]) -> None:
        """The editor is about to give these files and folders, by paths in the workspace, other names."""
        self._renaming.begin(renames)

    async def did_rename(self, renames: Collection[Rename]) -> None:
        """Files and folders have other names: claims, history and sizes follow. Raises as `Renaming.done`."""
        await self._renaming.done(renames)

    def cede(self, folders: Sequence[str]) -> None:
        """Other engines own these folders inside, and no others: nothing in them is changed here. Then `look` again."""
        self._ports.disk.cede(folders)
        self.sizes.cede(folders)

    async def counted(self) -> None:
        """Count what is not counted yet, where counting was stopped or goes on."""
        if not self.sizes.complete:
            await self.sizes.scan()

    async def look(self) -> None:
        """Bring the sizes in step with the disk, and wake who watches what has changed."""
        self._upkeep.touched(await self.sizes.scan())

    # -- the settings -----------------------------------------------------------------------------------------------

    async def configure(self, settings: Settings, problems: Sequence[str] = ()) -> None:
        """Go by these settings from now on, the team that runs too; returns once every size is counted by them.

        `problems` are sentences about values that were not taken. What changed is told by `SettingsChanged`. Raises SetupError
        when something of it cannot be followed.
        """
        await self._configuration.take(settings, problems)

    async def reload(self) -> None:
        """Read the settings again where they come from, and go by them. Raises as `configure`."""
        await self._configuration.reload()

    # -- the team -------------------------------------------------------------------------------------------------

    async def start_team(self, start: Start) -> Started:
        """Start a team. Returns once its worker is ready and its agents run. Raises a KinosError that says why not."""
        self._assignments.restore()
        return await self._team.start(start)

    async def next_team(self) -> tuple[str, str]:
        """The name of the team that a start takes which names none, and why."""
        return await self._team.choice()

    async def stop_team(self) -> int:
        """Stop the team: when this returns, no process of it is alive. Returns how many were ended; 0 when none ran.

        Raises SurvivedError naming those that could not be ended: the team is stopped all the same.
        """
        return await self._team.stop()

    async def finished(self) -> None:
        """Wait until the run ended by itself or was stopped, with every process of it. Raises what it died of, if a bug."""
        await self._team.finished()

    async def start_agent(self, name: str, *, rehearse: bool = False) -> str:
        """Start one agent; with no team running it starts alone. Returns its state. Raises as `Lifecycle.start_agent`."""
        await self._team.start_agent(name, rehearse=rehearse)
        return self.state.agents[name].state.value

    async def stop_agent(self, name: str) -> str:
        """Stop one agent. Returns its state. Raises UsageError when it does not run."""
        await self._team.stop_agent(name)
        return self.state.agents[name].state.value

    def pause_team(self) -> None:
        """Begin no further cycle until `resume_team`. Raises UsageError when no team runs."""
        self._team.running().pause.begin_by_hand()

    async def resume_team(self) -> None:
        """Begin cycles again. Raises UsageError when no team runs, and what `Pause.end_by_hand` does."""
        await self._team.running().pause.end_by_hand()

    async def set_budget(self, caps: Mapping[str, float]) -> None:
        """Set caps, by field of `Caps`, for the team that runs, else for the next one.

        One below what is spent pauses the team, room above it lets a team go on that had paused for it. Raises SetupError
        when what the user spent today cannot be read.
        """
        await self._team.purse.set_caps(caps)
        if self._team.run is not None:
            self._team.run.members.reconsider()
            self._team.run.pause.look()

    # -- changes and the phase ------------------------------------------------------------------------------------

    async def undo(self, selection: Selection, stopped: Callable[[], bool] = bool) -> Reverted:
        """Take changes back, until `stopped`. What cannot be taken back is set aside with its reason."""
        await self._mend()
        # Found before the folder is held: to hold it is to write into it.
        own_map = selection.everything and self._ports.folder.exists()
        if not self._changes.may_undo(selection) and not own_map:
            return Reverted((), ())
        with self._keeper.hold():
            done, paths = await self._changes.undo(selection, stopped)
            await self._upkeep.settled(paths)
            if selection.everything and self._team.run is None:
                self._keeper.remove_own_map()
        return done

    async def redo(self, selection: Selection, stopped: Callable[[], bool] = bool) -> Reverted:
        """Put changes back that were undone, until `stopped`."""
        await self._mend()
        if not self._changes.may_redo(selection):
            return Reverted((), ())
        with self._keeper.hold():
            done, paths = await self._changes.redo(selection, stopped)
            await self._upkeep.settled(paths)
        return done

    async def accept(self, identity: str) -> Change:
        """Land a waiting change, or vouch for one that landed by itself: its code may be run by the check command.

        Raises ConflictError when it no longer fits; it is set aside then.
        """
        await self._mend()
        self._changes.find(identity)
        with self._keeper.hold():
            landed = await self._changes.accept(identity)
            await self._upkeep.settled(landed.paths)
        self._checks.accepted()
        return landed

    async def reject(self, identity: str, reason: str) -> Change:
        """Reject a waiting change; the reason reaches the agents."""
        await self._mend()
        self._changes.find(identity)
        with self._keeper.hold():
            rejected = await self._changes.reject(identity, reason)
        if self._team.run is not None:
            self._team.run.nudge()
        return rejected

    async def edit_change(
        self, identity: str, texts: Mapping[str, str | None], bases: Mapping[str, str] | None = None
    ) -> Change:
        """Put the person's version in the place of a waiting change; it waits in turn. Raises as `Review.edit`."""
        await self._mend()
        self._changes.waiting(identity)
        with self._keeper.hold():
            return self._review.edit(identity, texts, bases or {})

    def consolidate(self, path: str, *, withdraw: bool = False) -> bool:
        """Ask the team to consolidate a document, or no more. Returns whether a team runs that takes it up; else the next does.

        Raises as `Assignments.ask` and `Assignments.withdraw`.
        """
        if withdraw:
            self._assignments.withdraw(path)
        else:
            self._assignments.ask(path)
            if self._team.run is not None:
                self._team.run.asked(path)
        return self._team.run is not None

    def set_phase(self, name: str) -> None:
        """Pin a phase, or follow the total again (`auto`). Raises UsageError for another name."""
        now, phase = self._ports.clock.now(), self.state.phase
        if name.lower() == "auto":
            after = phase.unpin(self.sizes.documents.total, self.sizes.rule, now)
        elif name.upper() in Phase.__members__:
            after = phase.pin(Phase(name.upper()), now)
        else:
            raise UsageError(f"{name!r} is not a phase.", "Use expansion, convergence or auto.")
        with self._keeper.hold():
            self.store.dispatch(ev.PhaseMoved(now, after))
            self._keeper.keep_phase()

    # -- inside ---------------------------------------------------------------------------------------------------

    async def _mend(self) -> None:
        """Take back the half that an engine which died has left, before anybody takes it for what was there."""
        if self._changes.interrupted:
            with self._keeper.hold():
                await self._changes.repair()

    def _settings(self) -> Settings:
        return self._configuration.now

    async def _settle(self) -> None:
        """The settings are others: bring in step what does not look at them each time."""
        wanted, disk = manner(self.settings), self._ports.disk
        if wanted.terms == self.sizes.manner.terms:
            await self.sizes.follow(wanted)
        else:
            async with self._upkeep.unwatched():
                disk.exclude(self.settings.documents_exclude)
                await self.sizes.follow(wanted)
        await self._team.follow()
        self.map.follow()

    def _tools(self, budget: Budget) -> Tools:
        return Tools(
            self.store, self._ports.clock, self._ports.ids, self._ports.workers, budget, self._circuits, self._claims,
            self._landing, self._journal, self._memory, self._observe, self._recorded,
        )  # fmt: skip

    async def _observe(self, agent: Agent) -> Brief:
        await self._upkeep.look_around(agent.name)
        return await self._view.brief(agent)

    def _recorded(self, change: Change, previous: ChangeState | None) -> None:
        self._changes.record(change, previous)
        self._upkeep.recorded(change)

    def _keep_check(self, check: CheckRecord) -> None:
        self._keeper.try_to_keep("The journal", lambda: self._journal.checked(check))

    def _finished_cycle(self, cycle: CycleRecord) -> None:
        self._keeper.try_to_keep("The journal", lambda: self._journal.finish(cycle))

    def _moved(self, before: State, after: State, event: ev.Event) -> None:
        """Whatever moved the phase, the agents are weighed by the new one; what landed is checked."""
        if isinstance(event, ev.ChangeMoved):
            self._checks.moved(event.change, event.previous)
        if self._team.run is not None and after.phase.name is not before.phase.name:
            self._team.run.members.weigh()
            self._keeper.try_to_keep("The phase", self._keeper.keep_phase)
