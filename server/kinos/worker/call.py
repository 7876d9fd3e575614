"""One call from its first message to its last: the only place where a failure becomes a `Failed`."""

import logging
import time
from typing import assert_never
from urllib.parse import urlsplit

from kinos.domain.address import is_claude, is_local, provider_of
from kinos.domain.errors import FailureKind, FaultError
from kinos.domain.message import EditCall, Edited, Failed, PlanCall, Planned
from kinos.worker.channel import Line
from kinos.worker.deadline import Deadline, OverdueError
from kinos.worker.gate import Gate
from kinos.worker.source import Source

log = logging.getLogger(__name__)


def serve(line: Line) -> None:
    """Read one call from `line`, do it, send the answer. Raises TypeError when the first message is no call."""
    call = line.receive()
    if not isinstance(call, PlanCall | EditCall):
        raise TypeError(f"{type(call).__name__} is no call")
    line.send(answer(call, line))


def answer(call: PlanCall | EditCall, line: Line) -> Planned | Edited | Failed:
    """What became of `call`, in `call.timeout` seconds, never an exception. `line` is asked before each model call."""
    start = time.monotonic()
    source = Source(call.model, call.endpoint)
    deadline = Deadline(call.timeout)
    gate = Gate(line, source, call.retry, deadline)
    try:
        outcome = _outcome(call, gate)
    except FaultError as error:
        outcome = _failed(error, gate)
    except OverdueError:
        outcome = _failed(source.fault(FailureKind.TIMEOUT, f"no end after {call.timeout:g} s"), gate)
    except Exception as error:  # aider and the libraries below it raise anything, and the engine must hear of it
        log.exception("%s by %s failed", type(call).__name__, call.agent)
        remedy = "This is a fault of KinOS: the log has the details."
        outcome = _failed(FaultError(FailureKind.INTERNAL, f"{type(error).__name__}: {error}", remedy), gate)
    kind = outcome.failure if isinstance(outcome, Failed) else type(outcome).__name__
    seconds = time.monotonic() - start
    log.info("%s by %s with %s: %s in %.2f s", type(call).__name__, call.agent, call.model, kind, seconds)
    return outcome


def _failed(error: FaultError, gate: Gate) -> Failed:
    return Failed(error.kind, gate.source.scrubbed(error.message), error.remedy, gate.spent, error.retry_after)


def _outcome(call: PlanCall | EditCall, gate: Gate) -> Planned | Edited | Failed:
    _check(call)
    with gate.deadline:
        match call:
            case PlanCall() if call.code is not None:
                from kinos.worker.extension import run

                return run(call, call.code, gate)
            case PlanCall():
                from kinos.worker.plan import plan  # the libraries take seconds, and the pure parts need none

                return plan(call, gate)
            case EditCall():
                from kinos.worker.edit import edit

                return edit(call, gate)
            case _:
                assert_never(call)


def _check(call: PlanCall | EditCall) -> None:
    """Raise FaultError for a key or endpoint that cannot be used; the libraries' own messages would quote them."""
    url, key = call.endpoint.base_url, call.endpoint.api_key
    variable, setting = Source(call.model, call.endpoint).settings
    local = provider_of(call.model) != "openai" or is_local(url)
    if not key and is_claude(call.model) and isinstance(call, PlanCall) and call.searches:
        # Another agent may have another provider: that this one cannot search stops nobody else.
        raise Source(call.model, call.endpoint).fault(FailureKind.NO_SEARCH, "there is no API key for it")
    if not key and (is_claude(call.model) or not local):
        remedy = f"Set {variable}, or start with --rehearse, which needs none."
        raise FaultError(FailureKind.AUTHENTICATION, f"There is no API key for {call.model}.", remedy)
    if not key.isascii() or not key.isprintable() or " " in key:
        remedy = "Set it again, without quotes and blanks."
        raise FaultError(FailureKind.AUTHENTICATION, "The API key holds characters no key has.", remedy)
    if url is not None and not _is_address(url):
        remedy = f"Check the setting {setting}."
        raise FaultError(FailureKind.UNREACHABLE, "The model endpoint is no http or https address.", remedy)
    if call.endpoint.rehearsal and not is_local(url):
        remedy = "Start without --rehearse to ask a real model."
        raise FaultError(FailureKind.POLICY, "A rehearsal asks no model outside this machine.", remedy)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, half an IPv6 address
        return False
