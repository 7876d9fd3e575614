"""`python -m kinos.worker.rehearsal`: the server as a process of its own, which ends when its standard input does."""

import argparse
import json
import sys
from collections.abc import Sequence

from kinos.worker.rehearsal.knob import Fault, Knobs
from kinos.worker.rehearsal.server import Rehearsal

_KEPT = 10
"""Requests remembered; nobody asks a process of its own for them."""


def main(arguments: Sequence[str]) -> int:
    """Serve until standard input ends; the address goes to standard output as one line of JSON."""
    options = _parser().parse_args(arguments)
    knobs = Knobs(delay=options.delay)
    for name, times in options.fault:
        knobs.fail(name, times)
    server = Rehearsal(knobs=knobs, port=options.port, keep=_KEPT)
    try:
        sys.stdout.write(json.dumps({"url": server.url}) + "\n")
        sys.stdout.flush()
        while sys.stdin.buffer.read(65_536):
            pass
    except KeyboardInterrupt:
        return 130
    finally:
        server.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kinos.worker.rehearsal", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument(
        "--delay", type=float, default=0.0, metavar="SECONDS", help="before the first byte of an answer"
    )
    faults = ", ".join(Fault)
    parser.add_argument(
        "--fault", type=_fault, action="append", default=[], metavar="NAME[:COUNT]", help=f"one of {faults}"
    )
    return parser


def _fault(text: str) -> tuple[str, int]:
    name, _, count = text.partition(":")
    if name not in list(Fault) or not (count or "1").isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME or NAME:COUNT with one of {', '.join(Fault)}")
    return name, int(count or 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
