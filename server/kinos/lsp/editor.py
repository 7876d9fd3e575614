"""The engine's editor: edits of open documents as one versioned workspace edit."""

import re
from collections.abc import Callable, Mapping, Sequence

from lsprotocol import types

from kinos.domain.errors import LandingError
from kinos.lsp.client import Client
from kinos.tokens.document import OpenText, TextEdit
from kinos.tokens.position import Encoding

_LINE_END = re.compile(r"(?:\r\n|\r|\n)\Z")


class DocumentEditor:
    """Implements `kinos.engine.ports.Editor` for one folder. `text` finds an open document, `uri` names it, and `other`
    is the name by which the file of a path is open if it is not by its own.
    """

    def __init__(
        self, client: Client, text: Callable[[str], OpenText | None], uri: Callable[[str], str],
        other: Callable[[str], str],
    ) -> None:  # fmt: skip
        self._client = client
        self._text = text
        self._uri = uri
        self._other = other

    async def edit(self, changes: Mapping[str, tuple[int, Sequence[TextEdit]]], label: str) -> None:
        """Ask for the edits of all documents at once. Raises LandingError when the editor takes none, or one was closed."""
        if not self._client.edits:
            raise LandingError("This editor makes no edits for a server.", "Close the document, then it can land.")
        documents = []
        for path, (version, edits) in changes.items():
            text = self._text(path)
            if text is None:
                raise LandingError(f"{path} was closed while it was being changed.")
            documents.append((self._uri(path), version, text_edits(text, edits, self._client.encoding)))
        self._client.edit(workspace_edit(documents, versioned=self._client.versioned_edits), label)

    def other_name(self, path: str) -> str:
        """The name by which the file is open that `path` is; empty when it is not, or by its own."""
        return self._other(path)


def text_edits(text: OpenText, edits: Sequence[TextEdit], encoding: Encoding) -> list[types.TextEdit]:
    """`edits`, whose columns are code points, as the protocol's; they are for `text` as it is now."""
    return [_text_edit(text, edit, encoding) for edit in edits]


def _text_edit(text: OpenText, edit: TextEdit, encoding: Encoding) -> types.TextEdit:
    start, end = (text.offset_at(place, Encoding.UTF32) for place in (edit.start, edit.end))
    new, line_end = edit.text, _LINE_END.search(text.text)
    if start == len(text.text) and line_end is not None and new.endswith(line_end[0]):
        # Lines behind the last line end: Neovim would add an empty one more. Before that line end they are the same text.
        start = end = line_end.start()
        new = line_end[0] + new.removesuffix(line_end[0])
    first, last = (text.position_at(offset, encoding) for offset in (start, end))
    place = types.Range(types.Position(first.line, first.character), types.Position(last.line, last.character))
    return types.TextEdit(place, new)


def workspace_edit(
    documents: Sequence[tuple[str, int, Sequence[types.TextEdit]]], *, versioned: bool
) -> types.WorkspaceEdit:
    """One edit of all `documents` (URI, version, edits); only a `versioned` one can be refused when it comes too late."""
    if not versioned:
        return types.WorkspaceEdit(changes={uri: list(edits) for uri, _, edits in documents})
    changes = [
        types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(uri=uri, version=version), list(edits))
        for uri, version, edits in documents
    ]
    return types.WorkspaceEdit(document_changes=changes)
