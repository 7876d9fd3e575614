"""An editor as small as can be: it starts a server, types, and takes the time until the diagnostics of its version come."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BARE = (sys.executable, str(Path(__file__).with_name("bare_server.py")))
KIN = (sys.executable, "-m", "kinos", "lsp")

CAPABILITIES = {
    "textDocument": {
        "publishDiagnostics": {"relatedInformation": True, "codeDescriptionSupport": True, "dataSupport": True}
    }
}
"""Diagnostics in their richest form, as VS Code shows them."""


class Editor:
    """One server over stdio."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._number = 0
        self.pid = process.pid
        self.ready = 0.0
        """When it had answered `initialize`, on the clock of `time.perf_counter`."""

    def request(self, method: str, params: dict[str, Any]) -> Any:
        """Ask, and wait for the answer."""
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while (message := self.hear()).get("id") != self._number or "method" in message:
            self._answer(message)
        return message.get("result")

    def command(self, name: str, argument: dict[str, Any]) -> Any:
        """Give the server a command, and wait for its answer."""
        return self.request("workspace/executeCommand", _command(name, argument))

    def send_command(self, name: str, argument: dict[str, Any]) -> None:
        """Give it one, and wait for nothing."""
        self._number += 1
        self._send({"id": self._number, "method": "workspace/executeCommand", "params": _command(name, argument)})

    def notify(self, method: str, params: dict[str, Any]) -> None:
        """Tell."""
        self._send({"method": method, "params": params})

    def hear(self) -> dict[str, Any]:
        """The next message."""
        stream = self._process.stdout
        assert stream is not None
        length = 0
        while line := stream.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return dict(json.loads(stream.read(length)))

    def diagnostics(self, uri: str, version: int) -> None:
        """Wait for the diagnostics of a version."""
        while True:
            message = self.hear()
            params = message.get("params") or {}
            if message.get("method") == "textDocument/publishDiagnostics":
                if params["uri"] == uri and params.get("version") == version:
                    return
            else:
                self._answer(message)

    def until(self, method: str, wanted: Any) -> None:
        """Wait for a notification whose params are `wanted`."""
        while True:
            message = self.hear()
            if message.get("method") == method and wanted(message["params"]):
                return
            self._answer(message)

    def open(self, uri: str, text: str) -> None:
        """Open a document, and wait for its diagnostics."""
        document = {"uri": uri, "languageId": "markdown", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        self.diagnostics(uri, 1)

    def _answer(self, message: dict[str, Any]) -> None:
        if "id" in message and "method" in message:
            self._send({"id": message["id"], "result": None})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()


def _command(name: str, argument: dict[str, Any]) -> dict[str, Any]:
    return {"command": f"kinos.server.{name}", "arguments": [argument]}


ASKING = {"textDocument": {"documentSymbol": {"hierarchicalDocumentSymbolSupport": True}, "hover": {}}}
"""What a client declares that asks for an outline and for hovers."""


@contextmanager
def editing(
    command: Sequence[str], root: Path, environment: dict[str, str], capabilities: dict[str, Any] | None = None
) -> Iterator[Editor]:
    """A server that is ready, ended afterwards."""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, cwd=root
    ) as process:
        editor = Editor(process)
        folder = {"uri": root.as_uri(), "name": root.name}
        editor.request(
            "initialize",
            {"processId": None, "rootUri": root.as_uri(), "workspaceFolders": [folder], "capabilities": CAPABILITIES},
        )
        editor.ready = time.perf_counter()
        editor.notify("initialized", {})
        yield editor
        editor.request("shutdown", {})
        editor.notify("exit", {})
        process.wait(60)


def keystrokes(editor: Editor, uri: str, text: str, count: int, pause: float, version: int = 1) -> list[float]:
    """Milliseconds from each of `count` keystrokes to its diagnostics, `pause` seconds between them; half of the keys are
    taken back again. `version` is that of the document before the first.
    """
    chance = random.Random(7)  # noqa: S311
    lines = text.split("\n")
    times, place = [], {"line": 0, "character": 0}
    for number in range(count):
        version += 1
        if number % 2:
            start, end, new = place, {**place, "character": place["character"] + 1}, ""
        else:
            line = chance.randrange(len(lines))
            place = {"line": line, "character": chance.randint(0, min(60, len(lines[line].encode("utf-16-le")) // 2))}
            start, end, new = place, place, chance.choice("etaoin shrdlu.")
        began = time.perf_counter()
        editor.notify(
            "textDocument/didChange",
            {
                "textDocument": {"uri": uri, "version": version},
                "contentChanges": [{"range": {"start": start, "end": end}, "text": new}],
            },
        )
        editor.diagnostics(uri, version)
        times.append((time.perf_counter() - began) * 1000)
        time.sleep(pause)
    return times


def requests(editor: Editor, uri: str, text: str, count: int, pause: float) -> list[float]:
    """Milliseconds from each of `count` requests about a document to its answer, `pause` seconds between them: its outline, a
    hover somewhere in it, and the state of the folder, in turn.
    """
    chance = random.Random(11)  # noqa: S311
    lines, times = text.count("\n"), []
    named = {"textDocument": {"uri": uri}}
    for number in range(count):
        place = {"line": chance.randint(0, lines), "character": 0}
        method, params = (
            ("textDocument/documentSymbol", named),
            ("textDocument/hover", named | {"position": place}),
            ("kinos/state", {}),
        )[number % 3]
        began = time.perf_counter()
        editor.request(method, params)
        times.append((time.perf_counter() - began) * 1000)
        time.sleep(pause)
    return times


def started(command: Sequence[str], root: Path, environment: dict[str, str]) -> float:
    """Seconds from the start of a server's process to its answer to `initialize`."""
    began = time.perf_counter()
    with editing(command, root, environment) as editor:
        return editor.ready - began
