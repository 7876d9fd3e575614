"""Where a document is too large, followed through edits."""

import asyncio

from kinos.domain.bulk import Bulk, Place
from kinos.engine.bulk import LARGEST, Bulks
from kinos.tokens.document import Encoding, OpenText, Position, TextEdit

TEXT = "a\nb\n# C\nd\n# E\nf\n"
FOUND = Bulk(3, (Place(4, "E", 9), Place(2, "C", 7)))


async def found(text: str, limit: int) -> Bulk | None:
    return FOUND


async def known(text: OpenText) -> Bulks:
    bulks = Bulks(found)
    await bulks.learn("x.md", text, 5)
    return bulks


def edited(text: OpenText, start: tuple[int, int], end: tuple[int, int], new: str) -> OpenText:
    text.apply([TextEdit(Position(*start), Position(*end), new)], text.version + 1, Encoding.UTF16)
    return text


async def test_what_was_found_is_known_for_that_text_and_limit_alone() -> None:
    text = OpenText(TEXT, 1)
    bulks = await known(text)
    assert bulks.get("x.md", text) == FOUND
    assert bulks.current("x.md", text, 5)
    assert not bulks.current("x.md", text, 6)
    assert not bulks.current("y.md", text, 5)
    assert not bulks.current("x.md", edited(text, (0, 0), (0, 0), "z"), 5)


async def test_lines_that_come_or_go_above_move_a_place() -> None:
    text = OpenText(TEXT, 1)
    bulks = await known(text)
    assert bulks.get("x.md", edited(text, (1, 0), (1, 0), "1\n2\n")) == Bulk(5, (Place(6, "E", 9), Place(4, "C", 7)))
    assert bulks.get("x.md", edited(text, (0, 0), (3, 0), "")) == Bulk(2, (Place(3, "E", 9), Place(1, "C", 7)))


async def test_lines_that_come_below_leave_it() -> None:
    text = OpenText(TEXT, 1)
    bulks = await known(text)
    assert bulks.get("x.md", edited(text, (5, 0), (5, 0), "1\n2\n")) == FOUND


async def test_a_place_whose_line_was_edited_is_left_out() -> None:
    text = OpenText(TEXT, 1)
    bulks = await known(text)
    assert bulks.get("x.md", edited(text, (3, 0), (3, 1), "other")) == Bulk(None, FOUND.sections)
    assert bulks.get("x.md", edited(text, (4, 2), (4, 3), "F")) == Bulk(None, FOUND.sections[1:])


async def test_a_text_that_is_edited_while_it_is_looked_at_is_followed_from_what_was_looked_at() -> None:
    go_on = asyncio.Event()

    async def slowly(text: str, limit: int) -> Bulk | None:
        await go_on.wait()
        return FOUND

    text, bulks = OpenText(TEXT, 1), Bulks(slowly)
    learning = asyncio.create_task(bulks.learn("x.md", text, 5))
    await asyncio.sleep(0)
    edited(text, (0, 0), (0, 0), "new\n")
    go_on.set()
    await learning
    assert not bulks.current("x.md", text, 5)
    assert bulks.get("x.md", text) == Bulk(4, (Place(5, "E", 9), Place(3, "C", 7)))


async def test_a_very_large_text_is_not_looked_at() -> None:
    assert Bulks(found).current("x.md", OpenText("x" * (LARGEST + 1), 1), 5)
    assert not Bulks(found).current("x.md", OpenText("x" * LARGEST, 1), 5)


async def test_what_is_forgotten_is_not_known() -> None:
    text = OpenText(TEXT, 1)
    bulks = await known(text)
    bulks.forget("x.md")
    assert bulks.get("x.md", text) == Bulk(None, ())
    assert "x.md" not in bulks
