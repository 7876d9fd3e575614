"""What is said of what a person points at."""

from dataclasses import replace

import pytest

from engine.test_lens import at_work
from fakes.catalog import agent
from fakes.world import World
from kinos.domain.note import Note
from kinos.domain.project_map import MAP_NAME
from kinos.engine.hover import Pointed, pointed
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends

TEXT = "# One 🌊\n\ntext\n\n## Below\n\nmore\n\nTwo\nlines\n===\n\nlast\n"


def at(world: World, path: str, line: int, column: int = 0, text: str | None = None) -> Pointed | None:
    world.session.did_open(path, world.disk.text(path) if text is None else text, 1)
    buffer = world.session.buffers.get(path)
    assert buffer is not None
    return pointed(world.session, path, buffer.text, line, column)


def rows(found: Pointed | None, note: int = 0) -> dict[str, str]:
    assert found is not None
    return dict(found.notes[note].rows)


async def test_a_heading_says_the_size_of_its_section_and_of_the_document() -> None:
    found = at(World(), "a.md", 4, 3, TEXT)
    assert found is not None
    assert [note.title for note in found.notes] == ["Below", "a.md"]
    assert rows(found)["Section"] == "6 tokens"
    assert rows(found)["Share"].endswith("of the document, under 1 % of the limit of 6k")
    assert rows(found, 1)["Document"].startswith("✓ 0.0k tokens, of 6k (")
    assert rows(found, 1)["Share"] == "under 1 % of the project's limit of 128k"


@pytest.mark.parametrize("line", [8, 9, 10])
async def test_a_heading_of_several_lines_is_one(line: int) -> None:
    found = at(World(), "a.md", line, 1, TEXT)
    assert found is not None
    assert (found.first, found.start, found.last, found.end, found.notes[0].title) == (8, 0, 10, 3, "Two lines")


async def test_where_there_is_nothing_to_say_nothing_is_said() -> None:
    world = World()
    assert at(world, "a.md", 2, 0, TEXT) is None
    assert at(world, "a.md", 99, 0, TEXT) is None
    assert at(world, "a.py", 0, 0, "# One\n") is None
    assert at(world, "a.md", 0, 0, "") is not None


async def test_who_works_on_it_is_named() -> None:
    world = World()
    at_work(world)
    assert rows(at(world, "ann.md", 0))["Works on it"] == "ann is editing: Shorten it"


async def test_the_last_change_is_named_with_its_reason() -> None:
    world = World()
    await world.session.open()
    await world.session.start_team(Start("crew", ends=Ends(cycles=1)))
    await world.session.finished()
    change = world.change()
    said = rows(at(world, "ann.md", 0))["Last change"]
    assert said.startswith(f"“Say 1” by ann ({change.id}), ")
    assert said.endswith(": because")


async def test_a_waiting_change_is_shown_as_it_would_land() -> None:
    world = World(landing_mode="review")
    await world.session.open()
    await world.session.start_team(Start("crew", ends=Ends(cycles=1)))
    await world.session.finished()
    found = at(world, "ann.md", 0)
    assert rows(found)["Waits for you"] == f"“Say 1” by ann ({world.change().id}): because"
    assert found is not None
    assert "+line 1" in found.notes[0].diff


async def test_a_name_in_the_map_says_what_is_known_of_its_document() -> None:
    world = World({"docs/long.md": "word " * 7000, "a.md": "a"})
    await world.session.open()
    text = world.session.map.text()
    lines = text.split("\n")
    number = next(number for number, line in enumerate(lines) if "📄 long.md" in line)
    found = at(world, MAP_NAME, number, lines[number].index("long.md") + 2, text)
    assert found is not None
    assert lines[found.first][found.start : found.end] == "long.md"
    assert rows(found)["Document"].startswith("⚠️ 7.0k tokens, above 6k")
    folder = at(world, MAP_NAME, number - 1, lines[number - 1].index("docs"), text)
    assert rows(folder)["Folder"] == "1 document, 7.0k tokens"
    assert at(world, MAP_NAME, 0, 3, text) is None


async def test_an_old_map_names_what_has_gone() -> None:
    text = "## Document Tree\n📁 Project\n└── 📄 gone.md (1.0k tokens) ✓\n"
    found = at(World(), MAP_NAME, 2, 8, text)
    assert found is not None
    assert found.notes == [Note("gone.md", (("Size", "none: it is not there any more, or not counted"),))]


@pytest.mark.parametrize("path", [".kinos/teams/crew.toml", ".kinos/prompts/bob.md", "teams/crew/config.json"])
async def test_an_agents_name_in_the_files_of_a_team_says_what_it_is(path: str) -> None:
    world = World(agents={"ann": replace(agent("ann"), role="keeps the log", model="m", origin="kinos")})
    found = at(world, path, 0, 9, 'name = "ann"\n')
    assert found is not None
    assert (found.first, found.start, found.last, found.end) == (0, 8, 0, 11)
    assert rows(found) == {
        "Agent": "keeps the log", "State": "no team runs", "From": "KinOS itself", "Model": "m",
        "Edits": "**/*.md, **/*.markdown", "Watches": "**/*.md",
    }  # fmt: skip
    at_work(world)
    assert rows(at(world, path, 0, 9, 'name = "ann"\n'))["State"] == "editing: Shorten it"
    assert rows(at(world, path, 0, 9, 'name = "bob"\n'))["State"] == "not in the running team"


async def test_other_words_in_the_files_of_a_team_are_none() -> None:
    assert at(World(), ".kinos/teams/crew.toml", 0, 9, 'name = "eve"\n') is None
    assert at(World(), "notes.txt", 0, 9, 'name = "ann"\n') is None
