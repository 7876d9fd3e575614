"""A process for the code of one package: it checks that an entry point loads, or runs a service.

`check VALUE` prints why VALUE cannot be loaded, on one line, and exits 1. `service VALUE FOLDER` makes the service and hands it
one event for each line of JSON on stdin; the end of stdin stops it. What the code prints goes to stderr.
"""

import json
import os
import sys
import threading
import traceback
from queue import SimpleQueue

from kinos.extension import STOP_TIME
from kinos.extension.installed import load


def main(arguments: list[str]) -> int:
    """Do what `arguments` say."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        match arguments:
            case ["check", value]:
                load(value)
            case ["service", value, folder]:
                _serve(value, folder)
            case _:
                raise ValueError(f"no such use: {arguments}")
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the code of another package raises anything
        traceback.print_exc()
        out.write(" ".join(f"{type(error).__name__}: {error}".split()) + "\n")
        out.flush()
        return 1
    return 0


def _serve(value: str, folder: str) -> None:
    lines: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_read, args=(lines,), daemon=True).start()
    service = load(value)()
    service.start(folder)
    while line := lines.get():
        service.heard(json.loads(line))
    service.stop()


def _read(lines: "SimpleQueue[str]") -> None:
    for line in sys.stdin:
        lines.put(line)
    lines.put("")
    threading.Event().wait(STOP_TIME)
    os._exit(1)  # it hangs, and whoever started it may not be there any more to end it


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
