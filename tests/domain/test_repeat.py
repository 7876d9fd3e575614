"""Passages that stand elsewhere too."""

from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.repeat import LEAST, Search, passages

WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
PASSAGE = " ".join(f"{word}{n}" for n in range(4) for word in WORDS)

texts = st.lists(st.sampled_from(["", "x", PASSAGE, PASSAGE[: len(PASSAGE) // 2], "# T"]), max_size=10).map("\n".join)


@given(texts)
def test_passages_are_paragraphs_and_stand_where_they_say(text: str) -> None:
    lines = text.split("\n")
    for passage in passages(text):
        paragraph = lines[passage.start : passage.end]
        assert all(line.strip() for line in paragraph)
        assert passage.start == 0 or not lines[passage.start - 1].strip()
        assert passage.end >= len(lines) or not lines[passage.end].strip()
        assert len(" ".join(paragraph).split()) >= LEAST


def found(one: str, other: str) -> bool:
    search = Search("a.md", one)
    search.look("b.md", passages(other))
    return bool(search.repeats([1] * len(one.split("\n"))))


def test_a_passage_is_found_again_wherever_its_lines_break_and_in_any_case() -> None:
    words = PASSAGE.upper().split()
    assert found(PASSAGE, "\n".join(" ".join(words[at : at + 7]) for at in range(0, len(words), 7)))


def test_one_that_was_edited_a_little_is_found_and_another_one_is_not() -> None:
    words = PASSAGE.split()
    assert found(PASSAGE, " ".join([*words[:20], "and", "more", *words[20:]]))
    assert found(PASSAGE, " ".join(words[:25]))
    assert not found(PASSAGE, " ".join(reversed(words)))


def test_passages_that_share_a_part_only_are_two() -> None:
    words = PASSAGE.split()
    other = [f"other{number}" for number in range(60)]
    assert not found(PASSAGE, " ".join([*words[:15], *other]))


def test_a_short_paragraph_is_no_passage() -> None:
    short = " ".join(PASSAGE.split()[: LEAST - 1])
    assert not found(short, short)


def test_the_same_document_is_not_its_own_repetition() -> None:
    search = Search("a.md", f"{PASSAGE}\n\nx\n\n{PASSAGE}")
    search.look("a.md", passages(f"{PASSAGE}\n\nx\n\n{PASSAGE}"))
    (repeat,) = search.repeats([2, 1, 1, 1, 2])
    assert (repeat.line, repeat.tokens, [place.line for place in repeat.places]) == (0, 2, [4])
