"""Renamed files and folders: links lead where they led, and nothing else changes."""

import posixpath
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.markdown.generated import documents
from kinos.domain.markdown import scan
from kinos.domain.markdown.link import targets
from kinos.domain.markdown.rename import Site, concerned, readdressed
from kinos.domain.rename import Rename, renamed


def urls(text: str, path: str, *renames: tuple[str, str], root: str = "/w", new_root: str = "") -> list[str]:
    """The addresses in a document after `renames`."""
    found = [Rename(*each) for each in renames]
    lines = scan(text)
    before, after = Site(path, root), Site(renamed(path, found), new_root or root)
    new = {(target.line, target.start): address for target, address in readdressed(lines, before, after, found)}
    return [new.get((target.line, target.start), target.url) for target in targets(lines)]


A_TO_B = ("/w/docs/a.md", "/w/docs/b.md")
A_AWAY = ("/w/docs/a.md", "/w/other/deep/a.md")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("docs/a.md", "docs/b.md"),
        ("./docs/a.md", "./docs/b.md"),
        ("/docs/a.md", "/docs/b.md"),
        ("docs/a.md#part-one", "docs/b.md#part-one"),
        ("docs/a.md?plain=1#L3", "docs/b.md?plain=1#L3"),
        ("docs/../docs/a.md", "docs/b.md"),
        ("docs/%61.md", "docs/b.md"),
        ("docs/a", "docs/b"),
        ("docs/", "docs/"),
        ("docs/other.md", "docs/other.md"),
        ("docs/other.md#a.md", "docs/other.md#a.md"),
        ("https://example.org/docs/a.md", "https://example.org/docs/a.md"),
        ("mailto:docs/a.md", "mailto:docs/a.md"),
        ("#docs/a.md", "#docs/a.md"),
    ],
)
def test_a_link_to_a_renamed_document_follows_it(old: str, new: str) -> None:
    assert urls(f"[x]({old})\n", "/w/README.md", A_TO_B) == [new]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x.md", "../../docs/x.md"),
        ("./x.md", "../../docs/x.md"),
        ("../README.md#top", "../../README.md#top"),
        ("/docs/x.md", "/docs/x.md"),
        ("../img/", "../../img/"),
        ("../../outside.md", "../../../outside.md"),
        ("a.md#self", "a.md#self"),
        ("#self", "#self"),
        ("../other/deep/y.md", "y.md"),
        ("missing image.png", "../../docs/missing%20image.png"),
    ],
)
def test_the_links_of_a_document_that_moves_lead_where_they_led(old: str, new: str) -> None:
    assert urls(f"[x](<{old}>)\n", "/w/docs/a.md", A_AWAY) == [new]


def test_links_within_a_folder_that_moves_stay_as_they_are() -> None:
    text = "[a](b.md) [c](deep/d.md) [e](../README.md)\n"
    moved = ("/w/docs", "/w/books/guide")
    assert urls(text, "/w/docs/a.md", moved) == ["b.md", "deep/d.md", "../../README.md"]
    assert urls("[a](docs/a.md) [b](docs) [c](docs/)\n", "/w/README.md", moved) == [
        "books/guide/a.md",
        "books/guide",
        "books/guide/",
    ]


def test_a_folder_whose_name_only_begins_alike_is_another_one() -> None:
    assert urls("[a](docs2/a.md)\n", "/w/README.md", ("/w/docs", "/w/books")) == ["docs2/a.md"]


def test_a_file_inside_a_folder_that_moves_may_get_a_name_of_its_own() -> None:
    both = (("/w/docs", "/w/books"), ("/w/docs/a.md", "/w/a.md"))
    assert urls("[a](docs/a.md) [b](docs/b.md)\n", "/w/README.md", *both) == ["a.md", "books/b.md"]


def test_two_documents_that_change_names_are_told_apart() -> None:
    both = (("/w/a.md", "/w/b.md"), ("/w/b.md", "/w/a.md"))
    assert urls("[a](a.md) [b](b.md)\n", "/w/README.md", *both) == ["b.md", "a.md"]


def test_an_address_from_the_root_becomes_relative_when_its_place_leaves_the_folder() -> None:
    text = "[a](/docs/x.md)\n"
    assert urls(text, "/w/docs/a.md", ("/w/docs/a.md", "/v/a.md"), new_root="/v") == ["../w/docs/x.md"]


def test_code_is_left_alone_and_every_kind_of_link_is_not() -> None:
    text = '`[a](a.md)` [b](a.md) ![c](a.md "t")\n\n[d]: <a.md>\n\n<a href="a.md">e</a>\n\n```\n[f](a.md)\n```\n'
    assert urls(text, "/w/README.md", ("/w/a.md", "/w/b c.md")) == ["b%20c.md"] * 4


def test_a_name_that_looks_like_a_scheme_stays_a_path() -> None:
    assert urls("[a](a.md)\n", "/w/README.md", ("/w/a.md", "/w/note:a.md")) == ["./note:a.md"]


@pytest.mark.parametrize(
    ("text", "name", "may"),
    [
        ("[x](docs/a.md)", "/w/docs/a.md", True),
        ("[x](docs/a)", "/w/docs/a.md", True),
        ("[x](b%20c.md)", "/w/b c.md", True),
        ("[x](r%c3%a9sum%C3%A9.md)", "/w/résumé.md", True),
        ("[x](guide/deep/a.md)", "/w/guide", True),
        ("[x](other.md)", "/w/docs.md", False),
    ],
)
def test_a_document_that_does_not_even_name_what_is_renamed_need_not_be_read(text: str, name: str, may: bool) -> None:
    assert concerned(text, [Rename(name, "/w/new")]) is may


names = st.sampled_from(["a.md", "docs/b.md", "docs/deep/c d.md", "docs/deep/e.png", "other/ü (x).md", "out/f.md"])
moves = st.sampled_from(
    [
        ("docs", "books"),
        ("docs", "out/docs"),
        ("docs/deep", "deep"),
        ("docs/b.md", "other/b.md"),
        ("a.md", "docs/a#1.md"),
    ]
)


@given(names, names, moves, st.sampled_from(["{}", "./{}", "<{}>"]), st.sampled_from(["", "#x"]))
def test_after_any_rename_a_link_means_what_it_meant(
    source: str, target: str, move: tuple[str, str], manner: str, anchor: str
) -> None:
    rename = Rename(f"/w/{move[0]}", f"/w/{move[1]}")
    source, target = f"/w/{source}", f"/w/{target}"
    address = quote(posixpath.relpath(target, posixpath.dirname(source))) + anchor
    text = f"[x]({manner.format(address)})\n"
    (new,) = urls(text, source, (rename.old, rename.new))
    path, _, tail = new.partition("#")
    home = posixpath.dirname(renamed(source, [rename]))
    assert posixpath.normpath(posixpath.join(home, unquote(path))) == renamed(target, [rename])
    assert f"#{tail}" == anchor or (not tail and not anchor)
    stays = renamed(source, [rename]) == source
    assert concerned(text, [rename]) or not stays or renamed(target, [rename]) == target


@given(documents(awkward=True))
def test_a_rename_that_no_link_knows_of_changes_nothing(text: str) -> None:
    site = Site("/w/a.md", "/w")
    assert list(readdressed(scan(text), site, site, [Rename("/w/unheard-of", "/w/new")])) == []
