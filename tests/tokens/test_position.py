"""Code units of the three encodings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.tokens.position import Encoding, index, units
from tokens.texts import many

LINE = "aé你🙂b"


@pytest.mark.parametrize(
    ("encoding", "starts"),
    [(Encoding.UTF8, [0, 1, 3, 6, 10, 11]), (Encoding.UTF16, [0, 1, 2, 3, 5, 6]), (Encoding.UTF32, [0, 1, 2, 3, 4, 5])],
)
def test_characters_start_where_the_encoding_says(encoding: Encoding, starts: list[int]) -> None:
    assert [units(LINE[:at], encoding) for at in range(6)] == starts
    assert [index(LINE, start, encoding) for start in starts] == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(("encoding", "inside"), [(Encoding.UTF8, (7, 8, 9)), (Encoding.UTF16, (4,))])
def test_a_place_inside_a_character_is_its_start(encoding: Encoding, inside: tuple[int, ...]) -> None:
    assert {index(LINE, at, encoding) for at in inside} == {3}


@many
@given(text=st.text(st.characters()), at=st.integers(-3, 100), encoding=st.sampled_from(Encoding))
def test_an_index_is_the_last_character_start_up_to_the_place(text: str, at: int, encoding: Encoding) -> None:
    starts = [units(text[:place], encoding) for place in range(len(text) + 1)]
    assert index(text, at, encoding) == max((i for i, start in enumerate(starts) if start <= at), default=0)
