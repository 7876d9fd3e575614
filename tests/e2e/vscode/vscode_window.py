"""A running VS Code on a folder and the browser window it is seen in: what a person does and sees, as methods."""

import contextlib
import json
import os
import queue
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from e2e.vscode.vscode_host import Host
from process_tree import alive, command_line, descendants, wait_for_end, working_folder

STATUS_ITEM = '[id="kinos.kinos.kinos.status"]'
NOTIFICATION_LIST = ".notifications-toasts"
DRIVER = Path(__file__).with_name("drive.mjs")


class WindowError(AssertionError):
    """The window did not do or show what was asked for in time."""


@contextlib.contextmanager
def ended_with_children(
    command: list[str], environment: dict[str, str], stderr: int | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Runs `command` with pipes for its input and output. On leaving, its input is closed, then it and everything below
    it is asked to end, then killed, by process id.
    """
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            family = [process.pid, *descendants(process.pid)]
            assert process.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
            for number in (signal.SIGTERM, signal.SIGKILL):
                for pid in alive(family):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(10)
                wait_for_end(family, seconds=10)


@contextlib.contextmanager
def vscode(host: Host, home: Path, path: str) -> Iterator["VSCode"]:
    """VS Code on a free port of 127.0.0.1, with the home folder `home`, the extensions in there and this PATH."""
    command = [
        *host.code_server,
        "--auth=none",
        "--bind-addr=127.0.0.1:0",
        f"--user-data-dir={home / 'data'}",
        f"--extensions-dir={home / 'extensions'}",
        "--disable-workspace-trust",
        "--disable-telemetry",
        "--disable-update-check",
        "--disable-getting-started-override",
    ]
    # As when it is started from a terminal: else it takes the PATH from a login shell.
    environment = isolated_environment(home) | {"PATH": path, "VSCODE_CLI": "1", "EXTENSIONS_GALLERY": "{}"}
    with ended_with_children(command, environment, subprocess.STDOUT) as process:
        yield VSCode(process.pid, _address(process), home)


def _address(process: subprocess.Popen[str]) -> str:
    """Where VS Code listens, as it says itself. What it says later is read and dropped, so that it never blocks."""
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    said = []
    while line := lines.get(timeout=60):
        said.append(line)
        if found := re.search(r"listening on (http://127\.0\.0\.1:\d+)/", line):
            return found[1]
    raise WindowError(f"VS Code did not start:\n{''.join(said)}")


def isolated_environment(home: Path) -> dict[str, str]:
    """The tests' environment with every folder of the person's moved to `home`, and no key of theirs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "KINOS_", "VSCODE_"))}
    for key in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY"):
        kept.pop(key, None)
    return kept | {"HOME": str(home)}


@dataclass(frozen=True, slots=True)
class VSCode:
    """A started VS Code: its process id, its address and its home folder."""

    pid: int
    address: str
    home: Path

    def url(self, folder: Path) -> str:
        """Opens `folder` with an editor on its README.md."""
        remote = f"vscode-remote://{self.address.removeprefix('http://')}{folder / 'README.md'}"
        payload = json.dumps([["openFile", remote], ["skipWelcome", "true"]])
        return f"{self.address}/?folder={quote(str(folder))}&payload={quote(payload)}"

    def log(self) -> str:
        """What the extension and the server wrote to the newest KinOS channel."""
        logs = sorted((self.home / "data/logs").glob("**/KinOS.log"), key=lambda path: path.stat().st_mtime)
        return logs[-1].read_text(encoding="utf-8") if logs else "(none)"

    def server(self, folder: Path) -> int:
        """The process id of the language server that runs for `folder`."""
        (found,) = (
            pid
            for pid in descendants(self.pid)
            if command_line(pid).endswith("kin lsp") and working_folder(pid) == folder
        )
        return found


class Window:
    """VS Code's window in a headless browser. Times are in seconds."""

    def __init__(self, process: subprocess.Popen[str], screenshots: Path, editor: VSCode) -> None:
        self._process = process
        self._screenshots = screenshots
        self._editor = editor
        self._read()

    @classmethod
    @contextlib.contextmanager
    def opened(cls, host: Host, editor: VSCode, folder: Path, screenshots: Path) -> Iterator[Self]:
        command = [str(host.node), str(DRIVER), str(host.modules), str(host.browser)]
        environment = isolated_environment(editor.home) | host.browser_environment
        with ended_with_children(command, environment) as process:
            window = cls(process, screenshots, editor)
            window._call("open", url=editor.url(folder))
            yield window

    def run_command(self, title: str) -> None:
        """Runs a command by its title from the palette."""
        self._call("press", keys="F1")
        self._wait_for_text(".quick-input-widget:not([style*='display: none']) .quick-input-list", "", 30)
        self._call("type", text=title)
        self._wait_for_text(".quick-input-list .monaco-list-row.focused", f"^{re.escape(title)}", 30)
        self._call("press", keys="Enter")

    def press_button(self, title: str) -> None:
        """Presses a button of a notification."""
        self._call("click", selector=f'{NOTIFICATION_LIST} .monaco-button:has-text("{title}")', timeout=30_000)

    def status(self, pattern: str, seconds: float = 60) -> str:
        """The text of KinOS's status bar item, once it matches."""
        return self._wait_for_text(STATUS_ITEM, pattern, seconds)

    def status_tooltip(self, pattern: str) -> str:
        """What hovering over the status bar item shows, once it matches."""
        self._call("hover", selector=STATUS_ITEM, timeout=30_000)
        return self._wait_for_text(".workbench-hover", pattern, 30)

    def notification(self, pattern: str, seconds: float = 60) -> str:
        """The text of a notification, once one matches."""
        return self._wait_for_text(f"{NOTIFICATION_LIST} .notification-list-item-message", pattern, seconds)

    def problem(self, pattern: str, seconds: float = 60) -> str:
        """A row of the Problems view, once one matches; the view must be open."""
        return self._wait_for_text(".markers-panel .monaco-list-row", pattern, seconds)

    def editor(self, pattern: str) -> str:
        """A line of an open editor, once one matches."""
        return self._wait_for_text(".editor-instance .view-line", pattern, 30)

    def screenshot(self, name: str) -> None:
        self._call("screenshot", path=str(self._screenshots / f"{name}.png"))

    def _wait_for_text(self, selector: str, pattern: str, seconds: float) -> str:
        try:
            text: str = self._call("waitForText", selector=selector, pattern=pattern, timeout=seconds * 1000)
        except WindowError as error:
            self.screenshot("failed")
            raise WindowError(f"{error}\nThe extension's log:\n{self._editor.log()}") from error
        return text

    def _call(self, call: str, **arguments: object) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"call": call, "arguments": arguments}) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise WindowError("the browser ended")
        answer = json.loads(line)
        if "error" in answer:
            raise WindowError(answer["error"])
        return answer["result"]
