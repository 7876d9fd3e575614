"""Splitting, moving, ignoring: the texts before and after."""

import pytest

from fakes.world import World
from kinos.domain.errors import UsageError
from kinos.domain.exemption import IGNORE_SIZE as IGNORE
from kinos.engine.manuscript import Restructured
from kinos.engine.text import parse

GUIDE = (
    "# Guide\n\nSee [use](#usage).\n\n## Setup\n\nInstall.\n\n### Deep\n\nx\n\n## Usage\n\nUse.\n\n## Usage\n\nAgain.\n"
)


async def world(**files: str) -> World:
    made = World({"guide.md": GUIDE, **{f"{name}.md": text for name, text in files.items()}})
    await made.session.open()
    return made


def texts(done: Restructured) -> dict[str, str]:
    return {rewrite.path: rewrite.after.raw() for rewrite in done.rewrites}


async def test_headings_are_chosen_by_their_words_or_anchors_each_into_its_own_document() -> None:
    done = await (await world()).session.restructuring.split("guide.md", ["setup", "#usage-1"])
    assert [(made.path, made.headings) for made in done.made] == [
        ("guide-setup.md", ("Setup",)),
        ("guide-usage.md", ("Usage",)),
    ]
    assert "See [Setup](guide-setup.md)." in texts(done)["guide.md"]
    assert all(made.tokens > 0 for made in done.made)


@pytest.mark.parametrize(("name", "reason"), [("Nowhere", "no heading 'Nowhere'"), ("Usage!", "no heading")])
async def test_a_heading_that_is_not_there_is_refused_with_those_that_are(name: str, reason: str) -> None:
    with pytest.raises(UsageError, match=f"{reason}.*setup, deep, usage, usage-1"):
        await (await world()).session.restructuring.split("guide.md", [name])


async def test_words_of_several_headings_are_refused() -> None:
    made = await world()
    made.disk.put("guide.md", GUIDE.replace("## Setup", "## usage: one").replace("### Deep", "## usage: one"))
    with pytest.raises(UsageError, match="several headings"):
        await made.session.restructuring.split("guide.md", ["usage: one"])


async def test_links_of_other_documents_follow_open_or_closed() -> None:
    made = await world(a="[x](guide.md#setup) [y](guide.md#usage)\r\n", b="[x](/guide.md#deep)\n", c="guide.md\n")
    made.session.did_open("b.md", "<a href='guide.md#deep'>", 4)
    done = await made.session.restructuring.move("guide.md", 6, 6)
    assert done.label == "Move a part of guide.md to a new document"
    assert texts(done)["a.md"] == "[x](guide-setup.md#setup) [y](guide.md#usage)\r\n"
    assert texts(done)["b.md"] == "<a href='guide-setup.md#deep'>"
    assert {rewrite.path: rewrite.version for rewrite in done.rewrites} == {
        "guide.md": None,
        "guide-setup.md": None,
        "a.md": None,
        "b.md": 4,
    }


async def test_the_section_at_the_cursor_moves_and_a_selection_moves_all_it_begins() -> None:
    restructuring = (await world()).session.restructuring
    assert (await restructuring.move("guide.md", 9, 9)).made[0].headings == ("Deep",)
    assert (await restructuring.move("guide.md", 4, 13)).made[0].headings == ("Setup", "Usage")


async def test_a_new_document_never_takes_the_place_of_another() -> None:
    made = await world()
    made.disk.put("guide-setup.md", "there")
    made.disk.hidden.add("guide-setup-2.md")
    made.session.did_open("guide-setup-2.md", "new", 1)
    done = await made.session.restructuring.move("guide.md", 5, 5)
    assert done.made[0].path == "guide-setup-3.md"


async def test_a_document_above_the_limit_is_split_to_size() -> None:
    body = "word " * 200
    made = World({"big.md": f"# Big\n\n## One\n\n{body}\n\n## Two\n\n{body}\n"}, tokens_warn=300, tokens_error=600)
    await made.session.open()
    done = await made.session.restructuring.split("big.md")
    assert [each.headings for each in done.made] == [("Two",)]


@pytest.mark.parametrize("path", ["demande.md", "map (readonly).md", "a.py", ".hidden/a.md"])
async def test_the_request_the_map_and_what_is_no_document_are_not_split(path: str) -> None:
    made = await world()
    made.disk.put(path, GUIDE)
    with pytest.raises(UsageError, match="no document that can be split"):
        await made.session.restructuring.move(path, 5, 5)


async def test_why_a_document_cannot_be_split_is_said() -> None:
    made = await world(flat="just words\n")
    made.disk.put("half.md", "# A\n\n## B\n\n<details>\n\n## C\n\n</details>\n")
    with pytest.raises(UsageError, match="holds one half"):
        await made.session.restructuring.move("half.md", 2, 2)
    with pytest.raises(UsageError, match="no section at that place"):
        await made.session.restructuring.move("flat.md", 0, 0)
    with pytest.raises(UsageError, match="There is no document"):
        await made.session.restructuring.move("gone.md", 0, 0)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# A\r\nx\r\n", f"{IGNORE}\r\n# A\r\nx\r\n"),
        ("\ufeff# A\n", f"\ufeff{IGNORE}\n# A\n"),
        ("---\ntitle: A\n---\n# A\n", f"---\ntitle: A\n---\n{IGNORE}\n# A\n"),
        ("---\ntitle: A\n---", f"---\ntitle: A\n---\n{IGNORE}"),
        ("", f"{IGNORE}\n"),
        ("x", f"{IGNORE}\nx"),
    ],
)
async def test_the_comment_that_ignores_the_size_stands_first(before: str, after: str) -> None:
    made = await world()
    made.session.did_open("guide.md", before, 1)
    (rewrite,) = (await made.session.restructuring.ignored("guide.md")).rewrites
    assert rewrite.after == parse(after)


async def test_an_edit_has_arrived_once_the_text_holds_it_whatever_was_typed_since() -> None:
    made = await world()
    made.session.did_open("guide.md", GUIDE, 1)
    restructuring = made.session.restructuring
    done = await restructuring.move("guide.md", 5, 5)
    assert "has not" in await restructuring.arrived(done)
    made.session.did_open("guide.md", f"{done.rewrites[0].after.raw()}typed\n", 2)
    assert await restructuring.arrived(done) == ""
