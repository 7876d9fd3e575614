"""Tools the API runs by itself: what it refuses of them in a request, and of the blocks in which it said what they did.

The wording is the API's where it is known, ours in its manner where not.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from kinos.worker.rehearsal.content import Block, InvalidError

WEB_SEARCH = "web_search"
WEB_SEARCH_TYPES = ("web_search_20250305", "web_search_20260209", "web_search_20260318")
_OTHER_TYPES = frozenset(
    """
    bash_20250124 memory_20250818 web_fetch_20250910 web_fetch_20260209 web_fetch_20260309 web_fetch_20260318
    browser_toolset_20260801 computer_toolset_20260801 text_editor_20250124 text_editor_20250429 text_editor_20250728
    code_execution_20250522 code_execution_20250825 code_execution_20260120 code_execution_20260521
    tool_search_tool_bm25_20251119 tool_search_tool_regex_20251119
    """.split()  # noqa: SIM905
)
ERRORS = (
    "invalid_tool_input", "unavailable", "max_uses_exceeded", "too_many_requests", "query_too_long", "request_too_large",
)  # fmt: skip
"""What can stand in the place of results."""

_KEYS = frozenset(
    """
    type name max_uses allowed_domains blocked_domains user_location cache_control allowed_callers defer_loading strict
    """.split()  # noqa: SIM905
)
_UNABLE = re.compile(r"claude-3-(opus|sonnet|haiku)-\d+")
_RESULT_KEYS = ("encrypted_content", "title", "url")


def check_tools(tools: Sequence[Block], model: str) -> None:
    """Raises InvalidError for a server tool that does not exist, is wrongly set, or that `model` does not have."""
    for index, tool in enumerate(tools):
        kind = tool.get("type", "custom")
        if kind in WEB_SEARCH_TYPES:
            _search(tool, f"tools.{index}.{kind}", model)
        elif kind not in ("custom", None) and kind not in _OTHER_TYPES:
            expected = ", ".join(f"'{name}'" for name in ("custom", *sorted(_OTHER_TYPES), *WEB_SEARCH_TYPES))
            raise InvalidError(
                f"tools.{index}: Input tag '{kind}' found using 'type' does not match any of the expected tags: {expected}"
            )


def check_blocks(messages: Sequence[Mapping[str, Any]]) -> None:
    """Raises InvalidError for a search or a result that the API has not written so, or in another's message."""
    for index, message in enumerate(messages):
        used: set[str] = set()
        for position, block in enumerate(message["content"]):
            where = f"messages.{index}.content.{position}"
            if block["type"] not in ("server_tool_use", "web_search_tool_result"):
                continue
            if message["role"] != "assistant":
                raise InvalidError(f"messages.{index}: `{block['type']}` blocks can only be in `assistant` messages")
            if block["type"] == "server_tool_use":
                used.add(_use(block, f"{where}.server_tool_use"))
            elif _result(block, f"{where}.web_search_tool_result") not in used:
                tail = "must have a corresponding `server_tool_use` block before it"
                raise InvalidError(f"{where}: each `web_search_tool_result` block {tail}: {block['tool_use_id']}")


def pauses(message: Mapping[str, Any]) -> bool:
    """Whether `message` is a turn the API has paused, to be gone on with, rather than the beginning of an answer."""
    return any(block["type"] in ("server_tool_use", "web_search_tool_result") for block in message["content"])


def searches_in(tools: Sequence[Block]) -> int | None:
    """How many web searches `tools` allow, 0 when they offer none, None without a limit."""
    offered = next((tool for tool in tools if tool.get("type") in WEB_SEARCH_TYPES), None)
    return 0 if offered is None else offered.get("max_uses")


def _search(tool: Block, where: str, model: str) -> None:
    if _UNABLE.fullmatch(model):
        raise InvalidError(f"'{model}' does not support tool types: {tool['type']}.")
    if tool["name"] != WEB_SEARCH:
        raise InvalidError(f"{where}.name: Input should be '{WEB_SEARCH}'")
    for key in tool:
        if key not in _KEYS:
            raise InvalidError(f"{where}.{key}: Extra inputs are not permitted")
    most = tool.get("max_uses")
    if most is not None and (isinstance(most, bool) or not isinstance(most, int)):
        raise InvalidError(f"{where}.max_uses: Input should be a valid integer")
    if most is not None and most < 1:
        raise InvalidError(f"{where}.max_uses: Input should be greater than 0")
    _domains(tool, where)
    place = tool.get("user_location")
    if place is not None and (not isinstance(place, dict) or place.get("type") != "approximate"):
        raise InvalidError(f"{where}.user_location.type: Input should be 'approximate'")


def _domains(tool: Block, where: str) -> None:
    domains = {key: tool.get(key) for key in ("allowed_domains", "blocked_domains") if tool.get(key) is not None}
    if len(domains) > 1:
        raise InvalidError(f"{where}: Only one of `allowed_domains` and `blocked_domains` can be specified")
    for key, value in domains.items():
        if not isinstance(value, list) or not value or not all(isinstance(name, str) and name for name in value):
            raise InvalidError(f"{where}.{key}: Input should be a valid list of domains")
        if wrong := next((name for name in value if "://" in name), None):
            raise InvalidError(f"{where}.{key}: {wrong!r} is no domain: leave out the scheme")


def _use(block: Block, where: str) -> str:
    for key in ("id", "name", "input"):
        if key not in block:
            raise InvalidError(f"{where}.{key}: Field required")
    if not isinstance(block["id"], str) or not re.fullmatch(r"srvtoolu_[a-zA-Z0-9_]+", block["id"]):
        raise InvalidError(f"{where}.id: String should match pattern '^srvtoolu_[a-zA-Z0-9_]+$'")
    if not isinstance(block["input"], dict):
        raise InvalidError(f"{where}.input: Input should be a valid dictionary")
    return str(block["id"])


def _result(block: Block, where: str) -> str:
    for key in ("tool_use_id", "content"):
        if key not in block:
            raise InvalidError(f"{where}.{key}: Field required")
    content = block["content"]
    if isinstance(content, dict):
        if content.get("type") != "web_search_tool_result_error" or content.get("error_code") not in ERRORS:
            raise InvalidError(f"{where}.content.error_code: Input should be one of {', '.join(ERRORS)}")
        return str(block["tool_use_id"])
    if not isinstance(content, list):
        raise InvalidError(f"{where}.content: Input should be a valid list")
    for index, item in enumerate(content):
        if not isinstance(item, dict) or item.get("type") != "web_search_result":
            raise InvalidError(f"{where}.content.{index}.type: Input should be 'web_search_result'")
        for key in _RESULT_KEYS:
            if not isinstance(item.get(key), str):
                raise InvalidError(f"{where}.content.{index}.{key}: Field required")
    return str(block["tool_use_id"])
