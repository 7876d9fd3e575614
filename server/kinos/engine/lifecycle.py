"""A team's life: chosen, started, joined and left by agents, and stopped with every process of it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from kinos.domain import event as ev
from kinos.domain.budget import Caps
from kinos.domain.endpoint import check_keys, keyless, models_of, unasked
from kinos.domain.errors import BudgetError, SurvivedError, UntrustedError, UsageError
from kinos.domain.message import Endpoint
from kinos.domain.near import did_you_mean
from kinos.domain.setting import Settings
from kinos.domain.state import TeamState
from kinos.domain.team import Agent, Member, Team
from kinos.engine.admission import Admission, Judge
from kinos.engine.budget import Budget
from kinos.engine.changes import Changes
from kinos.engine.check import Checks
from kinos.engine.choice import chosen_team
from kinos.engine.keeper import Keeper
from kinos.engine.mapper import Mapper
from kinos.engine.matter import check_matter
from kinos.engine.outside import Ports
from kinos.engine.ports import Journal
from kinos.engine.purse import Purse
from kinos.engine.roster import Roster
from kinos.engine.run import Ends, Run
from kinos.engine.store import Store
from kinos.engine.tally import Tally
from kinos.engine.terms import Terms
from kinos.engine.tools import Tools
from kinos.engine.upkeep import Upkeep

FAILED = "it failed: "
"""How the reason begins for which a team stopped that nobody stopped."""


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


@dataclass(frozen=True, slots=True)
class Parts:
    """What of the engine a team works with. `tools` makes what its cycles are given."""

    store: Store
    keeper: Keeper
    changes: Changes
    journal: Journal
    mapper: Mapper
    upkeep: Upkeep
    checks: Checks
    tools: Callable[[Budget], Tools]


class Lifecycle:
    """The team of one workspace, one at a time, by the `settings` as they are now; `session` names this run of the engine."""

    def __init__(
        self, ports: Ports, settings: Callable[[], Settings], session: str, parts: Parts, *, trusted: bool
    ) -> None:
        self._ports = ports
        self._now = settings
        self._landing = ""
        self._announced = settings()
        self._session = session
        self._parts = parts
        self._trusted = trusted
        self._run: Run | None = None
        self.purse = Purse(ports.days, parts.keeper, ports.clock, parts.store, settings)
        self._over: asyncio.Task[None] | None = None
        self._moving = asyncio.Lock()
        self._starting: asyncio.Task[None] | None = None
        self._ended_early = 0
        self.tally = Tally()

    @property
    def _settings(self) -> Settings:
        return self._now()

    @property
    def run(self) -> Run | None:
        """The team that runs; None when none does."""
        return self._run

    @property
    def minutes(self) -> float:
        """Minutes since the team was started, 0 before the first."""
        return self.purse.minutes

    def running(self) -> Run:
        """The team that runs. Raises UsageError when none does."""
        if self._run is None and self._starting is not None:
            raise UsageError(f"The team {self._name()} is still starting.", "Try again once it runs.")
        if self._run is None:
            raise UsageError("No team runs here.", "Start one first.")
        return self._run

    async def start(self, start: Start) -> Started:
        """Start a team. Returns once its worker is ready and its agents run. Raises a KinosError that says why not."""
        async with self._moving:
            if self._run is not None:
                raise UsageError(f"The team {self._name()} is already running here.", "Stop it first.")
            if not self._trusted:
                raise UntrustedError("This folder is not trusted, so no agents run in it.", "Trust the folder first.")
            team, reason = await self._team(start)
            roster = Roster(self._ports.catalog, team, self._note)
            await asyncio.to_thread(check_matter, self._ports.disk, self._parts.store.state.sizes.documents)
            self._announced = self._settings
            caps = self.purse.caps(rehearse=start.rehearse)
            unable = {} if start.rehearse else self._unable(team, roster.agents, caps)
            await self.purse.look(rehearse=start.rehearse)
            await self._parts.keeper.take_for_team()
            self._announce(team, reason, start, caps)
            self._starting = asyncio.create_task(self._start(roster, unable, start))
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
            return Started(team.name, reason, tuple(name for name in roster.agents if name not in unable))

    async def choice(self, asked: str = "") -> tuple[str, str]:
        """The name of the team that a start takes, the one `asked` for if any, and why."""
        last, disk = self._parts.keeper.last_team(), self._ports.disk
        return await asyncio.to_thread(
            chosen_team, asked, last, self._settings.team_name, disk.suffixes, self._ports.catalog.teams()
        )

    async def follow(self) -> None:
        """The settings are others: the team that runs goes by them from its next cycles on. What was said when it was started,
        or later for this session, stays. Raises SetupError when what the user spent today cannot be read.
        """
        await self.purse.follow()
        if self._run is not None:
            landing = self._way_to_land()
            if landing != self._parts.store.state.team.landing:
                self._say(ev.LandingSet(self._ports.clock.now(), landing))
            self._run.agree(self._settings, landing)

    async def stop(self) -> int:
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

    async def start_agent(self, name: str, *, rehearse: bool = False) -> None:
        """Start one agent; with no team running it starts alone.

        Raises UsageError for a rehearsal beside a team that runs on a real model: `rehearse` makes no outside call; NoKeyError
        or BudgetError when no call of it can be made, for want of a key or for the price is not known.
        """
        async with self._moving:  # a team that is just starting is one to join
            running = self._run
        if running is None:
            await self.start(Start(only=name, rehearse=rehearse))
        elif rehearse and not self._parts.store.state.team.rehearsal:
            raise UsageError(
                f"The team {self._name()} runs on a real model, so {name} cannot rehearse beside it.",
                "Stop the team first.",
            )
        else:
            if not self._parts.store.state.team.rehearsal:
                agent = self._ports.catalog.agent(name, running.team)
                self._unable(running.team, {name: agent}, self._parts.store.state.spend.caps)
            running.members.add(name)
            running.members.enable([name])

    async def stop_agent(self, name: str) -> None:
        """Stop one agent. Raises UsageError when it does not run."""
        if self._run is None or name not in self._run.members.enabled:
            known = ", ".join(sorted(self._run.members.enabled)) if self._run else "none, for no team runs here"
            meant = did_you_mean(name, self._run.members.enabled if self._run else ())
            raise UsageError(f"No agent {name} is running.", f"{meant} Running: {known}.".lstrip())
        await self._run.members.disable(name)
        if not self._run.members.enabled:
            await self.stop()

    # -- inside ---------------------------------------------------------------------------------------------------

    def _name(self) -> str:
        return self._parts.store.state.team.name

    def _say(self, event: ev.Event) -> None:
        self._parts.store.dispatch(event)

    def _note(self, level: str, text: str) -> None:
        self._say(ev.Noted(self._ports.clock.now(), level, text))

    async def _team(self, start: Start) -> tuple[Team, str]:
        catalog = self._ports.catalog
        if start.only:
            agent = catalog.agent(start.only)
            member = Member(agent.name, 1.0, 1.0)
            return Team(f"only {agent.name}", agent.role, (member,)), f"{agent.name} was started alone"
        name, reason = await self.choice(start.team)
        return catalog.team(name), reason

    def _unable(self, team: Team, agents: Mapping[str, Agent], caps: Caps) -> Mapping[str, str]:
        """The agents that cannot be asked, each named. Raises NoKeyError or BudgetError when that is all of them."""
        unable = self._unasked(team, agents, caps)
        if agents and len(unable) == len(agents):
            check_keys(agents, team, self._settings)
            raise BudgetError(f"No call can be made: {next(iter(unable.values()))}.")
        for name, reason in unable.items():
            self._note("warning", f"{name} does not run: {reason}.")
        return unable

    def _unasked(self, team: Team, agents: Mapping[str, Agent], caps: Caps) -> Mapping[str, str]:
        """The agents that cannot be asked, for want of a key or a price, each with the reason."""
        models = {name: models_of(agent, team, self._settings) for name, agent in agents.items()}
        keys = {name: unasked(model, self._settings) for name, model in keyless(agents, team, self._settings).items()}
        return {**self.purse.unpriced(models, caps), **keys}

    def _judge(self, *, rehearse: bool) -> Judge:
        """Who of a running team cannot be asked. The rehearsal model can always be."""

        def judge(team: Team, agents: Mapping[str, Agent]) -> Mapping[str, str]:
            return self._unasked(team, agents, self._parts.store.state.spend.caps)

        return (lambda team, agents: {}) if rehearse else judge

    def _announce(self, team: Team, reason: str, start: Start, caps: Caps) -> None:
        self._landing = start.landing
        landing = self._way_to_land()
        names = tuple(member.agent for member in team.members)
        now = self._ports.clock.now()
        self._say(ev.TeamStarting(now, team.name, reason, landing, start.rehearse, names, caps, start.ends.cycles))

    def _way_to_land(self) -> str:
        return self._landing or self._settings.landing_mode or ("review" if self._ports.editor else "auto")

    async def _start(self, roster: Roster, unable: Mapping[str, str], start: Start) -> None:
        settings, parts = self._settings, self._parts
        state = parts.store.state
        await parts.changes.repair()
        for mistake in roster.mistakes():
            self._note("warning", mistake)
        self._forget_the_old()
        rehearsal = await self._rehearsal() if start.rehearse else None
        await self._ports.workers.start()
        if self._ports.services is not None:
            await self._ports.services.start(self._note)
        budget = self.purse.begin(self._session, roster.team.name, state.spend.caps, rehearse=start.rehearse)
        terms = Terms(roster.team, self._session, rehearsal, state.team.landing, settings)
        self._run = parts.upkeep.team = Run(
            roster, terms, parts.tools(budget), start.ends, Admission(self._judge(rehearse=start.rehearse), unable)
        )
        self.tally = self._run.tally
        self._say(ev.TeamRunning(self._ports.clock.now()))
        if self._settings != self._announced:
            await self.follow()  # they became others while the worker was starting
        parts.keeper.keep_phase()
        if not start.only:
            parts.keeper.keep_team(roster.team.name)
        self._run.pending = lambda: parts.checks.busy
        parts.checks.start(self._run)
        self._run.members.enable([name for name in roster.agents if name not in unable])
        parts.mapper.follow()
        self._over = asyncio.create_task(self._to_the_end(self._run))

    def _forget_the_old(self) -> None:
        """Keep no more of the history than the settings say."""
        settings, now = self._settings, self._ports.clock.now()
        self._parts.keeper.try_to_keep("The journal", self._parts.journal.compact)
        removed = self._parts.journal.prune(now - timedelta(days=settings.history_days), settings.history_bytes)
        if removed:
            text = f"{removed} old images of files were removed (history.days, history.bytes)."
            self._note("info", f"{text} Changes that need them can no longer be taken back.")

    async def _rehearsal(self) -> Endpoint:
        return Endpoint("rehearsal", await self._ports.rehearsal.start(), rehearsal=True)

    async def _to_the_end(self, run: Run) -> None:
        await run.over()
        async with self._moving:
            if self._run is run:
                await self._down("the run is over" if run.bug is None else f"{FAILED}{run.bug!r}")
        if run.bug is not None:
            raise run.bug

    async def _down(self, reason: str) -> int:
        """End everything of the team. Safe to call when nothing runs. Raises SurvivedError once all the rest is done."""
        run, self._run = self._run, None
        parts = self._parts
        parts.upkeep.team = None
        active = parts.store.state.team.state is not TeamState.STOPPED
        if active:
            self._say(ev.TeamStopping(self._ports.clock.now()))
        if self._over is not None and self._over is not asyncio.current_task():
            self._over.cancel()
        if run is not None:
            await run.cut()
        ended, survived = await self._end_processes()
        await parts.upkeep.caught_up()
        if active:
            self._say(ev.TeamStopped(self._ports.clock.now(), ended, reason))
            parts.mapper.follow()
            parts.keeper.try_to_keep("The phase", parts.keeper.keep_phase)
            self.purse.end()
            parts.keeper.give()
        if survived is not None:
            self._note("error", str(survived))
            raise survived
        return ended

    async def _end_processes(self) -> tuple[int, SurvivedError | None]:
        """How many processes were ended, and who could not be."""
        ended, survived, services = 0, None, self._ports.services
        for stop in (self._ports.workers.stop, self._parts.checks.stop, *((services.stop,) if services else ())):
            try:
                ended += await stop()
            except SurvivedError as error:
                ended, survived = ended + error.ended, error
        return ended + await self._ports.rehearsal.stop(), survived


def _cancelled() -> bool:
    """Whether the task we run in was asked to end."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
