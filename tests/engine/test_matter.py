"""A team does not start where there is nothing for it to work on: each agent asked would cost money for nothing."""

import pytest

from fakes.world import World
from kinos.domain import event as ev
from kinos.domain.errors import UsageError
from kinos.domain.request import FORM, asks
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends

ENDS = Ends(cycles=1)


async def refused(world: World, start: Start) -> UsageError:
    """Why it did not start. Nothing was written and nobody asked."""
    before = dict(world.disk.files)
    await world.session.open()
    with pytest.raises(UsageError) as error:
        await world.session.start_team(start)
    assert not world.of(ev.TeamStarting)
    assert not world.workers.plans
    assert (world.disk.files, world.folder.made) == (before, False)
    return error.value


@pytest.mark.parametrize("start", [Start("crew"), Start("crew", rehearse=True), Start(only="ann")])
@pytest.mark.parametrize("files", [{}, {"map (readonly).md": "# Project Map\n"}])
async def test_an_empty_folder_is_pointed_to_a_mission(start: Start, files: dict[str, str | bytes]) -> None:
    error = await refused(World(files), start)
    assert "no request and no file" in error.message
    assert error.remedy.startswith("kin new makes a request")
    assert error.exit_code == 2


@pytest.mark.parametrize("text", [FORM, FORM.replace("\n", "\r\n"), "\ufeff" + FORM.rstrip(), " \n", ""])
@pytest.mark.parametrize("beside", [{}, {"README.md": "# Read me\n"}])
async def test_a_request_that_asks_for_nothing_is_to_be_filled_in(text: str, beside: dict[str, str | bytes]) -> None:
    error = await refused(World({"request.md": text, **beside}), Start("crew"))
    assert error.message == "Nothing is asked for in request.md yet."


@pytest.mark.parametrize(
    "files",
    [
        {"demande.md": "Write.\n"},
        {"demande.md": FORM.replace("<Another one.>", "It is short.")},
        {".aider.mission.md": "Write.\n"},
        {"docs/a.md": "# A\n"},
        {"main.py": "print()\n"},
        {"demande.md": b"\xff\xfe"},
    ],
)
async def test_a_request_or_any_file_is_something_to_work_on(files: dict[str, str | bytes]) -> None:
    world = World(files)
    await world.session.open()
    await world.session.start_team(Start("crew", ends=ENDS))
    await world.session.finished()
    assert world.workers.plans


async def test_a_document_that_is_only_open_is_something_to_work_on() -> None:
    world = World({}, editor=True)
    await world.session.open()
    world.session.did_open("new.md", "# New\n", 1)
    await world.session.start_team(Start("crew", ends=ENDS))
    await world.session.stop_team()


async def test_a_request_that_cannot_be_read_does_not_count_as_the_form() -> None:
    world = World({"demande.md": FORM})
    world.disk.locked.add("demande.md")
    await world.session.open()
    await world.session.start_team(Start("crew", ends=ENDS))
    await world.session.stop_team()


def test_a_request_asks_for_something_once_a_word_of_it_is_not_the_forms() -> None:
    assert asks("Write.")
    assert asks(FORM + "- More\n")
    assert not asks(FORM)
