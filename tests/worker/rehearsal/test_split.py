import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.markdown.generated import documents
from kinos.domain.markdown import headings, lines_of, link, scan
from kinos.worker.rehearsal.order import Part, Split
from kinos.worker.rehearsal.section import Name, names, tidy
from kinos.worker.rehearsal.split import DeclinedError, redirect, split, words_by_line

GUIDE = """\
---
title: Guide
# a comment, no heading
---

# The guide

Begin [with the setup](#setup), then [use it](#usage); [see][ref].

## Setup

Install it. Later: [usage](#usage), [deeper](#deeper).

```sh
# not a heading
```

### Deeper

Back to [the start](#the-guide), [notes][ref].

## Usage

Use it as [set up](guide.md#setup).

## Odds and ends

Nothing.

[ref]: https://example.org/ref
"""


def part(path: str, *titles: str, level: int = 2) -> Part:
    return Part(path, " and ".join(titles), tuple(Name(level, title) for title in titles))


@st.composite
def splits(draw: st.DrawFn, awkward: bool = False) -> tuple[Split, str]:
    """A document and an order to move some of its sections, none inside another."""
    text = draw(documents(awkward))
    found = headings(scan(text))
    listed = names([(h.level, tidy(h.title)) for h in found])
    parts, until = [], 0
    for index, (heading, name) in enumerate(zip(found, listed, strict=True)):
        if index >= until and draw(st.booleans()):
            until = next((n for n in range(index + 1, len(found)) if found[n].level <= heading.level), len(found))
            if parts and draw(st.booleans()):
                parts[-1] = Part(parts[-1].path, "Several", (*parts[-1].sections, name))
            else:
                parts.append(Part(f"docs/guide-{index}.md", "One", (name,)))
    return Split("docs/guide.md", tuple(parts)), text


@settings(max_examples=300)
@given(splits(awkward=True))
def test_a_split_loses_no_text(case: tuple[Split, str]) -> None:
    order, text = case
    try:
        moved = split(order, text)
    except DeclinedError:
        return
    before = words_by_line(link.retargeted(scan(text), lambda _: "x"))
    after = words_by_line([line for new in moved.texts.values() for line in link.retargeted(scan(new), lambda _: "x")])
    assert not before - after


@settings(max_examples=300)
@given(splits())
def test_every_link_to_a_heading_still_leads_to_one(case: tuple[Split, str]) -> None:
    order, text = case
    known = link.anchors(scan(text))
    live = sum(1 for t in link.targets(scan(text)) if t.url.startswith("#") and t.url[1:] in known)
    try:
        moved = split(order, text)
    except DeclinedError:
        return
    anchors = {path: link.anchors(scan(new)) for path, new in moved.texts.items()}
    found = 0
    for path, new in moved.texts.items():
        for target in link.targets(scan(new)):
            place = None if target.external else link.resolve(path, target.url)
            if place and place[1] and place[0] in anchors:
                found += place[1] in anchors[place[0]]
    assert found >= live


def test_sections_move_word_for_word_and_leave_links() -> None:
    moved = split(Split("guide.md", (part("guide-setup.md", "Setup"), part("guide-usage.md", "Usage"))), GUIDE)
    assert moved.texts["guide.md"].startswith("---\ntitle: Guide\n")
    assert "- [Setup](guide-setup.md)\n- [Usage](guide-usage.md)\n" in moved.texts["guide.md"]
    assert "## Odds and ends" in moved.texts["guide.md"]
    assert moved.texts["guide-setup.md"].startswith("# Setup\n\nPart of [The guide](guide.md).\n\nInstall it.")
    assert "```sh\n# not a heading\n```\n\n## Deeper\n" in moved.texts["guide-setup.md"]


def test_links_follow_the_moved_headings() -> None:
    moved = split(Split("guide.md", (part("guide-setup.md", "Setup"), part("guide-usage.md", "Usage"))), GUIDE)
    assert "[with the setup](guide-setup.md#setup), then [use it](guide-usage.md#usage)" in moved.texts["guide.md"]
    assert "[usage](guide-usage.md#usage), [deeper](#deeper)" in moved.texts["guide-setup.md"]
    assert "[the start](guide.md#the-guide)" in moved.texts["guide-setup.md"]
    assert "[set up](guide-setup.md#setup)" in moved.texts["guide-usage.md"]


def test_other_documents_can_follow_too() -> None:
    moved = split(Split("docs/guide.md", (part("docs/guide-setup.md", "Setup"),)), GUIDE)
    assert redirect(
        "README.md", "See [it](docs/guide.md#deeper) and [all](docs/guide.md).\n", moved, "docs/guide.md"
    ) == ("See [it](docs/guide-setup.md#deeper) and [all](docs/guide.md).\n")


def test_definitions_go_along_with_the_links_that_need_them() -> None:
    moved = split(Split("guide.md", (part("guide-setup.md", "Setup"), part("guide-odds.md", "Odds and ends"))), GUIDE)
    for path in ("guide.md", "guide-setup.md", "guide-odds.md"):
        assert moved.texts[path].count("[ref]: https://example.org/ref") == 1


def test_several_sections_share_a_document_under_its_title() -> None:
    moved = split(Split("guide.md", (part("guide-all.md", "Setup", "Usage"),)), GUIDE)
    assert moved.texts["guide-all.md"].startswith("# Setup and Usage\n\nPart of [The guide](guide.md).\n\n## Setup\n")
    assert "- [Setup](guide-all.md#setup)\n- [Usage](guide-all.md#usage)\n" in moved.texts["guide.md"]


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
        split(Split("guide.md", (part("guide-setup.md", "Setup"),)), text)


def test_a_section_inside_another_is_not_moved_twice() -> None:
    with pytest.raises(DeclinedError, match="stands inside another"):
        split(Split("guide.md", (part("a.md", "Setup"), part("b.md", "Deeper", level=3))), GUIDE)


def test_sections_with_an_unsafe_line_stay() -> None:
    order = Split("guide.md", (part("guide-setup.md", "Setup"), part("guide-usage.md", "Usage")))
    moved = split(order, GUIDE, lambda line: "Use it as" in line)
    assert "guide-usage.md" not in moved.texts
    assert moved.left_out == ["“## Usage” holds a line an edit cannot name"]


def test_lists_above_and_below_stay_lists_of_their_own() -> None:
    text = "# Guide\n\n- one\n- two\n\n## Setup\n\nx\n\n## Usage\n\ny\n"
    moved = split(Split("guide.md", (part("guide-setup.md", "Setup"),)), text)
    assert lines_of(moved.texts["guide.md"]) == [
        *(
            "# Guide",
            "",
            "- one",
            "- two",
            "",
            "Continued in:",
            "",
            "- [Setup](guide-setup.md)",
            "",
            "## Usage",
            "",
            "y",
        )
    ]
