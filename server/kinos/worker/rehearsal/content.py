"""The parts of a request the API looks into: system, messages with their blocks, tools."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from kinos.worker.rehearsal.schema import fault

type Block = Mapping[str, Any]

_TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_SERVER_TOOL = re.compile(r"[a-z_]+_20\d{6}")
"""Tools the API runs by itself (`web_search_20250305`, …) have a dated type and no schema."""
_KNOWN = ("text", "image", "document", "search_result", "thinking", "redacted_thinking", "tool_use", "tool_result")
_USE_ID = re.compile(r"[a-zA-Z0-9_-]+")
_KEYS: Mapping[str, frozenset[str]] = {
    "text": frozenset({"type", "text", "cache_control", "citations"}),
    "image": frozenset({"type", "source", "cache_control"}),
    "document": frozenset({"type", "source", "title", "context", "citations", "cache_control"}),
    "search_result": frozenset({"type", "source", "title", "content", "citations", "cache_control"}),
    "thinking": frozenset({"type", "thinking", "signature"}),
    "redacted_thinking": frozenset({"type", "data"}),
    "tool_use": frozenset({"type", "id", "name", "input", "cache_control", "caller"}),
    "tool_result": frozenset({"type", "tool_use_id", "content", "is_error", "cache_control"}),
}
_IN_RESULTS = ("text", "image", "document", "search_result", "tool_reference")
_TOOL_KEYS = frozenset(
    {
        "type",
        "name",
        "description",
        "input_schema",
        "cache_control",
        "strict",
        "input_examples",
        "eager_input_streaming",
    }
    | {"defer_loading", "allowed_callers"}
)
_SERVER_BLOCK = re.compile(r"server_tool_use|\w+_tool_result|container_upload")


class InvalidError(ValueError):
    """What the API would say about a malformed part."""


def system(value: object) -> list[Block]:
    """The system prompt as text blocks. Raises InvalidError."""
    if value is None:
        return []
    if isinstance(value, str):
        # An empty text is the same as no system prompt.
        return [{"type": "text", "text": value}] if value else []
    if not isinstance(value, list):
        raise InvalidError("system: Input should be a valid list")
    for index, block in enumerate(value):
        if not isinstance(block, dict) or block.get("type") != "text":
            raise InvalidError(f"system.{index}.type: Input should be 'text'")
        _known(block, _KEYS["text"], f"system.{index}")
        _text(block, "system", f"system.{index}")
    return value


def messages(value: object, tools: Sequence[Block]) -> list[dict[str, Any]]:
    """The messages, each with a list of blocks. Raises InvalidError."""
    if value is None:
        raise InvalidError("messages: Field required")
    if not isinstance(value, list):
        raise InvalidError("messages: Input should be a valid list")
    if not value:
        raise InvalidError("messages: at least one message is required")
    read = [_message(item, index, index == len(value) - 1) for index, item in enumerate(value)]
    if read[0]["role"] != "user":
        raise InvalidError('messages: first message must use the "user" role')
    _final(read)
    _pairs(read, tools)
    return read


def _message(item: object, index: int, last: bool) -> dict[str, Any]:
    where = f"messages.{index}"
    if not isinstance(item, dict):
        raise InvalidError(f"{where}: Input should be a valid dictionary")
    role = item.get("role")
    if role == "system":
        hint = 'The Messages API accepts a top-level `system` parameter, not "system" as an input message role.'
        raise InvalidError(f'messages: Unexpected role "system". {hint}')
    if role not in ("user", "assistant"):
        raise InvalidError(
            f"{where}.role: Input should be 'user' or 'assistant'"
            if "role" in item
            else f"{where}.role: Field required"
        )
    for key in item:
        if key not in ("role", "content"):
            raise InvalidError(f"{where}.{key}: Extra inputs are not permitted")
    return {"role": role, "content": _blocks(item, where, last and role == "assistant")}


def _blocks(item: Mapping[str, Any], where: str, may_be_empty: bool) -> list[Block]:
    value = item.get("content")
    if "content" not in item:
        raise InvalidError(f"{where}.content: Field required")
    if isinstance(value, str):
        value = [{"type": "text", "text": value}] if value else []
    if not isinstance(value, list):
        raise InvalidError(f"{where}.content: Input should be a valid list")
    if not value and not may_be_empty:
        raise InvalidError(
            f"{where}: all messages must have non-empty content except for the optional final assistant message"
        )
    for index, block in enumerate(value):
        _block(block, f"{where}.content.{index}")
    return value


def _block(block: object, where: str) -> None:
    if not isinstance(block, dict):
        raise InvalidError(f"{where}: Input should be a valid dictionary")
    kind = block.get("type")
    if not isinstance(kind, str) or not (kind in _KNOWN or _SERVER_BLOCK.fullmatch(kind)):
        expected = ", ".join(f"'{name}'" for name in _KNOWN)
        raise InvalidError(
            f"{where}: Input tag '{kind}' found using 'type' does not match any of the expected tags: {expected}"
        )
    if kind in _KEYS:
        _known(block, _KEYS[kind], f"{where}.{kind}")
    if kind == "text":
        _text(block, "messages", where)
    elif kind == "tool_use":
        _needs(block, where, "id", "name", "input")
        if not isinstance(block["id"], str) or not _USE_ID.fullmatch(block["id"]):
            raise InvalidError(f"{where}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'")
        if not isinstance(block["input"], dict):
            raise InvalidError(f"{where}.tool_use.input: Input should be a valid dictionary")
    elif kind == "tool_result":
        _needs(block, where, "tool_use_id")
        _result(block.get("content"), f"{where}.tool_result.content")


def _result(value: object, where: str) -> None:
    """What a tool gave back: nothing, a text, or blocks of the kinds a result may hold."""
    if value is None or isinstance(value, str):
        return
    if not isinstance(value, list):
        raise InvalidError(f"{where}: Input should be a valid list")
    for index, block in enumerate(value):
        at = f"{where}.{index}"
        if not isinstance(block, dict):
            raise InvalidError(f"{at}: Input should be a valid dictionary")
        kind = block.get("type")
        if kind not in _IN_RESULTS:
            expected = ", ".join(f"'{name}'" for name in _IN_RESULTS)
            raise InvalidError(
                f"{at}: Input tag '{kind}' found using 'type' does not match any of the expected tags: {expected}"
            )
        if kind in _KEYS:
            _known(block, _KEYS[kind], f"{at}.{kind}")
        if kind == "text" and not isinstance(block.get("text"), str):
            raise InvalidError(f"{at}.text.text: Input should be a valid string")
        if kind == "text" and not block["text"]:
            raise InvalidError("messages: text content blocks must be non-empty")


def _known(block: Block, keys: frozenset[str], where: str) -> None:
    for key in block:
        if key not in keys:
            raise InvalidError(f"{where}.{key}: Extra inputs are not permitted")


def _needs(block: Block, where: str, *keys: str) -> None:
    for key in keys:
        if key not in block:
            raise InvalidError(f"{where}.{block['type']}.{key}: Field required")


def _text(block: Block, part: str, where: str) -> None:
    text = block.get("text")
    if not isinstance(text, str):
        raise InvalidError(f"{where}.text.text: Input should be a valid string")
    if not text and "cache_control" in block:
        raise InvalidError(f"{where}.text: cache_control cannot be set for empty text blocks")
    if not text:
        raise InvalidError(f"{part}: text content blocks must be non-empty")
    if not text.strip():
        raise InvalidError(f"{part}: text content blocks must contain non-whitespace text")


def _final(read: Sequence[Mapping[str, Any]]) -> None:
    last = read[-1]
    blocks = last["content"]
    if last["role"] == "assistant" and blocks and blocks[-1].get("type") == "text":
        text = blocks[-1]["text"]
        if text != text.rstrip():
            raise InvalidError("messages: final assistant content cannot end with trailing whitespace")


def _pairs(read: Sequence[Mapping[str, Any]], tools: Sequence[Block]) -> None:
    """Each tool_result answers a tool_use of the message before, and each tool_use is answered in the next."""
    open_ids: list[str] = []
    seen: set[str] = set()
    for index, message in enumerate(read):
        _sides(message, index)
        _answered(message, index, open_ids)
        open_ids = []
        for position, block in enumerate(message["content"]):
            if block["type"] == "tool_use":
                if block["id"] in seen:
                    raise InvalidError(f"messages.{index}.content.{position}: `tool_use` ids must be unique")
                seen.add(block["id"])
                open_ids.append(block["id"])
        if open_ids and not tools:
            raise InvalidError("Requests which include `tool_use` or `tool_result` blocks must define tools.")


def _sides(message: Mapping[str, Any], index: int) -> None:
    """Who may say what."""
    for kind, role in (("tool_use", "assistant"), ("tool_result", "user")):
        if message["role"] != role and any(block["type"] == kind for block in message["content"]):
            raise InvalidError(f"messages.{index}: `{kind}` blocks can only be in `{role}` messages")


def _answered(message: Mapping[str, Any], index: int, open_ids: Sequence[str]) -> None:
    results = [
        (n, block["tool_use_id"]) for n, block in enumerate(message["content"]) if block["type"] == "tool_result"
    ]
    given: set[str] = set()
    for position, identity in results:
        where = f"messages.{index}.content.{position}"
        if identity not in open_ids:
            tail = "Each `tool_result` block must have a corresponding `tool_use` block in the previous message."
            raise InvalidError(f"{where}: unexpected `tool_use_id` found in `tool_result` blocks: {identity}. {tail}")
        if identity in given:
            tail = f"Found multiple `tool_result` blocks with id: {identity}"
            raise InvalidError(f"{where}: each tool_use must have a single result. {tail}")
        given.add(identity)
    missing = [identity for identity in open_ids if identity not in given]
    if missing:
        tail = "Each `tool_use` block must have a corresponding `tool_result` block in the next message."
        head = f"messages.{index - 1}: `tool_use` ids were found without `tool_result` blocks immediately after"
        raise InvalidError(f"{head}: {', '.join(missing)}. {tail}")


def tools(value: object) -> list[dict[str, Any]]:
    """The tools. Raises InvalidError."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidError("tools: Input should be a valid list")
    for index, tool in enumerate(value):
        _tool(tool, f"tools.{index}")
    names = [tool["name"] for tool in value]
    if len(set(names)) != len(names):
        raise InvalidError("tools: Tool names must be unique.")
    return value


def _tool(tool: object, where: str) -> None:
    if not isinstance(tool, dict):
        raise InvalidError(f"{where}: Input should be a valid dictionary")
    kind = tool.get("type", "custom")
    served = isinstance(kind, str) and bool(_SERVER_TOOL.fullmatch(kind))
    if not served and kind not in ("custom", None):
        raise InvalidError(
            f"{where}: Input tag '{kind}' found using 'type' does not match any of the expected tags: 'custom'"
        )
    at = where if served else f"{where}.custom"
    if not isinstance(tool.get("name"), str):
        raise InvalidError(f"{at}.name: " + ("Input should be a valid string" if "name" in tool else "Field required"))
    if not _TOOL_NAME.fullmatch(tool["name"]):
        raise InvalidError(f"{at}.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'")
    if served:
        return
    schema = tool.get("input_schema")
    if not isinstance(schema, dict):
        raise InvalidError(
            f"{at}.input_schema: " + ("Input should be a valid dictionary" if schema is not None else "Field required")
        )
    if schema.get("type") != "object":
        raise InvalidError(
            f"{at}.input_schema.type: " + ("Input should be 'object'" if "type" in schema else "Field required")
        )
    if wrong := fault(schema):
        raise InvalidError(f"{at}.input_schema{wrong}")
    if not isinstance(tool.get("description", ""), str):
        raise InvalidError(f"{at}.description: Input should be a valid string")
    _known(tool, _TOOL_KEYS, at)


def tool_choice(value: object, offered: Sequence[Block]) -> Mapping[str, Any]:
    """How a tool is to be chosen; `auto` when nothing is said. Raises InvalidError."""
    if value is None:
        return {"type": "auto"}
    if not isinstance(value, dict) or value.get("type") not in ("auto", "any", "tool", "none"):
        raise InvalidError("tool_choice: Input should be one of the types 'auto', 'any', 'tool', 'none'")
    if not offered:
        raise InvalidError("tool_choice may only be specified while providing tools.")
    if value["type"] == "tool" and value.get("name") not in {tool["name"] for tool in offered}:
        raise InvalidError(f"Tool '{value.get('name')}' not found in provided tools")
    return value
