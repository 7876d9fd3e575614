"""The face of the Messages API: what a request must look like, and the errors the API answers one with that does not.

The wording follows the API's own messages as its users report them; where a check is ours alone it says so.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kinos.worker.rehearsal import cache_control, content, server_tool

VERSIONS = ("2023-01-01", "2023-06-01", "2026-10-21")
"""The values of the header `anthropic-version` (platform.claude.com, "Versions"). The last one knows no sampling any more."""

SAMPLING = ("temperature", "top_p", "top_k")

MAX_INPUT = 200_000
"""Tokens of a prompt. Some newer models take more; a rehearsal keeps to what all of them take."""

TYPES = {400: "invalid_request_error", 401: "authentication_error", 404: "not_found_error", 413: "request_too_large"}

_COMMON = {
    "model",
    "messages",
    "system",
    "tools",
    "tool_choice",
    "thinking",
    "cache_control",
    "output_config",
    "mcp_servers",
}
_CREATE = _COMMON | {
    *(
        "max_tokens",
        "temperature",
        "top_p",
        "top_k",
        "stop_sequences",
        "stream",
        "metadata",
        "service_tier",
        "container",
    ),
    *("inference_geo", "context_management", "speed", "diagnostics"),
}

_OUTPUT = (
    (r"claude-3-(opus|sonnet|haiku)-\d+", 4096),
    (r"claude-3-5-.*", 8192),
    (r"claude-(opus-4(-[01])?(-20\d+)?|4-opus-.*)", 32_000),
    (r"claude-(3-7|4)-.*|claude-(sonnet-4(-0)?|(opus|sonnet|haiku)-4-5)(-20\d+)?", 64_000),
)
"""Largest `max_tokens` by model, from Anthropic's overview of models; all others take 128,000."""

_NO_PREFILL = re.compile(r"claude-((opus|sonnet)-4-[6-9]|(opus|sonnet|haiku|fable|mythos)-([5-9]|preview)).*")
_NO_SAMPLING = re.compile(r"claude-(opus-4-[7-9]|(opus|sonnet|haiku|fable|mythos)-([5-9]|preview)).*")
_NO_FORCING = re.compile(r"claude-((opus|sonnet)-5-5|(fable|mythos)-5-[12]).*")


class Refusal(Exception):  # noqa: N818 - the API calls it an error, for us it is the right answer
    """The request is refused with an HTTP status, an error type and a message."""

    def __init__(self, status: int, message: str, kind: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind or TYPES[status]

    def body(self, request_id: str) -> dict[str, Any]:
        """The body the API answers with."""
        return {"type": "error", "error": {"type": self.kind, "message": self.message}, "request_id": request_id}


@dataclass(frozen=True, slots=True)
class Request:
    """A request the API accepts. `system`, `messages` and `tools` are as sent; `max_tokens` is 0 for a count."""

    model: str
    system: Sequence[Mapping[str, Any]]
    messages: Sequence[Mapping[str, Any]]
    tools: Sequence[Mapping[str, Any]]
    tool_choice: Mapping[str, Any]
    max_tokens: int
    stream: bool

    @property
    def system_text(self) -> str:
        """The system prompt as one text."""
        return "\n\n".join(block["text"] for block in self.system)

    @property
    def offered(self) -> frozenset[str]:
        """Names of the tools that may be called."""
        if self.tool_choice.get("type") == "none":
            return frozenset()
        return frozenset(tool["name"] for tool in self.tools)

    @property
    def searching(self) -> bool:
        """Whether a web search is offered."""
        return server_tool.searches_in(self.tools) != 0 and self.tool_choice.get("type") != "none"


def version_in(headers: Mapping[str, str]) -> str:
    """The API's version the headers ask for. Raises the API's Refusal when a header it needs is missing or wrong."""
    if not (headers.get("x-api-key") or "").strip() and not (headers.get("authorization") or "").startswith("Bearer "):
        raise Refusal(401, "x-api-key header is required")
    version = headers.get("anthropic-version")
    if not version:
        raise Refusal(400, "anthropic-version: header is required")
    if version not in VERSIONS:
        raise Refusal(400, f'anthropic-version: "{version}" is not a valid version')
    return version


def read(raw: bytes, counting: bool = False, version: str = VERSIONS[-1]) -> Request:
    """The request in a body of `/v1/messages`, or of its `count_tokens` when `counting`. Raises Refusal as the API would."""
    data = _object(raw)
    try:
        return _request(data, counting, version)
    except content.InvalidError as error:
        raise Refusal(400, str(error)) from error


def _object(raw: bytes) -> dict[str, Any]:
    try:
        data = json.loads(raw.decode("utf-8"))
        json.dumps(data, ensure_ascii=False).encode("utf-8")  # half a surrogate pair is no text
    except (UnicodeError, json.JSONDecodeError, RecursionError) as error:
        raise Refusal(400, f"The request body is not valid JSON: {error}") from error
    if not isinstance(data, dict):
        raise Refusal(400, "Input should be a valid dictionary")
    return data


def _request(data: dict[str, Any], counting: bool, version: str) -> Request:
    known = _COMMON if counting else _CREATE.difference(SAMPLING if version == VERSIONS[-1] else ())
    for key in data:
        if key not in known:
            raise Refusal(400, f"{key}: Extra inputs are not permitted")
    model = _model(data)
    most = 0 if counting else _max_tokens(data, model)
    _sampling(data, model)
    _stops(data.get("stop_sequences"))
    _thinking(data.get("thinking"), most)
    tools = content.tools(data.get("tools"))
    server_tool.check_tools(tools, model)
    choice = content.tool_choice(data.get("tool_choice"), tools)
    if choice["type"] in ("any", "tool") and _NO_FORCING.fullmatch(model):
        raise Refusal(400, 'tool_choice: type "tool" and "any" are not supported for this model.')
    system = content.system(data.get("system"))
    messages = content.messages(data.get("messages"), tools)
    server_tool.check_blocks(messages)
    cache_control.check(tools, system, messages, data.get("cache_control"))
    begun = messages[-1]["role"] == "assistant" and not server_tool.pauses(messages[-1])
    if begun and _NO_PREFILL.fullmatch(model):
        message = (
            "This model does not support assistant message prefill. The conversation must end with a user message."
        )
        raise Refusal(400, message)
    stream = data.get("stream", False)
    if not isinstance(stream, bool):
        raise Refusal(400, "stream: Input should be a valid boolean")
    return Request(model, system, messages, tools, choice, most, stream)


def _stops(value: object) -> None:
    if value is None:
        return
    if not isinstance(value, list):
        raise Refusal(400, "stop_sequences: Input should be a valid list")
    for index, text in enumerate(value):
        if not isinstance(text, str):
            raise Refusal(400, f"stop_sequences.{index}: Input should be a valid string")
        if not text.strip():
            raise Refusal(400, "stop_sequences: each stop sequence must contain non-whitespace")


def _thinking(value: object, most: int) -> None:
    """`most` is `max_tokens`, 0 for a count."""
    if value is None:
        return
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(value, dict):
        raise Refusal(400, "thinking: Input should be a valid dictionary")
    if kind not in ("enabled", "disabled", "adaptive"):
        tail = "does not match any of the expected tags: 'adaptive', 'disabled', 'enabled'"
        raise Refusal(400, f"thinking: Input tag '{kind}' found using 'type' {tail}")
    if kind != "enabled":
        return
    budget = value.get("budget_tokens")
    if isinstance(budget, bool) or not isinstance(budget, int):
        problem = "Input should be a valid integer" if "budget_tokens" in value else "Field required"
        raise Refusal(400, f"thinking.enabled.budget_tokens: {problem}")
    if budget < 1024:
        raise Refusal(400, "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024")
    if most and budget >= most:
        raise Refusal(400, "`max_tokens` must be greater than `thinking.budget_tokens`.")


def _model(data: Mapping[str, Any]) -> str:
    if "model" not in data:
        raise Refusal(400, "model: Field required")
    model = data["model"]
    if not isinstance(model, str):
        raise Refusal(400, "model: Input should be a valid string")
    if not model.startswith("claude-"):
        raise Refusal(404, f"model: {model}")
    return model


def _max_tokens(data: Mapping[str, Any], model: str) -> int:
    if "max_tokens" not in data:
        raise Refusal(400, "max_tokens: Field required")
    most = data["max_tokens"]
    if isinstance(most, bool) or not isinstance(most, int):
        raise Refusal(400, "max_tokens: Input should be a valid integer")
    if most < 1:
        raise Refusal(400, "max_tokens: Input should be greater than or equal to 1")
    limit = max_output(model)
    if most > limit:
        tail = f"which is the maximum allowed number of output tokens for {model}"
        raise Refusal(400, f"max_tokens: {most} > {limit}, {tail}")
    return most


def max_output(model: str) -> int:
    """The largest `max_tokens` of `model`."""
    return next((limit for pattern, limit in _OUTPUT if re.fullmatch(pattern, model)), 128_000)


def _sampling(data: Mapping[str, Any], model: str) -> None:
    value = data.get("temperature")
    if value is not None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Refusal(400, "temperature: Input should be a valid number")
        if not 0 <= value <= 1:
            raise Refusal(400, "temperature: range: 0..1")
    # Models after Opus 4.6 take no sampling but a temperature of 1, which changes nothing.
    given = [name for name in SAMPLING if data.get(name) is not None and (name, data[name]) != ("temperature", 1)]
    if given and _NO_SAMPLING.fullmatch(model):
        raise Refusal(400, f"`{given[0]}` is deprecated for this model.")
