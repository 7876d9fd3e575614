"""A worker that is no worker: what the engine's side of the conversation is tried against.

Started like an interpreter: `fake_worker.py -P -c BOOT PATH --home DIR --control FD`, or `--pipe` instead of a control socket.
What it does is the agent's name in a call.
"""

import os
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
    Heard,
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


def serve(incoming: BufferedIOBase, outgoing: BufferedIOBase) -> bool:
    """One call. False when it is to end everything."""
    call = frame(incoming)

    def say(message: Any) -> None:
        outgoing.write(encode(message))
        outgoing.flush()

    if call is None or call.agent == "dies":
        return False
    if call.agent == "hangs":
        frame(incoming)
        return False
    if call.agent == "spawns":
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    say(Reserve(call.model, 100, call.max_tokens))
    answer = frame(incoming)
    if not isinstance(answer, Granted):
        say(Failed(FailureKind.BUDGET, answer.reason, "", Usage()))
        return True
    if call.agent == "talks":
        for piece in ("I look", " around."):
            say(Heard(piece))
    say(Settle(answer.reservation, call.model, USED))
    say(Edited(call.files, "done", USED) if hasattr(call, "files") else Planned(NothingToDo("all is well"), USED))
    return True


def on(connection: socket.socket) -> None:
    """One call on a stream of its own."""
    with connection, connection.makefile("rwb") as stream:
        serve(stream, stream)


def over_pipes() -> None:
    """Say `Ready`, then one call after the other."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    outgoing.write(encode(Ready({"aider": "0"})))
    outgoing.flush()
    while serve(incoming, outgoing):
        pass
    os._exit(1)


def main() -> None:
    """Say `Ready`, then a thread a call until the control socket ends."""
    control = socket.socket(fileno=int(sys.argv[-1]))
    control.send(encode(Ready({"aider": "0"}))[4:])
    while True:
        body, descriptors, _, _ = socket.recv_fds(control, 16, 1)
        if not body:
            return
        threading.Thread(target=on, args=(socket.socket(fileno=descriptors[0]),), daemon=True).start()


over_pipes() if "--pipe" in sys.argv else main()
