"""Asking Claude for one task, over the anthropic SDK, and reading its answer strictly."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kinos.domain.brief import MAX_FILES, NOTHING, PROPOSE, tools
from kinos.domain.errors import FailureKind, PolicyError
from kinos.domain.message import PlanCall, Planned
from kinos.domain.path import normal
from kinos.domain.task import NothingToDo, Task
from kinos.domain.usage import Usage
from kinos.worker.bound import most_tokens
from kinos.worker.fault import PROVIDER
from kinos.worker.gate import Gate

if TYPE_CHECKING:
    from anthropic.types import Message as Answer

OLDER = "2023-06-01"
"""The last version of the API that knows `temperature`. Models from Opus 4.7 on refuse it all the same."""

ASKS = 2
"""How often the planner is asked in all when its answers are no valid task."""


class ProblemError(ValueError):
    """The planner's answer is no valid task; the text says why, so that it can be told."""


def plan(call: PlanCall, gate: Gate) -> Planned:
    """The one task Claude chose, or nothing to do. Raises FaultError; `gate.spent` is what it cost all the same."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": call.brief}]
    problem = ""
    for _ in range(ASKS):
        answer = _ask(call, gate, messages)
        content = answer.content or []
        if stop := _STOPS.get(answer.stop_reason or ""):
            raise gate.source.fault(*stop)
        if not any(block.type == "tool_use" or getattr(block, "text", "").strip() for block in content):
            raise gate.source.fault(FailureKind.EMPTY_ANSWER)
        calls = [(block.name, block.input) for block in content if block.type == "tool_use"]
        try:
            return Planned(chosen(calls), gate.spent)
        except ProblemError as error:
            problem = str(error)
        messages += [
            {"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in content]},
            {"role": "user", "content": _correction(answer, problem)},
        ]
    raise gate.source.fault(FailureKind.NO_TASK, f"asked {ASKS} times; {problem}")


_STOPS: Mapping[str, tuple[FailureKind, str]] = {
    "max_tokens": (FailureKind.CUT_OFF, ""),
    "model_context_window_exceeded": (FailureKind.CONTEXT_TOO_LONG, ""),
    "refusal": (FailureKind.NO_TASK, "it refused to answer"),
}
"""Stop reasons of the Messages API that leave no answer to read, however it looks."""


def _ask(call: PlanCall, gate: Gate, messages: Sequence[Mapping[str, Any]]) -> "Answer":
    import anthropic

    request: dict[str, Any] = {
        "model": call.model.removeprefix("anthropic/"),
        "max_tokens": call.max_tokens,
        "system": [{"type": "text", "text": call.system, "cache_control": {"type": "ephemeral"}}],
        "messages": list(messages),
        "tools": tools(),
        # Claude 5.5 refuses "any"; the brief says that a tool is to be called, and whoever does not is asked again.
        "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
    }
    if call.temperature is not None:  # gone from the API's newer version, which the SDK speaks
        request |= {"extra_body": {"temperature": call.temperature}, "extra_headers": {"anthropic-version": OLDER}}
    texts = [call.system, str(request["tools"]), *(str(message["content"]) for message in messages)]
    with anthropic.Anthropic(
        api_key=call.endpoint.api_key, base_url=call.endpoint.base_url or PROVIDER, max_retries=0, open_telemetry=False
    ) as client:
        answer: Answer = gate.ask(
            most_tokens(call.model, texts),
            call.max_tokens,
            lambda seconds: client.messages.create(**request, timeout=seconds),
            lambda answer: _usage(answer.usage) if isinstance(answer, anthropic.types.Message) else None,
        )
    if not isinstance(answer, anthropic.types.Message):  # the SDK hands on what is no JSON as a string
        raise gate.source.fault(FailureKind.SERVER, "its answer is not one of a model")
    return answer


def _usage(usage: Any) -> Usage | None:
    if usage is None:
        return None
    return Usage(
        input_tokens=usage.input_tokens or 0,
        output_tokens=usage.output_tokens or 0,
        cache_read_tokens=usage.cache_read_input_tokens or 0,
        cache_write_tokens=usage.cache_creation_input_tokens or 0,
        calls=1,
    )


def _correction(answer: "Answer", problem: str) -> list[dict[str, Any]]:
    """The user turn that states the problem: a result for every tool call, as the API wants it, else words."""
    text = (
        f"That is no valid answer: {problem} Call one of the tools {PROPOSE} and {NOTHING}, once, with valid arguments."
    )
    results = [
        {"type": "tool_result", "tool_use_id": block.id, "is_error": True, "content": text}
        for block in answer.content
        if block.type == "tool_use"
    ]
    return results or [{"type": "text", "text": text}]


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
