"""A client that makes whole workspace edits: it creates files, and edits open and closed documents."""

from typing import Any

from e2e.lsp.editor import CAPABILITIES, Document, Editor, file_of

LITERALS: dict[str, Any] = {
    "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor", "source"]}},
    "isPreferredSupport": True,
    "disabledSupport": True,
    "tagSupport": {"valueSet": [1]},
    "honorsChangeAnnotations": True,
}
RESOLVING = {**LITERALS, "dataSupport": True, "resolveSupport": {"properties": ["edit"]}}
EDITS = {"documentChanges": True, "resourceOperations": ["create"], "changeAnnotationSupport": {}}


def capabilities(action: dict[str, Any], edit: dict[str, Any], **others: Any) -> dict[str, Any]:
    """What a client declares that knows code actions and workspace edits so well."""
    return {
        **CAPABILITIES,
        "textDocument": {**CAPABILITIES["textDocument"], "codeAction": action},
        "workspace": {**CAPABILITIES["workspace"], "workspaceEdit": edit},
        **others,
    }


def make(editor: Editor, edit: dict[str, Any]) -> bool:
    """Make the edit whole if every version in it is the current one; whether it was made."""
    changes = edit["documentChanges"]
    named = [each["textDocument"] for each in changes if "textDocument" in each]
    if any(_version(editor, each["uri"]) != each["version"] for each in named):
        return False
    if any("kind" in each and file_of(each["uri"]).exists() for each in changes):
        return False
    for each in changes:
        if "kind" in each:
            file_of(each["uri"]).write_bytes(b"")
        else:
            _edit(editor, each["textDocument"]["uri"], each["edits"])
    return True


def take(editor: Editor, params: dict[str, Any]) -> dict[str, Any]:
    """`Editor.takes` of such a client."""
    return {"applied": make(editor, params["edit"])}


def _version(editor: Editor, uri: str) -> int | None:
    return editor.documents[uri].version if uri in editor.documents else None


def _edit(editor: Editor, uri: str, edits: list[dict[str, Any]]) -> None:
    closed = Document(uri, file_of(uri).read_bytes().decode()) if uri not in editor.documents else None
    document = closed or editor.documents[uri]
    places = sorted(
        (document.offset(each["range"]["start"]), document.offset(each["range"]["end"]), each["newText"])
        for each in edits
    )
    if closed is None:
        editor.type(document, *reversed(places))
        return
    for start, end, text in reversed(places):
        closed.replace(start, end, text)
    file_of(uri).write_bytes(closed.text.encode())
