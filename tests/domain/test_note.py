"""Notes: what others wrote stays words, in Markdown and without."""

import re

from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.note import Note, in_markdown, in_plain_text

WORDS = st.text(st.sampled_from("a🌊漢[]()!*_`<>&~\\#-|\n\r\u2028 x."), max_size=30)


def test_a_note_has_its_rows_below_its_title() -> None:
    note = Note("docs/a_b.md", (("Size", "4 tokens"), ("Why", "*so*")))
    assert note.markdown() == "**docs/a\\_b.md**\n\n- Size: 4 tokens\n- Why: \\*so\\*"
    assert note.plain() == "docs/a_b.md\nSize: 4 tokens\nWhy: *so*"


def test_several_notes_stand_apart() -> None:
    assert in_markdown([Note("a"), Note("b")]) == "**a**\n\n**b**"
    assert in_plain_text([Note("a"), Note("b")]) == "a\n\nb"


def test_a_diff_cannot_end_its_own_fence() -> None:
    shown = Note("a", (), "+````\n+![x](https://example.org/x.png)").markdown()
    assert shown.endswith("\n\n`````diff\n+````\n+![x](https://example.org/x.png)\n`````")


@given(WORDS, WORDS)
def test_words_of_others_add_no_markup_and_no_lines(title: str, words: str) -> None:
    shown = Note(title, (("Row", words),)).markdown()
    assert shown.count("\n") <= 2
    bare = re.sub(r"\\.", "", shown.replace("**", "", 2) if shown.startswith("**") else shown)
    assert not set("[]<>`_~&") & set(bare)
    assert "*" not in bare
