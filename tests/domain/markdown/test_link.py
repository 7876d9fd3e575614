"""Links: where they are, what they mean, and pointing them elsewhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.markdown.generated import documents
from kinos.domain.markdown import link, scan, text_of


def urls(text: str) -> list[str]:
    return [target.url for target in link.targets(scan(text))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('[a](b.md) ![c](d.png "title") [e](<f g.md>)\n', ["b.md", "d.png", "f g.md"]),
        ("[![badge](b.svg)](target.md)\n", ["b.svg", "target.md"]),
        ("[a](b_(c).md#x)\n", ["b_(c).md#x"]),
        ("`[a](b.md)` and ``[a](`b.md)``\n", []),
        ("```\n[a](b.md)\n```\n\n    [a](b.md)\n", []),
        ('[a][b]\n\n[b]: c.md "title"\n', ["c.md"]),
        ('See <a href="b%20c.md#x">it</a>, <img alt="x" src=\'d.png\'>.\n', ["b%20c.md#x", "d.png"]),
        ('<div>\n<a class="x" href="b.md">it</a>\n</div>\n', ["b.md"]),
        ('<!-- <a href="b.md"> [c](d.md)\n<a href="e.md">\n-->\n', []),
        ("text <!-- [c](d.md) --> [e](f.md)\n", ["f.md"]),
        (
            "<https://example.org/a> and https://example.org/b_(c).\n",
            ["https://example.org/a", "https://example.org/b_(c)"],
        ),
        ("(see https://example.org/a), `https://example.org/b`\n", ["https://example.org/a"]),
        ("[https://example.org/a](https://example.org/a)\n", ["https://example.org/a"]),
        ("x[^1]\n\n[^1]: See [a](b.md).\n", ["b.md"]),
        ("- [a](b.md)\n\n> [c](d.md)\n\n| [e](f.md) |\n\n# [g](h.md)\n", ["b.md", "d.md", "f.md", "h.md"]),
    ],
)
def test_links_are_found_in_prose_alone(text: str, found: list[str]) -> None:
    assert urls(text) == found


def test_a_links_text_comes_with_it() -> None:
    assert [target.title for target in link.targets(scan("See [the `code`](a.md) and [b](c.md).\n"))] == [
        "the `code`",
        "b",
    ]


def test_anchors_are_those_of_headings_and_those_written_by_hand() -> None:
    text = '# A\n\n# A\n\n## B {#own}\n\n<a id="by-hand"></a>\n'
    assert link.anchors(scan(text)) == {"a", "a-1", "own", "by-hand"}


@pytest.mark.parametrize(
    ("source", "url", "place"),
    [
        ("docs/a.md", "b.md#x", ("docs/b.md", "x")),
        ("docs/a.md", "../b%20c.md", ("b c.md", "")),
        ("docs/a.md", "#x", ("docs/a.md", "x")),
        ("a.md", "../outside.md", None),
        ("docs/a.md", "/docs/b%20c.md#x", ("docs/b c.md", "x")),
        ("a.md", "https://example.org/b.md", None),
        ("a.md", "mailto:x@example.org", None),
    ],
)
def test_an_address_means_a_place_in_the_workspace_or_none(
    source: str, url: str, place: tuple[str, str] | None
) -> None:
    assert link.resolve(source, url) == place


names = st.sampled_from(["a.md", "docs/b.md", "docs/deep/c d.md", "other/ü (x).md"])


@given(names, names, st.sampled_from(["", "x", "über"]))
def test_a_relative_address_leads_where_it_should(source: str, path: str, anchor: str) -> None:
    assert link.resolve(source, link.relative(source, path, anchor)) == (path, anchor)


@given(documents(awkward=True))
def test_pointing_links_nowhere_else_changes_nothing(text: str) -> None:
    assert text_of(link.retargeted(scan(text), lambda _: None)) == text


def test_links_are_pointed_elsewhere_in_place() -> None:
    lines = scan('[a](x.md) `[a](x.md)` [b](y.md), [c](x.md "t")\n\n[d]: <x.md>\n')
    new = link.retargeted(lines, lambda url: "z.md" if url == "x.md" else None)
    assert new == ['[a](z.md) `[a](x.md)` [b](y.md), [c](z.md "t")', "", "[d]: z.md"]
