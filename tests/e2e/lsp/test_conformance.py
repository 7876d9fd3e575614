"""The client of these tests sees what a server may not say; the editors it can be are what they say they are."""

import json
from typing import Any

import pytest
from lsprotocol import types
from lsprotocol.converters import get_converter

from e2e.lsp.conformance import Conformance
from e2e.lsp.profile import FOLDER, NAMES, profile

PLACE = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 1}}
SIZES = {"range": PLACE, "message": "long"}


def asked(method: str, params: Any = None) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


def told(method: str, params: Any = None) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "method": method, "params": params}


def edit(**more: Any) -> dict[str, Any]:
    return asked("workspace/applyEdit", {"edit": more})


def published(**more: Any) -> dict[str, Any]:
    return told("textDocument/publishDiagnostics", {"uri": "file:///a.md", "diagnostics": [SIZES | more]})


def registration(method: str) -> dict[str, Any]:
    return asked("client/registerCapability", {"registrations": [{"id": "1", "method": method}]})


def begun(capabilities: dict[str, Any], offered: dict[str, Any] | None = None) -> tuple[Conformance, list[str]]:
    """A client that has heard what the server can."""
    conformance = Conformance(capabilities)
    conformance.sent({"id": "first", "method": "initialize"})
    answer = {"jsonrpc": "2.0", "id": "first", "result": {"capabilities": offered or {}}}
    return conformance, conformance.breaches(answer)


NAMED = {"textDocument": {"uri": "file:///a.md", "version": None}, "edits": [{"range": PLACE, "newText": "x"}]}


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (edit(changes={}), "workspace.applyEdit"),
        (edit(documentChanges=[NAMED]), "workspace.workspaceEdit.documentChanges"),
        (edit(documentChanges=[{"kind": "create", "uri": "file:///b.md"}]), "has to create a file"),
        (edit(documentChanges=[], changeAnnotations={}), "changeAnnotationSupport"),
        (published(relatedInformation=[]), "relatedInformation"),
        (published(codeDescription={"href": "https://example.org"}), "codeDescriptionSupport"),
        (published(tags=[1]), "has the tag 1"),
        (published(data={"a": 1}), "dataSupport"),
        (asked("window/workDoneProgress/create", {"token": "t"}), "window.workDoneProgress"),
        (told("$/progress", {"token": "t", "value": {}}), "which nobody created"),
        (asked("workspace/codeLens/refresh"), "refreshSupport"),
        (asked("workspace/diagnostic/refresh"), "refreshSupport"),
        (asked("workspace/configuration", {"items": []}), "workspace.configuration"),
        (asked("window/showDocument", {"uri": "file:///a.md"}), "window.showDocument.support"),
        (registration("workspace/didChangeWatchedFiles"), "workspace.didChangeWatchedFiles.dynamicRegistration"),
        (registration("textDocument/codeLens"), "textDocument.codeLens.dynamicRegistration"),
        (registration("workspace/didRenameFiles"), "workspace.fileOperations.dynamicRegistration"),
        (
            asked("window/showMessageRequest", {"type": 1, "message": "?", "actions": [{"title": "a", "more": 1}]}),
            "additionalPropertiesSupport",
        ),
        (told("kinos/other"), "no message of LSP"),
        (asked("shutdown"), "does not ask"),
        (told("window/logMessage", {"message": "no type"}), "does not have the shape"),
        (told("window/logMessage", {"type": 3, "message": "Traceback (most recent call last):"}), "traceback"),
        (told("kinos/status", {"jsonrpc": 1}), "named jsonrpc"),
        ({"jsonrpc": "2.0", "id": 9, "result": None}, "nobody asked"),
    ],
)
def test_what_a_client_did_not_declare_is_a_breach(message: dict[str, Any], words: str) -> None:
    conformance, _ = begun({})
    assert words in " ".join(conformance.breaches(message))


@pytest.mark.parametrize(
    ("method", "result", "words"),
    [
        ("textDocument/hover", {"contents": {"kind": "markdown", "value": "x"}}, "is markdown"),
        ("textDocument/codeAction", [{"title": "a", "command": {"title": "a", "command": "b"}}], "LiteralSupport"),
        ("textDocument/codeAction", [{"title": "a", "command": "b"}], "The command b"),
        ("textDocument/codeAction", [{"title": "a"}], "resolveSupport"),
        ("textDocument/codeAction", [{"title": "a", "isPreferred": True, "edit": {}}], "isPreferredSupport"),
        ("textDocument/codeAction", [{"title": "a", "kind": "quickfix", "edit": {}}], "of kind quickfix"),
        ("textDocument/codeLens", [{"range": PLACE}], "did not say that it resolves"),
        (
            "textDocument/documentSymbol",
            [{"name": "a", "kind": 15, "range": PLACE, "selectionRange": PLACE}],
            "hierarchicalDocumentSymbolSupport",
        ),
        ("textDocument/documentLink", [{"range": PLACE, "target": "file:///a", "tooltip": "x"}], "tooltipSupport"),
        ("textDocument/hover", {"no": "contents"}, "does not have the shape"),
    ],
)
def test_an_answer_that_a_client_cannot_read_is_a_breach(method: str, result: Any, words: str) -> None:
    conformance, _ = begun({})
    conformance.sent(asked(method))
    assert words in " ".join(conformance.breaches({"jsonrpc": "2.0", "id": 1, "result": result}))


@pytest.mark.parametrize(
    ("offered", "words"),
    [
        ({"positionEncoding": "utf-32"}, "utf-32 were chosen"),
        ({"diagnosticProvider": {"interFileDependencies": False, "workspaceDiagnostics": True}}, "to be pulled"),
        ({"workspace": {"fileOperations": {"willRename": {"filters": []}}}}, "willRename"),
    ],
)
def test_what_is_offered_to_a_client_that_does_not_know_it_is_a_breach(offered: dict[str, Any], words: str) -> None:
    _, breaches = begun({}, offered)
    assert words in " ".join(breaches)


def test_a_message_before_the_first_answer_is_a_breach() -> None:
    assert "before `initialize`" in Conformance({}).breaches(told("kinos/status", {}))[0]


def test_a_command_may_be_offered_that_one_of_the_two_sides_has() -> None:
    offered = {"executeCommandProvider": {"commands": ["kinos.server.accept"]}}
    conformance, _ = begun({"experimental": {"commands": {"commands": ["kinos.editChange"]}}}, offered)
    every = [{"title": "a", "command": name} for name in ("kinos.server.accept", "kinos.editChange", "other")]
    conformance.sent(asked("textDocument/codeAction"))
    (breach,) = conformance.breaches({"jsonrpc": "2.0", "id": 1, "result": every})
    assert "The command other" in breach


def test_a_second_answer_to_a_request_is_a_breach() -> None:
    conformance, _ = begun({})
    conformance.sent(asked("kinos/state"))
    assert conformance.breaches({"jsonrpc": "2.0", "id": 1, "result": {}}) == []
    assert conformance.breaches({"jsonrpc": "2.0", "id": 1, "result": {}}) != []


def test_what_vscode_declares_it_may_be_sent() -> None:
    conformance, _ = begun(profile("vscode-1.100").capabilities)
    related = [{"location": {"uri": "file:///a.md", "range": PLACE}, "message": "here"}]
    every = [
        edit(documentChanges=[NAMED, {"kind": "create", "uri": "file:///b.md"}], changeAnnotations={}),
        published(relatedInformation=related, codeDescription={"href": "https://example.org"}, tags=[1]),
        asked("window/workDoneProgress/create", {"token": "t"}),
        told("$/progress", {"token": "t", "value": {"kind": "begin", "title": "x"}}),
        asked("workspace/codeLens/refresh"),
        registration("workspace/didChangeWatchedFiles"),
        told("kinos/status", {"folder": "/a"}),
    ]
    assert [conformance.breaches(message) for message in every] == [[]] * len(every)


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_says_where_it_is_from_and_nothing_of_a_machine(name: str) -> None:
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert "file://" not in text
    assert "/home/" not in text
    assert "/tmp/" not in text
    assert "processId" not in text
    read = profile(name)
    assert read.source.startswith(("recorded from", "written from"))
    get_converter().structure(json.loads(text)["capabilities"], types.ClientCapabilities)


def test_the_editors_differ_in_what_matters() -> None:
    every = {name: profile(name).capabilities for name in NAMES}
    first = {name: profile(name).encodings[0] for name in NAMES}
    assert first == {
        "vscode-1.100": "utf-16", "neovim-0.11": "utf-8", "helix-25.07": "utf-8", "emacs-eglot-1.24": "utf-32",
        "emacs-eglot-1.9": "utf-16",
    }  # fmt: skip
    assert [name for name in NAMES if not profile(name).creates_files] == ["emacs-eglot-1.9"]
    annotates = [
        name for name, each in every.items() if "changeAnnotationSupport" in each["workspace"]["workspaceEdit"]
    ]
    assert annotates == ["vscode-1.100"]
    pulls = [name for name, each in every.items() if "diagnostic" in each["textDocument"]]
    assert pulls == ["vscode-1.100", "neovim-0.11", "emacs-eglot-1.24"]
    refreshes = [name for name, each in every.items() if "diagnostics" in each["workspace"]]
    assert refreshes == ["vscode-1.100"]
