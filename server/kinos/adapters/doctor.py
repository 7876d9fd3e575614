"""The doctor of one folder: everything an engine needs, looked at without starting one."""

import asyncio
import shlex
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from kinos.adapters import check_process, installation, surroundings
from kinos.adapters.clock import SystemClock
from kinos.adapters.day_ledger import FileDayLedger, ledger_file
from kinos.adapters.disk import FileDisk
from kinos.adapters.rehearsal_process import RehearsalProcess
from kinos.adapters.state_folder import WorkspaceState
from kinos.adapters.worker_client import WorkerPool
from kinos.domain.budget import Caps, Ledger
from kinos.domain.endpoint import endpoint_of, lacking, prices_of
from kinos.domain.errors import FailureKind, FaultError, KinosError
from kinos.domain.finding import Finding, Verdict
from kinos.domain.message import Endpoint, Failed, PlanCall, Retry
from kinos.domain.model import output_limit
from kinos.domain.setting import Settings
from kinos.engine.budget import Budget
from kinos.engine.keeper import inner
from kinos.engine.mistake import mistakes
from kinos.engine.ports import Catalog
from kinos.engine.store import Store
from kinos.engine.today import Today
from kinos.tokens.family import tokenizer_for

_ANSWERED = frozenset({FailureKind.NO_TASK, FailureKind.EMPTY_ANSWER, FailureKind.CUT_OFF})
"""Failures of a call that the model has answered, though not as a planner should."""
_SECONDS = 60.0
_SYSTEM = "You are asked whether you can be reached. Answer with the tool that says there is nothing to do."
_BRIEF = "Say that there is nothing to do."


class Doctor:
    """Implements `Checkup` for the folder `root`. `settings` gives those of now and what is wrong with them; when `rehearses`
    says so nothing outside is reached.
    """

    def __init__(
        self,
        root: Path,
        settings: Callable[[], tuple[Settings, Sequence[str]]],
        catalog: Catalog,
        rehearses: Callable[[], bool] = lambda: False,
    ) -> None:
        self._root = root
        self._read = settings
        self._settings = Settings()
        self._problems: Sequence[str] = ()
        self._catalog = catalog
        self._rehearses = rehearses
        self._rehearse = False

    async def findings(self, *, live: bool) -> Sequence[Finding]:
        """What is installed, reachable and missing; with `live` also what one minimal call to the model came to."""
        self._rehearse = self._rehearses()
        self._settings, self._problems = self._read()
        found = await asyncio.to_thread(lambda: list(self._look()))
        return [*found, await self._call()] if live else found

    def _look(self) -> Iterator[Finding]:
        settings, root = self._settings, self._root
        yield installation.python()
        yield installation.packages()
        yield installation.agents(settings.agents_python)
        yield installation.git()
        yield self._key()
        if not self._rehearse:
            yield surroundings.endpoint(endpoint_of(settings.model_plan, settings).base_url or "")
        yield surroundings.folder(root)
        if root.is_dir():
            yield surroundings.disk(root)
            yield surroundings.lock(WorkspaceState(root, 0, 0))
            yield surroundings.control(root)
            yield self._watches()
            yield from self._check()
        yield self._tokenizer()
        yield from _each(
            "content", [*mistakes(self._catalog), *self._unknown_team()], "teams and prompts are as they should be"
        )
        yield from _each("settings", self._problems, "settings are as they should be")

    def _key(self) -> Finding:
        settings = self._settings
        models = dict.fromkeys((settings.model_plan, settings.model_edit))
        lacks = {model: what for model in models if (what := lacking(model, settings))}
        if lacks and self._rehearse:
            return Finding("key", Verdict.OK, "none is needed: KINOS_REHEARSE is set")
        for model, what in lacks.items():
            said, remedy = f"there is no API key for {model}", f"{what}, or rehearse without one: kin --rehearse."
            return Finding("key", Verdict.MISSING, said, remedy)
        return Finding("key", Verdict.OK, f"{' and '.join(models)} can be asked")

    def _unknown_team(self) -> Iterator[str]:
        name = self._settings.team_name
        if name and name not in self._catalog.teams():
            yield f"team.name is {name!r}, and there is no such team: kin teams lists those there are"

    def _watches(self) -> Finding:
        try:
            disk = FileDisk(self._root, self._settings.documents_exclude)
            return surroundings.watches(len(inner(disk.paths())) + 1)
        except KinosError as error:
            return Finding("watches", Verdict.MISSING, error.message, error.remedy)

    def _check(self) -> Iterator[Finding]:
        command = self._settings.check_command
        if not command:
            return
        program = check_process.found(command[0], self._root)
        if program is None:
            said = f"check.command names the program {command[0]!r}, which is not there: agents are shown no result"
            yield Finding("check", Verdict.MISSING, said, check_process.MISSING)
        else:
            yield Finding("check", Verdict.OK, f"{shlex.join(command)} ({program})")

    def _tokenizer(self) -> Finding:
        try:
            choice = tokenizer_for(self._settings.tokens_tokenizer, self._settings.model_plan)
        except KinosError as error:
            return Finding("tokenizer", Verdict.MISSING, error.message, error.remedy)
        if not choice.tokenizer:
            why, _, what = choice.reason.partition(". Set ")
            return Finding("tokenizer", Verdict.NOTE, f"documents have no sizes: {why}", f"Set {what}")
        exact = choice.counted.value == "exact"
        text = f"{choice.tokenizer} ({choice.reason}), {choice.counted.value}"
        remedy = "" if exact else "kin tokens --confirm asks Anthropic's count_tokens."
        return Finding("tokenizer", Verdict.OK if exact else Verdict.NOTE, text, remedy)

    async def _call(self) -> Finding:
        """One minimal call through the worker and its gate."""
        settings, store = self._settings, Store()
        caps = Caps(settings.budget_usd, settings.budget_tokens, 0, 0, settings.budget_usd_per_day)
        clock, ledger = SystemClock(), Ledger(caps, prices_of(settings), free=self._rehearse)
        today = None if self._rehearse else Today(FileDayLedger(ledger_file()), clock, store)
        budget = Budget(ledger, clock, store, today)
        pool, rehearsal = WorkerPool(lambda: settings.agents_python), RehearsalProcess()
        model, began = settings.model_plan, time.monotonic()
        try:
            endpoint = await self._endpoint(rehearsal)
            await pool.start()
            began = time.monotonic()
            call = PlanCall(
                agent="doctor",
                model=model,
                max_tokens=output_limit(model, 256),
                temperature=None,
                endpoint=endpoint,
                retry=Retry(1, 0.0, ()),
                timeout=_SECONDS,
                stall=_SECONDS,
                system=_SYSTEM,
                brief=_BRIEF,
            )
            with budget.call("doctor") as gate:
                reply = await pool.plan(call, gate, _deaf)
        except KinosError as error:
            return Finding("live", Verdict.MISSING, error.message, error.remedy)
        finally:
            await pool.stop()
            await rehearsal.stop()
        spend, seconds = store.state.spend, time.monotonic() - began
        usd = "at an unknown price" if spend.usd is None else f"{spend.usd:.4f} US$"
        cost = f"{spend.usage.total:,} tokens, {'rehearsal, no cost' if self._rehearse else usd}"
        if isinstance(reply, Failed) and reply.failure not in _ANSWERED:
            return Finding("live", Verdict.MISSING, f"{model}: {reply.message} ({cost})", reply.remedy)
        return Finding("live", Verdict.OK, f"{model} answered in {seconds:.1f} s: {cost}")

    async def _endpoint(self, rehearsal: RehearsalProcess) -> Endpoint:
        if self._rehearse:
            return Endpoint("rehearsal", await rehearsal.start(), rehearsal=True)
        model = self._settings.model_plan
        if what := lacking(model, self._settings):
            raise FaultError(FailureKind.AUTHENTICATION, "no call was made without an API key", f"{what}.")
        return endpoint_of(model, self._settings)


def _each(check: str, wrong: Sequence[str], fine: str) -> Iterator[Finding]:
    if not wrong:
        yield Finding(check, Verdict.OK, fine)
    for text in wrong:
        yield Finding(check, Verdict.NOTE, text)


def _deaf(text: str) -> None:
    """Nobody reads what the model says on the way."""
