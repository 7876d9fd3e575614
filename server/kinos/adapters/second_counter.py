"""A second counter process beside one that counts in this process: for a first count that would keep one core busy alone."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from threading import Thread
from typing import Any

from kinos.adapters.environment import OWN, allowed
from kinos.adapters.frame import framed, frames


class SecondCounter:
    """Looks at some documents of a folder while its owner does something else. `wire` is the folder as requests give it."""

    def __init__(self, wire: Mapping[str, Any], paths: Sequence[str]) -> None:
        self._answers: list[dict[str, Any]] = []
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "kinos.adapters.counter"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=allowed(OWN),
            start_new_session=True,
        )
        # Its answers are taken as they come: a full pipe would stop it.
        self._thread = Thread(target=self._talk, args=({"id": 1, "folder": dict(wire), "look": list(paths)},))
        self._thread.start()

    def rows(self) -> Iterator[list[Any]]:
        """What it found, as rows of the protocol, once it is done; less than was asked for when it died."""
        self._thread.join()
        for answer in self._answers:
            yield from answer.get("seen", ())

    def close(self) -> None:
        """End it, done or not."""
        self._process.kill()
        self._thread.join()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):  # what it did not take any more
                    stream.close()

    def _talk(self, request: Mapping[str, Any]) -> None:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(framed(json.dumps(request).encode()))
            stdin.flush()
            for body in frames(stdout):
                answer = json.loads(body)
                self._answers.append(answer)
                if answer.get("done"):
                    return
        except (OSError, ValueError):
            return  # it died; what is missing is counted by its owner
