"""A running VS Code: the process, its address, its home folder and its logs."""

import contextlib
import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from e2e.vscode.vscode_host import Host
from process_tree import alive, command_line, descendants, wait_for_end, working_folder

KIN = Path(sys.executable).parent / "kin"
"""The program, where the interpreter of these tests has it."""


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
def vscode(
    host: Host,
    home: Path,
    path: str,
    *,
    extensions: Path | None = None,
    trusting: bool = True,
    variables: Mapping[str, str] | None = None,
) -> Iterator["VSCode"]:
    """VS Code on a free port of 127.0.0.1, with the home folder `home`, the extensions in there or in `extensions`, and this
    PATH. Every folder is trusted, or, unless `trusting`, the person is asked. `variables` are added to its environment.
    """
    command = [
        *host.code_server,
        "--auth=none",
        "--bind-addr=127.0.0.1:0",
        f"--user-data-dir={home / 'data'}",
        f"--extensions-dir={extensions or home / 'extensions'}",
        *(["--disable-workspace-trust"] if trusting else []),
        "--disable-telemetry",
        "--disable-update-check",
        "--disable-getting-started-override",
    ]
    # As when it is started from a terminal: else it takes the PATH from a login shell.
    environment = isolated_environment(home) | {"PATH": path, "VSCODE_CLI": "1", "EXTENSIONS_GALLERY": "{}"}
    with ended_with_children(command, environment | dict(variables or {}), subprocess.STDOUT) as process:
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
    raise AssertionError(f"VS Code did not start:\n{''.join(said)}")


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

    def url(self, folder: Path | None, file: str = "README.md") -> str:
        """Opens `folder`, or the workspace file it is, with an editor on `file` in there; where that is empty, with the editors
        that were open there last. Without a folder nothing is open.
        """
        if folder is None:
            return f"{self.address}/?ew=true&payload={quote(json.dumps([['skipWelcome', 'true']]))}"
        kind, inside = ("folder", folder) if folder.is_dir() else ("workspace", folder.parent)
        remote = f"vscode-remote://{self.address.removeprefix('http://')}{inside / file}"
        payload = json.dumps([*([["openFile", remote]] if file else []), ["skipWelcome", "true"]])
        return f"{self.address}/?{kind}={quote(str(folder))}&payload={quote(payload)}"

    def log(self) -> str:
        """What the extension and the server wrote to the newest KinOS channel."""
        return self._newest("KinOS.log")

    def thrown(self) -> list[str]:
        """Errors of the extension that nothing caught, from the logs of all windows so far. What is said once VS Code ends the
        process of the extensions, with questions unanswered and its log closed, is not counted.
        """
        logs = [path.read_text(encoding="utf-8") for path in (self.home / "data/logs").glob("**/remoteexthost.log")]
        lives = [log.partition("Extension host terminating")[0] for log in logs]
        entries = [entry for life in lives for entry in re.split(r"^(?=\d{4}-\d\d-\d\d )", life, flags=re.MULTILINE)]
        return [entry for entry in entries if "[error]" in entry and "kinos.kinos" in entry]

    def _newest(self, name: str) -> str:
        logs = sorted((self.home / "data/logs").glob(f"**/{name}"), key=lambda path: path.stat().st_mtime)
        return logs[-1].read_text(encoding="utf-8") if logs else "(none)"

    def servers(self, folder: Path | None = None) -> list[int]:
        """The process ids of the language servers that run, all or those that were started in `folder`."""
        return [
            pid
            for pid in descendants(self.pid)
            if command_line(pid).endswith(("kin lsp", "-m kinos lsp")) and folder in {None, working_folder(pid)}
        ]

    def server(self, folder: Path) -> int:
        """The process id of the language server that runs for `folder`."""
        (found,) = self.servers(folder)
        return found
