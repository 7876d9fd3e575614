"""A team as its files say it: what is wrong with them is told, and what changes is taken up."""

from fakes.world import World
from kinos.domain import event as ev
from kinos.engine.run import Ends
from kinos.engine.session import Start


async def test_what_was_not_taken_from_a_teams_file_is_told_when_it_starts() -> None:
    world = World()
    world.catalog.mistakes = ("config.json:3: 'manager' is not among this team's agents: it is left out",)
    await world.session.open()
    await world.session.start_team(Start("crew", ends=Ends(cycles=1)))
    await world.session.finished()
    assert [(note.level, note.message) for note in world.of(ev.Noted)] == [("warning", world.catalog.mistakes[0])]
