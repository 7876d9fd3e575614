import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinos.lsp.uri import path_of, uri_of

NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1).filter(
    lambda name: name not in (".", "..")
)


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///home/ana/notes.md", "/home/ana/notes.md"),
        ("file:///home/ana/my%20notes.md", "/home/ana/my notes.md"),
        ("file:///home/ana/my notes.md", "/home/ana/my notes.md"),
        ("file:///r%C3%A9sum%c3%a9.md", "/résumé.md"),
        ("file:///résumé.md", "/résumé.md"),
        ("file:///100%25.md", "/100%.md"),
        ("file:///a;b.md", "/a;b.md"),
        ("file:///a%3Fb%23c.md", "/a?b#c.md"),
        ("FILE:///a.md", "/a.md"),
        ("file://localhost/a.md", "/a.md"),
        ("file:////a//b/./c/../d.md", "/a/b/d.md"),
        ("file:///ana/", "/ana"),
        ("file:///caf%E9.md", "/caf\udce9.md"),
    ],
)
def test_a_file_uri_names_a_path(uri: str, path: str) -> None:
    assert path_of(uri) == path


@pytest.mark.parametrize(
    "uri",
    [
        "untitled:Untitled-1",
        "git:/a.md",
        "file://server/share/a.md",
        "file:a.md",
        "file:",
        "",
        "file:///a%00b",
        "file://[",
        "notes.md",
    ],
)
def test_any_other_uri_names_none(uri: str) -> None:
    assert path_of(uri) is None


@given(st.lists(NAMES, min_size=1))
def test_the_uri_of_a_path_names_that_path(names: list[str]) -> None:
    path = "/" + "/".join(names)
    assert path_of(uri_of(path)) == path


def test_a_name_that_is_no_utf_8_survives() -> None:
    assert uri_of("/caf\udce9.md") == "file:///caf%E9.md"
