"""Sections and their sizes."""

from hypothesis import given

from domain.markdown.generated import documents
from fakes.counter import WordCounter
from kinos.domain.bulk import Bulk, Place
from kinos.domain.markdown import scan, sections
from kinos.tokens.counter import counter_for
from kinos.tokens.document import Encoding, OpenText, Position, TextEdit
from kinos.tokens.section import HEAVIEST, bulk, crossed, heaviest, overview, section_sizes

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


def test_the_heaviest_sections_come_first_and_a_title_over_all_of_it_says_nothing() -> None:
    text = "# Title\n\n## A\n\none\n\n## B\n\none two three\n\n### B1\n\none\n\n## C\n\none two\n\n## D\n"
    document = OpenText(text, 1)
    found = heaviest(section_sizes(document, COUNTER), document.count(COUNTER).tokens)
    assert [place.title for place in found] == ["B", "C", "A"]
    assert [place.line for place in found] == [6, 14, 2]


def test_a_section_that_is_most_of_a_document_and_divided_is_shown_by_what_is_below_it() -> None:
    text = f"# A\n\n{'word ' * 5}\n\n# B\n\n## B1\n\n{'word ' * 90}\n\n## B2\n\n{'word ' * 9}\n"
    document = OpenText(text, 1)
    found = heaviest(section_sizes(document, COUNTER), document.count(COUNTER).tokens)
    assert [place.title for place in found] == ["B1", "B2", "A"]


@given(documents())
def test_what_is_named_of_a_document_is_there(text: str) -> None:
    document = OpenText(text, 1)
    total = document.count(COUNTER).tokens
    found = bulk(text, COUNTER, total // 2)
    assert len(found.sections) <= HEAVIEST
    assert list(found.sections) == sorted(found.sections, key=lambda place: -place.tokens)
    sized = {size.line: size for root in section_sizes(document, COUNTER) for size in root.walk()}
    for place in found.sections:
        assert place == Place(place.line, sized[place.line].title, sized[place.line].tokens)
    assert (found.crossing is None) == (total == 0)
    assert bulk(text, COUNTER, total).crossing is None


def test_a_document_without_headings_has_no_sections_to_name() -> None:
    assert bulk("word word\nword\n", COUNTER, 2) == Bulk(0, ())


def test_in_an_encoding_that_sees_no_lines_nothing_is_named() -> None:
    assert bulk("# A\n\nword\n\n# B\n\nword\n", counter_for("o200k_base"), 2) == Bulk(None, ())


def test_an_overview_gives_each_section_without_its_subsections() -> None:
    assert overview("# A\none two\n## B\nthree\n", WordCounter()) == ("# A — 4 tokens\n## B — 3 tokens", 10)
    assert overview("no heading at all", WordCounter()) == ("(before the first heading) — 4 tokens", 7)
