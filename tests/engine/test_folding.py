"""Where a passage stands too, and a link in its place."""

import pytest

from fakes.world import World
from kinos.domain.errors import UsageError
from kinos.engine.folding import Twin
from kinos.tokens.position import Encoding

TIDE = (
    "The harbour authority measures the tide at four gateways and writes every sample down before the alarm rule decides "
    "what follows from it."
)
NEAR = TIDE.replace("four", "five")


async def world() -> World:
    made = World(
        {
            "a.md": f"# A\r\n\r\n## Tide\r\n{TIDE}\r\n\r\nrest\r\n",
            "docs/b.md": f"# B\n\n## Levels\n\n{TIDE}\n",
            "c.md": f"# C\n\n{NEAR}\n",
            "d.md": "# D\n\nThe harbour authority measures nothing that anybody else has not measured long before "
            "it came to this place at all.\n",
        }
    )  # fmt: skip
    await made.session.open()
    made.session.did_open("a.md", made.disk.text("a.md"), 2)
    return made


async def test_the_places_are_found_word_for_word_first() -> None:
    made = await world()
    assert await made.session.folding.twins("a.md", 3) == (
        Twin("docs/b.md", 4, "Levels", exact=True),
        Twin("c.md", 2, "C", exact=False),
    )


async def test_a_passage_said_twice_in_one_document_is_found_from_both_places() -> None:
    made = await world()
    made.session.did_change("a.md", [f"{TIDE}\n\n## Again\n\n{TIDE}\n"], 3, Encoding.UTF32)
    assert [twin.line for twin in await made.session.folding.twins("a.md", 0) if twin.path == "a.md"] == [4]
    assert [twin.line for twin in await made.session.folding.twins("a.md", 4) if twin.path == "a.md"] == [0]


@pytest.mark.parametrize("line", [0, 1, 5])
async def test_elsewhere_there_is_nothing_to_fold(line: int) -> None:
    assert await (await world()).session.folding.twins("a.md", line) == ()


async def test_a_link_takes_the_place_of_the_passage() -> None:
    made = await world()
    (rewrite,) = (await made.session.folding.fold("a.md", 3, "docs/b.md", 4)).rewrites
    assert rewrite.after.raw() == "# A\r\n\r\n## Tide\r\n\r\nSee [Levels](docs/b.md#levels).\r\n\r\nrest\r\n"
    assert rewrite.version == 2


@pytest.mark.parametrize(
    ("path", "line", "twin", "at"),
    [
        ("a.md", 3, "d.md", 2),
        ("a.md", 3, "a.md", 3),
        ("a.md", 3, "gone.md", 0),
        ("a.md", 0, "docs/b.md", 4),
        ("c.md", 2, "a.md", 3),
    ],
)
async def test_what_is_not_there_or_not_alike_is_not_folded(path: str, line: int, twin: str, at: int) -> None:
    made = await world()
    with pytest.raises(UsageError):
        await made.session.folding.fold(path, line, twin, at)
