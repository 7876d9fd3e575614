"""Splitting: no text lost, fences whole, and every link leads where it did, in the document and from anywhere else."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.markdown.generated import anchors, documents
from kinos.domain.markdown import Kind, headings, link, scan
from kinos.domain.markdown.split import Part, SplitError, split, words_by_line

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


def starts(text: str, *titles: str) -> tuple[int, ...]:
    return tuple(heading.line for heading in headings(scan(text)) if heading.title in titles)


def part(path: str, text: str, *titles: str) -> Part:
    return Part(path, f"Guide: {titles[0]}", starts(text, *titles))


def dead(files: Mapping[str, str]) -> set[tuple[str, str]]:
    """(text, address) of the links that lead to no file or to no anchor."""
    lines = {path: scan(text) for path, text in files.items()}
    known = {path: link.anchors(found) for path, found in lines.items()}
    found = set()
    for path, here in lines.items():
        for target in link.targets(here):
            place = None if target.external else link.resolve(path, target.url)
            if place and (place[0] not in files or (place[1] and place[1] not in known[place[0]])):
                found.add((target.title, target.url))
    return found


@st.composite
def splits(draw: st.DrawFn, awkward: bool = False) -> tuple[str, list[Part]]:
    """A document and parts that take some of its sections, none inside another."""
    text = draw(documents(awkward))
    found = headings(scan(text))
    parts: list[Part] = []
    until = 0
    for index, heading in enumerate(found):
        if index >= until and draw(st.booleans()):
            until = next((n for n in range(index + 1, len(found)) if found[n].level <= heading.level), len(found))
            if parts and draw(st.booleans()):
                parts[-1] = Part(parts[-1].path, "Several", (*parts[-1].starts, heading.line))
            else:
                parts.append(Part(f"docs/guide-{index}.md", "One", (heading.line,)))
    return text, parts


def attempted(text: str, parts: list[Part]) -> dict[str, str] | None:
    try:
        return split("docs/guide.md", text, parts)
    except SplitError:
        return None


@settings(max_examples=400)
@given(splits(awkward=True))
def test_a_split_loses_no_text(case: tuple[str, list[Part]]) -> None:
    after = attempted(*case)
    if after:
        before = words_by_line(link.retargeted(scan(case[0]), lambda _: "x"))
        assert not before - words_by_line(
            line for new in after.values() for line in link.retargeted(scan(new), lambda _: "x")
        )


@settings(max_examples=300)
@given(splits())
def test_fences_stay_whole(case: tuple[str, list[Part]]) -> None:
    after = attempted(*case)
    if after:
        code = [line.text for line in scan(case[0]) if line.kind is Kind.CODE]
        assert sorted(line.text for new in after.values() for line in scan(new) if line.kind is Kind.CODE) == sorted(
            code
        )


@settings(max_examples=500)
@given(splits(awkward=True), st.lists(anchors, max_size=4))
def test_every_link_that_resolved_before_resolves_after(case: tuple[str, list[Part]], wanted: list[str]) -> None:
    others = {
        "docs/other.md": "".join(f"[in](guide.md#{anchor})\n" for anchor in wanted),
        "README.md": "".join(
            f'[out](/docs/guide.md#{anchor}) <a href="docs/guide.md#{anchor}">x</a>\n' for anchor in wanted
        ),
    }
    after = attempted(*case)
    if after:
        assert dead({**others, **after}) <= dead({**others, "docs/guide.md": case[0]})
        defined = link.definitions(scan(case[0])).keys()
        for new in map(scan, after.values()):
            assert link.labels_used(new) & defined <= link.definitions(new).keys()


@settings(max_examples=300)
@given(splits())
def test_a_link_in_the_text_leads_to_the_heading_it_led_to(case: tuple[str, list[Part]]) -> None:
    text, parts = case
    after = attempted(text, parts)
    if not after:
        return
    titles = {heading.anchor: heading.title for heading in reversed(headings(scan(text)))}
    led = {titles[t.url[1:]] for t in link.targets(scan(text)) if t.url.startswith("#") and t.url[1:] in titles}
    named = {path: {h.anchor: h.title for h in reversed(headings(scan(new)))} for path, new in after.items()}
    places = [
        link.resolve(path, t.url) for path, new in after.items() for t in link.targets(scan(new)) if not t.external
    ]
    assert led <= {named[place[0]].get(place[1], "") for place in places if place and place[0] in named}


def test_a_moved_heading_stays_with_a_link_and_the_anchors_below_it() -> None:
    moved = split("guide.md", GUIDE, [part("guide-setup.md", GUIDE, "Setup")])
    assert '\n## Setup\n\nSee [Setup](guide-setup.md). <a id="deeper"></a>\n\n## Usage\n' in moved["guide.md"]
    assert moved["guide.md"].startswith("---\ntitle: Guide\n")
    assert moved["guide-setup.md"].startswith("# Setup\n\nPart of [The guide](guide.md).\n\nInstall it.")
    assert "```sh\n# not a heading\n```\n\n## Deeper\n" in moved["guide-setup.md"]


def test_several_sections_share_a_document_that_lists_them_on_top() -> None:
    moved = split("guide.md", GUIDE, [part("guide-setup.md", GUIDE, "Setup", "Usage")])
    assert moved["guide-setup.md"].startswith(
        "# Guide: Setup\n\nPart of [The guide](guide.md).\n\n- [Setup](#setup)\n- [Usage](#usage)\n\n## Setup\n"
    )
    assert "## Usage\n\nSee [Usage](guide-setup.md#usage).\n" in moved["guide.md"]


def test_links_follow_the_moved_headings() -> None:
    moved = split("guide.md", GUIDE, [part("guide-setup.md", GUIDE, "Setup"), part("guide-usage.md", GUIDE, "Usage")])
    assert "[with the setup](guide-setup.md#setup), then [use it](guide-usage.md#usage)" in moved["guide.md"]
    assert "[usage](guide-usage.md#usage), [deeper](#deeper)" in moved["guide-setup.md"]
    assert "[the start](guide.md#the-guide)" in moved["guide-setup.md"]
    assert "[set up](guide-setup.md#setup)" in moved["guide-usage.md"]


@pytest.mark.parametrize(
    "address", ["big doc.md", "/docs/big%20doc.md#theta", "big%20doc.md#theta-sub", "big%20doc.md#by-hand", "#alpha"]
)
def test_every_address_from_outside_stays_alive(address: str) -> None:
    text = '# Big\n\n## Alpha\n\na\n\n## Theta\n\nb <a id="by-hand"></a>\n\n### Theta sub\n\nc\n'
    moved = split("docs/big doc.md", text, [part("docs/big doc-theta.md", text, "Theta")])
    place = link.resolve("docs/big doc.md", address)
    assert place is not None
    assert not place[1] or place[1] in link.anchors(scan(moved[place[0]]))
    assert "See [Theta](big%20doc-theta.md)." in moved["docs/big doc.md"]


def test_headings_that_are_numbered_anew_keep_their_old_anchors() -> None:
    text = "# A\n\n## One\n\n### Example\n\nx\n\n## Two\n\n### Example\n\nSee [it](#example-1).\n"
    moved = split("a.md", text, [part("a-one.md", text, "One")])
    assert 'See [One](a-one.md). <a id="example"></a>\n' in moved["a.md"]
    assert '### Example\n\n<a id="example-1"></a>\n\nSee [it](#example-1).\n' in moved["a.md"]


def test_definitions_and_footnotes_go_along_with_the_links_that_need_them() -> None:
    text = (
        "# A\n\n## One\n\nSee [x][ref] and[^1].\n\n## Two\n\nSee [x][ref].\n\n"
        "[ref]: #two\n[^1]: As [above](#one), or [deep][deep].\n[deep]: b.md\n"
    )
    moved = split("a.md", text, [part("a-one.md", text, "One")])
    assert moved["a-one.md"].endswith(
        "See [x][ref] and[^1].\n\n[^1]: As [above](#one), or [deep][deep].\n[deep]: b.md\n[ref]: a.md#two\n"
    )
    assert "[^1]: As [above](a-one.md#one), or [deep][deep]." in moved["a.md"]


@pytest.mark.parametrize(
    ("text", "parts", "reason"),
    [
        ("# A\n\n## B\n\n<details>\n\n## C\n\n</details>\n", [Part("a-b.md", "B", (2,))], "one half of something"),
        ("# A\n\n## B\n\n### C\n", [Part("x.md", "B", (2,)), Part("y.md", "C", (4,))], "stands inside another"),
        ("# A\n\n## B\n", [Part("a-b.md", "B", (1,))], "takes lines that are no headings"),
        ("# A\n\n## B\n", [Part("docs/a-b.md", "B", (2,))], "does not lie beside"),
        ('# A\n\n## B\n\nSee [B](a-b.md). <a id="c"></a>\n', [Part("a-b-2.md", "B", (2,))], "moved already"),
        ("# A\n\n## B [x]\n\n```\n", [Part("a-b.md", "B", (2,))], ""),
        ("# A\n\n[x]: y.md\n\n## B\n\n[x]\n\n```\n", [Part("a-b.md", "B", (4,))], "never closed"),
    ],
)
def test_what_cannot_be_split_is_refused_in_words(text: str, parts: list[Part], reason: str) -> None:
    if reason:
        with pytest.raises(SplitError, match=reason):
            split("a.md", text, parts)
    else:
        assert split("a.md", text, parts)
