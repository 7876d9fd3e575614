"""Headings: marked and underlined, where Markdown says they are, with the anchors links use."""

from itertools import pairwise

import pytest
from hypothesis import given

from domain.markdown.generated import documents
from kinos.domain.markdown import document_title, headings, lines_of, scan, slug


def titles(text: str) -> list[tuple[int, int, str]]:
    return [(heading.line, heading.level, heading.title) for heading in headings(scan(text))]


def test_marked_and_underlined_headings_are_found_with_their_lines() -> None:
    text = "# One\n\nText.\n\nTwo\n===\n\nThree\n---\n\n### Four ###\n####### no\n#no\n"
    assert titles(text) == [(0, 1, "One"), (4, 1, "Two"), (7, 2, "Three"), (10, 3, "Four")]


def test_headings_below_a_fence_in_a_list_item_are_found() -> None:
    text = "# A\n\n1. ```sh\n   make\n   ```\n\n2. next\n\n## Real one\n\ntext\n\n## Real two\n"
    assert titles(text) == [(0, 1, "A"), (8, 2, "Real one"), (12, 2, "Real two")]


@pytest.mark.parametrize(
    "text",
    [
        "1. ```sh\n   # comment\n   ```\n",
        "<!--\n# comment\n\n# more\n-->\n",
        "<pre>\n# raw\n\n# more\n</pre>\n",
        "- item\n\n  # in the item\n",
        "- # the item itself\n",
        "> # quoted\n",
    ],
)
def test_what_stands_in_a_list_in_html_or_in_a_quotation_is_no_heading(text: str) -> None:
    assert titles(f"{text}\n# yes\n") == [(len(lines_of(text)) + 1, 1, "yes")]


@pytest.mark.parametrize("fence", ["```", "~~~", "````"])
def test_what_stands_in_a_fence_is_no_heading(fence: str) -> None:
    assert titles(f"# A\n{fence}sh\n# comment\n{fence}\n# B\n") == [(0, 1, "A"), (4, 1, "B")]


def test_a_shorter_fence_or_one_with_words_does_not_close_a_longer_one() -> None:
    assert titles("````\n```\n# no\n```` x\n# no\n````\n# yes\n") == [(6, 1, "yes")]


def test_an_unclosed_fence_reaches_to_the_end() -> None:
    assert titles("# A\n```\n# no\n") == [(0, 1, "A")]


def test_backticks_in_a_line_open_no_fence() -> None:
    assert titles("``` a ` b\n# yes\n") == [(1, 1, "yes")]


def test_front_matter_is_passed_over_and_an_unclosed_one_is_text() -> None:
    assert titles("---\ntitle: x\n# no\n---\n# yes\n") == [(4, 1, "yes")]
    assert titles("+++\nname = 1\n+++\nText\n---\n") == [(3, 2, "Text")]
    assert titles("---\n# yes\n") == [(1, 1, "yes")]


def test_a_line_below_a_list_is_a_rule_and_below_a_paragraph_it_makes_a_heading_of_it() -> None:
    assert titles("- item\n---\n\na\nb\n---\n") == [(3, 2, "a b")]


def test_line_ends_of_every_kind_give_the_same_headings() -> None:
    text = "# A\n\nB\n---\n\n```\n# no\n```\n\n## C ##\n"
    assert titles(text.replace("\n", "\r\n")) == titles(text.replace("\n", "\r")) == titles(text)


@pytest.mark.parametrize(
    ("title", "anchor"),
    [
        ("On call", "on-call"),
        ("What's new?", "whats-new"),
        ("`kin lsp` — options", "kin-lsp--options"),
        ("**Bold** and [link](a.md)", "bold-and-link"),
        ("Über_uns", "über_uns"),
        ("snake_case_name", "snake_case_name"),
        ("漢字 title", "漢字-title"),
    ],
)
def test_a_heading_has_the_anchor_github_gives_it(title: str, anchor: str) -> None:
    assert slug(title) == anchor


def test_headings_alike_are_numbered_and_a_name_of_their_own_counts() -> None:
    assert [heading.anchor for heading in headings(scan("# A\n\n# A\n\n## B {#own}\n"))] == ["a", "a-1", "own"]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("## Sub\n\n# The *guide*\n", "The guide"),
        ('---\ntitle: "Named"\n---\n\n## Sub\n', "Named"),
        ("## Sub\n", "Field work"),
    ],
)
def test_a_document_is_called_by_its_heading_its_front_matter_or_its_file(text: str, title: str) -> None:
    assert document_title(scan(text), "docs/field-work.md") == title


@given(documents(awkward=True))
def test_headings_stand_in_order_and_do_not_overlap(text: str) -> None:
    found = headings(scan(text))
    assert all(one.line < one.end for one in found)
    assert all(one.end <= other.line for one, other in pairwise(found))
