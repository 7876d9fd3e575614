"""Addresses in a text, and which of them nobody showed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.domain.citation import addresses, invented


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("See https://example.org/a.", ["https://example.org/a"]),
        ("(see https://example.org/a), and", ["https://example.org/a"]),
        ("[Doe](https://example.org/a_(b)); R3", ["https://example.org/a_(b)"]),
        ("[a](http://x.org)[b](http://y.org/?q=1&r=2)", ["http://x.org", "http://y.org/?q=1&r=2"]),
        ("<https://example.org/a> | https://example.org/b|", ["https://example.org/a", "https://example.org/b"]),
        ("**https://example.org/a**", ["https://example.org/a"]),
        ("www.example.org/a, Www.Other.org", ["www.example.org/a", "Www.Other.org"]),
        ("doi:10.1000/xyz123.", ["10.1000/xyz123"]),
        ("https://doi.org/10.1000/xyz123", ["https://doi.org/10.1000/xyz123"]),
        ("twice https://x.org and https://x.org", ["https://x.org"]),
        ("docs/a.md, version 10.2/3, mail@www.example.org", []),
        ("見 https://example.org/潮。", ["https://example.org/潮"]),
    ],
)
def test_addresses_are_found_without_what_stands_around_them(text: str, found: list[str]) -> None:
    assert list(addresses(text)) == found


@pytest.mark.parametrize(
    ("cited", "shown"),
    [
        ("http://EXAMPLE.org/a/", "https://example.org/a"),
        ("https://www.example.org/a#part", "https://example.org/a"),
        ("www.example.org/a", "https://example.org/a"),
        ("https://example.org/a%20b", "https://example.org/a%20b"),
        ("https://example.org/caf%C3%A9", "https://example.org/café"),
        ("doi:10.1000/xyz", "https://publisher.example/doi/10.1000/xyz"),
        ("https://doi.org/10.1000/xyz", "see https://doi.org/10.1000/xyz."),
    ],
)
def test_an_address_that_was_shown_is_not_invented_however_it_is_written(cited: str, shown: str) -> None:
    assert invented(f"as {cited} says", [shown]) == ()


@pytest.mark.parametrize(
    ("cited", "shown"),
    [
        ("https://example.org/a", "https://example.org/b"),
        ("https://example.org/a", "https://example.org"),
        ("https://example.org", "https://example.org/a"),
        ("https://example.org/a?page=2", "https://example.org/a"),
        ("https://example.org.evil.net/a", "https://example.org/a"),
        ("https://example.org/A", "https://example.org/a"),
        ("10.1000/xyz", "https://doi.org/10.1000/xy"),
        ("10.1000/xyz", "the words 10.1000 and xyz"),
        ("10.1000/x", "https://doi.org/110.1000/x"),
    ],
)
def test_an_address_that_nobody_showed_is_named_as_it_was_written(cited: str, shown: str) -> None:
    assert invented(f"as {cited} says", [shown, ""]) == (cited,)


@given(st.text())
def test_what_a_text_holds_itself_is_never_invented(text: str) -> None:
    assert invented(text, [text]) == ()
