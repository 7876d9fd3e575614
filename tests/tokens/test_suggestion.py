"""A suggestion does what it says: every document is within the limit, no text is lost, every link still leads somewhere."""

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.markdown.generated import anchors, documents
from domain.markdown.test_split import dead
from kinos.domain.markdown import link, scan
from kinos.domain.markdown.split import Part, split, words_by_line
from kinos.domain.repeat import Place, Search, passages
from kinos.domain.suggestion import Suggestion, unwired, wire
from kinos.tokens.counter import counter_for
from kinos.tokens.suggestion import plain_text, suggestion

COUNTER = counter_for("claude-v4.8")
PROSE = "The tide comes in twice a day and nobody on the quay has ever been able to talk it out of that habit. "


def tokens(text: str) -> int:
    return COUNTER.count(text).tokens


def applied(made: Suggestion, text: str) -> dict[str, str]:
    """The documents once the suggestion has been followed."""
    return split(made.path, text, [Part(piece.path, piece.title, piece.starts) for piece in made.pieces])


@settings(max_examples=150, deadline=None)
@given(
    texts=st.lists(documents(), min_size=1, max_size=6),
    share=st.floats(0.3, 0.9),
    wanted=st.lists(anchors, max_size=4),
)
def test_following_it_brings_every_document_under_the_limit_and_loses_nothing(
    texts: list[str], share: float, wanted: list[str]
) -> None:
    text = plain_text("\n\n".join(texts))
    limit = max(200, int(tokens(text) * share))
    made = suggestion("docs/guide.md", text, COUNTER, limit, ["docs/guide-setup.md"])
    if not made.pieces:
        assert made.reason or tokens(text) <= limit
        return
    after = applied(made, text)
    assert all(tokens(content) <= limit for content in after.values())
    assert {piece.path: piece.tokens for piece in made.pieces} | {"docs/guide.md": made.stays} == {
        path: tokens(content) for path, content in after.items()
    }
    assert "docs/guide-setup.md" not in after
    before = words_by_line(link.retargeted(scan(text), lambda _: "x"))
    assert not before - words_by_line(
        line for content in after.values() for line in link.retargeted(scan(content), lambda _: "x")
    )
    others = {"README.md": "".join(f"[out](docs/guide.md#{anchor})\n" for anchor in wanted)}
    assert dead({**others, **after}) <= dead({**others, "docs/guide.md": text})


def long_document(*titles: str, lines: int = 40) -> str:
    return "# Guide\n\nAbout it.\n\n" + "".join(f"## {title}\n\n{(PROSE * 2 + chr(10)) * lines}\n" for title in titles)


def test_as_little_as_needed_moves_and_the_beginning_stays() -> None:
    text = long_document("Setup", "Usage", "Faults")
    made = suggestion("guide.md", text, COUNTER, tokens(text) - 100, [])
    assert [piece.headings for piece in made.pieces] == [("Faults",)]
    assert made.pieces[0].path == "guide-faults.md"
    assert made.lines() == [
        f"- guide.md: split out “Faults” ({made.pieces[0].tokens / 1000:.1f}k); {made.stays / 1000:.1f}k tokens stay"
    ]


def test_neighbours_go_into_one_document_as_long_as_it_is_within_the_limit() -> None:
    text = long_document("One", "Two", "Three", "Four", lines=10)
    section = (tokens(text) - 10) // 4
    made = suggestion("a/guide.md", text, COUNTER, int(section * 2.3), [])
    assert [piece.headings for piece in made.pieces] == [("Three", "Four")] or [
        len(piece.headings) for piece in made.pieces
    ] == [2]
    assert all(piece.path.startswith("a/guide-") for piece in made.pieces)


def test_a_section_too_large_for_a_document_is_divided_at_the_headings_below_it() -> None:
    text = "# Guide\n\n## All\n\n" + "".join(f"### Part {n}\n\n{(PROSE + chr(10)) * 20}\n" for n in range(6))
    made = suggestion("guide.md", text, COUNTER, tokens(text) // 2, [])
    assert made.pieces
    assert {heading for piece in made.pieces for heading in piece.headings} <= {f"Part {n}" for n in range(6)}


def test_what_cannot_be_divided_says_why() -> None:
    made = suggestion("log.md", PROSE * 200, COUNTER, 500, [])
    assert made.lines() == ["- log.md: it has no headings at which it could be split"]
    text = f"# Log\n\n## All\n\n{PROSE * 200}\n\n## Rest\n\nno\n"
    assert suggestion("log.md", text, COUNTER, 500, []).reason.startswith("“All” alone has ")


def test_passages_that_stand_elsewhere_are_named_with_their_places_and_what_they_cost() -> None:
    nearly = PROSE.replace("twice a day", "two times a day")
    text = f"# A\n\nwords\n\n{PROSE}\n\nmore\n\n{PROSE}\n"
    search = Search("a.md", plain_text(text))
    search.look("a.md", passages(plain_text(text)))
    search.look("b.md", passages(f"# B\n\nother\n\n{nearly}\n"))
    search.look(
        "c.md",
        passages("# C\n\nNothing of the kind is said here, at whatever length one cares to go on about nothing.\n"),
    )
    first, second = suggestion("a.md", text, COUNTER, 10, [], search).repeats
    assert (first.line, first.places) == (4, (Place("a.md", 8), Place("b.md", 4)))
    assert first.tokens == tokens(f"x\n\n{PROSE.strip()}\n\nx") - tokens("x\n\nx") + 1
    assert second.places == (Place("b.md", 4),)
    assert first.words == "The tide comes in twice a day and"


def test_a_suggestion_survives_the_way_through_json() -> None:
    text = long_document("Setup", "Usage")
    search = Search("guide.md", text)
    search.look("other.md", passages(text))
    made = suggestion("guide.md", text, COUNTER, tokens(text) * 2 // 3, [], search)
    assert made.pieces
    assert made.repeats
    assert unwired(wire(made)) == made
