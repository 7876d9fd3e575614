"""A link in the place of a passage: nothing else changes, and the link leads to where the passage stays."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.markdown.generated import documents
from domain.markdown.test_split import dead
from kinos.domain.markdown import headings, lines_of, link, scan
from kinos.domain.markdown.fold import Home, foldable, folded, home
from kinos.domain.repeat import passages

TEXT = (
    "# Guide\n\nIntro.\n\n## Setup\nInstall it, then run it.\n\n| a | b |\n| - | - |\n\n- an item\n\n```\ncode\n```\n\n"
    "With <a id='x'></a>.\n"
)


@pytest.mark.parametrize(
    ("passage", "place"),
    [
        ((2, 3), (2, 3)),
        ((4, 6), (5, 6)),
        ((7, 9), (7, 9)),
        ((10, 11), None),
        ((12, 15), None),
        ((16, 17), None),
    ],
)
def test_running_text_and_tables_without_anchors_are_folded_and_headings_stay(
    passage: tuple[int, int], place: tuple[int, int] | None
) -> None:
    assert foldable(scan(TEXT), *passage) == place


def test_a_passage_stays_under_the_heading_above_it_or_in_the_document_as_such() -> None:
    lines = scan(TEXT)
    assert home("docs/guide.md", lines, 2) == Home("docs/guide.md", "Guide", "")
    assert home("docs/guide.md", lines, 5) == Home("docs/guide.md", "Setup", "setup")
    assert home("docs/notes.md", scan("words\n"), 0) == Home("docs/notes.md", "Notes", "")


def test_the_link_stands_apart_from_a_heading_right_above() -> None:
    after = folded("a.md", TEXT, 5, 6, Home("docs/big doc.md", "Use [it]", "use-it"))
    assert "## Setup\n\nSee [Use it](docs/big%20doc.md#use-it).\n\n| a" in after


def test_a_passage_that_stays_in_the_same_document_is_linked_by_its_anchor() -> None:
    assert "See [Setup](#setup)." in folded("a.md", TEXT, 2, 3, Home("a.md", "Setup", "setup"))
    assert "See [Guide](a.md)." in folded("a.md", TEXT, 5, 6, Home("a.md", "Guide", ""))


@settings(max_examples=200)
@given(documents(), documents(), st.data())
def test_a_fold_changes_nothing_else_and_leaves_no_dead_link(text: str, other: str, data: st.DataObject) -> None:
    lines = scan(text)
    places = [place for each in blocks(text) if (place := foldable(lines, *each)) is not None]
    if not places:
        return
    start, end = data.draw(st.sampled_from(places))
    target = home("docs/other.md", scan(other), data.draw(st.integers(0, max(0, len(lines_of(other)) - 1))))
    after = folded("docs/guide.md", text, start, end, target)
    texts = lines_of(text)
    pointer = f"See [{link.link_text(target.title)}]({link.relative('docs/guide.md', target.path, target.anchor)})."
    assert [line for line in lines_of(after) if line] == [
        line for line in [*texts[:start], pointer, *texts[end:]] if line
    ]
    assert [h.anchor for h in headings(scan(after))] == [h.anchor for h in headings(lines)]
    files = {"docs/guide.md": text, "docs/other.md": other}
    assert dead({**files, "docs/guide.md": after}) <= dead(files)


def blocks(text: str) -> list[tuple[int, int]]:
    """Lines between blank ones, whatever they are."""
    found, start = [], 0
    lines = lines_of(text)
    for number in range(len(lines) + 1):
        if number == len(lines) or not lines[number].strip():
            found += [(start, number)] if number > start else []
            start = number + 1
    return found


def test_passages_are_such_blocks() -> None:
    text = f"# A\n\n{'word ' * 30}\nmore\n\nshort\n"
    assert [(each.start, each.end) for each in passages(text)] == [(2, 4)]
    assert (2, 4) in blocks(text)
