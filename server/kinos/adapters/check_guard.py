"""The process between an engine and its check command: what the command leaves behind stays below it, and ends with the engine.

Run as `python -m kinos.adapters.check_guard MARK PROGRAM…`. It says on stderr how the command ended (`exit N`, or `error` and
why it could not start), and then waits to be ended. The end of its stdin means that the engine is gone.
"""

import os
import subprocess
import sys
import threading

from kinos.adapters.descendant import adopt_orphans, end


def main(arguments: list[str]) -> None:
    """Start the command, say how it ended, and wait for the end."""
    mark, *command = arguments
    adopt_orphans()
    process = _start(command)
    # Only now: an engine that has gone already must find the command to end it, and not let it start behind its back.
    threading.Thread(target=_mind_the_engine, args=(mark,)).start()
    if isinstance(process, str):
        _tell(f"error {process}")
    else:
        os.close(1)
        _tell(f"exit {process.wait()}")


def _start(command: list[str]) -> subprocess.Popen[bytes] | str:
    """The command's process, or why there is none."""
    try:
        # Its stderr goes where its stdout goes: ours is for the engine alone.
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT, start_new_session=True)
    except OSError as error:
        return str(error.strerror)


def _tell(text: str) -> None:
    os.write(2, f"{text}\n".encode())


def _mind_the_engine(mark: str) -> None:
    while os.read(0, 1024):
        pass
    end([os.getpid()], mark)
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
