"""What a server may say to a client, judged by what that client declared: each breach is a sentence.

Only what would harm a client counts: a request it cannot serve, a part of an answer it cannot read, and anything that LSP
does not know. What a client ignores, such as a version of diagnostics, it may be sent.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from lsprotocol import converters, types

OWN_NOTIFICATIONS = frozenset({"kinos/status"})
"""What KinOS tells beyond LSP; who does not know it ignores it."""

_BEFORE_ANSWER = frozenset({"window/showMessage", "window/logMessage", "window/showMessageRequest", "telemetry/event"})
"""All that may be sent before `initialize` is answered."""

_NEEDED = {
    "workspace/applyEdit": "workspace.applyEdit",
    "workspace/configuration": "workspace.configuration",
    "workspace/workspaceFolders": "workspace.workspaceFolders",
    "workspace/codeLens/refresh": "workspace.codeLens.refreshSupport",
    "workspace/inlayHint/refresh": "workspace.inlayHint.refreshSupport",
    "workspace/inlineValue/refresh": "workspace.inlineValue.refreshSupport",
    "workspace/semanticTokens/refresh": "workspace.semanticTokens.refreshSupport",
    "workspace/foldingRange/refresh": "workspace.foldingRange.refreshSupport",
    "workspace/diagnostic/refresh": "workspace.diagnostics.refreshSupport",
    "window/showDocument": "window.showDocument.support",
    "window/workDoneProgress/create": "window.workDoneProgress",
}
"""What a client has to declare before it is asked."""

_FREE = frozenset({"client/registerCapability", "client/unregisterCapability", "window/showMessageRequest"})

_SYNC = ("didOpen", "didChange", "didClose", "didSave", "willSave", "willSaveWaitUntil")
_FILES = tuple(f"{when}{what}Files" for when in ("will", "did") for what in ("Create", "Rename", "Delete"))


class Conformance:
    """One connection to a client that declared `capabilities`."""

    def __init__(self, capabilities: Mapping[str, Any]) -> None:
        self._declared = capabilities
        self._asked: dict[Any, str] = {}
        self._tokens: set[Any] = set()
        self._commands = set(((capabilities.get("experimental") or {}).get("commands") or {}).get("commands") or ())
        self._resolves: dict[str, bool] = {}
        self._begun = False

    def sent(self, message: Mapping[str, Any]) -> None:
        """The client sent this."""
        if "id" in message and "method" in message:
            self._asked[message["id"]] = message["method"]
            params = message.get("params")
            if isinstance(params, dict):
                self._tokens |= {params[key] for key in ("workDoneToken", "partialResultToken") if key in params}

    def breaches(self, message: Mapping[str, Any]) -> list[str]:
        """What is wrong with a message from the server."""
        return [*self._leaks(message), *self._judged(message)]

    # -- one message ----------------------------------------------------------------------------------------------

    def _judged(self, message: Mapping[str, Any]) -> Iterator[str]:
        method, params = message.get("method"), message.get("params")
        if method is None:
            yield from self._answer(message)
            return
        if not self._begun and method not in _BEFORE_ANSWER:
            yield f"{method} was sent before `initialize` was answered."
        if method in OWN_NOTIFICATIONS and "id" not in message:
            return
        if method not in types.METHOD_TO_TYPES:
            yield f"{method} is no message of LSP."
            return
        if (wrong := _misshaped(method, message, 0)) is not None:
            yield wrong
        elif "id" in message:
            yield from self._request(method, params)
        else:
            yield from self._notification(method, params)

    def _request(self, method: str, params: Any) -> Iterator[str]:
        if method in _NEEDED:
            yield from self._needs(_NEEDED[method], f"The request {method}")
        elif method not in _FREE:
            yield f"A server does not ask {method}."
        match method:
            case "workspace/applyEdit":
                yield from self._edit(params["edit"])
                if "metadata" in params:
                    yield from self._needs("workspace.workspaceEdit.metadataSupport", "Metadata of an edit")
            case "client/registerCapability":
                for registration in params["registrations"]:
                    yield from self._registration(registration["method"], registration.get("registerOptions") or {})
            case "window/showMessageRequest":
                more = [item for item in params.get("actions") or () if set(item) - {"title"}]
                if more:
                    path = "window.showMessage.messageActionItem.additionalPropertiesSupport"
                    yield from self._needs(path, "An action with more than its title")
            case "window/workDoneProgress/create":
                self._tokens.add(params["token"])

    def _notification(self, method: str, params: Any) -> Iterator[str]:
        if method == "$/progress" and params["token"] not in self._tokens:
            yield f"Progress was told for {params['token']!r}, which nobody created."
        if method == "textDocument/publishDiagnostics":
            for diagnostic in params["diagnostics"]:
                yield from self._diagnostic(diagnostic, ("textDocument.publishDiagnostics",))

    def _answer(self, message: Mapping[str, Any]) -> Iterator[str]:
        number = message.get("id")
        method = self._asked.pop(number, None)
        if method is None:
            if number is not None:
                yield f"There was an answer to {number!r}, which nobody asked or which was answered before."
            return
        if ("result" in message) == ("error" in message):
            yield f"The answer to {method} has to have a result or an error, and one of them."
        result = message.get("result")
        if result is None:
            return
        wrong = _misshaped(method, message, 1) if method in types.METHOD_TO_TYPES else None
        if wrong is not None:
            yield wrong
        elif method in self._ANSWERS:
            yield from self._ANSWERS[method](self, result)

    # -- answers --------------------------------------------------------------------------------------------------

    def _initialize(self, result: Any) -> Iterator[str]:
        self._begun = True
        offered = result["capabilities"]
        encodings = self._value("general.positionEncodings") or ["utf-16"]
        if offered.get("positionEncoding", "utf-16") not in encodings:
            yield f"Positions in {offered['positionEncoding']} were chosen; the client knows {', '.join(encodings)}."
        if offered.get("diagnosticProvider"):
            yield from self._needs("textDocument.diagnostic", "Diagnostics to be pulled")
        for name in (offered.get("workspace") or {}).get("fileOperations") or {}:
            yield from self._needs(f"workspace.fileOperations.{name}", f"Being told of {name}")
        for key, provider in offered.items():
            self._provided(key.removesuffix("Provider"), provider)

    def _provided(self, name: str, options: Any) -> None:
        if isinstance(options, dict):
            self._commands |= set(options.get("commands") or ())
            self._resolves[name] = bool(options.get("resolveProvider"))

    def _hover(self, result: Any) -> Iterator[str]:
        formats = self._value("textDocument.hover.contentFormat") or []
        contents = result["contents"]
        if isinstance(contents, dict) and "kind" in contents and contents["kind"] not in (formats or ["plaintext"]):
            yield f"A hover is {contents['kind']}; the client reads {', '.join(formats) or 'plain text'}."

    def _actions(self, result: Any) -> Iterator[str]:
        for action in result:
            if isinstance(action.get("command"), str):
                yield from self._command(action)
            else:
                yield from self._needs("textDocument.codeAction.codeActionLiteralSupport", "A code action with a kind")
                yield from self._action(action)

    def _action(self, action: Any) -> Iterator[str]:
        base = "textDocument.codeAction"
        for key, capability in (
            ("isPreferred", "isPreferredSupport"),
            ("disabled", "disabledSupport"),
            ("data", "dataSupport"),
        ):
            if key in action:
                yield from self._needs(f"{base}.{capability}", f"{key} of a code action")
        yield from self._tags(action, f"{base}.tagSupport", "a code action")
        kinds: Sequence[str] = self._value(f"{base}.codeActionLiteralSupport.codeActionKind.valueSet") or []
        kind = action.get("kind")
        if kind is not None and not any(kind == each or not each or kind.startswith(f"{each}.") for each in kinds):
            yield f"A code action is of kind {kind}; the client shows {', '.join(kinds)}."
        if "edit" not in action and "command" not in action and "disabled" not in action:
            yield from self._later("edit", action, f"{base}.resolveSupport.properties", "codeAction")
        yield from self._edit(action.get("edit") or {})
        yield from self._command(action.get("command"))
        for diagnostic in action.get("diagnostics") or ():
            yield from self._diagnostic(diagnostic, ("textDocument.publishDiagnostics", "textDocument.diagnostic"))

    def _lenses(self, result: Any) -> Iterator[str]:
        for lens in result:
            if "command" not in lens and not self._resolves.get("codeLens"):
                yield "A lens has no command, and the server did not say that it resolves lenses."
            # An empty command is a lens that is only to be read: an editor shows its words and nothing to choose.
            if (lens.get("command") or {}).get("command") != "":
                yield from self._command(lens.get("command"))

    def _lens(self, result: Any) -> Iterator[str]:
        yield from self._command(result.get("command"))

    def _symbols(self, result: Any) -> Iterator[str]:
        for symbol in result:
            if "location" not in symbol:
                path = "textDocument.documentSymbol.hierarchicalDocumentSymbolSupport"
                yield from self._needs(path, "A tree of symbols")
                yield from self._symbols(symbol.get("children") or [])
            yield from self._tags(symbol, "textDocument.documentSymbol.tagSupport", "a symbol")

    def _hints(self, result: Any) -> Iterator[str]:
        for hint in result:
            if isinstance(hint["label"], list):
                for part in hint["label"]:
                    yield from self._command(part.get("command"))

    def _links(self, result: Any) -> Iterator[str]:
        for link in result:
            if "tooltip" in link:
                yield from self._needs("textDocument.documentLink.tooltipSupport", "The tooltip of a link")
            if "target" not in link and not self._resolves.get("documentLink"):
                yield "A link has no target, and the server did not say that it resolves links."

    def _report(self, result: Any) -> Iterator[str]:
        for diagnostic in result.get("items") or ():
            # Before 3.18 the one declaration held for both ways.
            yield from self._diagnostic(diagnostic, ("textDocument.diagnostic", "textDocument.publishDiagnostics"))
        if "relatedDocuments" in result:
            yield from self._needs("textDocument.diagnostic.relatedDocumentSupport", "Diagnostics of related documents")

    def _reports(self, result: Any) -> Iterator[str]:
        for report in result["items"]:
            yield from self._report(report)

    _ANSWERS: Mapping[str, Callable[["Conformance", Any], Iterator[str]]] = {
        "initialize": _initialize,
        "textDocument/hover": _hover,
        "textDocument/codeAction": _actions,
        "codeAction/resolve": _action,
        "textDocument/codeLens": _lenses,
        "codeLens/resolve": _lens,
        "textDocument/documentSymbol": _symbols,
        "textDocument/inlayHint": _hints,
        "textDocument/documentLink": _links,
        "textDocument/diagnostic": _report,
        "workspace/diagnostic": _reports,
        "workspace/willRenameFiles": lambda self, edit: self._edit(edit),
        "workspace/willDeleteFiles": lambda self, edit: self._edit(edit),
        "workspace/willCreateFiles": lambda self, edit: self._edit(edit),
    }

    # -- parts ----------------------------------------------------------------------------------------------------

    def _edit(self, edit: Mapping[str, Any]) -> Iterator[str]:
        base = "workspace.workspaceEdit"
        if "documentChanges" in edit:
            yield from self._needs(f"{base}.documentChanges", "An edit with documentChanges")
        if "changeAnnotations" in edit:
            yield from self._needs(f"{base}.changeAnnotationSupport", "An edit with annotations")
        operations = self._value(f"{base}.resourceOperations") or []
        every: list[Any] = [text for texts in (edit.get("changes") or {}).values() for text in texts]
        for change in edit.get("documentChanges") or ():
            if "kind" in change and change["kind"] not in operations:
                yield f"An edit has to {change['kind']} a file; the client can {', '.join(operations) or 'not'}."
            every += [change, *change.get("edits", ())]
        known = edit.get("changeAnnotations") or {}
        for each in every:
            if "annotationId" in each and each["annotationId"] not in known:
                yield f"An edit names the annotation {each['annotationId']}, which it does not hold."
            if "snippet" in each:
                yield from self._needs(f"{base}.snippetEditSupport", "A snippet in an edit")

    def _diagnostic(self, diagnostic: Mapping[str, Any], bases: Sequence[str]) -> Iterator[str]:
        for key, capability in (
            ("relatedInformation", "relatedInformation"),
            ("codeDescription", "codeDescriptionSupport"),
            ("data", "dataSupport"),
        ):
            if key in diagnostic and not any(self._value(f"{base}.{capability}") for base in bases):
                yield f"{key} of a diagnostic was sent to a client without {bases[0]}.{capability}."
        if isinstance(diagnostic["message"], dict):
            yield from self._needs(f"{bases[0]}.markupMessageSupport", "Markup as a diagnostic's message")
        tags = [base for base in bases if self._value(f"{base}.tagSupport")]
        yield from self._tags(diagnostic, f"{(tags or bases)[0]}.tagSupport", "a diagnostic")

    def _tags(self, tagged: Mapping[str, Any], path: str, what: str) -> Iterator[str]:
        known = self._value(f"{path}.valueSet") or []
        for tag in tagged.get("tags") or ():
            if tag not in known:
                yield f"{what} has the tag {tag}; the client shows {known or 'none'} ({path})."

    def _registration(self, method: str, options: Mapping[str, Any]) -> Iterator[str]:
        kind, _, name = method.partition("/")
        if kind == "textDocument":
            path = "synchronization" if name in _SYNC else name
        else:
            path = "fileOperations" if name in _FILES else name
        yield from self._needs(f"{kind}.{path}.dynamicRegistration", f"The registration of {method}")
        self._provided(name, options)
        if method == "workspace/didChangeWatchedFiles":
            for watcher in options.get("watchers") or ():
                if not isinstance(watcher["globPattern"], str):
                    yield from self._needs(f"{kind}.{path}.relativePatternSupport", "A relative pattern")

    def _command(self, command: Any) -> Iterator[str]:
        """A command that a client runs has to be one that the server said it has, or the client: Neovim refuses any other."""
        # A lens whose command is empty is only to be read.
        if command is not None and command["command"] and command["command"] not in self._commands:
            yield f"The command {command['command']} was offered, and neither side said that it has it."

    def _later(self, key: str, item: Mapping[str, Any], path: str, provider: str) -> Iterator[str]:
        if key not in (self._value(path) or ()) or not self._resolves.get(provider):
            yield f"{item.get('title')!r} comes without {key}, and nothing can be asked for later ({path})."

    def _needs(self, path: str, what: str) -> Iterator[str]:
        if not self._value(path):
            yield f"{what} needs {path}, which this client does not declare."

    def _value(self, path: str) -> Any:
        found: Any = self._declared
        for key in path.split("."):
            if not isinstance(found, Mapping) or key not in found:
                return None
            found = found[key]
        # An empty object declares something too.
        return True if found == {} else found

    def _leaks(self, value: Any, top: bool = True) -> Iterator[str]:
        if isinstance(value, str):
            if "Traceback (most recent call last)" in value or '  File "' in value:
                yield f"A traceback was sent to the client: {value[:200]!r}"
        elif isinstance(value, Mapping):
            if not top and "jsonrpc" in value:
                yield "A payload has a key named jsonrpc, which the libraries of some clients take for a message."
            for each in value.values():
                yield from self._leaks(each, False)
        elif isinstance(value, list):
            for each in value:
                yield from self._leaks(each, False)


@cache
def _converter() -> Any:
    return converters.get_converter()


def _misshaped(method: str, message: Mapping[str, Any], which: int) -> str | None:
    """What is wrong with the shape of a message; None when it has the one that LSP gives it."""
    kind = types.METHOD_TO_TYPES[method][which]
    try:
        if kind is not None:
            _converter().structure(message, kind)
    except Exception as error:  # noqa: BLE001 (cattrs raises groups of anything)
        return f"{method} does not have the shape that LSP gives it: {error!r} in {str(message)[:400]}"
    return None
