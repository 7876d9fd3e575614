"""A browser, headless, and what it can be asked to do on the page that is open in it."""

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from e2e.vscode.vscode_host import Host
from e2e.vscode.vscode_process import ended_with_children, isolated_environment

DRIVER = Path(__file__).with_name("drive.mjs")


class BrowserError(AssertionError):
    """The page did not do or show what was asked for in time."""


class Browser:
    """Each call is one of `drive.mjs`, which says what it takes; times are in milliseconds there."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._read()

    @classmethod
    @contextlib.contextmanager
    def started(cls, host: Host, home: Path) -> Iterator[Self]:
        command = [str(host.node), str(DRIVER), str(host.modules), str(host.browser)]
        with ended_with_children(command, isolated_environment(home) | host.browser_environment) as process:
            yield cls(process)

    def call(self, call: str, **arguments: object) -> Any:
        """The answer. Raises BrowserError with what the browser says was wrong, or if it has ended."""
        assert self._process.stdin is not None
        given = {name: value for name, value in arguments.items() if value is not None}
        self._process.stdin.write(json.dumps({"call": call, "arguments": given}) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise BrowserError("the browser ended")
        answer = json.loads(line)
        if "error" in answer:
            raise BrowserError(answer["error"])
        return answer["result"]
