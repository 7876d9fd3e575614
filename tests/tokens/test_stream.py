"""What KinOS counts itself is what ctok counts, character by character and in any mixture of them."""

import re
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.tokens import alphabet
from kinos.tokens.claude import line_counter
from tokens.texts import CLAUDE, EXAMPLES, PARTS, many, message

each = pytest.mark.parametrize("name", CLAUDE)

FRAMES = (
    *("{}", "a{}b", "a {} b", " {}", "{} a", "a  {}  b", "A{}", "{}A", "1{}2", "({}) ", "a'{}", "{}'s", "x '{} y"),
    *(
        "中{}",
        "{}中",
        "²{}",
        "a\n{}\nb",
        "é{}É",
        "{0}{0}{0}{0}",
        "B{0}{0}{0}{0}B",
        "“{}” x",
        "🙂{}\ufe0f",
        "{}\ufe0f a",
        "\ufe0f{}",
    ),
)
"""Everything a character can stand beside, and what makes a word of it in capitals or in title case."""


def common() -> Iterator[str]:
    """Every character that is not rare on its own."""
    for code in range(0x20, sys.maxunicode + 1):
        if not alphabet.RARE.search(chr(code)):
            yield chr(code)


COMMON = tuple(common())
# Han and Hangul are ranges of the same: a part of them will do, unless many examples are asked for.
SOME = tuple(
    character
    for at, character in enumerate(COMMON)
    if EXAMPLES > 1000 or at % 67 == 0 or not re.match(f"[{alphabet.LETTER}]", character)
)
PLAIN = tuple(part for part in PARTS if not alphabet.RARE.search(f"中{part}"))


@each
@pytest.mark.parametrize("frame", FRAMES)
def test_every_character_counts_as_in_ctok_whatever_it_stands_beside(name: str, frame: str) -> None:
    counter = line_counter(name)
    wrong = [
        f"U+{ord(character):04X}"
        for character in SOME
        if counter.count(frame.format(character)) != message(frame.format(character), name)
    ]
    assert not wrong


@each
@many
@given(text=st.lists(st.sampled_from(PLAIN) | st.sampled_from(COMMON), max_size=30).map("".join).filter(bool))
def test_any_mixture_of_them_counts_as_in_ctok(name: str, text: str) -> None:
    assert line_counter(name).count(text) == message(text, name)


def test_ordinary_text_of_many_languages_has_no_rare_character() -> None:
    for text in (
        "It’s “quoted” — 10 € … ½ m², 20 °C → done ✅ ⚠️\n",
        "Où est le cœur de l’été ? Straße, piñata, Łódź, İstanbul'da değil mi".replace("İ", "I"),
        "Быстрая лиса. Η γρήγορη αλεπού. שלום עולם. مرحبا بالعالم",
        "速い茶色の狐が、怠け者の犬を飛び越える。빠른 갈색 여우",
    ):
        assert not alphabet.RARE.search(text)
