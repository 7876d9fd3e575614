"""Messages between the engine and a worker: values, and their JSON form.

A frame on the wire is a 4-byte big-endian length and that many bytes of UTF-8 JSON: `{"kind": class name, …fields}`.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from kinos.domain.errors import FailureKind
from kinos.domain.task import Edits, NothingToDo, Task
from kinos.domain.usage import Usage

MAX_FRAME = 256 * 1024 * 1024
"""Bytes; a longer frame is a fault, not a message."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where model calls go. `base_url` None is the provider's own; `rehearsal` marks KinOS' rule-based model."""

    api_key: str = field(repr=False)
    base_url: str | None = None
    rehearsal: bool = False


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a failed model call is tried (`attempts`, in all), the first delay in seconds, and for which HTTP codes."""

    attempts: int
    delay: float
    codes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """An agent's own code: `entry` is `module:object`, `home` the folder of its modules; the rest is what it is told."""

    entry: str
    home: str
    prompt: str
    phase: str
    request: str
    documents: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PlanCall:
    """Ask a model for one task. `system` is stable and cached; `brief` is what the agent observes now; `searches` is how many
    web searches the provider may make for it, 0 offers none.

    `timeout` is seconds for all of it, `stall` how long a streamed answer may pause.
    With `code` that decides, and asks the model or not.
    """

    agent: str
    model: str
    max_tokens: int
    temperature: float | None
    endpoint: Endpoint
    retry: Retry
    timeout: float
    stall: float
    system: str
    brief: str
    searches: int = 0
    code: Code | None = None


@dataclass(frozen=True, slots=True)
class EditCall:
    """Let aider carry out `message` on copies of `files` in the private `folder` (absolute). Nothing else is there."""

    agent: str
    model: str
    max_tokens: int
    temperature: float | None
    endpoint: Endpoint
    retry: Retry
    timeout: float
    stall: float
    folder: str
    files: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True)
class Planned:
    """The answer to a PlanCall."""

    outcome: Task | NothingToDo | Edits
    usage: Usage


@dataclass(frozen=True, slots=True)
class Edited:
    """The answer to an EditCall: `files` changed in the private folder, in order; `transcript` is what the model said."""

    files: tuple[str, ...]
    transcript: str
    usage: Usage


@dataclass(frozen=True, slots=True)
class Failed:
    """The call failed; `usage` is what was spent all the same, `retry_after` the seconds the API asked to wait, if it did."""

    failure: FailureKind
    message: str
    remedy: str
    usage: Usage
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Reserve:
    """Before each single model call: may this be spent? `input_tokens` and `searches` are upper bounds, `max_tokens` the
    output's cap.
    """

    model: str
    input_tokens: int
    max_tokens: int
    searches: int = 0


@dataclass(frozen=True, slots=True)
class Granted:
    """Yes; settle under this id."""

    reservation: int


@dataclass(frozen=True, slots=True)
class Denied:
    """No, and why; `failure` and `remedy` are what the call ends with."""

    reason: str
    failure: FailureKind = FailureKind.BUDGET
    remedy: str = "Raise the budget, or start again later."


@dataclass(frozen=True, slots=True)
class Settle:
    """What a reserved call really used."""

    reservation: int
    model: str
    usage: Usage


@dataclass(frozen=True, slots=True)
class Read:
    """An agent's own code wants to see a file."""

    path: str


@dataclass(frozen=True, slots=True)
class Text:
    """Its text, None when it does not exist; or why it may not be seen."""

    text: str | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the model has said since the last one, while its answer comes; harmless to show, and nothing to rely on."""

    text: str


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker has imported what it needs; `versions` by package."""

    versions: Mapping[str, str]


type Message = (
    PlanCall | EditCall | Planned | Edited | Failed | Reserve | Granted | Denied | Settle | Heard | Read | Text | Ready
)

_KINDS: Mapping[str, type] = {
    cls.__name__: cls
    for cls in (
        PlanCall,
        EditCall,
        Planned,
        Edited,
        Failed,
        Reserve,
        Granted,
        Denied,
        Settle,
        Heard,
        Read,
        Text,
        Ready,
        Task,
        NothingToDo,
        Edits,
        Code,
    )
}


def encode(message: Message) -> bytes:
    """The frame of `message`, length first."""
    body = json.dumps(_tagged(message), ensure_ascii=True, separators=(",", ":")).encode()
    return len(body).to_bytes(4, "big") + body


def decode(body: bytes) -> Message:
    """The message in a frame's `body` (without its length). Raises ValueError when it is not one."""
    data = json.loads(body)
    if not isinstance(data, dict) or data.get("kind") not in _KINDS:
        raise ValueError("not a message of KinOS")
    return _built(_KINDS[data["kind"]], data)  # type: ignore[no-any-return]


def _tagged(value: Any) -> dict[str, Any]:
    data = {f.name: getattr(value, f.name) for f in fields(value)}
    for name, item in data.items():
        if type(item).__name__ in _KINDS:
            data[name] = _tagged(item)
        elif is_dataclass(item) and not isinstance(item, type):
            data[name] = asdict(item)
    return {"kind": type(value).__name__, **data}


@cache
def _hints(cls: type) -> Mapping[str, Any]:
    return get_type_hints(cls)


def _built(cls: type, data: Mapping[str, Any]) -> Any:
    missing = {f.name for f in fields(cls)} - data.keys()
    if missing:
        raise ValueError(f"{cls.__name__} without {', '.join(sorted(missing))}")
    hints = _hints(cls)
    return cls(**{f.name: _value(hints[f.name], data[f.name]) for f in fields(cls)})


def _value(kind: Any, value: Any) -> Any:
    if isinstance(value, dict) and get_origin(kind) is not Mapping:
        if value.get("kind") in _KINDS:
            return _built(_KINDS[value["kind"]], value)
        return _built(kind, value) if is_dataclass(kind) and isinstance(kind, type) else value
    if isinstance(value, list) and get_origin(kind) is tuple:
        return tuple(value)
    if kind is FailureKind:
        return FailureKind(value)
    if get_origin(kind) in (Union, UnionType) and value is not None and float in get_args(kind):
        return float(value)
    return value
