"""What is to be done to documents, as one workspace edit of the protocol."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from kinos.domain.errors import UsageError
from kinos.lsp.ability import Abilities
from kinos.lsp.editor import text_edits
from kinos.tokens.document import OpenText
from kinos.tokens.position import Encoding

if TYPE_CHECKING:
    from kinos.engine.manuscript import Restructured, Rewrite

ANNOTATION = "kinos"

type Operation = types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the client wants edits: columns in `encoding`, and what it is able to do; `uri` names a document."""

    encoding: Encoding
    able: Abilities
    uri: Callable[[str], str]


def workspace_edit(done: Restructured, dialect: Dialect, *, preview: bool = False) -> types.WorkspaceEdit:
    """All of it at one stroke: new files first, then their texts and the other documents, open ones for their versions.

    `preview` asks the client to have it confirmed. Raises UsageError when the client creates no files, and one is needed.
    """
    if not dialect.able.versioned:
        if any(rewrite.before is None for rewrite in done.rewrites):
            raise _no_files()
        changes = {dialect.uri(rewrite.path): _edits(rewrite, dialect.encoding) for rewrite in done.rewrites}
        return types.WorkspaceEdit(changes=changes)
    new = [rewrite for rewrite in done.rewrites if rewrite.before is None]
    if new and not dialect.able.creates:
        raise _no_files()
    annotation = ANNOTATION if preview and dialect.able.annotates else None
    created: list[Operation] = [
        types.CreateFile(
            uri=dialect.uri(rewrite.path), options=types.CreateFileOptions(overwrite=False), annotation_id=annotation
        )
        for rewrite in new
    ]
    edited = [_document(rewrite, dialect, annotation) for rewrite in (*new, *_old(done))]
    note = types.ChangeAnnotation(label=done.label, needs_confirmation=True)
    return types.WorkspaceEdit(
        document_changes=[*created, *edited], change_annotations={annotation: note} if annotation else None
    )


def _no_files() -> UsageError:
    remedy = "It has to declare workspaceEdit.resourceOperations: create."
    return UsageError("This editor creates no files for a server.", remedy)


def _old(done: Restructured) -> list[Rewrite]:
    return [rewrite for rewrite in done.rewrites if rewrite.before is not None]


def _document(rewrite: Rewrite, dialect: Dialect, annotation: str | None) -> types.TextDocumentEdit:
    edits: Sequence[types.TextEdit | types.AnnotatedTextEdit] = _edits(rewrite, dialect.encoding)
    if annotation:
        edits = [types.AnnotatedTextEdit(annotation, edit.range, edit.new_text) for edit in edits]
    identifier = types.OptionalVersionedTextDocumentIdentifier(dialect.uri(rewrite.path), rewrite.version)
    return types.TextDocumentEdit(identifier, list(edits))


def _edits(rewrite: Rewrite, encoding: Encoding) -> list[types.TextEdit]:
    from kinos.engine.line_edit import line_edits
    from kinos.engine.text import Text

    before = rewrite.before or Text((), ())
    shown = ("\ufeff" if before.bom else "") + before.raw()
    return text_edits(OpenText(shown, 0), line_edits(before, rewrite.after), encoding)
