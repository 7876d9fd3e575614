import pytest

from kinos.worker.rehearsal.order import Part, Split
from kinos.worker.rehearsal.section import Name
from kinos.worker.rehearsal.split import DeclinedError, carried_out

GUIDE = "# The guide\n\n## Setup\n\nInstall it.\n\n### Deeper\n\nx\n\n## Usage\n\nUse it as said.\n"


def part(path: str, *titles: str, level: int = 2) -> Part:
    return Part(path, " and ".join(titles), tuple(Name(level, title) for title in titles))


def test_an_order_names_the_sections_by_their_headings() -> None:
    moved = carried_out(Split("guide.md", (part("guide-usage.md", "Usage"),)), GUIDE)
    assert moved.texts["guide-usage.md"] == "# Usage\n\nPart of [The guide](guide.md).\n\nUse it as said.\n"
    assert moved.texts["guide.md"].endswith("## Usage\n\nSee [Usage](guide-usage.md).\n")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("# Guide\n\n## Other\n", "has no heading “## Setup”"),
        ("# Guide\n\n## Setup\n\n## Setup\n", "has no heading “## Setup”"),
        ("# Guide\n\n## Setup\n\n<details>\n\n## Other\n\n</details>\n", "one half of something"),
    ],
)
def test_a_document_that_is_not_what_the_order_expects_is_declined(text: str, reason: str) -> None:
    with pytest.raises(DeclinedError, match=reason):
        carried_out(Split("guide.md", (part("guide-setup.md", "Setup"),)), text)


def test_a_section_inside_another_is_not_moved_twice() -> None:
    with pytest.raises(DeclinedError, match="stands inside another"):
        carried_out(Split("guide.md", (part("a.md", "Setup"), part("b.md", "Deeper", level=3))), GUIDE)


def test_sections_with_an_unsafe_line_stay() -> None:
    order = Split("guide.md", (part("guide-setup.md", "Setup"), part("guide-usage.md", "Usage")))
    moved = carried_out(order, GUIDE, lambda line: "Use it as" in line)
    assert "guide-usage.md" not in moved.texts
    assert moved.left_out == ["“## Usage” holds a line an edit cannot name"]
