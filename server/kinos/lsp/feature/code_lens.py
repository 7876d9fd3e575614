"""`textDocument/codeLens`: words above a document and its sections, with what can be done about them.

They come with their commands: there is nothing that a later `codeLens/resolve` would save.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from kinos.lsp.folders import Folders
from kinos.lsp.offer import LENSES, Declared, Offer, Opened, about_open
from kinos.lsp.protocol import PREFIX

if TYPE_CHECKING:
    from kinos.engine.lens import Lens

CAPABILITY = "text_document.code_lens"


def offer(client: Declared, folders: Folders) -> Offer:
    """Lenses."""
    edits = client.can("workspace.apply_edit")

    def make(opened: Opened, params: types.CodeLensParams) -> list[types.CodeLens]:
        from kinos.engine.lens import lenses

        found = lenses(opened.session, opened.path, opened.text, edits=edits, own=client.commands)
        return [code_lens(lens, opened.folder.uri, params.text_document.uri) for lens in found]

    return Offer(
        types.TEXT_DOCUMENT_CODE_LENS,
        CAPABILITY,
        about_open(folders, lambda settings: settings.editor_lenses, make),
        types.CodeLensOptions(),
        lambda documents: types.CodeLensRegistrationOptions(document_selector=documents),
        refresh=LENSES,
    )


def code_lens(lens: Lens, folder: str, uri: str) -> types.CodeLens:
    """As the protocol has it, at the start of its line. A command that is empty says that it is only to be read."""
    start = types.Position(lens.line, 0)
    command = types.Command(title=lens.title, command="")
    if lens.command:
        whose = {"uri": uri} if lens.about else {"folder": folder}
        name = lens.command if "." in lens.command else PREFIX + lens.command
        command = types.Command(lens.title, name, arguments=[{**whose, **lens.arguments}])
    return types.CodeLens(types.Range(start, start), command)
