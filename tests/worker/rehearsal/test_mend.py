import pytest
from hypothesis import given, settings

from domain.markdown.generated import documents
from kinos.domain.markdown import Kind, scan
from kinos.worker.rehearsal.mend import DOUBLED, MARGINS, MARKERS, PUNCTUATION, SLIPS, SPACES, mended


@pytest.mark.parametrize(
    ("slip", "before", "after"),
    [
        (DOUBLED, "Read the the page.\n", "Read the page.\n"),
        (DOUBLED, "Une page de du du texte.\n", "Une page de du texte.\n"),
        (PUNCTUATION, "Stop.. Now!! Yes,, well.\n", "Stop. Now! Yes, well.\n"),
        (SPACES, "one \ntwo  \nthree\t\n\nfour  \n", "one\ntwo  \nthree\n\nfour\n"),
        (MARGINS, "one\n## Two\nthree\n", "one\n\n## Two\n\nthree\n"),
        (MARKERS, "- a\n* b\n  + c\n  - d\n", "- a\n- b\n  + c\n  + d\n"),
    ],
)
def test_a_slip_is_mended(slip: str, before: str, after: str) -> None:
    text, count = mended(before, (slip,))
    assert text == after
    assert count > 0


@pytest.mark.parametrize(
    "text",
    [
        "I know that that is so; he had had it. Vous vous trompez.\n",
        '`the the` and <a title="the the"> and [x](the the) stay.\n',
        "Wait... what?! See ../up and 1..2, or etc..\\.\n",
        "```\nthe the \n## x\n* a\n- b\n```\n",
        "---\ntitle: the the \n---\n\n# A\n\nline  \nbreak\n",
        "the-the, the'the\n",
        "<div>the the </div>\n",
    ],
)
def test_what_may_be_meant_stays(text: str) -> None:
    assert mended(text, tuple(SLIPS)) == (text, 0)


@settings(max_examples=200)
@given(documents(awkward=True))
def test_mending_twice_changes_nothing_more(text: str) -> None:
    once, _ = mended(text, tuple(SLIPS))
    assert mended(once, tuple(SLIPS)) == (once, 0)


@settings(max_examples=200)
@given(documents(awkward=True))
def test_code_is_left_as_it_is(text: str) -> None:
    once, _ = mended(text, tuple(SLIPS))
    kept = (Kind.CODE, Kind.FRONT, Kind.HTML)
    assert [line.text for line in scan(once) if line.kind in kept] == [
        line.text for line in scan(text) if line.kind in kept
    ]
