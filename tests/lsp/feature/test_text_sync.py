from lsprotocol import types

from kinos.lsp.feature.text_sync import text_edits
from kinos.tokens.document import Position, TextEdit


def test_a_range_and_a_whole_text_are_told_apart() -> None:
    part = types.TextDocumentContentChangePartial(
        range=types.Range(types.Position(1, 2), types.Position(3, 4)), text="x", range_length=9
    )
    whole = types.TextDocumentContentChangeWholeDocument("all")
    assert text_edits([part, whole]) == [TextEdit(Position(1, 2), Position(3, 4), "x"), "all"]
