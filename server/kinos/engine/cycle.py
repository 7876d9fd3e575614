"""One cycle of an agent: observe, decide, act, land. It can be cancelled at any point and leaves nothing half done."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from kinos.domain import event as ev
from kinos.domain.address import host, is_claude
from kinos.domain.brief import HOUSE_RULES, SEARCH_RULES, Brief
from kinos.domain.change import Change, ChangeState, FileChange, digest
from kinos.domain.citation import invented
from kinos.domain.endpoint import endpoint_of, models_of
from kinos.domain.errors import ConflictError, FailureKind, FaultError, LandingError, PolicyError
from kinos.domain.message import Code, EditCall, Edited, Endpoint, Failed, PlanCall, Planned, Retry
from kinos.domain.model import output_limit
from kinos.domain.path import matches
from kinos.domain.setting import Settings
from kinos.domain.task import Edits, NothingToDo, Task
from kinos.domain.team import Agent, Team
from kinos.domain.usage import Usage, add_cost
from kinos.engine.budget import Budget
from kinos.engine.caution import caution
from kinos.engine.circuit import Circuits
from kinos.engine.claims import Claims
from kinos.engine.landing import Landing
from kinos.engine.memory import Memory
from kinos.engine.merge import onto
from kinos.engine.ports import Clock, Ear, Gate, Ids, Journal, Workers
from kinos.engine.reading import Reading
from kinos.engine.revalidation import digests, revalidated
from kinos.engine.store import Store
from kinos.engine.text import decoded
from kinos.engine.uncut import uncut

PLAN_TIMEOUT = 180.0
"""Seconds for one plan call with its retries."""
SEARCH_TIMEOUT = 30.0
"""Seconds more for each web search the plan call may make."""
EDIT_TIMEOUT = 600.0
"""Seconds for one edit call with its reflections and retries."""
STALL_TIMEOUT = 60.0
"""Seconds after which an answer that has begun, and does not go on, is given up."""


BYTES_A_TOKEN = 3
"""A low figure for UTF-8 text in Claude's tokens (English prose has about 3.6): twice the given files leaves room to search
for and replace all of them.
"""
SAID = 300
"""Characters of the editor's words that are told when it made no change."""


_PLAYED = Settings().model_plan


class Result(StrEnum):
    """How a cycle ended."""

    LANDED = "landed"
    WAITING = "waiting for review"
    NOTHING = "nothing to do"
    UNCHANGED = "no change"
    REFUSED = "refused"
    CONFLICTED = "set aside"
    DENIED = "denied by the budget"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`kind` is set for FAILED, and for DENIED, which is no failure of the agent; `wait` is the seconds for which the API asked
    to be left alone.
    """

    result: Result
    reason: str
    kind: FailureKind | None = None
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed when the team started."""

    team: Team
    session: str
    rehearsal: Endpoint | None
    landing: str
    settings: Settings

    def models(self, agent: Agent) -> tuple[str, str]:
        """The models that decide and edit for `agent`. The rehearsal model plays Claude only, and so every other one as well."""
        models = models_of(agent, self.team, self.settings)
        if self.rehearsal is None:
            return models
        plan, edit = (model if is_claude(model) else _PLAYED for model in models)
        return plan, edit

    def endpoint(self, model: str) -> Endpoint:
        """Where `model` is asked, and with which key."""
        return self.rehearsal or endpoint_of(model, self.settings)

    def hosts(self, agent: Agent) -> frozenset[str]:
        """The endpoints the agent asks."""
        return frozenset(host(model, self.endpoint(model)) for model in self.models(agent))


@dataclass(frozen=True, slots=True)
class Tools:
    """What a cycle works with."""

    store: Store
    clock: Clock
    ids: Ids
    workers: Workers
    budget: Budget
    circuits: Circuits
    claims: Claims
    landing: Landing
    journal: Journal
    memory: Memory
    observe: Callable[[Agent], Awaitable[Brief]]
    record: Callable[[Change, ChangeState | None], None]


class Cycle:
    """One pass of `agent` under `terms`."""

    def __init__(self, name: str, agent: Agent, terms: Terms, tools: Tools) -> None:
        self.name = name
        self._agent = agent
        self._terms = terms
        self._tools = tools
        self._request = ""
        self._usage = Usage()
        self._usd: float | None = 0.0
        self._reading = Reading(tools.landing)
        self._edits: Edits | None = None

    async def run(self) -> Outcome:
        """Do it. A failure is an outcome; only cancellation gets through."""
        title = ""
        try:
            brief = await self._tools.observe(self._agent)
            self._request = digest(brief.request.encode("utf-8", "surrogatepass"))
            outcome = await self._plan(brief)
            if isinstance(outcome, NothingToDo):
                self._tools.memory.said_nothing(self._agent.name, outcome.reason)
                return Outcome(Result.NOTHING, outcome.reason)
            title = outcome.title
            if isinstance(outcome, Edits):
                self._edits = outcome
                outcome = Task(outcome.title, outcome.why, tuple(outcome.texts), "")
            return await self._carry_out(outcome)
        except (PolicyError, ConflictError) as error:
            self._tools.memory.refused(self._agent.name, title, error.message)
            return Outcome(Result.REFUSED if isinstance(error, PolicyError) else Result.CONFLICTED, error.message)
        except FaultError as error:
            denied = error.kind is FailureKind.BUDGET
            result = Result.DENIED if denied else Result.FAILED
            return Outcome(result, str(error), error.kind, error.retry_after or 0.0)
        except LandingError as error:
            # A landing that fails is an outcome of its own: here a file cannot be read, or the journal not written.
            return Outcome(Result.FAILED, str(error), FailureKind.DISK)
        except OSError as error:
            return Outcome(Result.FAILED, f"The agent's private folder: {error}", FailureKind.DISK)

    async def _plan(self, brief: Brief) -> Task | NothingToDo | Edits:
        settings = self._terms.settings
        model, _ = self._terms.models(self._agent)
        call = PlanCall(
            agent=self._agent.name,
            model=model,
            max_tokens=output_limit(model, settings.model_max_tokens),
            temperature=settings.model_temperature,
            endpoint=self._terms.endpoint(model),
            retry=_retry(settings),
            timeout=PLAN_TIMEOUT + SEARCH_TIMEOUT * self._agent.search,
            stall=STALL_TIMEOUT,
            system=self._agent.prompt + "\n" + HOUSE_RULES + (SEARCH_RULES if self._agent.search else ""),
            brief=brief.render(),
            searches=self._agent.search,
            code=self._code(brief),
        )
        return (await self._replied(call, self._ask_planner)).outcome

    async def _ask_planner(self, call: PlanCall, gate: Gate, hear: Ear) -> Planned | Failed:
        return await self._tools.workers.plan(call, gate, hear, self._reading.read)

    def _code(self, brief: Brief) -> Code | None:
        agent = self._agent
        if not agent.code:
            return None
        return Code(agent.code, agent.home, agent.prompt, brief.phase, brief.request, brief.documents)

    async def _carry_out(self, task: Task) -> Outcome:
        self._say(ev.TaskChosen(self._now(), self._agent.name, self.name, task.title, task.why, task.files))
        paths = tuple(dict.fromkeys(self._allowed(path) for path in task.files))
        if len({path.casefold() for path in paths}) < len(paths):
            raise PolicyError(f"Of {', '.join(paths)} some differ only in case: on many systems those are one file.")
        task = replace(task, files=paths)
        self._mind_the_person(task)
        planned = digests(self._tools.landing, paths)
        async with self._tools.claims.hold(self.name, paths):
            self._say(ev.TaskClaimed(self._now(), self._agent.name, self.name))
            task = revalidated(task, planned, digests(self._tools.landing, paths))
            change = await self._edit(task)
            if isinstance(change, str):
                return Outcome(Result.UNCHANGED, f"{task.title}: {change or 'the editor left everything as it was'}")
            self._say(ev.EditFinished(self._now(), self._agent.name, self.name))
            return await uncut(self._settle(change))

    def _mind_the_person(self, task: Task) -> None:
        """Raise PolicyError when the person rejected this very task, and nothing that it is about has changed since."""
        rejected = self._tools.memory.rejection(task)
        if rejected is None or (rejected.request and rejected.request != self._request):
            return
        for file in rejected.files:
            now = self._tools.landing.current(file.path)
            if (None if now is None else digest(now)) != file.base:
                return
        raise PolicyError(
            f"The person rejected this before ({rejected.id}: {rejected.reason}), and neither the request nor "
            f"{', '.join(rejected.paths)} has changed since."
        )

    def _allowed(self, path: str) -> str:
        clean = self._tools.landing.check(path)
        if not matches(clean, self._agent.edits):
            raise PolicyError(f"{self._agent.name} may not edit {clean}: it keeps to {', '.join(self._agent.edits)}.")
        return clean

    async def _edit(self, task: Task) -> Change | str:
        """The change that the editor made, or its words when it made none; what an agent's own code made needs no editor."""
        if self._edits is not None:
            files, said = (
                self._made(*self._reading.result(self._edits)),
                f"{self._agent.name} made what is there already",
            )
        else:
            files, said = await self._edited(task)
        if not files:
            return said
        return self._change(task, files)

    async def _edited(self, task: Task) -> tuple[tuple[FileChange, ...], str]:
        bases = {path: self._tools.landing.current(path) for path in task.files}
        with self._tools.workers.folder() as folder:
            await asyncio.to_thread(_hand_out, folder, bases)
            reply = await self._ask_editor(task, folder)
            texts = await asyncio.to_thread(_collected, folder, bases)
            self._mind_the_sources(task, bases, texts)
            files = self._made(bases, texts)
        return files, " ".join(reply.transcript.split())[:SAID]

    def _change(self, task: Task, files: tuple[FileChange, ...]) -> Change:
        return Change(
            id=self._tools.ids.new("c"),
            cycle=self.name,
            session=self._terms.session,
            agent=self._agent.name,
            title=task.title,
            why=task.why,
            files=files,
            made=self._now(),
            usage=self._usage,
            usd=self._usd,
            rehearsal=self._terms.rehearsal is not None,
            request=self._request,
        )

    def _mind_the_sources(self, task: Task, bases: Mapping[str, bytes | None], texts: Mapping[str, str | None]) -> None:
        """Raise PolicyError when the editor of an agent that searches wrote an address nobody has given it."""
        if not self._agent.search:
            return
        given = [task.message(), *(base.decode("utf-8", "replace") for base in bases.values() if base is not None)]
        for path, text in texts.items():
            if made_up := invented(text or "", given):
                raise PolicyError(
                    f"{path} would cite {', '.join(made_up)}, which no search returned: nothing was changed."
                )

    async def _ask_editor(self, task: Task, folder: Path) -> Edited:
        settings = self._terms.settings
        given = sum(len(path.read_bytes()) for path in folder.rglob("*") if path.is_file())
        _, model = self._terms.models(self._agent)
        call = EditCall(
            agent=self._agent.name,
            model=model,
            max_tokens=output_limit(model, given * 2 // BYTES_A_TOKEN + 2000),
            temperature=settings.model_temperature,
            endpoint=self._terms.endpoint(model),
            retry=_retry(settings),
            timeout=EDIT_TIMEOUT,
            stall=STALL_TIMEOUT,
            folder=str(folder),
            files=task.files,
            message=task.message(),
        )
        try:
            return await self._replied(call, self._tools.workers.edit)
        except FaultError as error:
            if error.kind is FailureKind.POLICY:
                raise PolicyError(error.message, error.remedy) from error
            raise

    async def _replied[C: (PlanCall, EditCall), R: (Planned, Edited)](
        self, call: C, ask: Callable[[C, Gate, Ear], Awaitable[R | Failed]]
    ) -> R:
        """The answer to `call`, each model call of which passes the endpoint's circuit and the budget."""
        circuit = self._tools.circuits.of(host(call.model, call.endpoint))
        with self._tools.budget.call(self._agent.name) as gate:
            reply = await ask(call, circuit.guarded(gate, self.name), self._hear)
        if isinstance(reply, Failed) or reply.usage.calls:  # an agent's own code need not ask any model
            circuit.heard(reply, self.name)
        self._spent(call.model, reply.usage)
        if isinstance(reply, Failed):
            raise FaultError(reply.failure, reply.message, reply.remedy, reply.retry_after)
        return reply

    def _made(self, bases: Mapping[str, bytes | None], texts: Mapping[str, str | None]) -> tuple[FileChange, ...]:
        keep = self._tools.journal.keep
        made = []
        for path, base in bases.items():
            result = onto(path, base, texts[path])
            if result != base:
                made.append(
                    FileChange(path, None if base is None else keep(base), None if result is None else keep(result))
                )
        return tuple(made)

    async def _settle(self, change: Change) -> Outcome:
        why = caution(change, self._tools.journal.image)
        change = replace(change, reason=why)
        self._tools.record(change, None)
        if self._terms.landing == "review" or why:
            self._tools.claims.keep(change.id, change.paths)
            return Outcome(Result.WAITING, f"{change.title} [{change.id}] ({why or 'review is on'})")
        return await self._land(change)

    async def _land(self, change: Change) -> Outcome:
        accepted = change.to(ChangeState.ACCEPTED)
        try:
            landed = await self._tools.landing.land(accepted)
        except PolicyError as error:
            self._tools.record(accepted.to(ChangeState.REFUSED, error.message), change.state)
            return Outcome(Result.REFUSED, str(error))
        except (ConflictError, LandingError) as error:
            # Also what the editor did not take, or a stop has cut short: no policy refused it.
            self._tools.record(accepted.to(ChangeState.CONFLICTED, error.message), change.state)
            return Outcome(Result.CONFLICTED, str(error))
        self._tools.record(landed, change.state)
        return Outcome(Result.LANDED, landed.title)

    def _spent(self, model: str, usage: Usage) -> None:
        self._usage += usage
        self._usd = add_cost(self._usd, self._tools.budget.cost(model, usage))

    def _hear(self, text: str) -> None:
        self._say(ev.Said(self._now(), self._agent.name, self.name, text))

    def _say(self, event: ev.Event) -> None:
        self._tools.store.dispatch(event)

    def _now(self) -> datetime:
        return self._tools.clock.now()


def _retry(settings: Settings) -> Retry:
    return Retry(settings.retry_attempts, settings.retry_delay, settings.retry_codes)


def _hand_out(folder: Path, bases: Mapping[str, bytes | None]) -> None:
    """Copies of the files, with line feeds only: the editor model's tool writes nothing else."""
    for path, base in bases.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if base is not None:
            target.write_text(decoded(base, path).unified(), encoding="utf-8", newline="\n")


def _collected(folder: Path, bases: Mapping[str, bytes | None]) -> dict[str, str | None]:
    return {path: _read(folder / path, path) for path in bases}


def _read(file: Path, path: str) -> str | None:
    if os.path.realpath(file) != str(file) or (file.exists() and not file.is_file()):
        raise PolicyError(f"{path} came back as something that is not a file.")
    if not file.exists():
        return None
    try:
        text = file.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise PolicyError(f"{path} came back as something that is not UTF-8 text.") from error
    if "\x00" in text:
        raise PolicyError(f"{path} came back as something binary.")
    return text
