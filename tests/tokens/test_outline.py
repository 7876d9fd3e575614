"""The headings of a document that is edited are those that a scan of the whole text finds."""

from hypothesis import example, given
from hypothesis import strategies as st

from domain.markdown.generated import documents
from kinos.domain.markdown import headings, plain, scan
from kinos.tokens import outline
from kinos.tokens.document import Encoding, OpenText, Position, TextEdit

LINES = st.sampled_from(
    ["# A", "## B 🌊", "###", "text", "text | x", "---", "+++", "===", "```", "~~~", "<!--", "-->", "<div>", "- item", "  - # no",
     "> quote", "    code", "| a | b |", "|---|---|", "", " ", "1. one", "漢字", "   # three", "[a]: b"]
)  # fmt: skip
ENDS = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", ""])
TEXTS = st.lists(st.tuples(LINES, ENDS).map("".join), max_size=25).map("".join)
EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.floats(0, 0.3), TEXTS | st.sampled_from(["", "x", "#", "\n", "`"])), max_size=8
)


def found(document: OpenText) -> list[tuple[int, int, int, str]]:
    return [(title.line, title.end, title.level, title.words) for title in document.titles()]


def wanted(text: str) -> list[tuple[int, int, int, str]]:
    return [(each.line, each.end, each.level, plain(each.title)) for each in headings(scan(text))]


@given(documents() | TEXTS, EDITS, st.sets(st.integers(0, 8)))
@example("# A\n\n```\n# B\n```\n# C\n", [(0.2, 0.16, "")], {0})
@example("---\na: b\n---\n# A\n", [(0.5, 0.3, "")], {0})
def test_headings_are_those_of_the_whole_text_after_any_edits(
    text: str, edits: list[tuple[float, float, str]], asked: set[int]
) -> None:
    document = OpenText(text, 1)
    for number, (where, share, new) in enumerate(edits):
        if number in asked:
            document.titles()
        now = document.text
        start = round(where * len(now))
        end = min(len(now), start + round(share * len(now)))
        places = (document.position_at(at, Encoding.UTF32) for at in (start, end))
        document.apply([TextEdit(*places, new)], number + 2, Encoding.UTF32)
        if number in asked:
            assert found(document) == wanted(document.text)
    assert found(document) == wanted(document.text)


def test_a_whole_new_text_has_its_own_headings() -> None:
    document = OpenText("# One\n", 1)
    assert found(document) == [(0, 1, 1, "One")]
    document.apply(["text\n\n## Two\n"], 2, Encoding.UTF16)
    assert found(document) == [(2, 3, 2, "Two")]


def test_an_edit_looks_at_what_is_between_the_headings_around_it_alone() -> None:
    document = OpenText("".join(f"## Part {number}\n\ntext\n\n" for number in range(1000)), 1)
    assert len(document.titles()) == 1000
    scanned = []
    whole = outline.scan
    try:
        outline.scan = lambda text: scanned.append(text) or whole(text)  # type: ignore[assignment, func-returns-value]
        document.apply([TextEdit(Position(2002, 0), Position(2002, 4), "more\n\n# New")], 2, Encoding.UTF16)
        assert len(document.titles()) == 1001
    finally:
        outline.scan = whole
    assert scanned == ["\n## Part 500\n\nmore\n\n# New\n\n## Part 501\n"]


def test_what_is_made_of_a_text_is_made_once_until_it_changes() -> None:
    document, made = OpenText("a", 1), []
    for _ in range(2):
        document.once("length", lambda: made.append(document.text))
    document.apply([TextEdit(Position(0, 1), Position(0, 1), "b")], 2, Encoding.UTF16)
    document.once("length", lambda: made.append(document.text))
    assert made == ["a", "ab"]
