"""Median seconds of landing a change in a closed document of 50 KB: `python -m bench.land kinos|bare FOLDER`.

`bare` is its write, flush to the disk and rename alone.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from kinos.adapters.clock import SystemClock
from kinos.adapters.disk import FileDisk
from kinos.adapters.state_folder import WorkspaceState
from kinos.domain.change import Change, ChangeState, FileChange
from kinos.engine.buffer import Buffers
from kinos.engine.landing import Landing

BYTES = 50_000
TIMES = 60


def versions() -> list[bytes]:
    """The document as it is and with one line more for each landing."""
    line = "Line {} of a document that is long enough for people and models to read.\n"
    text = "".join(line.format(number) for number in range(BYTES // len(line)))
    return [f"{text}\nline {number}\n".encode() for number in range(TIMES + 1)]


def bare(root: Path) -> list[float]:
    """Write, flush to the disk, rename."""
    times, target, temporary = [], root / "a.md", root / ".a.md"
    for content in versions():
        began = time.perf_counter()
        with temporary.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(target)
        times.append(time.perf_counter() - began)
    return times


async def kinos(root: Path) -> list[float]:
    """From the accepted change to the one that has landed."""
    times, texts = [], versions()
    (root / "a.md").write_bytes(texts[0])
    state = WorkspaceState(root, 0, 0)
    with state.hold("a bench"):
        journal = state.journal()
        landing = Landing(FileDisk(root), journal, Buffers(SystemClock()), None, tuple)
        for number, (before, after) in enumerate(pairwise(texts)):
            file = FileChange("a.md", journal.keep(before), journal.keep(after))
            made = datetime.now(UTC)
            change = Change(
                f"c{number}", "y1", "s1", "ann", "One line more", "why", (file,), made, ChangeState.ACCEPTED
            )
            began = time.perf_counter()
            await landing.land(change)
            times.append(time.perf_counter() - began)
        await landing.close()
    return times


def main() -> None:
    """Print the median."""
    with tempfile.TemporaryDirectory(dir=sys.argv[2]) as folder:
        root = Path(folder)
        times = asyncio.run(kinos(root)) if sys.argv[1] == "kinos" else bare(root)
    print(statistics.median(times))


if __name__ == "__main__":
    main()
