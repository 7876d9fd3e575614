"""The engine's end of a worker process, for tests: starts it, sends calls, grants or denies, and counts what is alive."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import kinos
from kinos.domain.message import (
    Denied,
    EditCall,
    Edited,
    Endpoint,
    Failed,
    Granted,
    Message,
    PlanCall,
    Planned,
    Reserve,
    Retry,
    Settle,
    decode,
    encode,
)
from kinos.worker.channel import read_frame
from process_tree import descendants, wait_for_end

PATIENCE = 60.0
"""Seconds after which a silent worker is a failure."""

KEY = "sk-test-0123456789"


@dataclass
class Talk:
    """One call seen from the engine. `heard` is everything the worker said, in order."""

    stream: socket.socket
    allow: Callable[[Reserve], str] = lambda _: ""
    heard: list[Message] = field(default_factory=list)

    def hear(self) -> Message | None:
        """The next message, None at the end of the stream; reservations are answered at once."""
        body = read_frame(self.stream)
        if body is None:
            self.stream.close()
            return None
        message = decode(body)
        self.heard.append(message)
        if isinstance(message, Reserve):
            reason = self.allow(message)
            self.stream.sendall(encode(Denied(reason) if reason else Granted(len(self.reserved))))
        return message

    def result(self) -> Planned | Edited | Failed:
        """The answer to the call; the stream must end after it."""
        while not isinstance(message := self.hear(), Planned | Edited | Failed):
            assert message is not None, "the stream ended without an answer"
        assert self.hear() is None
        return message

    @property
    def reserved(self) -> list[Reserve]:
        """What was reserved so far."""
        return [message for message in self.heard if isinstance(message, Reserve)]

    @property
    def settled(self) -> list[Settle]:
        """What was settled so far."""
        return [message for message in self.heard if isinstance(message, Settle)]


@dataclass
class Worker:
    """A running worker process. `folder` is its private folder, `person` the person's, `log` what it wrote to stderr."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    folder: Path
    person: Path
    log: Path
    first: Message

    def call(self, call: PlanCall | EditCall, allow: Callable[[Reserve], str] = lambda _: "") -> Talk:
        """Send `call` on a stream of its own; `allow` says why a reservation is denied, or nothing."""
        ours, theirs = socket.socketpair()
        ours.settimeout(PATIENCE)
        with theirs:
            socket.send_fds(self.control, [b"call"], [theirs.fileno()])
        ours.sendall(encode(call))
        return Talk(ours, allow)

    def children(self) -> set[int]:
        """The processes of this worker that are not zombies."""
        return set(descendants(self.process.pid))

    def end(self) -> int:
        """Close the control socket and wait for the exit code."""
        self.control.close()
        return self.process.wait(PATIENCE)


@contextmanager
def worker(folder: Path, python: tuple[str, ...] = (sys.executable,), **environ: str) -> Iterator[Worker]:
    """A worker process with its private folder and log in `folder`, ready to serve (or having said why not)."""
    private, person, log = folder / "private", folder / "person", folder / "log"
    private.mkdir()
    person.mkdir()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(PATIENCE)
    # What the engine allows, and where the package is when it is not installed.
    package = str(Path(kinos.__file__).parents[1])
    allowed = {"PATH": os.environ["PATH"], "HOME": str(person), "PYTHONPATH": package, **environ}
    # A terminal would be there to be read; under pytest nothing is.
    with log.open("wb") as errors, (folder / "typed").open("w+b") as typed, theirs:
        process = subprocess.Popen(
            [*python, "-m", "kinos.worker", "--home", str(private), "--control", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            cwd=private,
            env=allowed,
            stdin=typed,
            stderr=errors,
            preexec_fn=_hear_ctrl_c,  # noqa: PLW1509 - no other thread holds a lock it needs
        )
    try:
        yield Worker(process, ours, private, person, log, decode(ours.recv(1 << 16)))
    finally:
        ours.close()
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()


def _hear_ctrl_c() -> None:
    # A shell starts what runs in the background with SIGINT ignored; then the worker would not have to.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def gone(pids: Collection[int]) -> bool:
    """Whether all of `pids` end soon."""
    return wait_for_end(pids, 10) == []


def plan_call(url: str | None, **changes: object) -> PlanCall:
    """A plan call to `url` that tries once."""
    fields: dict[str, object] = {
        "agent": "redacteur",
        "model": "claude-sonnet-5-5",
        "max_tokens": 400,
        "temperature": None,
        "endpoint": Endpoint(KEY, url),
        "retry": Retry(1, 0.01, (429, 500, 529)),
        "timeout": 30.0,
        "stall": 30.0,
        "system": "You are redacteur.",
        "brief": "Choose a task.",
    }
    return PlanCall(**{**fields, **changes})  # type: ignore[arg-type]


def edit_call(url: str | None, folder: Path, files: tuple[str, ...], **changes: object) -> EditCall:
    """An edit call to `url` that tries once."""
    fields: dict[str, object] = {
        "agent": "redacteur",
        "model": "claude-sonnet-5-5",
        "max_tokens": 400,
        "temperature": None,
        "endpoint": Endpoint(KEY, url),
        "retry": Retry(1, 0.01, (429, 500, 529)),
        "timeout": 30.0,
        "stall": 30.0,
        "folder": str(folder),
        "files": files,
        "message": "Task: improve the text.",
    }
    return EditCall(**{**fields, **changes})  # type: ignore[arg-type]
