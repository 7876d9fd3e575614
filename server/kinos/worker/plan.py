"""Asking a model for one task, and reading its answer strictly, whoever serves it."""

from collections.abc import Mapping, Sequence
from typing import Any

from kinos.domain.brief import MAX_FILES, NOTHING, PROPOSE, tools
from kinos.domain.errors import FailureKind, PolicyError
from kinos.domain.message import PlanCall, Planned
from kinos.domain.path import normal
from kinos.domain.task import NothingToDo, Task
from kinos.worker.gate import Gate
from kinos.worker.provider import provider
from kinos.worker.reply import Provider, Reply, Stop, Turn
from kinos.worker.search import Search

ASKS = 2
"""How often the planner is asked in all when its answers are no valid task."""


PAUSES = 4
"""How often an answer that the API pauses in the middle of its searches is gone on with."""


class ProblemError(ValueError):
    """The planner's answer is no valid task; the text says why, so that it can be told."""


def plan(call: PlanCall, gate: Gate) -> Planned:
    """The one task the model chose, or nothing to do. Raises FaultError; `gate.spent` is what it cost all the same."""
    search = Search(call, gate.source)
    asked = provider(call, gate)
    turns: list[Turn] = [{"role": "system", "content": call.system}, {"role": "user", "content": call.brief}]
    problem = ""
    for _ in range(ASKS):
        reply = _answer(asked, turns, search, gate)
        check(reply, gate)
        try:
            outcome = chosen([(used.name, used.arguments) for used in reply.calls])
            if found := search.problem(outcome):
                raise ProblemError(found)
            return Planned(search.told(outcome), gate.spent)
        except ProblemError as error:
            problem = str(error)
        turns += [reply.turn, *asked.correction(reply, _correction(problem))]
    raise gate.source.fault(FailureKind.NO_TASK, f"asked {ASKS} times; {problem}")


def _answer(asked: Provider, turns: list[Turn], search: Search, gate: Gate) -> Reply:
    """The answer to `turns`, gone on with as often as the API pauses it; what it has paused is added to `turns`."""
    for _ in range(1 + PAUSES):
        reply = search.asked(lambda: asked.ask(turns, [*tools(), *search.tools()]))
        if reply.stop is not Stop.PAUSED:
            return reply
        turns.append(reply.turn)
    raise gate.source.fault(FailureKind.NO_TASK, f"it was still searching after {1 + PAUSES} requests")


_STOPS: Mapping[Stop, tuple[FailureKind, str]] = {
    Stop.CUT_OFF: (FailureKind.CUT_OFF, ""),
    Stop.CONTEXT: (FailureKind.CONTEXT_TOO_LONG, ""),
    Stop.REFUSED: (FailureKind.NO_TASK, "it refused to answer"),
}
"""Ends that leave no answer to read, however it looks."""


def check(reply: Reply, gate: Gate) -> None:
    """Raise FaultError when there is nothing in `reply` that could be read or corrected."""
    if stop := _STOPS.get(reply.stop):
        raise gate.source.fault(*stop)
    if not reply.calls and not reply.text.strip():
        raise gate.source.fault(FailureKind.EMPTY_ANSWER)


def _correction(problem: str) -> str:
    return (
        f"That is no valid answer: {problem} Call one of the tools {PROPOSE} and {NOTHING}, once, with valid arguments."
    )


def chosen(calls: Sequence[tuple[str, object]]) -> Task | NothingToDo:
    """What the tool `calls` (name, arguments) decide. Raises ProblemError when they are not one valid call."""
    if len(calls) != 1:
        raise ProblemError("No tool was called." if not calls else f"{len(calls)} tools were called.")
    name, arguments = calls[0]
    if name == NOTHING:
        fields = _fields(arguments, {"reason"})
        return NothingToDo(_line(fields, "reason"))
    if name != PROPOSE:
        raise ProblemError(f"There is no tool {name!r}.")
    fields = _fields(arguments, {"title", "why", "files", "instructions"})
    files = _files(fields["files"])
    return Task(_line(fields, "title"), _line(fields, "why"), files, _text(fields, "instructions").strip())


def _fields(arguments: object, names: set[str]) -> Mapping[str, Any]:
    if not isinstance(arguments, dict):
        raise ProblemError("The arguments are not an object.")
    if missing := sorted(names - arguments.keys()):
        raise ProblemError(f"{', '.join(missing)} is missing.")
    return arguments  # more than that is no problem: newer models invent arguments


def _text(fields: Mapping[str, Any], name: str) -> str:
    text = fields[name]
    if not isinstance(text, str) or not text.strip():
        raise ProblemError(f"{name} is not a text, or is empty.")
    if not _plain(text):
        raise ProblemError(f"{name} holds control characters.")
    return text


def _line(fields: Mapping[str, Any], name: str) -> str:
    return " ".join(_text(fields, name).split())


def _plain(text: str) -> bool:
    """Whether `text` is UTF-8 without control characters but tab and line ends: it is shown in terminals."""
    return not any((c < " " and c not in "\t\n\r") or "\x7f" <= c <= "\x9f" or "\ud800" <= c <= "\udfff" for c in text)


def _files(files: object) -> tuple[str, ...]:
    if not isinstance(files, list) or not files or len(files) > MAX_FILES:
        raise ProblemError(f"files is not a list of 1 to {MAX_FILES} paths.")
    paths: dict[str, None] = {}
    for path in files:
        if not isinstance(path, str) or not _plain(path):
            raise ProblemError(f"files holds {path!r}, which is not a path.")
        try:
            paths[normal(path)] = None
        except PolicyError as error:
            raise ProblemError(error.message) from error
    return tuple(paths)
