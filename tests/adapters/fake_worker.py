"""A worker that is no worker: what the engine's side of the conversation is tried against.

Started like an interpreter: `fake_worker.py -P -c BOOT PATH --home DIR --control FD`. What it does is the agent's name in a call.
"""

import socket
import subprocess
import sys
import threading
from io import BufferedIOBase
from typing import Any

sys.path.append(sys.argv[4])
from kinos.domain.errors import FailureKind
from kinos.domain.message import (
    Edited,
    Failed,
    Granted,
    Planned,
    Ready,
    Reserve,
    Settle,
    decode,
    encode,
)
from kinos.domain.task import NothingToDo
from kinos.domain.usage import Usage

USED = Usage(10, 5, calls=1)


def frame(stream: BufferedIOBase) -> Any:
    """The next message; None at the end."""
    head = stream.read(4)
    return decode(stream.read(int.from_bytes(head, "big"))) if len(head) == 4 else None


def serve(connection: socket.socket) -> None:
    """One call."""
    with connection, connection.makefile("rwb") as stream:
        call = frame(stream)

        def say(message: Any) -> None:
            stream.write(encode(message))
            stream.flush()

        if call.agent == "dies":
            return
        if call.agent == "hangs":
            frame(stream)
            return
        if call.agent == "spawns":
            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
        say(Reserve(call.model, 100, call.max_tokens))
        answer = frame(stream)
        if not isinstance(answer, Granted):
            say(Failed(FailureKind.BUDGET, answer.reason, "", Usage()))
            return
        say(Settle(answer.reservation, call.model, USED))
        say(Edited(call.files, "done", USED) if hasattr(call, "files") else Planned(NothingToDo("all is well"), USED))


def main() -> None:
    """Say `Ready`, then a thread a call until the control socket ends."""
    control = socket.socket(fileno=int(sys.argv[-1]))
    control.send(encode(Ready({"aider": "0"}))[4:])
    while True:
        body, descriptors, _, _ = socket.recv_fds(control, 16, 1)
        if not body:
            return
        threading.Thread(target=serve, args=(socket.socket(fileno=descriptors[0]),), daemon=True).start()


main()
