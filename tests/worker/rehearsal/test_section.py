from hypothesis import given

from domain.markdown.generated import documents
from kinos.worker.rehearsal.section import Name, Section, names, outline_of_rows, outline_of_text
from worker.rehearsal.stage import outline

TEXT = "Intro.\n\n# A\n\nwords\n\n## B\n\nmore words\n\n## B\n\n# C\n"


def flat(sections: list[Section], depth: int = 0) -> list[tuple[int, Name]]:
    return [row for section in sections for row in [(depth, section.name), *flat(section.children, depth + 1)]]


def test_an_outline_is_a_tree() -> None:
    found = outline_of_text(TEXT, len)
    assert flat(list(found.roots)) == [
        *((0, Name(1, "A")), (1, Name(2, "B", 1, 2)), (1, Name(2, "B", 2, 2)), (0, Name(1, "C"))),
    ]
    assert found.total == len(TEXT)


def test_rows_of_either_form_are_read() -> None:
    rows = "(before the first heading) — 12 tokens\n# A — 1,234 tokens\n## B (56 tokens)\nno row\n## C — and more — 7 tokens"
    found = outline_of_rows(rows)
    assert found.intro == 12
    assert [(name.title, depth) for depth, name in flat(list(found.roots))] == [("A", 0), ("B", 1), ("C — and more", 1)]
    assert found.total == 12 + 1234 + 56 + 7


@given(documents(awkward=True))
def test_the_outline_shown_and_the_text_name_the_same_headings(text: str) -> None:
    shown, whole = outline_of_rows(outline(text)), outline_of_text(text, len)
    assert [name for _, name in flat(list(shown.roots))] == [name for _, name in flat(list(whole.roots))]


def test_names_tell_headings_alike_apart() -> None:
    assert names([(1, "A"), (2, "A"), (1, "A")]) == [Name(1, "A", 1, 2), Name(2, "A"), Name(1, "A", 2, 2)]
