"""A client out of its mind: it sends anything in any order, and still knows what each of its documents holds."""

import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from e2e.lsp.editor import Editor

_LINE_END = re.compile(r"\r\n|\r|\n")
_UNITS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}

WORDS = (
    "\u2028", "\u2029", "\u0085", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\r", "\r\n", "\n", "\n\n", "\x00", "\ufeff",
    "🌊", "👩‍👩‍👧", "漢字", "é", "e\u0301", "한", "word ", "# ", "## Part\n", "```\n", "- [a](b.md)\n",
    "<!-- kinos: ignore-size -->",
)  # fmt: skip
"""What other programs split lines at, what LSP splits lines at, what has several units, and what Markdown reads."""

SURROGATES = ("\ud83c", "\udf0a")
"""Halves of a character, which only a client that counts UTF-16 can make."""

JUNK: Sequence[Any] = (
    None, True, 5, -1, 1e308, "", "x", [], [[]], {}, {"jsonrpc": "2.0"}, {"jsonrpc": {"id": 1}}, {"textDocument": None},
    {"textDocument": {"uri": 5}}, {"uri": "file:///%zz"}, {"position": {"line": -1, "character": 2**40}}, "\ud800", [None] * 3,
)  # fmt: skip

REQUESTS = (
    "textDocument/hover", "textDocument/documentSymbol", "textDocument/codeLens", "textDocument/inlayHint",
    "textDocument/codeAction", "textDocument/documentLink", "textDocument/diagnostic", "workspace/diagnostic",
    "codeAction/resolve", "codeLens/resolve", "inlayHint/resolve", "documentLink/resolve", "workspace/willRenameFiles",
    "workspace/executeCommand", "kinos/state", "textDocument/foldingRange", "textDocument/completion", "$/unknown",
    "nothing/known", "", "workspace/symbol", "initialize", "textDocument/definition", "textDocument/rename",
)  # fmt: skip

NOTIFICATIONS = (
    "$/setTrace", "$/progress", "window/workDoneProgress/cancel", "workspace/didChangeConfiguration",
    "workspace/didChangeWatchedFiles", "workspace/didCreateFiles", "workspace/didRenameFiles", "workspace/didDeleteFiles",
    "workspace/didChangeWorkspaceFolders", "textDocument/didSave", "textDocument/willSave", "textDocument/didOpen",
    "textDocument/didChange", "textDocument/didClose", "notebookDocument/didOpen", "notebookDocument/didChange",
    "notebookDocument/didClose", "$/cancelRequest", "nothing/known", "initialized", "$/nothing",
)  # fmt: skip

COMMANDS = (
    "status", "history", "showMap", "documents", "doctor", "setPhase", "setBudget", "diff", "contents", "proposal", "accept",
    "reject", "undo", "stopTeam", "stopAgent", "resumeTeam", "pauseTeam", "cycles", "figures", "phaseHistory", "nothing",
)  # fmt: skip
"""Commands that may be given at any time without starting a team or writing a file."""


def clamped(text: str, line: int, column: int, encoding: str) -> int:
    """The index of a position: outside of the text it is clamped as LSP says, inside of a character it is its start."""
    codec, size = _UNITS[encoding]
    ends = list(_LINE_END.finditer(text))
    if line > len(ends):
        return len(text)
    at = ends[line - 1].end() if line else 0
    stop = ends[line].start() if line < len(ends) else len(text)
    while at < stop and (column := column - len(text[at].encode(codec, "surrogatepass")) // size) >= 0:
        at += 1
    return at


@dataclass
class Fuzz:
    """One client's madness. `texts` is what each open document holds, as its editor has it."""

    editor: Editor
    folder: str
    chance: random.Random
    huge: int
    texts: dict[str, str] = field(default_factory=dict)
    waiting: dict[Any, str] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)
    number: int = 1_000_000
    version: int = 0

    def __post_init__(self) -> None:
        self.editor.watches = self._hear
        names = (
            "a.md",
            "b.md",
            "sub/c.markdown",
            "sub/%C3%A9%20d.md",
            "e.py",
            ".kinos/teams/t.toml",
            ".kinos/prompts/p.md",
        )
        outside = ("untitled:Untitled-1", "git:/x/a.md", "file:///nowhere/z.md", "file:///%00.md", "nonsense")
        self.inside = [f"{self.folder}/{name}" for name in names]
        self.uris = [*self.inside, *outside]

    @property
    def counted(self) -> list[str]:
        """The texts that count: of Markdown documents in the folder, outside of folders whose names begin with a dot."""
        return [self.texts[uri] for uri in self.inside[:4] if uri in self.texts]

    def step(self) -> None:
        """Send one message, or something that is none."""
        steps: tuple[tuple[Callable[[], None], int], ...] = (
            (self._edit, 30), (self._open, 6), (self._close, 4), (self._whole, 3), (self._ask, 20), (self._tell, 12),
            (self._cancel, 5), (self._command, 6), (self._change_unopened, 3), (self._broken_change, 5), (self._noise, 4),
            (self._same_number, 2), (self._reply, 2), (self._save, 2),
        )  # fmt: skip
        (step,) = self.chance.choices([step for step, _ in steps], [weight for _, weight in steps])
        step()

    def close_all(self) -> None:
        """Close every document."""
        for uri in self.texts:
            self.editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        self.texts.clear()

    # -- documents ------------------------------------------------------------------------------------------------

    def text(self) -> str:
        """Some text: mostly short, at times empty or huge."""
        kind = self.chance.random()
        if kind < 0.1:
            return ""
        if kind < 0.12:
            return "".join(self._words(50)) * (self.huge // 50)
        return "".join(self._words(self.chance.randint(1, 80)))

    def _words(self, count: int) -> list[str]:
        known = WORDS + (SURROGATES if self.editor.encoding == "utf-16" else ())
        return self.chance.choices(known, k=count)

    def _open(self) -> None:
        """Also what is open already: the second text counts."""
        uri, text = self.chance.choice(self.uris), self.text()
        item = {"uri": uri, "languageId": "markdown", "version": self._version(), "text": text}
        self.editor.notify("textDocument/didOpen", {"textDocument": item})
        self.texts[uri] = whole(text)

    def _close(self) -> None:
        uri = self.chance.choice(self.uris)
        self.editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        self.texts.pop(uri, None)

    def _edit(self) -> None:
        if not self.texts:
            return self._open()
        uri = self.chance.choice(list(self.texts))
        changes = []
        for _ in range(self.chance.choice((1, 1, 1, 2, 5))):
            change, text = self._change(self.texts[uri])
            changes.append(change)
            self.texts[uri] = whole(text)
        self._changed(uri, changes)
        return None

    def _change(self, text: str) -> tuple[dict[str, Any], str]:
        """A change of a range, which may lie outside of the text, or may end before it begins; what comes of it."""
        places = [self._place(text), self._place(text)]
        if self.chance.random() < 0.5:
            places[1] = {**places[0], "character": places[0]["character"] + self.chance.randint(0, 3)}
        offsets = sorted(clamped(text, each["line"], each["character"], self.editor.encoding) for each in places)
        new = "".join(self._words(self.chance.randint(0, 5)))
        change = {"range": {"start": places[0], "end": places[1]}, "text": new}
        return change, text[: offsets[0]] + new + text[offsets[1] :]

    def _place(self, text: str) -> dict[str, int]:
        lines = len(_LINE_END.findall(text)) + 1
        line = self.chance.choice((self.chance.randrange(lines), self.chance.randrange(lines), lines, lines + 10_000))
        return {"line": line, "character": self.chance.choice((0, 1, 2, 5, 40, 100_000))}

    def _whole(self) -> None:
        if self.texts:
            uri = self.chance.choice(list(self.texts))
            text = self.text()
            self._changed(uri, [{"text": text}])
            self.texts[uri] = whole(text)

    def _change_unopened(self) -> None:
        closed = [uri for uri in self.uris if uri not in self.texts]
        if closed:
            self._changed(self.chance.choice(closed), [{"text": "never opened"}])

    def _broken_change(self) -> None:
        """A change that nobody could apply, of a document whose text stays what it is."""
        uri = self.chance.choice(self.uris)
        document = {"uri": uri, "version": self._version()}
        place = {"line": 0, "character": 0}
        broken: Sequence[Any] = (
            {"textDocument": document}, {"contentChanges": [{"text": "x"}]}, {"textDocument": document, "contentChanges": []},
            {"textDocument": document, "contentChanges": [{}]}, {"textDocument": document, "contentChanges": None},
            {"textDocument": document, "contentChanges": [{"range": {"start": place}, "text": "x"}]},
            {"textDocument": document, "contentChanges": [{"range": {"start": place, "end": place}}]},
            {"textDocument": {"version": 4}, "contentChanges": [{"text": "x"}]}, 5, [], None,
        )  # fmt: skip
        self.editor.notify("textDocument/didChange", self.chance.choice(broken))

    def _save(self) -> None:
        if self.texts:
            self.editor.notify("textDocument/didSave", {"textDocument": {"uri": self.chance.choice(list(self.texts))}})

    def _changed(self, uri: str, changes: list[dict[str, Any]]) -> None:
        document = {"uri": uri, "version": self._version()}
        self.editor.notify("textDocument/didChange", {"textDocument": document, "contentChanges": changes})

    def _version(self) -> int:
        """Mostly the next one; at times one that was used before, or none that there can be."""
        self.version += 1
        return self.chance.choice((self.version, self.version, self.version, 0, -3, self.version - 2))

    # -- requests -------------------------------------------------------------------------------------------------

    def request(self, method: str, *params: Any, number: Any = None) -> None:
        """A request, with or without params; its answer is awaited at the end."""
        if number is None:
            self.number += 1
            number = self.chance.choice((self.number, f"r{self.number}"))
        self.waiting[number] = method
        self._send({"id": number, "method": method, **({"params": params[0]} if params else {})})

    def _ask(self) -> None:
        method = self.chance.choice(REQUESTS)
        if self.chance.random() < 0.2:
            self.request(method)
        elif self.chance.random() < 0.3:
            self.request(method, self.chance.choice(JUNK))
        else:
            place = self._place("")
            about = {
                "textDocument": {"uri": self.chance.choice(self.uris)}, "position": place,
                "range": {"start": {"line": 0, "character": 0}, "end": place}, "context": {"diagnostics": []},
                "previousResultIds": [], "files": [{"oldUri": self.chance.choice(self.uris), "newUri": self.folder + "/n.md"}],
            }  # fmt: skip
            self.request(method, about)

    def _command(self) -> None:
        arguments = self.chance.choice(([], [{}], [self.chance.choice(JUNK)], [{"folder": self.folder}], [{}, {}]))
        self.request(
            "workspace/executeCommand",
            {"command": f"kinos.server.{self.chance.choice(COMMANDS)}", "arguments": arguments},
        )

    def _cancel(self) -> None:
        number = self.chance.choice([*self.waiting, 10**9, "none", self.number])
        self.editor.notify("$/cancelRequest", {"id": number})

    def _same_number(self) -> None:
        """A number that another request has already."""
        if self.waiting:
            self.request("kinos/state", number=self.chance.choice(list(self.waiting)))

    def _tell(self) -> None:
        method, params = self.chance.choice(NOTIFICATIONS), self.chance.choice(JUNK)
        self._send({"method": method} if self.chance.random() < 0.2 else {"method": method, "params": params})

    def _reply(self) -> None:
        """An answer that nobody waits for."""
        self._send({"id": self.chance.choice((1, "x", None, self.number)), **self.chance.choice(
            ({"result": None}, {"error": {"code": 1, "message": "no"}}, {"error": None}, {"result": {"jsonrpc": 1}})
        )})  # fmt: skip

    def _noise(self) -> None:
        """Bytes that are no message."""
        body = self.chance.choice(
            (b"", b"{", b"[]", b"null", b"\xff\xfe\xfd", b'{"jsonrpc": "1.0", "method": "exit"}', b"[" * 50_000,
             b'[{"jsonrpc": "2.0", "method": "exit"}]', b'{"jsonrpc": "2.0"}', b'{"jsonrpc": "2.0", "method": 5}',
             b'{"jsonrpc": "2.0", "method": "x", "params": NaN}')
        )  # fmt: skip
        header = self.chance.choice(("", "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\n", "X: y\r\n"))
        self.editor.send_raw(f"{header}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.editor.send_raw(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def _hear(self, message: dict[str, Any]) -> None:
        if "method" not in message:
            self.waiting.pop(message.get("id"), None)
            if "error" in message:
                self.errors.append(message["error"])


def whole(text: str) -> str:
    """Halves of a character that stand together are one, as they are in the editor."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
