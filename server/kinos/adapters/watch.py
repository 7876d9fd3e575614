"""Being told what changes in a folder: by the system where it can, else by looking again every few seconds."""

import os
from pathlib import Path
from threading import Event, Thread
from typing import Protocol

from watchfiles import Change, watch

from kinos.domain.path import IGNORE_FILES, is_document

LOOK_SECONDS = 5.0
"""How often a folder is looked at that the system cannot watch."""

STEP_MILLISECONDS = 20
"""How long a burst of changes may pause before it is told."""

READY_MILLISECONDS = 1000
"""How often the watch shows a sign of life, so how soon after its start what it may have missed is looked for."""


class Tell(Protocol):
    """Takes the paths that changed, relative to the folder; None means look at everything. A note is for a person."""

    def __call__(self, paths: set[str] | None, note: str = "") -> object:
        """Called in the watch's own thread."""
        ...


class Watch:
    """Watches one folder in a thread of its own."""

    def __init__(self, root: Path, tell: Tell) -> None:
        self._root = root.resolve()
        self._tell = tell
        self._stopped = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Tell nothing any more; returns when the thread has ended."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._listen()
        except (OSError, RuntimeError) as error:
            self._tell(
                None,
                f"The system cannot watch {self._root} ({error}); KinOS looks at it every {LOOK_SECONDS:g} seconds. On Linux, "
                "raising fs.inotify.max_user_watches helps.",
            )
            while not self._stopped.wait(LOOK_SECONDS):
                self._tell(None)

    def _listen(self) -> None:
        ready = False
        for changes in watch(
            self._root, watch_filter=self._matters, step=STEP_MILLISECONDS, debounce=400, rust_timeout=READY_MILLISECONDS,
            yield_on_timeout=True, stop_event=self._stopped, ignore_permission_denied=True, raise_interrupt=False,
        ):  # fmt: skip
            if not ready:
                self._tell(None)  # what changed between the last look and now, when the system watches
            elif changes:
                self._tell({self._relative(place) for _, place in changes})
            ready = True

    def _matters(self, change: Change, place: str) -> bool:
        """Documents, ignore files, and what may be or have been a folder; nothing hidden."""
        *folders, name = self._relative(place).split("/")
        if any(folder.startswith(".") for folder in folders):
            return False
        if name.startswith("."):
            return name in IGNORE_FILES
        return is_document(name) or (change is not Change.modified and not os.path.isfile(place))  # noqa: PTH113

    def _relative(self, place: str) -> str:
        return place.removeprefix(f"{self._root}/").replace("\\", "/")
