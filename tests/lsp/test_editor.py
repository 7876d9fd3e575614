import pytest
from lsprotocol import types

from kinos.domain.errors import LandingError
from kinos.lsp.editor import DocumentEditor, text_edits, workspace_edit
from kinos.tokens.document import OpenText, Position, TextEdit
from kinos.tokens.position import Encoding
from lsp.stage import RecordingClient

TEXT = "one 🌊 two\r\nthree\u2028four\nlast 🌊"
EDIT = TextEdit(Position(0, 6), Position(2, 6), "x")


def test_columns_are_those_of_the_negotiated_encoding() -> None:
    columns = {
        encoding: (edit.range.start.character, edit.range.end.character)
        for encoding in Encoding
        for edit in text_edits(OpenText(TEXT, 1), [EDIT], encoding)
    }
    assert columns == {Encoding.UTF8: (9, 9), Encoding.UTF16: (7, 7), Encoding.UTF32: (6, 6)}


@pytest.mark.parametrize("encoding", Encoding)
def test_an_edit_does_the_same_after_its_conversion(encoding: Encoding) -> None:
    before, after = OpenText(TEXT, 1), OpenText(TEXT, 1)
    before.apply([EDIT], 2, Encoding.UTF32)
    (edit,) = text_edits(OpenText(TEXT, 1), [EDIT], encoding)
    start, end = edit.range.start, edit.range.end
    converted = TextEdit(Position(start.line, start.character), Position(end.line, end.character), edit.new_text)
    after.apply([converted], 2, encoding)
    assert before.text == after.text == "one 🌊 x"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_after_the_last_one_are_put_before_its_end(end: str) -> None:
    """Neovim 0.11.4 adds an empty line to what is inserted behind the last line end."""
    text = OpenText(f"one{end}two{end}", 1)
    (edit,) = text_edits(text, [TextEdit(Position(2, 0), Position(2, 0), f"three{end}")], Encoding.UTF16)
    assert edit == types.TextEdit(types.Range(types.Position(1, 3), types.Position(1, 3)), f"{end}three")


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("one\n", TextEdit(Position(1, 0), Position(1, 0), "two")),
        ("one", TextEdit(Position(0, 3), Position(0, 3), "\ntwo\n")),
        ("", TextEdit(Position(0, 0), Position(0, 0), "one\n")),
        ("one\ntwo\n", TextEdit(Position(1, 0), Position(2, 0), "")),
        ("one\ntwo\n", TextEdit(Position(1, 0), Position(2, 0), "deux\n")),
    ],
)
def test_other_edits_at_the_end_stay_where_they_are(text: str, edit: TextEdit) -> None:
    (found,) = text_edits(OpenText(text, 1), [edit], Encoding.UTF16)
    places = (found.range.start.line, found.range.start.character, found.range.end.line, found.range.end.character)
    assert places == (edit.start.line, edit.start.character, edit.end.line, edit.end.character)
    assert found.new_text == edit.text


def test_versions_are_named_where_the_client_knows_them() -> None:
    edit = workspace_edit([("file:///a.md", 7, [])], versioned=True)
    assert edit.changes is None
    assert edit.document_changes == [
        types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier("file:///a.md", 7), [])
    ]


def test_an_older_client_gets_changes_by_uri() -> None:
    edit = workspace_edit([("file:///a.md", 7, [])], versioned=False)
    assert edit == types.WorkspaceEdit(changes={"file:///a.md": []})


def editor(client: RecordingClient) -> DocumentEditor:
    """With one open document."""
    texts = {"a.md": OpenText("old\n", 3)}
    return DocumentEditor(client, texts.get, lambda path: f"file:///w/{path}", lambda path: "")


async def test_all_documents_of_a_change_are_one_edit_with_its_label() -> None:
    client = RecordingClient()
    change = TextEdit(Position(0, 0), Position(0, 3), "new")
    await editor(client).edit({"a.md": (3, [change])}, "KinOS")
    ((asked, label),) = client.asked
    assert label == "KinOS"
    (document,) = asked.document_changes or ()
    assert isinstance(document, types.TextDocumentEdit)
    assert (document.text_document.uri, document.text_document.version) == ("file:///w/a.md", 3)


async def test_a_client_that_makes_no_edits_is_not_asked() -> None:
    client = RecordingClient(edits=False)
    with pytest.raises(LandingError):
        await editor(client).edit({"a.md": (3, [])}, "KinOS")
    assert client.asked == []


async def test_a_document_that_was_closed_ends_the_whole_edit() -> None:
    client = RecordingClient()
    with pytest.raises(LandingError, match=r"b\.md was closed"):
        await editor(client).edit({"a.md": (3, []), "b.md": (1, [])}, "KinOS")
    assert client.asked == []
