"""What a restructuring makes of documents, as the client applies it: nothing is lost, and no link is dead."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from domain.markdown.generated import documents
from domain.markdown.test_split import dead
from fakes.world import World
from kinos.domain.errors import UsageError
from kinos.domain.markdown import headings, link, scan
from kinos.domain.markdown.split import words_by_line
from kinos.engine.manuscript import Restructured
from kinos.lsp.ability import Abilities
from kinos.lsp.workspace_edit import Dialect, workspace_edit
from kinos.tokens.document import OpenText, Position, TextEdit
from kinos.tokens.position import Encoding

ABLE = Abilities(literals=True, versioned=True, creates=True, annotates=True)
OTHER = "[in](guide.md#setup), [用途](guide.md#usage) 🌊\r\n[root](/docs/guide.md#usage-1)\n"


def applied(edit: types.WorkspaceEdit, files: Mapping[str, str], encoding: Encoding) -> dict[str, str]:
    """The files after a client made the edit."""
    after = dict(files)
    for change in edit.document_changes or ():
        if isinstance(change, types.CreateFile):
            assert change.uri not in after
            after[change.uri] = ""
        else:
            assert isinstance(change, types.TextDocumentEdit)
            text = OpenText(after[change.text_document.uri], 1)
            for each in sorted(change.edits, key=_start, reverse=True):
                assert isinstance(each, types.TextEdit | types.AnnotatedTextEdit)
                place = (each.range.start, each.range.end)
                start, end = (Position(position.line, position.character) for position in place)
                text.apply([TextEdit(start, end, each.new_text)], 2, encoding)
            after[change.text_document.uri] = text.text
    return after


def _start(edit: types.TextEdit | types.AnnotatedTextEdit | types.SnippetTextEdit) -> tuple[int, int]:
    return edit.range.start.line, edit.range.start.character


def plain(text: str) -> str:
    """The text with line feeds only, and without a byte order mark."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def words(texts: Sequence[str]) -> object:
    """What the texts say, wherever their links lead."""
    return words_by_line(line for text in texts for line in link.retargeted(scan(plain(text)), lambda _: "x"))


async def attempted(world: World, line: int, chosen: Sequence[str]) -> Restructured | None:
    restructuring = world.session.restructuring
    try:
        if chosen:
            return await restructuring.split("docs/guide.md", chosen)
        return await restructuring.move("docs/guide.md", line, line)
    except UsageError:
        return None


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, bool, int, list[str]]:
    """A document in some raw form, whether it is open, a line of it, and headings of it, none of which contains another."""
    text = draw(documents()).replace("Usage", "用途 🌊").replace("Setup", "Größe")
    text = draw(st.sampled_from(["", "\ufeff"])) + text.removesuffix(draw(st.sampled_from(["", "\n"])))
    text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n", "\r"])))
    found = headings(scan(plain(text)))
    chosen = [heading.anchor for heading in found if heading.level == 2 and draw(st.booleans())]
    return text, draw(st.booleans()), draw(st.integers(0, 60)), chosen


@settings(max_examples=150, deadline=None)
@given(cases(), st.sampled_from(Encoding))
async def test_a_split_loses_no_text_and_leaves_no_dead_link(
    case: tuple[str, bool, int, list[str]], encoding: Encoding
) -> None:
    text, is_open, line, chosen = case
    other = OTHER.replace("#usage", "#用途").replace("#setup", "#größe")
    world = World({"docs/guide.md": text, "docs/other.md": other})
    await world.session.open()
    if is_open:
        world.session.did_open("docs/guide.md", text, 7)
    done = await attempted(world, line, chosen)
    if done is None:
        return
    edit = workspace_edit(done, Dialect(encoding, ABLE, str))
    shown = text if is_open else text.removeprefix("\ufeff")
    before = {"docs/guide.md": shown, "docs/other.md": other}
    after = applied(edit, before, encoding)
    assert not words([shown, other]) - words(list(after.values()))  # type: ignore[operator]
    assert dead({path: plain(each) for path, each in after.items()}) <= dead(
        {path: plain(each) for path, each in before.items()}
    )
    assert after.keys() - before.keys() == {made.path for made in done.made}
    end = next((end for end in ("\r\n", "\r", "\n") if end in text), "\n")
    for made in done.made:
        assert after[made.path] == plain(after[made.path]).replace("\n", end)
    if text.startswith("\ufeff") and is_open:
        assert after["docs/guide.md"].startswith("\ufeff")


GUIDE = "# Guide\n\n## 用途 🌊\n\nAs [before](#guide).\n\n## Rest\n\nx\n"


async def made(**able: bool) -> types.WorkspaceEdit:
    world = World({"guide.md": GUIDE, "other.md": "See [it](guide.md#用途).\n", "ask.md": "x\n"})
    await world.session.open()
    world.session.did_open("guide.md", GUIDE, 3)
    done = await world.session.restructuring.move("guide.md", 4, 4)
    return workspace_edit(done, Dialect(Encoding.UTF16, Abilities(**able), str), preview=True)


async def test_new_files_come_first_and_only_open_documents_have_versions() -> None:
    edit = await made(versioned=True, creates=True)
    assert edit.document_changes is not None
    created, *edited = edit.document_changes
    assert isinstance(created, types.CreateFile)
    assert created.uri == "guide-part-1.md"
    assert [
        (e.text_document.uri, e.text_document.version) for e in edited if isinstance(e, types.TextDocumentEdit)
    ] == [
        ("guide-part-1.md", None),
        ("guide.md", 3),
        ("other.md", None),
    ]
    assert edit.change_annotations is None


async def test_columns_of_a_closed_document_do_not_count_its_byte_order_mark() -> None:
    world = World({"guide.md": GUIDE, "other.md": "\ufeffSee [it](guide.md#rest).\n"})
    await world.session.open()
    done = await world.session.restructuring.move("guide.md", 8, 8)
    edit = workspace_edit(done, Dialect(Encoding.UTF16, ABLE, str))
    after = applied(edit, {"guide.md": GUIDE, "other.md": "See [it](guide.md#rest).\n"}, Encoding.UTF16)
    assert after["other.md"] == "See [it](guide-rest.md#rest).\n"


async def test_a_preview_asks_for_confirmation_where_the_client_can() -> None:
    edit = await made(versioned=True, creates=True, annotates=True)
    assert edit.change_annotations == {
        "kinos": types.ChangeAnnotation("Move a part of guide.md to a new document", needs_confirmation=True)
    }
    for change in edit.document_changes or ():
        if isinstance(change, types.TextDocumentEdit):
            assert all(isinstance(each, types.AnnotatedTextEdit) for each in change.edits)
        else:
            assert change.annotation_id == "kinos"


@pytest.mark.parametrize("able", [{}, {"versioned": True}])
async def test_no_file_is_created_by_a_client_that_cannot(able: Mapping[str, bool]) -> None:
    with pytest.raises(UsageError, match="creates no files"):
        await made(**able)
