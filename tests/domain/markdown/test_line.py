"""The scanner: what each line of a document is."""

import pytest
from hypothesis import given

from domain.markdown.generated import anything, documents
from kinos.domain.markdown import Kind, blocks, headings, lines_of, scan, text_of


def found(text: str) -> list[tuple[int, str]]:
    return [(heading.level, heading.title) for heading in headings(scan(text))]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("# One\n\n###### Six ##\n\n#Not\n\n####### Nor\n", [(1, "One"), (6, "Six")]),
        ("One\n===\n\nTwo\n---\n", [(1, "One"), (2, "Two")]),
        ("Two\nlines\n---\n", [(2, "Two lines")]),
        ("```\n# a\n```\n# b\n", [(1, "b")]),
        ("````\n```\n# a\n````\n# b\n", [(1, "b")]),
        ("~~~ `x`\n# a\n~~~\n# b\n", [(1, "b")]),
        ("```\n# a\n", []),
        ("- item\n\n  ```\n  # a\n  ```\n\n# b\n", [(1, "b")]),
        ("- item\n\n  ```\n  # a\n\nout\n\n# b\n", [(1, "b")]),
        ("    # a\n\n# b\n", [(1, "b")]),
        ("---\ntitle: x\n# a\n---\n# b\n", [(1, "b")]),
        ("<!--\n# a\n-->\n# b\n", [(1, "b")]),
        ("<pre>\n# a\n\n# a\n</pre>\n# b\n", [(1, "b")]),
        ("<div>\n# a\n\n# b\n", [(1, "b")]),
        ("> # a\n\n# b\n", [(1, "b")]),
        ("- item\n---\n\n# b\n", [(1, "b")]),
        ("| a |\n|---|\n\n# b\n", [(1, "b")]),
        ("text\n\n---\n\n# b\n", [(1, "b")]),
        ("text\n# b\n", [(1, "b")]),
    ],
)
def test_headings_are_told_from_what_looks_like_them(text: str, titles: list[tuple[int, str]]) -> None:
    assert found(text) == titles


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("- item", Kind.ITEM),
        ("12) item", Kind.ITEM),
        ("> quote", Kind.QUOTE),
        ("| cell |", Kind.TABLE),
        ("***", Kind.RULE),
        ("[label]: https://example.org", Kind.DEFINITION),
        ("words", Kind.TEXT),
        ("\tcode", Kind.CODE),
        ("<b>words</b>", Kind.HTML),
        ("", Kind.BLANK),
    ],
)
def test_a_line_alone_is_what_it_looks_like(line: str, kind: Kind) -> None:
    assert scan(f"# A\n\n{line}\n")[2].kind is kind


def test_a_list_item_goes_on_below_itself() -> None:
    assert [line.kind for line in scan("- one\nlazy\n\n  more\n\nout\n")] == [
        *(Kind.ITEM, Kind.ITEM, Kind.BLANK, Kind.ITEM, Kind.BLANK, Kind.TEXT)
    ]


def test_a_table_takes_the_row_above_its_rule() -> None:
    assert {line.kind for line in scan("a | b\n--- | ---\n1 | 2\n")} == {Kind.TABLE}


def test_blocks_are_runs_of_one_kind() -> None:
    text = "# A\n## B\none\ntwo\n\nthree\n- four\n"
    assert [(block.kind, block.text) for block in blocks(scan(text))] == [
        (Kind.HEADING, "# A"),
        (Kind.HEADING, "## B"),
        (Kind.TEXT, "one\ntwo"),
        (Kind.TEXT, "three"),
        (Kind.ITEM, "- four"),
    ]


@given(documents(awkward=True))
def test_every_line_of_a_document_is_there_once(text: str) -> None:
    assert text_of([line.text for line in scan(text)]) == text


@given(anything)
def test_any_text_can_be_read(text: str) -> None:
    assert [line.text for line in scan(text)] == lines_of(text)


def test_lines_end_at_the_three_line_ends_and_nothing_else() -> None:
    assert lines_of("a\r\nb\rc\nd\u2028e\x0cf") == ["a", "b", "c", "d\u2028e\x0cf"]
    assert lines_of("a\n\n") == ["a", ""]
    assert lines_of("") == []
