"""The map read back is what was written into it."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.map_entry import Entry, entries
from kinos.domain.phase import PhaseRule, PhaseState
from kinos.domain.printable import printable
from kinos.domain.project_map import ProjectMap
from kinos.domain.repeat import Place, Repeat
from kinos.domain.size import Limits, Size, kilotokens
from kinos.domain.suggestion import Piece, Suggestion

NAME = st.text(
    st.characters(blacklist_characters="/\n\r", blacklist_categories=["Cs"]) | st.sampled_from("📄📁🔴 ()│└─漢🌊:"),
    min_size=1,
    max_size=12,
)
PATH = st.lists(NAME, min_size=1, max_size=4).map(lambda parts: "/".join(parts) + ".md")


def lines_of_map(documents: dict[str, Size], suggestions: tuple[Suggestion, ...] = ()) -> list[str]:
    made = ProjectMap(
        documents, Limits(), PhaseRule(128_000, 0.6, 0.5), PhaseState(), "claude-v4.8", suggestions=suggestions
    )
    return made.render(datetime.now(UTC)).split("\n")


def named(lines: list[str], entry: Entry) -> str:
    return lines[entry.line][entry.start : entry.end]


@given(st.dictionaries(PATH, st.integers(0, 20_000).map(Size), max_size=12))
def test_every_document_of_the_tree_is_found_where_it_stands(documents: dict[str, Size]) -> None:
    # Two names that look alike are one in a map; a file and a folder of one name cannot be.
    documents = {path: size for path, size in documents.items() if printable(path) == path}
    lines = lines_of_map(documents)
    tree = [entry for entry in entries(lines, documents) if entry.depth]
    files = [entry for entry in tree if not entry.path.endswith("/")]
    assert sorted(entry.path for entry in files) == sorted(documents)
    for entry in files:
        assert named(lines, entry) == entry.path.rpartition("/")[2]
        assert entry.depth == entry.path.count("/") + 1
        assert entry.size.startswith(f"{kilotokens(documents[entry.path].tokens)} tokens ")
    for entry in tree:
        if entry.path.endswith("/"):
            assert any(path.startswith(entry.path) for path in documents)


def test_a_name_that_cannot_be_shown_as_it_is_still_leads_to_its_document() -> None:
    lines = lines_of_map({"a\u202eb.md": Size(1)})
    (entry,) = [entry for entry in entries(lines, ["a\u202eb.md"]) if entry.depth]
    assert (entry.path, named(lines, entry)) == ("a\u202eb.md", "a\\u202eb.md")


def test_what_has_gone_since_is_named_as_it_was() -> None:
    lines = lines_of_map({"docs/old.md": Size(1)})
    assert [entry.path for entry in entries(lines, [])] == ["docs/", "docs/old.md"]


def test_warnings_lead_to_their_documents() -> None:
    documents = {"docs/a.md": Size(7000), "b.md": Size(13_000), "x/c.md": Size(7000), "y/c.md": Size(1)}
    lines = lines_of_map(documents)
    found = {named(lines, entry): entry.path for entry in entries(lines, documents) if not entry.depth}
    assert found == {"a.md": "docs/a.md", "b.md": "b.md", "x/c.md": "x/c.md"}


def test_suggestions_lead_to_the_lines_they_name() -> None:
    pieces = (Piece("docs/part.md", "Part", (4,), ("Part: one",), 6500),)
    repeats = (Repeat(11, "the same: words", 80, (Place("b.md", 2), Place("docs/c 1.md", 6))),)
    documents = {"docs/a.md": Size(7000), "b.md": Size(1), "docs/c 1.md": Size(1)}
    lines = lines_of_map(documents, (Suggestion("docs/a.md", pieces, 500, "", repeats),))
    found = [
        (named(lines, entry), entry.path, entry.place)
        for entry in entries(lines, documents)
        if lines[entry.line].startswith("- ")
    ]
    assert found == [
        ("docs/a.md", "docs/a.md", None),
        ("docs/a.md:12", "docs/a.md", 11),
        ("b.md:3", "b.md", 2),
        ("docs/c 1.md:7", "docs/c 1.md", 6),
    ]


def test_folders_that_are_shown_shut_are_entries_too() -> None:
    documents = {"docs/a/b.md": Size(1000), "docs/c.md": Size(1000)}
    made = ProjectMap(documents, Limits(), PhaseRule(128_000, 0.6, 0.5), PhaseState(), "claude-v4.8")
    lines = made.render(datetime.now(UTC), 0).split("\n")
    (entry,) = entries(lines, documents)
    assert (entry.path, entry.size) == ("docs/", "2 documents, 2.0k tokens")
