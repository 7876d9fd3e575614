"""A client that makes whole workspace edits: it creates files, and edits open and closed documents."""

from typing import Any

from e2e.lsp.editor import CAPABILITIES, Editor, apply_edit, file_of

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
    """Make the edit whole if every version in it is the current one, closed documents on the disk; whether it was made."""
    changes = edit["documentChanges"]
    named = [each["textDocument"] for each in changes if "textDocument" in each]
    if any(_version(editor, each["uri"]) != each["version"] for each in named):
        return False
    if any("kind" in each and file_of(each["uri"]).exists() for each in changes):
        return False
    return apply_edit(editor, {"edit": edit}, opens=False)["applied"] is True


def take(editor: Editor, params: dict[str, Any]) -> dict[str, Any]:
    """`Editor.takes` of such a client."""
    return {"applied": make(editor, params["edit"])}


def _version(editor: Editor, uri: str) -> int | None:
    return editor.documents[uri].version if uri in editor.documents else None
