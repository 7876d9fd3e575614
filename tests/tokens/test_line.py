"""Counting by line is counting the whole."""

from functools import cache

import ctok
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kinos.tokens.claude import OVERHEADS, VERSIONS, line_counter
from kinos.tokens.line import LineCounter
from tokens.texts import CLAUDE, hard_texts, many, oracle, texts

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
    whole = ctok.token_count(text, VERSIONS[name]) - OVERHEADS[name]
    assert line_counter(name).count(text) == whole


@each
@many
@given(text=hard_texts.filter(bool))
def test_a_counter_without_any_memory_counts_the_same(name: str, text: str) -> None:
    forgetful = LineCounter(lambda part: ctok.token_count(part, VERSIONS[name]) - OVERHEADS[name], _runs(name), 0)
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
    longest = max(_runs(name))
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


def test_a_line_seen_before_is_not_counted_again() -> None:
    asked: list[str] = []

    def count(text: str) -> int:
        asked.append(text)
        return int(ctok.token_count(text, "4.8")) - 6

    counter = LineCounter(count, _runs("claude-v4.8"))
    lines = [f"The line number {number}, and *more* of it." for number in range(50)]
    counter.count("\n".join(lines))
    asked.clear()
    lines[25] += " Changed here"
    assert counter.count("\n".join(lines)) == oracle("\n".join(lines), "claude-v4.8")
    assert max(map(len, asked)) < 100
    assert len(asked) <= 4


@cache
def _runs(name: str) -> tuple[int, ...]:
    return tuple(len(piece) for piece in ctok.pieces(VERSIONS[name]) if not piece.strip("\n"))
