import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.printable import UNPRINTABLE
from kinos.domain.utterance import LINE, harmless, last_line


def test_what_steers_a_terminal_is_written_as_an_escape() -> None:
    assert harmless("a\x1b[31mb\x07\u202ec\ud83d") == "a\\x1b[31mb\\x07\\u202ec\\ud83d"


def test_lines_and_tabs_stay_what_they_are() -> None:
    assert harmless("a\tb\nc\r\nd\re") == "a\tb\nc\nd\ne"


@given(st.text())
def test_nothing_unprintable_is_left(text: str) -> None:
    assert not UNPRINTABLE.search(harmless(text).replace("\n", "").replace("\t", ""))


@pytest.mark.parametrize(
    ("pieces", "line"),
    [
        ((), ""),
        (("one",), "one"),
        (("one", " more"), "one more"),
        (("one\n",), "one"),
        (("one\n", "two"), "two"),
        (("one\ntwo\n\n", "  \n"), "two"),
        (("one", "\n", "\n", "two"), "two"),
        (("\n \n",), ""),
        (("x" * (LINE + 1),), "x" * LINE),
    ],
)
def test_the_last_line_with_anything_on_it_is_kept(pieces: tuple[str, ...], line: str) -> None:
    said = ""
    for piece in pieces:
        said = last_line(said, piece)
    assert said.rstrip("\n") == line


@given(st.lists(st.text(alphabet="ab \n", max_size=5)))
def test_it_does_not_matter_how_a_text_is_cut(pieces: list[str]) -> None:
    said = ""
    for piece in pieces:
        said = last_line(said, piece)
    assert said.strip() == last_line("", "".join(pieces)).strip()
