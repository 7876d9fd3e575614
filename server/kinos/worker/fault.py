"""What went wrong with a model call, read from the exceptions of the SDK and of litellm; `source` says it in a sentence.

litellm renames errors (403 becomes a connection error 500, a refused connection an internal server error 500), so the
truth is taken from the deepest HTTP error in the chain of causes, whichever HTTP library raised it.
"""

import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from kinos.domain.errors import FailureKind


@dataclass(frozen=True, slots=True)
class Fault:
    """One failed try. `status` is the API's HTTP code, `retry_after` its wish in seconds, `sent` whether it may have been billed.

    `passing` marks a fault of the network, which may be gone at the next try.
    """

    kind: FailureKind
    status: int | None = None
    retry_after: float | None = None
    sent: bool = True
    passing: bool = False
    detail: str = ""


class StreamError(Exception):
    """A streamed answer went wrong in a way no library reports; `fault` is the truth about it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.detail)
        self.fault = fault


BROKE = Fault(FailureKind.BROKEN, passing=True, detail="the connection broke in the middle of its answer")
"""A stream that ended before the answer did."""

NO_ANSWER = Fault(FailureKind.SERVER, detail="its answer is not one of a model")


def stalled(seconds: float) -> StreamError:
    """A stream in which nothing came for so long, though the connection stands."""
    return StreamError(Fault(FailureKind.TIMEOUT, detail=f"it stalled: nothing came for {seconds:g} s"))


@contextmanager
def streaming() -> Iterator[None]:
    """Inside, an answer has begun: what goes wrong now is no refusal any more, and may have been billed.

    Raises StreamError for any fault of the model call.
    """
    try:
        yield
    except StreamError:
        raise
    except Exception as error:
        if (fault := read(error)) is None:
            raise
        raise StreamError(_midway(fault, error)) from error


def _midway(fault: Fault, error: Exception) -> Fault:
    real = next((known for link in _chain(error) if (known := _real_fault(link)) is not None), None)
    if _from_litellm(error) and real is not None and not real.sent:
        return real  # some providers are asked only when the first piece of their answer is wanted
    if fault.kind is FailureKind.UNREACHABLE:
        return BROKE
    if fault.kind is FailureKind.TIMEOUT:
        return fault
    if not _from_litellm(error):
        return replace(fault, sent=True)
    # An error the provider has put into its stream; litellm makes a code up for it.
    detail = _streamed(error)
    return Fault(kind_of(500, "", detail), 500, detail=detail)


def _streamed(error: Exception) -> str:
    """What the provider says in the error it has put into its stream, without the name that litellm puts before it.

    Where litellm stumbled over what came, its words are about its own code.
    """
    if not any(isinstance(link, LookupError | AttributeError | TypeError | ValueError) for link in _chain(error)):
        return str(error).rpartition(" - ")[2]
    said = _OF_OLLAMA.search(str(error))
    return said[2] if said else NO_ANSWER.detail


_OF_OLLAMA = re.compile(r"""unexpected response from Ollama: \{'error': (['"])(.*)\1\}""", re.DOTALL)
"""A piece of a stream as litellm quotes it, in which Ollama says what went wrong."""


_TRANSPORT: Mapping[str, Fault] = {
    "ConnectError": Fault(FailureKind.UNREACHABLE, sent=False, passing=True),
    "ConnectTimeout": Fault(FailureKind.UNREACHABLE, sent=False, passing=True),
    "PoolTimeout": Fault(FailureKind.UNREACHABLE, sent=False, passing=True),
    "ProxyError": Fault(FailureKind.UNREACHABLE, sent=False),
    "UnsupportedProtocol": Fault(FailureKind.UNREACHABLE, sent=False),
    "InvalidURL": Fault(FailureKind.UNREACHABLE, sent=False),
    "LocalProtocolError": Fault(FailureKind.BAD_REQUEST, sent=False),
    "ReadTimeout": Fault(FailureKind.TIMEOUT),
    "WriteTimeout": Fault(FailureKind.TIMEOUT),
    "ReadError": Fault(FailureKind.UNREACHABLE, passing=True, detail="the connection broke"),
    "WriteError": Fault(FailureKind.UNREACHABLE, passing=True, detail="the connection broke"),
    "RemoteProtocolError": Fault(
        FailureKind.UNREACHABLE, passing=True, detail="it closed the connection without an answer"
    ),
    "DecodingError": Fault(FailureKind.SERVER, detail="its answer cannot be read"),
}
"""Faults by the name of the HTTP library's exception (httpx and its relatives use the same names)."""

_BY_STATUS: Mapping[int, FailureKind] = {
    401: FailureKind.AUTHENTICATION,
    402: FailureKind.PERMISSION,
    403: FailureKind.PERMISSION,
    408: FailureKind.TIMEOUT,
    413: FailureKind.CONTEXT_TOO_LONG,
    429: FailureKind.RATE_LIMIT,
    529: FailureKind.OVERLOADED,
}

_BY_TYPE: Mapping[str, FailureKind] = {
    "authentication_error": FailureKind.AUTHENTICATION,
    "billing_error": FailureKind.PERMISSION,
    "permission_error": FailureKind.PERMISSION,
    "request_too_large": FailureKind.CONTEXT_TOO_LONG,
    "rate_limit_error": FailureKind.RATE_LIMIT,
    "timeout_error": FailureKind.TIMEOUT,
    "overloaded_error": FailureKind.OVERLOADED,
}
"""Error types of the Messages API, from the page "Errors" of its documentation."""

_TOO_LONG = re.compile(
    r"prompt is too long|context (window|length|limit)|maximum context|context_length_exceeded", re.IGNORECASE
)
_NO_CREDIT = re.compile(r"credit balance|insufficient (credit|quota|funds)|exceeded your current quota", re.IGNORECASE)


def read(error: BaseException) -> Fault | None:
    """The fault behind `error`; None when it has nothing to do with a model call."""
    found: Fault | None = None
    made_up: Fault | None = None
    links = list(_chain(error))
    for link in links:
        if isinstance(link, StreamError):
            return link.fault
        fault = _link_fault(link)
        if fault is not None and _from_litellm(link):
            made_up = fault  # litellm invents responses; good enough when nothing real is below
        elif fault is not None:
            found = fault
    if found is None and (_is_invented(made_up) or any(type(link).__name__ == "JSONDecodeError" for link in links)):
        return Fault(FailureKind.SERVER, detail="its answer cannot be read")
    return found or made_up


def _is_invented(fault: Fault | None) -> bool:
    """Whether litellm called something a server error though no server said so."""
    return fault is not None and fault.kind is FailureKind.SERVER


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or link.__context__


def _from_litellm(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] == "litellm"


def _real_fault(link: BaseException) -> Fault | None:
    return None if _from_litellm(link) else _link_fault(link)


def _link_fault(error: BaseException) -> Fault | None:
    for cls in type(error).__mro__:
        if cls.__name__ in _TRANSPORT:
            return _transport_fault(_TRANSPORT[cls.__name__], error)
    response = getattr(error, "response", None)
    status = getattr(response, "status_code", None) or getattr(error, "status_code", None)
    return _status_fault(status, response, str(error)) if isinstance(status, int) else None


def _transport_fault(fault: Fault, error: BaseException) -> Fault:
    # The text of other transport errors may quote a header, and so the key.
    detail = str(error) if fault.passing and not fault.detail else fault.detail
    return Fault(fault.kind, None, None, fault.sent, fault.passing, detail)


def _status_fault(status: int, response: Any, text: str) -> Fault:
    if status < 400:
        return NO_ANSWER
    name, message = _said(response)
    return Fault(kind_of(status, name, message or text), status, _retry_after(response), sent=False, detail=message)


def kind_of(status: int, name: str = "", message: str = "") -> FailureKind:
    """The kind of failure an HTTP `status` is, with the API's error type `name` and its `message`."""
    if status < 500 and _NO_CREDIT.search(message):
        return FailureKind.PERMISSION
    if status == 400 and _TOO_LONG.search(message):
        return FailureKind.CONTEXT_TOO_LONG
    known = _BY_STATUS.get(status) or _BY_TYPE.get(name)
    return known or (FailureKind.BAD_REQUEST if status < 500 else FailureKind.SERVER)


def _said(response: Any) -> tuple[str, str]:
    """The error type and message in the API's answer, in whichever shape; empty where it says none."""
    try:
        body = response.json()
    except (AttributeError, ValueError, RuntimeError):  # no answer, no JSON, not read
        return "", ""
    error = body.get("error", body) if isinstance(body, dict) else None
    if isinstance(error, str):  # as Ollama does
        return "", error
    if not isinstance(error, dict):
        return "", ""
    return str(error.get("type") or ""), str(error.get("message") or "")


def _retry_after(response: Any) -> float | None:
    headers = getattr(response, "headers", {})
    value = headers.get("retry-after", "")
    with suppress(ValueError):
        seconds = float(value)
        return max(seconds, 0.0) if math.isfinite(seconds) else None
    with suppress(ValueError, TypeError):  # TypeError: one date has a zone, the other none
        until = parsedate_to_datetime(value)
        now = parsedate_to_datetime(headers["date"]) if headers.get("date") else datetime.now(UTC)
        return max((until - now).total_seconds(), 0.0)
    return None
