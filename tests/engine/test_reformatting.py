"""A formatter's hand in an agent's lines is told from a person's."""

import pytest

from kinos.engine.reformatting import formatted
from kinos.engine.text import parse


@pytest.mark.parametrize(
    ("made", "now"),
    [
        ("two words", "two  words \t"),
        ("* an item", "- an item"),
        ("|a|b|", "| a   | b |"),
        ("|---|:-:|", "| --- | :-: |"),
        ("|---|---|", "|------|------|"),
        ("f( x,y )", "f(x, y)"),
    ],
)
def test_a_line_that_a_formatter_was_at_is_still_the_line_that_was_made(made: str, now: str) -> None:
    before, after = parse("one\n"), parse(f"one\n{made}\n")
    assert formatted(before, after, parse(f"one\n{now}\nmore\n")).lines == ("one", now)


@pytest.mark.parametrize(
    "now", ["two word", "twowords", "two words more", "  two words", "# two words", "Two words", ""]
)
def test_a_line_that_a_person_edited_or_indented_is_not(now: str) -> None:
    before, after = parse("one\n"), parse("one\ntwo words\n")
    assert formatted(before, after, parse(f"one\n{now}\n")) == after


def test_what_a_formatter_did_to_other_lines_is_no_part_of_it() -> None:
    before, after = parse("* one\n"), parse("* one\n* two\n")
    assert formatted(before, after, parse("- one\n- two\n")).lines == ("* one", "- two")
