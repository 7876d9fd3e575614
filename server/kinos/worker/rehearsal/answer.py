"""What the model answers: content blocks with the reason it stopped, as one JSON body or as a stream of events."""

import base64
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
    """A block of prose. `citations` are the API's objects that say where it comes from."""

    text: str
    citations: tuple[Mapping[str, Any], ...] = ()

    def json(self) -> dict[str, Any]:
        """The block as it stands in a body."""
        cited = {"citations": [dict(citation) for citation in self.citations]} if self.citations else {}
        return {"type": "text", "text": self.text, **cited}

    def tokens(self, count: Count) -> int:
        """What it is billed as."""
        return count(self.text)

    def started(self) -> dict[str, Any]:
        """The block as it stands in `content_block_start`."""
        return {"type": "text", "text": ""}

    def deltas(self) -> Iterator[dict[str, Any]]:
        """The rest of it, in pieces."""
        yield from ({"type": "citations_delta", "citation": dict(citation)} for citation in self.citations)
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


@dataclass(frozen=True, slots=True)
class ServerToolUse:
    """A web search the API makes by itself."""

    query: str
    id: str

    def json(self) -> dict[str, Any]:
        """The block as it stands in a body."""
        return {**self.started(), "input": {"query": self.query}}

    def tokens(self, count: Count) -> int:
        """What it is billed as: its query, and what is around it."""
        return count(self.query) + count("web_search")

    def started(self) -> dict[str, Any]:
        """The block as it stands in `content_block_start`."""
        return {"type": "server_tool_use", "id": self.id, "name": "web_search", "input": {}}

    def deltas(self) -> Iterator[dict[str, Any]]:
        """The rest of it, in pieces."""
        yield {"type": "input_json_delta", "partial_json": ""}
        yield {"type": "input_json_delta", "partial_json": json.dumps({"query": self.query}, ensure_ascii=False)}

    def cut(self, most: int, count: Count) -> "ServerToolUse":
        """It is never cut: the search has been made."""
        return self


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a web search returned: results as the API's objects, or the code of an error."""

    id: str
    found: tuple[Mapping[str, Any], ...] = ()
    error: str = ""

    def json(self) -> dict[str, Any]:
        """The block as it stands in a body."""
        failed = {"type": "web_search_tool_result_error", "error_code": self.error}
        content: Any = failed if self.error else [dict(result) for result in self.found]
        return {"type": "web_search_tool_result", "tool_use_id": self.id, "content": content}

    def tokens(self, count: Count) -> int:
        """Nothing: results are read, not written."""
        return 0

    def started(self) -> dict[str, Any]:
        """The block as it stands in `content_block_start`: all of it."""
        return self.json()

    def deltas(self) -> Iterator[dict[str, Any]]:
        """Nothing is left to come."""
        yield from ()

    def cut(self, most: int, count: Count) -> "SearchResult":
        """It is never cut."""
        return self


type Block = Text | ToolUse | ServerToolUse | SearchResult


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. `stop` is one of `end_turn`, `tool_use`, `max_tokens`, `pause_turn`."""

    blocks: tuple[Block, ...]
    stop: str = "end_turn"
    id: str = ""

    def tokens(self, count: Count) -> int:
        """Output tokens."""
        return sum(block.tokens(count) for block in self.blocks)

    @property
    def searches(self) -> int:
        """Web searches that are billed: those that did not fail."""
        return sum(isinstance(block, SearchResult) and not block.error for block in self.blocks)

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


def searched(query: str, *found: tuple[str, str], error: str = "") -> tuple[ServerToolUse, SearchResult]:
    """The two blocks of a web search for `query` that found pages (title, address), or failed."""
    identity = f"srvtoolu_{uuid.uuid4().hex[:24]}"
    results = tuple(
        {
            "type": "web_search_result",
            "title": title,
            "url": url,
            "encrypted_content": base64.b64encode(f"rehearsal {url}".encode()).decode(),
            "page_age": None,
        }
        for title, url in found
    )
    return ServerToolUse(query, identity), SearchResult(identity, results, error)


def cites(text: str, title: str, url: str) -> Text:
    """Prose that rests on a page a search found."""
    place = base64.b64encode(f"rehearsal index {url}".encode()).decode()
    location = {
        "type": "web_search_result_location", "url": url, "title": title, "cited_text": text[:150], "encrypted_index": place,
    }  # fmt: skip
    return Text(text, (location,))


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
