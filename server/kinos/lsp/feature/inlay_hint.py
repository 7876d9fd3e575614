"""`textDocument/inlayHint`: the size of each section behind its heading."""

from collections.abc import Iterator

from lsprotocol import types

from kinos.domain.size import amount, rounded
from kinos.lsp.folders import Folders
from kinos.lsp.offer import HINTS, Declared, Offer, Opened, about_open
from kinos.tokens.position import Encoding, units

CAPABILITY = "text_document.inlay_hint"


def offer(client: Declared, folders: Folders) -> Offer:
    """Hints."""

    def make(opened: Opened, params: types.InlayHintParams) -> list[types.InlayHint]:
        return list(inlay_hints(opened, params.range.start.line, params.range.end.line, client.encoding))

    return Offer(
        types.TEXT_DOCUMENT_INLAY_HINT,
        CAPABILITY,
        about_open(folders, lambda settings: settings.editor_hints, make),
        types.InlayHintOptions(),
        lambda documents: types.InlayHintRegistrationOptions(document_selector=documents),
        refresh=HINTS,
    )


def inlay_hints(opened: Opened, first: int, last: int, encoding: Encoding) -> Iterator[types.InlayHint]:
    """The hints of the lines from `first` to `last`; only a document that is counted has any."""
    from kinos.engine.insight import outlined
    from kinos.engine.lens import share

    size = opened.session.sizes.documents.sizes.get(opened.path)
    outline = outlined(opened.session, opened.path, opened.text)
    if size is None or not outline.sized:
        return
    limit = opened.session.sizes.documents.limits.warn
    for section in outline.every():
        if first <= section.line <= last:
            end = types.Position(section.line, units(opened.text.line(section.line) or "", encoding))
            below = " with the sections below" if section.children else ""
            yield types.InlayHint(
                position=end,
                label=amount(section.tokens),
                tooltip=(
                    f"{section.tokens} tokens{below}: {share(section.tokens, size.tokens)} of the document, "
                    f"{share(section.tokens, limit)} of the limit of {rounded(limit)}"
                ),
                padding_left=True,
            )
