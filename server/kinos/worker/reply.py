"""What a model answered, in the same words whoever serves it, and what can be asked for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from kinos.domain.usage import Usage

type Turn = Mapping[str, Any]
"""One turn of a conversation: `role` (system, user, assistant) and `content`, and what else the provider keeps in it."""

type Tool = Mapping[str, Any]
"""A tool as the Messages API describes it: `name`, `description`, `input_schema`."""


class Stop(StrEnum):
    """Why an answer ended."""

    DONE = "done"
    CUT_OFF = "cut off"
    CONTEXT = "context window exceeded"
    REFUSED = "refused"
    PAUSED = "paused"
    """In the middle of its searches: sent back as it is, it goes on."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool the model called. `arguments` is any JSON value, or the text it sent when that is no JSON."""

    name: str
    arguments: object
    id: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One whole answer. `usage` is None when the provider does not say; `turn` is the answer as the provider wants it back."""

    text: str
    calls: tuple[ToolCall, ...]
    stop: Stop
    usage: Usage | None
    turn: Turn


class Provider(Protocol):
    """Who serves the model of one call."""

    def ask(self, turns: Sequence[Turn], tools: Sequence[Tool] = ()) -> Reply:
        """The answer to `turns`, read to its end: one pass of the gate. Raises FaultError, and never returns half an answer."""
        ...

    def correction(self, reply: Reply, problem: str) -> Sequence[Turn]:
        """The turns that tell the model, after `reply`, what was wrong with it."""
        ...
