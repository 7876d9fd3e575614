"""Sections: nested by level, each line in exactly one section's own text."""

from itertools import pairwise

from hypothesis import given

from domain.markdown.generated import documents
from kinos.domain.markdown import Section, headings, scan, sections


def nested(found: list[Section], depth: int = 0) -> list[tuple[int, str, int, int, int]]:
    return [
        row
        for one in found
        for row in [
            (depth, one.heading.title, one.start, one.own_end, one.end),
            *nested(list(one.children), depth + 1),
        ]
    ]


def test_sections_are_nested_by_level_even_where_one_is_left_out() -> None:
    text = "Intro.\n# A\ntext\n### Deep\n## B\n# C\n"
    assert nested(sections(scan(text))) == [
        (0, "A", 1, 3, 5),
        (1, "Deep", 3, 4, 4),
        (1, "B", 4, 5, 5),
        (0, "C", 5, 6, 6),
    ]


@given(documents(awkward=True))
def test_every_line_from_the_first_heading_on_is_in_one_sections_own_text(text: str) -> None:
    lines = scan(text)
    walked = [one for root in sections(lines) for one in root.walk()]
    assert [one.heading for one in walked] == headings(lines)
    assert all(before.own_end == after.start for before, after in pairwise(walked))
    assert not walked or walked[-1].own_end == len(lines)


@given(documents())
def test_a_section_ends_where_its_last_child_does(text: str) -> None:
    for root in sections(scan(text)):
        for one in root.walk():
            assert one.end == (one.children[-1].end if one.children else one.own_end)
            assert all(child.heading.level > one.heading.level for child in one.children)
