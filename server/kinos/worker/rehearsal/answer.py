"""What the model answers: content blocks with the reason it stopped, as one JSON body or as a stream of events."""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

CHUNK = 400
"""Characters of text in one event of a stream."""

type Count = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Text:
    """A block of prose."""

    text: str

    def json(self) -> dict[str, Any]:
        """The block as it stands in a body."""
        return {"type": "text", "text": self.text}

    def tokens(self, count: Count) -> int:
        """What it is billed as."""
        return count(self.text)

    def started(self) -> dict[str, Any]:
        """The block as it stands in `content_block_start`."""
        return {"type": "text", "text": ""}

    def deltas(self) -> Iterator[dict[str, Any]]:
        """The rest of it, in pieces."""
        for start in range(0, len(self.text), CHUNK):
            yield {"type": "text_delta", "text": self.text[start : start + CHUNK]}

    def cut(self, most: int, count: Count) -> "Text":
        """The longest beginning of at most `most` tokens, to the line, then to the character."""
        lines = self.text.splitlines(keepends=True)
        kept = _longest(len(lines), lambda n: count("".join(lines[:n])) <= most)
        text = "".join(lines[:kept])
        rest = lines[kept] if kept < len(lines) else ""
        return Text(text + rest[: _longest(len(rest), lambda n: count(text + rest[:n]) <= most)])


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A call of a tool. `broken` is a JSON text that ends too early, when the answer was cut."""

    name: str
    input: Mapping[str, Any]
    id: str = ""
    broken: str | None = None

    def json(self) -> dict[str, Any]:
        """The block as it stands in a body."""
        return {
            "type": "tool_use",
            "id": self.id,
            "name": self.name,
            "input": {} if self.broken is not None else dict(self.input),
        }

    def tokens(self, count: Count) -> int:
        """What it is billed as: its JSON and its name."""
        return count(self.name) + count(self._text())

    def started(self) -> dict[str, Any]:
        """The block as it stands in `content_block_start`."""
        return {"type": "tool_use", "id": self.id, "name": self.name, "input": {}}

    def deltas(self) -> Iterator[dict[str, Any]]:
        """The rest of it, in pieces; the first is empty, as the API's is."""
        text = self._text()
        yield {"type": "input_json_delta", "partial_json": ""}
        for start in range(0, len(text), CHUNK):
            yield {"type": "input_json_delta", "partial_json": text[start : start + CHUNK]}

    def cut(self, most: int, count: Count) -> "ToolUse":
        """The call with as much of its JSON as fits in `most` tokens."""
        text = self._text()
        kept = _longest(len(text), lambda n: count(self.name) + count(text[:n]) <= most)
        return replace(self, broken=text[:kept])

    def _text(self) -> str:
        return self.broken if self.broken is not None else json.dumps(dict(self.input), ensure_ascii=False)


type Block = Text | ToolUse


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. `stop` is one of `end_turn`, `tool_use`, `max_tokens`."""

    blocks: tuple[Block, ...]
    stop: str = "end_turn"
    id: str = ""

    def tokens(self, count: Count) -> int:
        """Output tokens."""
        return sum(block.tokens(count) for block in self.blocks)

    def within(self, most: int, count: Count) -> "Answer":
        """This answer, cut off where it passes `most` tokens."""
        kept: list[Block] = []
        left = most
        for block in self.blocks:
            size = block.tokens(count)
            if size > left:
                return replace(self, blocks=(*kept, block.cut(left, count)), stop="max_tokens")
            kept.append(block)
            left -= size
        return self

    def named(self) -> "Answer":
        """This answer with an id of its own, and each tool call too."""
        blocks = tuple(
            replace(block, id=f"toolu_{uuid.uuid4().hex[:24]}")
            if isinstance(block, ToolUse) and not block.id
            else block
            for block in self.blocks
        )
        return replace(self, blocks=blocks, id=self.id or f"msg_{uuid.uuid4().hex[:24]}")


def says(text: str) -> Answer:
    """An answer in words."""
    return Answer((Text(text),))


def calls(name: str, arguments: Mapping[str, Any]) -> Answer:
    """An answer by calling a tool."""
    return Answer((ToolUse(name, arguments),), "tool_use")


def body(answer: Answer, model: str, usage: Mapping[str, Any]) -> dict[str, Any]:
    """The message object of the API."""
    return {
        "id": answer.id,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [block.json() for block in answer.blocks],
        "stop_reason": answer.stop,
        "stop_sequence": None,
        "usage": dict(usage),
    }


def events(answer: Answer, model: str, usage: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events of the API's stream, by name, from `message_start` to `message_stop`."""
    opening = body(answer, model, {**usage, "output_tokens": 1})
    yield "message_start", {"message": {**opening, "content": [], "stop_reason": None}}
    for index, block in enumerate(answer.blocks):
        yield "content_block_start", {"index": index, "content_block": block.started()}
        if index == 0:
            yield "ping", {}
        for delta in block.deltas():
            yield "content_block_delta", {"index": index, "delta": delta}
        yield "content_block_stop", {"index": index}
    yield "message_delta", {"delta": {"stop_reason": answer.stop, "stop_sequence": None}, "usage": dict(usage)}
    yield "message_stop", {}


def frame(name: str, data: Mapping[str, Any]) -> bytes:
    """One event on the wire (server-sent events)."""
    return f"event: {name}\ndata: {json.dumps({'type': name, **data}, ensure_ascii=False)}\n\n".encode()


def _longest(size: int, fits: Callable[[int], bool]) -> int:
    """The largest n up to `size` for which `fits(n)`, which must hold for 0 and for all smaller ones."""
    low, high = 0, size
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low
