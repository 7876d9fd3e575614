"""One cycle of an agent: observe, decide, act, land. It can be cancelled at any point and leaves nothing half done."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from kinos.domain import event as ev
from kinos.domain.address import host
from kinos.domain.brief import Brief
from kinos.domain.change import Change, ChangeState, FileChange, digest
from kinos.domain.citation import invented
from kinos.domain.errors import ConflictError, FailureKind, FaultError, JournalError, LandingError, PolicyError
from kinos.domain.message import EditCall, Edited, Failed, PlanCall, Planned
from kinos.domain.outcome import Outcome, Result
from kinos.domain.path import matches
from kinos.domain.task import Edits, NothingToDo, Task
from kinos.domain.team import Agent
from kinos.domain.usage import Usage, add_cost
from kinos.engine.call import edit_call, plan_call
from kinos.engine.caution import caution
from kinos.engine.merge import onto
from kinos.engine.ports import Ear, Gate
from kinos.engine.private_copy import collected, hand_out
from kinos.engine.reading import Reading
from kinos.engine.revalidation import digests, revalidated
from kinos.engine.terms import Terms
from kinos.engine.tools import Tools
from kinos.engine.uncut import uncut

SAID = 300
"""Characters of the editor's words that are told when it made no change."""


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
            kind = FailureKind.JOURNAL if isinstance(error, JournalError) else FailureKind.DISK
            return Outcome(Result.FAILED, str(error), kind)
        except OSError as error:
            return Outcome(Result.FAILED, f"The agent's private folder: {error}", FailureKind.DISK)

    async def _plan(self, brief: Brief) -> Task | NothingToDo | Edits:
        return (await self._replied(plan_call(self._agent, self._terms, brief), self._ask_planner)).outcome

    async def _ask_planner(self, call: PlanCall, gate: Gate, hear: Ear) -> Planned | Failed:
        return await self._tools.workers.plan(call, gate, hear, self._reading.read)

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
            await asyncio.to_thread(hand_out, folder, bases)
            reply = await self._ask_editor(task, folder)
            texts = await asyncio.to_thread(collected, folder, bases)
            self._mind_the_sources(task, bases, texts)
            files = self._made(bases, texts)
        return files, " ".join(reply.transcript.split())[:SAID]

    def _change(self, task: Task, files: tuple[FileChange, ...]) -> Change:
        claims = self._tools.claims
        # A person may have given files other names meanwhile.
        files = tuple(replace(file, path=claims.name(self.name, file.path)) for file in files)
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
        call = edit_call(self._agent, self._terms, task, folder)
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
            landed = await self._tools.landing.land(accepted, self._wait_for_pause)
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

    def _wait_for_pause(self, path: str) -> None:
        self._say(ev.LandingDeferred(self._now(), self._agent.name, self.name, path))

    def _hear(self, text: str) -> None:
        self._say(ev.Said(self._now(), self._agent.name, self.name, text))

    def _say(self, event: ev.Event) -> None:
        self._tools.store.dispatch(event)

    def _now(self) -> datetime:
        return self._tools.clock.now()
