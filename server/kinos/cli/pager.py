"""Text that may be longer than the terminal: through the person's pager, or as much of it as there is room for."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from itertools import accumulate

from kinos.cli.terminal import say

_COLOUR = re.compile(r"\x1b\[\d*m")
_LESS = {"LESS": "FRX"}
"""How less is started unless the person says otherwise: it leaves a text that fits alone, and shows colours. As git does."""


def page(text: str) -> None:
    """Show `text`: where it is longer than the terminal through `PAGER` (else less, if it is there), otherwise as it is."""
    program = _pager() if len(clipped(text)) < text.count("\n") + 1 else ()
    if not program or not _shown_by(program, text):
        say(text)


def clipped(text: str, above: str = "", beside: int = 0) -> list[str]:
    """The first lines of `text`, as many as a terminal has room for below `above` and with `beside` lines of something else;
    all where there is no terminal.
    """
    lines = text.split("\n")
    if sys.stdout is None or not sys.stdout.isatty():
        return lines
    size = shutil.get_terminal_size()
    room = size.lines - beside - 1  # the last line is where the cursor is
    for line in above.split("\n") if above else ():
        room -= _rows(line, size.columns)
    ends = accumulate(_rows(line, size.columns) for line in lines)
    return lines[: sum(end <= room for end in ends)]


def _rows(line: str, columns: int) -> int:
    return max(1, -(-len(_COLOUR.sub("", line)) // columns))


def _pager() -> Sequence[str]:
    words = shlex.split(os.environ.get("PAGER", "less"))
    return words if words and words != ["cat"] and shutil.which(words[0]) else ()


def _shown_by(program: Sequence[str], text: str) -> bool:
    """Whether the pager could be started. Ctrl+C is for it alone while it runs."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with subprocess.Popen(program, stdin=subprocess.PIPE, env=_LESS | os.environ) as process:
            assert process.stdin is not None
            with suppress(BrokenPipeError):  # the person has seen enough
                process.stdin.write(f"{text}\n".encode(sys.stdout.encoding, "replace"))
                process.stdin.close()
    except OSError:
        return False
    finally:
        signal.signal(signal.SIGINT, before)
    return True
