"""`python -m bench.cycle FOLDER COUNT`: the median seconds of a whole cycle, from its start until its change has landed.

The worker is warm. The model is where ANTHROPIC_BASE_URL says.
"""

import asyncio
import statistics
import sys
import time
from pathlib import Path

from kinos.app import App
from kinos.domain import event as ev
from kinos.domain.change import ChangeState
from kinos.domain.layer import Layer, Source
from kinos.domain.state import State
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends


class Watch:
    """Takes the times."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self._began = 0.0

    def look(self, before: State, after: State, event: ev.Event) -> None:
        """A subscriber."""
        if isinstance(event, ev.CycleStarted):
            self._began = time.perf_counter()
        elif isinstance(event, ev.ChangeMoved) and event.change.state is ChangeState.LANDED:
            self.times.append(time.perf_counter() - self._began)


async def _run(folder: Path, count: int) -> list[float]:
    given = {"landing.mode": "auto", "team.parallel": 1}
    workspace = App().workspace(folder, "a bench", [Layer(Source.COMMAND_LINE, given)])
    watch = Watch()
    workspace.session.subscribe(watch.look)
    await workspace.open()
    try:
        await workspace.session.start_team(Start("one", ends=Ends(cycles=count)))
        await workspace.session.finished()
    finally:
        await workspace.close()
    return watch.times


def main() -> None:
    """Measure and say it."""
    count = int(sys.argv[2])
    times = asyncio.run(_run(Path(sys.argv[1]), count))
    assert len(times) == count, f"{len(times)} of {count} cycles landed something"
    print(statistics.median(times[1:]))


if __name__ == "__main__":
    main()
