"""What a request is billed as: input tokens, and the prompt cache as the API keeps it."""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kinos.worker.rehearsal.api import Request
from kinos.worker.rehearsal.meter import overhead, tokens

MINIMUM = 1024
"""Tokens below which a prefix is not cached. Some models ask for more (up to 4,096) and some for less."""
LOOK_BACK = 20
"""Blocks before a breakpoint in which the API looks for an entry made earlier."""
TTL = {"5m": 300.0, "1h": 3600.0}
"""Seconds an entry lives after its last use."""

_TOOLS = {"auto": 346, "none": 346, "any": 313, "tool": 313}
"""Tokens of the system prompt the API adds when tools are offered (platform.claude.com, "Tool use", Claude 4)."""
_MESSAGE = 4
"""Tokens around each message but the first. An approximation; one message alone is exact."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A block of the prompt, in the API's order: its text for the hash, its tokens, its breakpoint's time to live or None."""

    text: str
    tokens: int
    ttl: str | None


def segments(request: Request) -> list[Segment]:
    """The prompt in blocks: tools, system, messages."""
    return list(_segments(request))


def _segments(request: Request) -> Iterator[Segment]:
    model = request.model
    if request.tools:
        yield Segment("", _TOOLS[request.tool_choice["type"]], None)
    for tool in request.tools:
        text = _json(tool)
        yield Segment(text, tokens(text, model), _ttl(tool))
    for block in request.system:
        yield Segment(block["text"], tokens(block["text"], model), _ttl(block))
    for index, message in enumerate(request.messages):
        frame = _MESSAGE if index else 0
        for position, block in enumerate(message["content"]):
            text = block["text"] if block["type"] == "text" else _json(block)
            yield Segment(f"{message['role']}\n{text}", tokens(text, model) + (0 if position else frame), _ttl(block))


def input_tokens(request: Request) -> int:
    """What `count_tokens` says: the texts, the tools as JSON, and the frame."""
    return overhead(request.model) + sum(segment.tokens for segment in _segments(request))


@dataclass(frozen=True, slots=True)
class Bill:
    """Input of one request, in tokens: all of it is `fresh` + `written` + `read`."""

    fresh: int
    written: int
    read: int
    ttl: str = "5m"

    @property
    def total(self) -> int:
        """All of it."""
        return self.fresh + self.written + self.read

    def usage(self, output: int, searches: int = 0) -> dict[str, Any]:
        """The API's `usage` object; it speaks of server tools when some were used."""
        used = {"server_tool_use": {"web_search_requests": searches, "web_fetch_requests": 0}} if searches else {}
        lived = dict.fromkeys(("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"), 0)
        lived[f"ephemeral_{self.ttl}_input_tokens"] = self.written
        return {
            "input_tokens": self.fresh,
            "cache_creation_input_tokens": self.written,
            "cache_read_input_tokens": self.read,
            "cache_creation": lived,
            "output_tokens": output,
            "service_tier": "standard",
            **used,
        }


class PromptCache:
    """Prefixes seen before, by hash. A prefix ends at a breakpoint and holds at least MINIMUM tokens."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ends: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def bill(self, request: Request) -> Bill:
        """Bill `request`, and remember its prefixes."""
        parts = segments(request)
        hashes, sums = _prefixes(request.model, parts)
        marks = [index for index, part in enumerate(parts) if part.ttl and sums[index] >= MINIMUM]
        total = overhead(request.model) + sums[-1]
        if not marks:
            return Bill(total, 0, 0)
        last, ttl = marks[-1], parts[marks[-1]].ttl or "5m"
        with self._lock:
            now = self._clock()
            self._ends = {key: life for key, life in self._ends.items() if life[0] > now}
            found = self._found(marks, hashes)
            read = 0 if found is None else sums[found]
            for index in {*marks, *([] if found is None else [found])}:
                lives = TTL[parts[index].ttl or "5m"]
                self._ends[hashes[index]] = (now + lives, lives)
        return Bill(total - sums[last], sums[last] - read, read, ttl)

    def _found(self, marks: list[int], hashes: list[str]) -> int | None:
        for mark in reversed(marks):
            for index in range(mark, max(mark - LOOK_BACK, -1), -1):
                if hashes[index] in self._ends:
                    return index
        return None


def _prefixes(model: str, parts: list[Segment]) -> tuple[list[str], list[int]]:
    digest = hashlib.sha256(model.encode())
    hashes, sums, total = [], [], 0
    for part in parts:
        data = part.text.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
        total += part.tokens
        hashes.append(digest.hexdigest())
        sums.append(total)
    return hashes, sums


def _ttl(block: Mapping[str, Any]) -> str | None:
    control = block.get("cache_control")
    return None if control is None else str(control.get("ttl", "5m"))


def _json(block: Mapping[str, Any]) -> str:
    return json.dumps({key: value for key, value in block.items() if key != "cache_control"}, ensure_ascii=False)
