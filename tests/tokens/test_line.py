"""Counting by line is counting the whole."""

from functools import cache

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kinos.tokens.claude import TOKENIZERS, line_counter
from kinos.tokens.line import LineCounter
from kinos.tokens.table import table
from kinos.tokens.vocabulary import Vocabulary
from tokens.texts import CLAUDE, hard_texts, many, message, oracle, texts

each = pytest.mark.parametrize("name", CLAUDE)


@each
@many
@given(text=texts.filter(bool))
@example(text="\n")
@example(text=" \n\nx")
@example(text="\x01\n x")
@example(text="\x01")
@example(text="e\r\u0301\r\n\u0301")
@example(text="\u0301\n\u0301 a")
@example(text=" 'a it's\n's")
def test_the_count_by_line_is_the_count_of_the_whole_text(name: str, text: str) -> None:
    assert line_counter(name).count(text) == message(text, name)


@each
@many
@given(text=hard_texts.filter(bool))
def test_a_counter_without_any_memory_counts_the_same(name: str, text: str) -> None:
    tokenizer = TOKENIZERS[name]
    forgetful = LineCounter(_vocabulary(name), tokenizer.rules, lambda part: message(part, name), memo_bytes=0)
    assert forgetful.count(text) == line_counter(name).count(text)


@each
@many
@given(length=st.integers(1, 600))
def test_newline_runs_cost_what_the_whole_text_says_wherever_they_stand(name: str, length: int) -> None:
    run = "\n" * length
    for text in (run, f"a{run}b", f"{run}b", f"a{run}"):
        assert line_counter(name).count(text) == oracle(text, name)


@each
def test_a_very_long_newline_run_is_counted_without_a_table_of_its_length(name: str) -> None:
    counter = line_counter(name)
    longest = max(_vocabulary(name).runs)
    before = counter.newlines(50_000)
    assert counter.newlines(50_000 + 1000 * longest) == before + 1000
    assert counter.newlines(10_000_000_000) > 10_000_000_000 // longest - 1


@each
def test_ten_thousand_blank_lines_are_counted_exactly(name: str) -> None:
    text = "# Title\n" + "\n" * 10_000 + "end\n"
    assert line_counter(name).count(text) == oracle(text, name)


@each
def test_a_line_the_tokenizer_sees_nothing_of_costs_nothing(name: str) -> None:
    for line in ("", "\x01", "\ue000\x7f", "\r"):
        assert line_counter(name).line(line) == 0


def test_only_parts_with_rare_characters_are_asked_of_the_oracle_and_each_once() -> None:
    asked: list[str] = []

    def count(text: str) -> int:
        asked.append(text)
        return message(text, "claude-v4.8")

    counter = LineCounter(_vocabulary("claude-v4.8"), TOKENIZERS["claude-v4.8"].rules, count)
    text = "# Été — a *plain* line\n" * 3 + "and \u0e17\u0e35\u0e48 in a rare one, \u0e17\u0e35\u0e48 in it twice\n" * 3
    assert counter.count(text) == oracle(text, "claude-v4.8")
    assert asked == ["a\nand \u0e17\u0e35\u0e48 a", "a\none, \u0e17\u0e35\u0e48 a"]


@cache
def _vocabulary(name: str) -> Vocabulary:
    return Vocabulary(table(name, TOKENIZERS[name].version))


@pytest.mark.parametrize(
    "part",
    ["one more word, ", "Q29tZSBhZ2Fpbg", "=-=-=-", "速い茶色の狐が", "ที่นี่ "],
    ids=["words", "letters", "signs", "han", "rare"],
)
def test_one_very_long_line_is_counted_exactly(part: str) -> None:
    size = 1_000_000 if part == "one more word, " else 40_000
    line = part * (size // len(part.encode()))
    assert line_counter("claude-v4.8").count(line) == oracle(line, "claude-v4.8")
