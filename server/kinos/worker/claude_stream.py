"""The stream of the Messages API, read event by event: https://platform.claude.com/docs/en/build-with-claude/streaming"""

import json
from collections.abc import Mapping
from typing import Any

from kinos.domain.usage import Usage
from kinos.worker.fault import BROKE, NO_ANSWER, Fault, StreamError, kind_of
from kinos.worker.reply import Reply, Stop, ToolCall

_STOPS: Mapping[str, Stop] = {
    "max_tokens": Stop.CUT_OFF,
    "model_context_window_exceeded": Stop.CONTEXT,
    "refusal": Stop.REFUSED,
    "pause_turn": Stop.PAUSED,
}
"""Stop reasons after which there is no whole answer to read, however it looks."""

_COUNTS = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")

_CODES: Mapping[str, int] = {"rate_limit_error": 429, "timeout_error": 504, "overloaded_error": 529}
"""What an error inside a stream would have had as HTTP code; any other is 500."""


class ClaudeStream:
    """Takes the events of one answer in, in order. Raises StreamError for what is no such stream, or an error in it."""

    def __init__(self) -> None:
        self._blocks: dict[int, dict[str, Any]] = {}
        self._arguments: dict[int, str] = {}
        self._usage: dict[str, Any] = {}
        self._started = False
        self._stop: str | None = None
        self._counted = False

    def add(self, event: object) -> str:
        """Take `event` (its JSON) in; returns what the model has said with it, often nothing."""
        try:
            return self._add(event)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise StreamError(NO_ANSWER) from error

    def reply(self) -> Reply:
        """The whole answer. Raises StreamError when it has not ended."""
        if self._stop is None:
            raise StreamError(BROKE if self._started else NO_ANSWER)
        blocks = [self._block(index) for index in self._blocks]
        return Reply(
            text="".join(block["text"] for block in blocks if block["type"] == "text"),
            calls=tuple(self._call(index) for index, block in self._blocks.items() if block["type"] == "tool_use"),
            stop=_STOPS.get(self._stop, Stop.DONE),
            usage=self._used(),
            # The API refuses empty texts, also those it has sent itself.
            turn={"role": "assistant", "content": [block for block in blocks if block.get("text") != ""]},
        )

    def _add(self, event: Any) -> str:
        match event["type"]:
            case "message_start":
                self._started = True
                self._usage = dict(event["message"].get("usage") or {})
            case "content_block_start":
                return self._begin(event["index"], dict(event["content_block"]))
            case "content_block_delta":
                return self._grow(event["index"], event["delta"])
            case "message_delta":
                self._stop = event["delta"].get("stop_reason")
                self._end(event.get("usage"))
            case "error":
                raise _error(event["error"])
        return ""

    def _begin(self, index: int, block: dict[str, Any]) -> str:
        if block["type"] == "text":
            block["text"] = "" + (block.get("text") or "")  # TypeError for what is no text
        self._blocks[index] = block
        return str(block.get("text") or "")

    def _grow(self, index: int, delta: Mapping[str, Any]) -> str:
        block = self._blocks[index]
        match delta["type"]:
            case "text_delta":
                block["text"] += delta["text"]
                return str(delta["text"])
            case "input_json_delta":
                self._arguments[index] = self._arguments.get(index, "") + delta["partial_json"]
                return str(delta["partial_json"])
            case "thinking_delta":
                block["thinking"] = block.get("thinking", "") + delta["thinking"]
            case "signature_delta":
                block["signature"] = delta["signature"]
            case "citations_delta":
                block["citations"] = [*(block.get("citations") or []), delta["citation"]]
        return ""

    def _end(self, usage: Mapping[str, Any] | None) -> None:
        # Counts of `message_delta` are totals; those it leaves out stay what `message_start` said.
        said = {name: value for name, value in (usage or {}).items() if value is not None}
        self._counted = "output_tokens" in said
        self._usage |= said

    def _used(self) -> Usage | None:
        if not self._counted:
            return None
        given, answered, read, written = (self._usage.get(name) or 0 for name in _COUNTS)
        counts = (given, answered, read, written)
        if not all(isinstance(count, int) and count >= 0 for count in counts) or not given + read + written:
            return None
        return Usage(given, answered, read, written, calls=1, searches=self._searches())

    def _searches(self) -> int:
        """Web searches that are billed: those the API counts, else those that returned something."""
        used = self._usage.get("server_tool_use")
        counted = used.get("web_search_requests") if isinstance(used, Mapping) else None
        if isinstance(counted, int) and counted >= 0:
            return counted
        results = [block for block in self._blocks.values() if block.get("type") == "web_search_tool_result"]
        return sum(isinstance(block.get("content"), list) for block in results)

    def _block(self, index: int) -> dict[str, Any]:
        """The block as the API wants it back."""
        block = {name: value for name, value in self._blocks[index].items() if value is not None}
        if "input" in block:
            arguments = self._given(index)
            block["input"] = arguments if isinstance(arguments, dict) else {}
        return block

    def _call(self, index: int) -> ToolCall:
        block = self._blocks[index]
        return ToolCall(str(block.get("name")), self._given(index), str(block.get("id")))

    def _given(self, index: int) -> object:
        text = self._arguments.get(index, "")
        if not text:
            return self._blocks[index].get("input")
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text


def _error(error: Mapping[str, Any]) -> StreamError:
    name, message = str(error.get("type") or ""), str(error.get("message") or "")
    # What was said until then may have been billed.
    return StreamError(Fault(kind_of(500, name, message), _CODES.get(name, 500), detail=message))
