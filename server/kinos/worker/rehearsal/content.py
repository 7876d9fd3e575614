"""The parts of a request the API looks into: system, messages with their blocks, tools, cache breakpoints."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

MAX_BREAKPOINTS = 4

type Block = Mapping[str, Any]

_TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_SERVER_TOOL = re.compile(r"[a-z_]+_20\d{6}")
"""Tools the API runs by itself (`web_search_20250305`, …) have a dated type and no schema."""
_KNOWN = ("text", "image", "document", "search_result", "thinking", "redacted_thinking", "tool_use", "tool_result")
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
    if kind == "text":
        _text(block, "messages", where)
    elif kind == "tool_use":
        _needs(block, where, "id", "name", "input")
        if not isinstance(block["input"], dict):
            raise InvalidError(f"{where}.tool_use.input: Input should be a valid dictionary")
    elif kind == "tool_result":
        _needs(block, where, "tool_use_id")


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
    for index, message in enumerate(read):
        results = [
            (n, block["tool_use_id"]) for n, block in enumerate(message["content"]) if block["type"] == "tool_result"
        ]
        for position, identity in results:
            if identity not in open_ids or message["role"] != "user":
                tail = "Each `tool_result` block must have a corresponding `tool_use` block in the previous message."
                where = f"messages.{index}.content.{position}"
                raise InvalidError(
                    f"{where}: unexpected `tool_use_id` found in `tool_result` blocks: {identity}. {tail}"
                )
        missing = [identity for identity in open_ids if identity not in [found for _, found in results]]
        if missing:
            tail = "Each `tool_use` block must have a corresponding `tool_result` block in the next message."
            head = f"messages.{index - 1}: `tool_use` ids were found without `tool_result` blocks immediately after"
            raise InvalidError(f"{head}: {', '.join(missing)}. {tail}")
        open_ids = [block["id"] for block in message["content"] if block["type"] == "tool_use"]
        if open_ids and not tools:
            raise InvalidError("Requests which include `tool_use` or `tool_result` blocks must define tools.")


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


def breakpoints(tools: Sequence[Block], system: Sequence[Block], messages: Sequence[Block], whole: object) -> None:
    """Check every `cache_control`. Raises InvalidError for a wrong one, or for more than four."""
    found = 0
    for where, block in _placed(tools, system, messages):
        control = block.get("cache_control")
        if control is not None:
            _control(control, where)
            found += 1
    if whole is not None:
        _control(whole, "")
    if found > MAX_BREAKPOINTS:
        raise InvalidError(f"A maximum of {MAX_BREAKPOINTS} blocks with cache_control may be provided. Found {found}.")


def _placed(tools: Sequence[Block], system: Sequence[Block], messages: Sequence[Block]) -> Iterator[tuple[str, Block]]:
    yield from ((f"tools.{index}.", tool) for index, tool in enumerate(tools))
    yield from ((f"system.{index}.", block) for index, block in enumerate(system))
    for index, message in enumerate(messages):
        yield from ((f"messages.{index}.content.{n}.", block) for n, block in enumerate(message["content"]))


def _control(control: object, where: str) -> None:
    if not isinstance(control, dict) or control.get("type") != "ephemeral":
        raise InvalidError(f"{where}cache_control.type: Input should be 'ephemeral'")
    if control.get("ttl", "5m") not in ("5m", "1h"):
        raise InvalidError(f"{where}cache_control.ttl: Input should be '5m' or '1h'")
