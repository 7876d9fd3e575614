"""Answers of servers that are not Anthropic's: OpenAI's `/v1/chat/completions` (events) and Ollama's `/api/chat` (lines)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from worker.scripted import Answer

USAGE = {"prompt_tokens": 90, "completion_tokens": 9, "total_tokens": 99}
PIECE = 7
"""Characters in one piece of a stream."""


def openai(
    text: str = "",
    calls: Sequence[tuple[str, str]] = (),
    finish: str | None = None,
    usage: Mapping[str, Any] | None = USAGE,
) -> Answer:
    """An answer of OpenAI: words, and `calls` of tools with their arguments as JSON text."""
    finish = finish or ("tool_calls" if calls else "stop")
    chunks = [_chunk({"role": "assistant", "content": ""}), *(_chunk({"content": piece}) for piece in _pieces(text))]
    for index, (name, arguments) in enumerate(calls):
        first = {"index": index, "id": f"call_{index}", "type": "function", "function": {"name": name, "arguments": ""}}
        rest = [{"index": index, "function": {"arguments": piece}} for piece in _pieces(arguments)]
        chunks += [_chunk({"tool_calls": [piece]}) for piece in (first, *rest)]
    chunks.append(_chunk({}, finish))
    if usage is not None:
        chunks.append({**_chunk({}), "choices": [], "usage": usage})
    return openai_stream([*chunks, "[DONE]"])


def openai_stream(events: Sequence[Mapping[str, Any] | str]) -> Answer:
    """A stream of just these events."""
    data = (event if isinstance(event, str) else json.dumps(event) for event in events)
    return Answer(body="".join(f"data: {text}\n\n" for text in data), headers={"Content-Type": "text/event-stream"})


def openai_refuses(status: int, kind: str, text: str = "no", headers: Mapping[str, str] | None = None) -> Answer:
    """OpenAI refuses with an HTTP status and a type of its own."""
    return Answer(status, {"error": {"message": text, "type": kind, "param": None, "code": None}}, headers or {})


def ollama(
    text: str = "",
    calls: Sequence[tuple[str, Any]] = (),
    reason: str = "stop",
    usage: Mapping[str, int] | None = None,
) -> Answer:
    """An answer of Ollama: words, and `calls` of tools with their arguments as JSON."""
    lines = [_line({"content": piece}) for piece in _pieces(text)]
    lines += [
        _line({"content": "", "tool_calls": [{"function": {"name": name, "arguments": arguments}}]})
        for name, arguments in calls
    ]
    counts = {"prompt_eval_count": 80, "eval_count": 8} if usage is None else usage
    return ollama_stream([*lines, {**_line({"content": ""}), "done": True, "done_reason": reason, **counts}])


def ollama_stream(lines: Sequence[Mapping[str, Any]]) -> Answer:
    """A stream of just these lines."""
    body = "".join(f"{json.dumps(line)}\n" for line in lines)
    return Answer(body=body, headers={"Content-Type": "application/x-ndjson"})


def _chunk(delta: Mapping[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


def _line(message: Mapping[str, Any]) -> dict[str, Any]:
    return {"model": "m", "created_at": "1", "message": {"role": "assistant", **message}, "done": False}


def _pieces(text: str) -> Iterator[str]:
    return (text[start : start + PIECE] for start in range(0, len(text), PIECE))
