"""A small editor that speaks LSP with a real `kin lsp`: it keeps its own texts and sees everything the server sends."""

import asyncio
import importlib.util
import itertools
import json
import os
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from e2e.lsp.conformance import Conformance
from e2e.lsp.page import Live

SECONDS = 90.0
"""How long an expected message may take on a busy machine."""

_LINE_END = re.compile(r"\r\n|\r|\n")


class ResponseError(Exception):
    """An error response."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        super().__init__(error["message"])
        self.code: int = error["code"]
        self.message: str = error["message"]
        self.data: Any = error.get("data")


_UNITS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
"""Codec and bytes of one unit of a column."""


@dataclass
class Document:
    """An open document as the editor has it. Columns count units of `encoding`."""

    uri: str
    text: str
    version: int = 1
    encoding: str = "utf-16"

    def offset(self, position: Mapping[str, int]) -> int:
        """The index in the text. Raises ValueError for a place that is not in it: editors would clamp that, unseen."""
        codec, size = _UNITS[self.encoding]
        starts = [0, *(end.end() for end in _LINE_END.finditer(self.text))]
        if position["line"] >= len(starts):
            raise ValueError(f"{position} is below the last line of {self.uri}")
        start = starts[position["line"]]
        line = _LINE_END.split(self.text[start:], maxsplit=1)[0].encode(codec, "surrogatepass")
        if size * position["character"] > len(line):
            raise ValueError(f"{position} is behind the end of its line in {self.uri}")
        return start + len(line[: size * position["character"]].decode(codec, "surrogatepass"))

    def position(self, offset: int) -> dict[str, int]:
        """The position of an index in the text."""
        codec, size = _UNITS[self.encoding]
        starts = [0, *(end.end() for end in _LINE_END.finditer(self.text))]
        line = max(number for number, start in enumerate(starts) if start <= offset)
        return {"line": line, "character": len(self.text[starts[line] : offset].encode(codec, "surrogatepass")) // size}

    def part(self, place: Mapping[str, Any]) -> str:
        """The text of a range."""
        return self.text[self.offset(place["start"]) : self.offset(place["end"])]

    def replace(self, start: int, end: int, text: str) -> dict[str, Any]:
        """Replace between two indices; the content change that tells of it."""
        change = {"range": {"start": self.position(start), "end": self.position(end)}, "text": text}
        self.text = self.text[:start] + text + self.text[end:]
        return change


class Editor:
    """One connection.

    `takes` decides what becomes of edits the server asks for, `watches` sees every message, `settings` is what it is told of
    sections it asks for, `offered` are the methods it may be asked, and `breaches` are sentences about what it sent though
    this client did not declare to take it.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._news = asyncio.Event()
        self._reading = asyncio.create_task(self._read())
        self.documents: dict[str, Document] = {}
        self.settings: dict[str, Any] = {}
        self.folder_settings: dict[str | None, Any] = {}
        self.encoding = "utf-16"
        self.offered: dict[str, Any] = {}
        self.breaches: list[str] = []
        self._conformance = Conformance({})
        self.live = Live()
        self.received: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self.takes: Callable[[Editor, dict[str, Any]], dict[str, Any]] = apply_edit
        self.watches: Callable[[dict[str, Any]], None] = lambda message: None

    # -- sending --------------------------------------------------------------------------------------------------

    def send(self, message: Mapping[str, Any]) -> None:
        """Any message."""
        self._conformance.sent(message)
        self.live.sent(message)
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.send_raw(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def send_raw(self, data: bytes) -> None:
        """Any bytes."""
        self._writer.write(data)

    def notify(self, method: str, params: Any = None) -> None:
        """A notification."""
        self.send({"method": method} | ({} if params is None else {"params": params}))

    def ask(self, method: str, params: Any = None) -> asyncio.Future[Any]:
        """A request; what it is answered with comes later."""
        number = next(self._ids)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        self.send({"id": number, "method": method} | ({} if params is None else {"params": params}))
        return answer

    def cancel(self, answer: asyncio.Future[Any]) -> None:
        """Cancel a request."""
        self.notify("$/cancelRequest", {"id": next(number for number, each in self._answers.items() if each is answer)})

    async def request(self, method: str, params: Any = None) -> Any:
        """A request and its answer. Raises ResponseError."""
        return await asyncio.wait_for(self.ask(method, params), SECONDS)

    async def command(self, name: str, **arguments: Any) -> Any:
        """A command of the server."""
        params = {"command": f"kinos.server.{name}", "arguments": [arguments] if arguments else []}
        return await self.request("workspace/executeCommand", params)

    async def initialize(
        self,
        *folders: Path,
        options: Mapping[str, Any] | None = None,
        capabilities: Mapping[str, Any] | None = None,
        process: int | None = None,
    ) -> dict[str, Any]:
        """The beginning; returns what the server can."""
        declared = CAPABILITIES if capabilities is None else capabilities
        self._conformance = Conformance(declared)
        params = {
            "processId": process,
            "rootUri": folders[0].as_uri() if folders else None,
            "workspaceFolders": [{"uri": folder.as_uri(), "name": folder.name} for folder in folders],
            "capabilities": declared,
        }
        if options is not None:
            params["initializationOptions"] = options
        answer: dict[str, Any] = await self.request("initialize", params)
        self.encoding = answer["capabilities"]["positionEncoding"]
        for name, provider in answer["capabilities"].items():
            if name.endswith("Provider") and provider:
                self.offered[f"textDocument/{name.removesuffix('Provider')}"] = provider
        self.notify("initialized", {})
        return answer

    def open(self, path: Path | str, text: str, language: str = "markdown") -> Document:
        """Open a document."""
        uri = path if isinstance(path, str) else path.as_uri()
        document = self.documents[uri] = Document(uri, text, encoding=self.encoding)
        item = {"uri": uri, "languageId": language, "version": document.version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})
        return document

    def type(self, document: Document, *changes: tuple[int, int, str]) -> None:
        """Change it: index from, index to, new text; several changes make one notification."""
        self.changed(document, [document.replace(*change) for change in changes])

    def changed(self, document: Document, contents: Sequence[dict[str, Any]]) -> None:
        """Tell of changes that `Document.replace` made."""
        document.version += 1
        identifier = {"uri": document.uri, "version": document.version}
        self.notify("textDocument/didChange", {"textDocument": identifier, "contentChanges": list(contents)})

    def close(self, document: Document) -> None:
        """Close it."""
        del self.documents[document.uri]
        self.notify("textDocument/didClose", {"textDocument": {"uri": document.uri}})

    def save(self, document: Document, path: Path) -> None:
        """Write it to the disk."""
        path.write_bytes(document.text.encode())
        self.notify("textDocument/didSave", {"textDocument": {"uri": document.uri}})

    # -- what the server said -------------------------------------------------------------------------------------

    def said(self, method: str) -> list[Any]:
        """The payloads of all notifications of a method so far."""
        return [message["params"] for message in self.received if message["method"] == method]

    async def until[T](self, look: Callable[[], T | None], seconds: float = SECONDS) -> T:
        """Wait until `look` sees something in what was received; an empty list is nothing, an empty object is something."""
        async with asyncio.timeout(seconds):
            while True:
                seen = look()
                if seen is not None and seen is not False and seen != []:
                    return seen
                self._news.clear()
                await self._news.wait()

    async def published(self, uri: str, fits: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        """The last diagnostics of a document, once they fit."""

        def look() -> dict[str, Any] | None:
            last = [params for params in self.said("textDocument/publishDiagnostics") if params["uri"] == uri][-1:]
            return last[0] if last and fits(last[0]) else None

        return await self.until(look)

    async def status(self, fits: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        """The last status, once it fits."""

        def look() -> dict[str, Any] | None:
            last = self.said("kinos/status")[-1:]
            return last[0] if last and fits(last[0]) else None

        return await self.until(look)

    # -- inside ---------------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        while (body := await _body(self._reader)) is not None:
            self._take(json.loads(body))
            self._news.set()
        self._news.set()
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ConnectionError("the server ended"))

    def _take(self, message: dict[str, Any]) -> None:
        self.watches(message)
        self.breaches += self._conformance.breaches(message) + self.live.breaches(message)
        if "method" not in message:
            answer = self._answers.pop(message["id"], None)
            if answer is not None and not answer.done():
                if "error" in message:
                    answer.set_exception(ResponseError(message["error"]))
                else:
                    answer.set_result(message["result"])
        elif "id" not in message:
            self.received.append(message)
        else:
            self.asked.append(message)
            if message["method"] == "window/showMessageRequest":
                return  # a person takes time: `answer` tells
            self.send({"id": message["id"], "result": self._result(message["method"], message.get("params"))})

    def _result(self, method: str, params: Any) -> Any:
        match method:
            case "workspace/applyEdit":
                try:
                    return self.takes(self, params)
                except ValueError as error:
                    self.breaches.append(f"An edit does not fit: {error}")
                    return {"applied": False, "failureReason": str(error)}
            case "workspace/configuration":
                general = (self.settings.get(item.get("section", "")) for item in params["items"])
                own = (self.folder_settings.get(item.get("scopeUri")) for item in params["items"])
                return [general if own is None else own for own, general in zip(own, general, strict=True)]
            case "window/showDocument":
                return {"success": True}
            case "client/registerCapability":
                self.offered |= {each["method"]: each.get("registerOptions") for each in params["registrations"]}
        return None

    async def question(self, number: int = 0) -> dict[str, Any]:
        """A question the server asked the person, the first unless told otherwise, once it is there."""

        def look() -> dict[str, Any] | None:
            questions = [message for message in self.asked if message["method"] == "window/showMessageRequest"]
            return questions[number] if len(questions) > number else None

        return await self.until(look)

    def answer(self, question: Mapping[str, Any], title: str | None) -> None:
        """What the person chose; None is nothing."""
        self.send({"id": question["id"], "result": None if title is None else {"title": title}})

    def read(self, on: bool) -> None:
        """Take no further byte, as an editor that hangs; or go on."""
        transport: Any = self._reader._transport  # type: ignore[attr-defined]
        (transport.resume_reading if on else transport.pause_reading)()

    async def hang_up(self) -> None:
        """Close the connection without a word."""
        self.read(True)  # else the end of the process is not seen either
        self._writer.close()
        self._reading.cancel()
        await asyncio.wait([self._reading])


@dataclass
class Running:
    """A server process with its editor."""

    process: asyncio.subprocess.Process
    editor: Editor
    log: list[str] = field(default_factory=list)

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self.process.pid

    async def ended(self, seconds: float = SECONDS) -> int:
        """Its exit code, once it has ended."""
        return await asyncio.wait_for(self.process.wait(), seconds)


def apply_edit(editor: Editor, params: dict[str, Any], *, opens: bool = True) -> dict[str, Any]:
    """Make the edit if it is for the version that is open, and tell of it, as VS Code does: it opens what is closed.

    Without `opens` a closed document is edited on the disk.
    """
    changes = params["edit"].get("documentChanges") or [
        {"textDocument": {"uri": uri, "version": None}, "edits": edits}
        for uri, edits in params["edit"].get("changes", {}).items()
    ]
    for change in changes:
        version = change.get("textDocument", {}).get("version")
        if version is not None and editor.documents[change["textDocument"]["uri"]].version != version:
            return {"applied": False, "failureReason": "stale"}
    for change in changes:
        if "kind" in change:
            _change_file(change)
        else:
            _change_text(editor, change["textDocument"]["uri"], change["edits"], opens=opens)
    return {"applied": True}


def _change_text(editor: Editor, uri: str, edits: Sequence[dict[str, Any]], *, opens: bool) -> None:
    document = editor.documents.get(uri)
    if document is None:
        text = file_of(uri).read_bytes().decode()
        document = editor.open(uri, text) if opens else Document(uri, text, encoding=editor.encoding)
    places = [
        (document.offset(edit["range"]["start"]), document.offset(edit["range"]["end"]), edit["newText"])
        for edit in edits
    ]
    places.sort(reverse=True)
    if uri not in editor.documents:
        for place in places:
            document.replace(*place)
        file_of(uri).write_bytes(document.text.encode())
    elif places:
        editor.type(document, *places)


def _change_file(change: Mapping[str, Any]) -> None:
    match change["kind"]:
        case "create":
            file_of(change["uri"]).parent.mkdir(parents=True, exist_ok=True)
            file_of(change["uri"]).touch()
        case "rename":
            file_of(change["oldUri"]).rename(file_of(change["newUri"]))
        case "delete":
            file_of(change["uri"]).unlink()


def file_of(uri: str) -> Path:
    """The file that a URI names."""
    return Path(unquote(urlsplit(uri).path))


def drop_edit(editor: Editor, params: dict[str, Any]) -> dict[str, Any]:
    """Say it was made and do nothing, as Neovim does with a stale one."""
    return {"applied": True}


CAPABILITIES: Mapping[str, Any] = {
    "general": {"positionEncodings": ["utf-16"]},
    "textDocument": {"synchronization": {"didSave": True}, "publishDiagnostics": {"versionSupport": True}},
    "workspace": {
        "applyEdit": True,
        "workspaceEdit": {"documentChanges": True},
        "workspaceFolders": True,
        "executeCommand": {},
    },
}


@asynccontextmanager
async def server(
    *,
    environment: Mapping[str, str] | None = None,
    parent: Sequence[str] = (),
    tcp: bool = False,
    program: Sequence[str] = ("-m", "kinos"),
) -> AsyncIterator[Running]:
    """A `kin lsp` on stdio or on TCP, ended afterwards if it has not ended by itself; `parent` is a command that runs it, and
    `program` what Python runs.

    What it said that the client had not declared to take fails the test.
    """
    command = [*parent, sys.executable, "-P", *program, "lsp", *(["--tcp", "127.0.0.1:0"] if tcp else [])]
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=clean_environment() | dict(environment or {}),
        limit=1 << 24,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    log: list[str] = []
    streams = await _connected(process.stderr, log) if tcp else (process.stdout, process.stdin)
    running = Running(process, Editor(*streams), log)
    logging = asyncio.create_task(_keep(process.stderr, running.log))
    try:
        yield running
    finally:
        await running.editor.hang_up()
        try:
            await running.ended(10)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            await asyncio.wait([logging])
            process._transport.close()  # type: ignore[attr-defined]
            sys.stderr.write("".join(running.log))
    assert not running.editor.breaches, "\n".join(dict.fromkeys(running.editor.breaches))


async def _connected(stderr: asyncio.StreamReader, log: list[str]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Streams to the address that the server says it listens on."""
    while not log or "listening on" not in log[-1]:
        log.append((await asyncio.wait_for(stderr.readline(), SECONDS)).decode())
        assert log[-1], f"the server ended: {log}"
    return await asyncio.open_connection("127.0.0.1", int(log[-1].rpartition(":")[2]), limit=1 << 24)


def clean_environment() -> dict[str, str]:
    """Ours without what would change how KinOS behaves."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("KINOS_", "ANTHROPIC_"))}
    no_config = str(Path(tempfile.gettempdir()) / "kinos-tests-without-a-user-file")
    return ours | {"PYTHONWARNINGS": "error", "PYTHONDONTWRITEBYTECODE": "1", "XDG_CONFIG_HOME": no_config}


async def _keep(stream: asyncio.StreamReader, lines: list[str]) -> None:
    while line := await stream.readline():
        lines.append(line.decode(errors="replace"))


async def _body(reader: asyncio.StreamReader) -> bytes | None:
    length = 0
    try:
        while (line := await reader.readline()).strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        return await reader.readexactly(length) if length else None
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def aider_website(folder: Path) -> Path:
    """A copy of the Markdown inside the installed aider, which has to be there."""
    spec = importlib.util.find_spec("aider")
    assert spec is not None, 'aider is missing. Install it with: pip install ".[agents]"'
    assert spec.origin is not None
    source, copy = Path(spec.origin).parent / "website", folder / "website"
    for file in source.rglob("*.md"):
        target = copy / file.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
    return copy
