"""Headings: marked and underlined, outside fences and front matter."""

import pytest

from kinos.domain.markdown import headings, lines_of


def titles(text: str) -> list[tuple[int, int, str]]:
    return [(heading.line, heading.level, heading.title) for heading in headings(text)]


def test_marked_and_underlined_headings_are_found_with_their_lines() -> None:
    text = "# One\n\nText.\n\nTwo\n===\n\nThree\n---\n\n### Four ###\n####### no\n#no\n"
    assert titles(text) == [(0, 1, "One"), (4, 1, "Two"), (7, 2, "Three"), (10, 3, "Four")]


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


def test_a_line_below_a_list_or_a_longer_paragraph_is_a_rule() -> None:
    assert titles("- item\n---\n\na\nb\n---\n") == []


def test_lines_end_at_the_three_line_ends_and_nothing_else() -> None:
    assert lines_of("a\r\nb\rc\nd\u2028e\x0cf") == ["a", "b", "c", "d\u2028e\x0cf"]
