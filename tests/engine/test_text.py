"""The raw form of a text: what is taken apart comes together again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.texts import raws
from kinos.domain.errors import PolicyError
from kinos.engine.text import Text, decoded, parse, rebuilt


@given(st.text() | raws())
def test_a_parsed_text_is_the_same_text_again(raw: str) -> None:
    text = parse(raw)
    assert ("\ufeff" if text.bom else "") + text.raw() == raw


@given(raws())
def test_an_agent_is_given_line_feeds_and_nothing_else(raw: str) -> None:
    unified = parse(raw).unified()
    assert "\r" not in unified
    assert not unified.startswith("\ufeff")
    assert parse(unified).lines == parse(raw).lines


@given(raws())
def test_a_file_decodes_to_bytes_and_back(raw: str) -> None:
    assert decoded(raw.encode(), "a.md").encoded() == raw.encode()


def test_lines_end_at_line_feed_and_carriage_return_only() -> None:
    assert parse("a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g\n").lines == ("a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g",)


def test_new_lines_get_the_most_frequent_line_end() -> None:
    assert parse("a\r\nb\r\nc\n").end == "\r\n"
    assert parse("no end at all").end == "\n"


def test_bytes_that_are_not_utf_8_are_refused_with_the_place() -> None:
    with pytest.raises(PolicyError, match=r"a\.md is not UTF-8 text \(byte 2\)"):
        decoded(b"ok\xff", "a.md")


def test_a_binary_file_is_refused() -> None:
    with pytest.raises(PolicyError, match="binary"):
        decoded(b"a\x00b", "a.bin")


def test_kept_lines_keep_their_ends_and_the_last_line_its_missing_one() -> None:
    current = parse("a\r\nb\nc")
    assert rebuilt(current, ["a", "new", "c"], ["\r\n", "", ""]).raw() == "a\r\nnew\r\nc"


def test_a_kept_last_line_gets_an_end_when_lines_follow_it() -> None:
    assert rebuilt(parse("a\nb"), ["a", "b", "c"], ["\n", "", ""]).raw() == "a\nb\nc"


def test_an_empty_line_after_a_lone_carriage_return_stays_a_line() -> None:
    kept = rebuilt(parse("a\rgone\n\nb\n"), ["a", "", "b"], ["\r", "\n", "\n"])
    assert parse(kept.raw()).lines == ("a", "", "b")


def test_a_large_text_is_parsed_in_time_that_grows_with_its_length() -> None:
    text = parse("line\n" * 200_000)
    assert len(text.lines) == 200_000
    assert isinstance(text, Text)
