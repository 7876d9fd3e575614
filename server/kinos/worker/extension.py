"""A cycle of an agent in Python: its code runs here, in a process of its own, and sees what the engine lets it see."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from kinos.domain.brief import HOUSE_RULES, MAX_FILES, NOTHING, PROPOSE
from kinos.domain.errors import FailureKind, FaultError
from kinos.domain.message import Code, PlanCall, Planned, Read, Text
from kinos.domain.task import Edits, NothingToDo, Task
from kinos.extension import RefusedError
from kinos.extension.installed import load
from kinos.worker.deadline import OverdueError
from kinos.worker.gate import Gate
from kinos.worker.plan import ProblemError, check, chosen, plan
from kinos.worker.provider import provider

log = logging.getLogger(__name__)


def run(call: PlanCall, code: Code, gate: Gate) -> Planned:
    """What the agent made of its cycle. Raises FaultError: also for whatever its code raises, whose traceback is in the log."""
    context = _Context(call, code, gate)
    try:
        agent = load(code.entry, code.home)()
        context.files = {path: context.read(path) for path in _paths(agent.list_files(context))}
        context.system = _prompt(agent.build_prompt(context))
        return Planned(_checked(agent.run(context)), gate.spent)
    except (FaultError, OverdueError):
        raise
    except (Exception, SystemExit) as error:  # the code of another package raises anything
        log.exception("%s of %s failed", code.entry, call.agent)
        raise FaultError(
            FailureKind.EXTENSION,
            f"{call.agent} ({code.entry}): {type(error).__name__}: {error}.",
            "It is no part of KinOS: tell who made it. The worker's log has the traceback.",
        ) from error


class _Context:
    """Implements `kinos.extension.Context`."""

    def __init__(self, call: PlanCall, code: Code, gate: Gate) -> None:
        self._call = call
        self._gate = gate
        self.agent = call.agent
        self.prompt = code.prompt
        self.phase = code.phase
        self.request = code.request
        self.brief = call.brief
        self.documents: Mapping[str, int] = code.documents
        self.files: Mapping[str, str | None] = {}
        self.system = code.prompt

    def read(self, path: str) -> str | None:
        """A file of the workspace."""
        with self._gate.deadline.held():
            self._gate.line.send(Read(path))
            answer = self._gate.line.receive()
        if not isinstance(answer, Text):
            raise TypeError(f"{type(answer).__name__} is no answer to a reading")
        if answer.problem:
            raise RefusedError(answer.problem)
        return answer.text

    def plan(self) -> Task | NothingToDo:
        """One task by the model."""
        asked = replace(self._call, system=f"{self.system}\n{HOUSE_RULES}", code=None)
        outcome = plan(asked, self._gate).outcome
        assert not isinstance(outcome, Edits)
        return outcome

    def ask(self, question: str, max_tokens: int = 4000) -> str:
        """The model's words."""
        asked = provider(replace(self._call, max_tokens=max_tokens, code=None), self._gate)
        turns = [{"role": "system", "content": self.system}, {"role": "user", "content": question}]
        reply = asked.ask(turns)
        check(reply, self._gate)
        return reply.text


def _paths(paths: object) -> Sequence[str]:
    found = [paths] if isinstance(paths, str) else list(paths)  # type: ignore[call-overload]
    if not all(isinstance(path, str) for path in found):
        raise TypeError("list_files must return paths")
    return found


def _prompt(prompt: object) -> str:
    if not isinstance(prompt, str):
        raise TypeError(f"build_prompt returned {type(prompt).__name__}, not text")
    return prompt


def _checked(outcome: object) -> Task | NothingToDo | Edits:
    """`outcome` if it is one, held to what holds for the planner's answers."""
    match outcome:
        case NothingToDo(reason):
            return chosen([(NOTHING, {"reason": reason})])
        case Task(title, why, files, instructions):
            arguments = {"title": title, "why": why, "files": list(files), "instructions": instructions}
            task = chosen([(PROPOSE, arguments)])
            return replace(task, sources=outcome.sources) if isinstance(task, Task) else task
        case Edits(title, why, texts):
            if not 0 < len(texts) <= MAX_FILES:
                raise ProblemError(f"edits are of 1 to {MAX_FILES} files")
            held = chosen([(PROPOSE, {"title": title, "why": why, "files": list(texts), "instructions": "-"})])
            assert isinstance(held, Task)
            if not all(text is None or isinstance(text, str) for text in texts.values()):
                raise TypeError("the texts of edits are strings, or None for a file that goes")
            return Edits(held.title, held.why, dict(zip(held.files, texts.values(), strict=True)))
        case _:
            raise TypeError(f"run returned {type(outcome).__name__}, not Task, NothingToDo or Edits")
