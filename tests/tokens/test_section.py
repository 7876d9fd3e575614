"""Sections and their sizes."""

from hypothesis import given

from domain.markdown.generated import documents
from kinos.domain.markdown import scan, sections
from kinos.tokens.counter import counter_for
from kinos.tokens.document import Encoding, OpenText, Position, TextEdit
from kinos.tokens.section import crossed, section_sizes

COUNTER = counter_for("claude-v4.8")


@given(documents())
def test_sections_add_up_to_what_their_lines_cost(text: str) -> None:
    document = OpenText(text, 1)
    costs, roots = document.by_line(COUNTER), section_sizes(document, COUNTER)
    first = min((root.line for root in roots), default=len(costs))
    assert sum(costs[:first]) + sum(root.tokens for root in roots) == document.count(COUNTER).tokens
    found = [section for root in sections(scan(text)) for section in root.walk()]
    for size, section in zip((size for root in roots for size in root.walk()), found, strict=True):
        assert size.tokens == sum(costs[section.start : section.end])
        assert size.tokens >= sum(child.tokens for child in size.children)


def test_sections_follow_an_edit() -> None:
    document = OpenText("# One\n\na\n\n## Below\n\nb\n\n# Two\n\nc\n", 1)
    before = section_sizes(document, COUNTER)
    document.apply([TextEdit(Position(6, 1), Position(6, 1), " and more")], 2, Encoding.UTF16)
    one, two = section_sizes(document, COUNTER)
    assert (one.title, one.children[0].title, two.title) == ("One", "Below", "Two")
    assert one.tokens == before[0].tokens + 2
    assert one.children[0].tokens == before[0].children[0].tokens + 2
    assert two.tokens == before[1].tokens


def test_the_line_at_which_a_limit_is_crossed_is_the_first_that_is_too_much() -> None:
    assert crossed([3, 0, 2, 5], 4) == 2
    assert crossed([3, 0, 2, 5], 5) == 3
    assert crossed([3, 0, 2, 5], 10) is None
    assert crossed([], 0) is None
