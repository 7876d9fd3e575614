"""The document that is edited is what the editor has, and its size is always exact."""

import re
from typing import override

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kinos.domain.errors import UnavailableError
from kinos.domain.size import Counted
from kinos.tokens.claude import TOKENIZERS
from kinos.tokens.counter import ClaudeCounter, counter_for
from kinos.tokens.document import Encoding, OpenText, Position, TextEdit
from kinos.tokens.line import LineCounter
from kinos.tokens.table import table
from kinos.tokens.vocabulary import Vocabulary
from tokens.texts import CLAUDE, hard_texts, many, oracle, parts

UTF16 = Encoding.UTF16
PLACE = Position(2, 1)

positions = st.builds(Position, st.integers(-1, 8), st.integers(-1, 15))
edits = st.builds(TextEdit, positions, positions, st.lists(parts, max_size=4).map("".join))
changes = st.lists(st.tuples(edits | hard_texts, st.sampled_from(Encoding)), max_size=8)


def width(character: str, encoding: Encoding) -> int:
    return (
        len(character.encode(encoding.value + ("" if encoding is Encoding.UTF8 else "-le"), "surrogatepass"))
        // {
            Encoding.UTF8: 1,
            Encoding.UTF16: 2,
            Encoding.UTF32: 4,
        }[encoding]
    )


def naive_offset(text: str, position: Position, encoding: Encoding) -> int:
    """Walk the text character by character, as the LSP specification describes a position."""
    if position.line < 0:
        return 0
    lines = list(re.finditer(r"[^\r\n]*(\r\n|\r|\n|$)", text))
    if lines[-1].start() == len(text) and len(lines) > 1 and not lines[-2][1]:
        lines.pop()  # the pattern matches once more at the very end
    if position.line >= len(lines):
        return len(text)
    at, left = lines[position.line].start(), position.character
    while at < lines[position.line].start(1) and (left := left - width(text[at], encoding)) >= 0:
        at += 1
    return at


def naive_edit(text: str, edit: TextEdit | str, encoding: Encoding) -> str:
    if isinstance(edit, str):
        text = edit
    else:
        start, end = sorted(naive_offset(text, place, encoding) for place in (edit.start, edit.end))
        text = text[:start] + edit.text + text[end:]
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def at(line: int, start: int, end: int, text: str) -> TextEdit:
    return TextEdit(Position(line, start), Position(line, end), text)


@many
@given(text=hard_texts, changes=changes)
@example(text="a\r\nb", changes=[(at(0, 9, 9, "\r"), UTF16)])
@example(text="a\rb\n", changes=[(at(1, 0, 1, ""), UTF16)])
@example(text="a\r", changes=[(at(1, 0, 0, "\n"), UTF16)])
@example(text="\ud83d\ude00", changes=[(at(0, 2, 2, "x"), UTF16), ("\ud83d\ude00", UTF16)])
@example(text="\ud83d", changes=[(at(0, 1, 1, "\ude00"), UTF16), (at(0, 1, 2, "x"), UTF16)])
def test_any_edits_leave_the_text_a_plain_replacement_leaves(
    text: str, changes: list[tuple[TextEdit | str, Encoding]]
) -> None:
    document, expected = OpenText(text, 0), naive_edit("", text, UTF16)
    for version, (edit, encoding) in enumerate(changes, 1):
        document.apply([edit], version, encoding)
        expected = naive_edit(expected, edit, encoding)
        assert document.text == expected
        assert document.offset_at(PLACE, UTF16) == naive_offset(expected, PLACE, UTF16)
        assert document.version == version
    assert document.line_count == len(re.findall(r"\r\n|\r|\n", expected)) + 1


@pytest.mark.parametrize("name", CLAUDE)
@many
@given(text=hard_texts, changes=changes)
@example(text="a\nb\n\nc", changes=[(at(1, 0, 1, ""), UTF16), (at(0, 0, 1, ""), UTF16)])
@example(text="x\n\n\n", changes=[(TextEdit(Position(0, 0), Position(2, 0), ""), UTF16), (at(0, 0, 0, " "), UTF16)])
@example(text="a\rb\nc", changes=[(at(0, 1, 1, "\n"), UTF16), (TextEdit(Position(0, 0), Position(2, 0), ""), UTF16)])
@example(text="\ufeffa", changes=[(at(0, 1, 2, ""), UTF16)])
def test_after_any_edits_the_size_is_that_of_the_whole_text(
    name: str, text: str, changes: list[tuple[TextEdit | str, Encoding]]
) -> None:
    counter, document = counter_for(name), OpenText(text, 0)
    assert document.count(counter).tokens == oracle(document.text, name)
    for version, (edit, encoding) in enumerate(changes, 1):
        document.apply([edit], version, encoding)
        assert document.count(counter).tokens == oracle(document.text, name)


@pytest.mark.parametrize("name", CLAUDE)
@many
@given(text=hard_texts, changes=changes)
@example(text="a\rb\r\r\nc\r", changes=[])
@example(text="\r\ra", changes=[])
@example(text="", changes=[])
@example(text="\n\n a\n\n", changes=[])
def test_after_any_edits_the_lines_add_up_to_the_size(
    name: str, text: str, changes: list[tuple[TextEdit | str, Encoding]]
) -> None:
    counter, document = counter_for(name), OpenText(text, 0)
    for version, (edit, encoding) in enumerate(changes, 1):
        document.count(counter)
        document.apply([edit], version, encoding)
    shares = document.by_line(counter)
    assert len(shares) == document.line_count
    assert sum(shares) == document.count(counter).tokens


def test_a_line_pays_for_the_blank_lines_behind_it() -> None:
    document, counter = OpenText("# One\n\n\n\ntwo words\n", 1), counter_for("claude-v4.8")
    first, *blank, second, last = document.by_line(counter)
    assert (blank, last) == ([0, 0, 0], 0)
    assert first == oracle("# One\n\n\n\na", "claude-v4.8") - 1
    assert first + second == oracle(document.text, "claude-v4.8")


def test_an_encoding_of_openai_counts_all_on_the_first_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kinos.tokens.encoding.text_counter", lambda name: len)
    assert OpenText("one\ntwo\n", 1).by_line(counter_for("cl100k_base")) == [8, 0, 0]


@many
@given(text=hard_texts, changes=changes)
def test_edits_that_come_together_count_as_those_that_come_one_by_one(
    text: str, changes: list[tuple[TextEdit | str, Encoding]]
) -> None:
    together, single, counter = OpenText(text, 0), OpenText(text, 0), counter_for("claude-v4.8")
    together.count(counter)
    together.apply([edit for edit, _ in changes], 1, UTF16)
    for edit, _ in changes:
        single.apply([edit], 1, UTF16)
    assert together.text == single.text
    assert together.count(counter) == single.count(counter)


@many
@given(text=hard_texts, offset=st.integers(-2, 80), encoding=st.sampled_from(Encoding))
def test_an_offset_survives_the_way_to_a_position_and_back(text: str, offset: int, encoding: Encoding) -> None:
    document = OpenText(text, 0)
    text = document.text
    clamped = min(max(offset, 0), len(text))
    if text[clamped - 1 : clamped + 1] == "\r\n":
        clamped -= 1  # there is no position inside a line end
    assert document.offset_at(document.position_at(offset, encoding), encoding) == clamped


@many
@given(text=hard_texts, position=positions, encoding=st.sampled_from(Encoding))
def test_a_position_is_where_the_specification_says(text: str, position: Position, encoding: Encoding) -> None:
    document = OpenText(text, 0)
    assert document.offset_at(position, encoding) == naive_offset(document.text, position, encoding)


@pytest.mark.parametrize("odd", ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
def test_only_the_three_line_ends_end_a_line(odd: str) -> None:
    document = OpenText(f"one{odd}two\nthree", 1)
    document.apply([at(1, 0, 5, "3")], 2, UTF16)
    assert document.text == f"one{odd}two\n3"


def test_a_character_beyond_the_line_is_before_its_end() -> None:
    document = OpenText("one\r\ntwo", 1)
    document.apply([at(0, 99, 99, "!")], 2, UTF16)
    assert document.text == "one!\r\ntwo"


def test_a_range_given_backwards_is_the_same_range() -> None:
    document = OpenText("one two", 1)
    document.apply([TextEdit(Position(0, 7), Position(0, 3), ".")], 2, UTF16)
    assert document.text == "one."


def test_an_edit_costs_what_its_lines_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    document = OpenText("".join(f"line {number}\n" for number in range(5000)), 1)
    counter = counter_for("claude-v4.8")
    before = document.count(counter).tokens
    counted: list[str] = []
    line = LineCounter.line

    def watched(self: LineCounter, text: str) -> int:
        counted.append(text)
        return line(self, text)

    monkeypatch.setattr(LineCounter, "line", watched)
    document.apply([at(2500, 0, 0, "one more ")], 2, UTF16)
    assert document.count(counter).tokens == before + 2
    assert counted == ["one more line 2500"]


def test_another_tokenizer_is_counted_anew() -> None:
    document = OpenText("A document that is counted twice, and edited.\n", 1)
    for name in (*CLAUDE, *CLAUDE):
        assert document.count(counter_for(name)).tokens == oracle(document.text, name)
        document.apply([at(0, 0, 0, "Really: ")], 2, UTF16)


def test_a_count_that_fails_leaves_the_text_right() -> None:
    class Breaking(ClaudeCounter):
        broken = False

        @property
        @override
        def lines(self) -> LineCounter:
            return lines

    def count(text: str) -> int:
        if Breaking.broken:
            raise UnavailableError("broken")
        return len(text)

    lines = LineCounter(Vocabulary(table("claude-v4.8", "4.8")), TOKENIZERS["claude-v4.8"].rules, count)
    counter = Breaking("claude-v4.8", Counted.EXACT)
    document = OpenText("one\ntwo\n", 1)
    document.count(counter)
    Breaking.broken = True
    with pytest.raises(UnavailableError):
        document.apply([at(0, 0, 0, "1"), at(1, 0, 3, "2\u0e35")], 2, UTF16)
    assert (document.text, document.version) == ("1one\n2\u0e35\n", 2)
    with pytest.raises(UnavailableError):
        document.count(counter)
