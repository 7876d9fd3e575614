"""What stands above a document: who works on it, what waits for a person, and the team at the request."""

from dataclasses import replace

from fakes.clock import BEGINNING
from fakes.world import World
from kinos.domain import event as ev
from kinos.domain.budget import Caps
from kinos.domain.state import TeamState
from kinos.engine.lens import LONGEST, WAITING, Lens, lenses, share, short, team, waiting
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends


def at_work(world: World, title: str = "Shorten it") -> None:
    """ann edits ann.md."""
    for event in (
        ev.TeamStarting(BEGINNING, "crew", "why", "auto", False, ("ann",), Caps()),
        ev.TeamRunning(BEGINNING),
        ev.AgentStarted(BEGINNING, "ann"),
        ev.CycleStarted(BEGINNING, "ann", "y1", "its turn"),
        ev.TaskChosen(BEGINNING, "ann", "y1", title, "it is long", ("ann.md",)),
        ev.TaskClaimed(BEGINNING, "ann", "y1"),
    ):
        world.session.store.dispatch(event)


def above(world: World, path: str, *, edits: bool = True) -> list[Lens]:
    world.session.did_open(path, world.disk.text(path), 1)
    buffer = world.session.buffers.get(path)
    assert buffer is not None
    return lenses(world.session, path, buffer.text, edits=edits)


async def test_who_works_on_the_document_is_named_with_the_task() -> None:
    world = World()
    at_work(world)
    assert [lens.title for lens in above(world, "ann.md")] == ["✓ 0.0k tokens, of 6k", "ann is editing: Shorten it"]
    assert len(above(world, "bob.md")) == 1


async def test_a_waiting_change_can_be_reviewed_accepted_and_rejected() -> None:
    world = World(landing_mode="review")
    await world.session.open()
    await world.session.start_team(Start("crew", ends=Ends(cycles=1)))
    await world.session.finished()
    change = world.change()
    named = {"change": change.id}
    assert above(world, "ann.md")[1:] == [
        Lens(0, "Review “Say 1” by ann", "diff", named),
        Lens(0, "Accept", "accept", named),
        Lens(0, "Reject", "reject", named),
    ]
    assert len(above(world, "bob.md")) == 1
    shown = [lens.command for lens in waiting([change], {"kinos.editChange", "kinos.rejectChange"})]
    assert shown == ["kinos.editChange", "accept", "kinos.rejectChange"]
    await world.session.reject(change.id, "no")
    assert len(above(world, "ann.md")) == 1


def test_what_can_be_done_about_a_team_follows_its_state() -> None:
    commands = {state: [lens.command for lens in team(state)] for state in TeamState}
    assert commands == {
        TeamState.STOPPED: ["startTeam", "startTeam"],
        TeamState.STARTING: ["stopTeam"],
        TeamState.RUNNING: ["stopTeam"],
        TeamState.PAUSED: ["stopTeam", "resumeTeam"],
        TeamState.STOPPING: [""],
    }


def test_words_of_a_model_stay_one_short_line() -> None:
    assert short("Say\nit \u202e twice") == "Say it \\u202e twice"
    assert len(short("word " * 50)) <= LONGEST
    assert short("漢字 🌊") == "漢字 🌊"


def test_a_share_is_never_nothing_of_something() -> None:
    assert [share(0, 10), share(1, 1000), share(1, 3), share(3, 3), share(1, 0)] == [
        "0 %",
        "under 1 %",
        "33 %",
        "100 %",
        "0 %",
    ]


async def test_more_waiting_changes_than_fit_are_counted() -> None:
    world = World(landing_mode="review", teams={"crew": {"ann": (1.0, 1.0)}})
    await world.session.open()
    await world.session.start_team(Start("crew", ends=Ends(cycles=1)))
    await world.session.finished()
    change = world.change()
    for number in range(WAITING + 1):
        world.journal.record(replace(change, id=f"more{number}"))
    assert above(world, "ann.md")[-1] == Lens(0, "2 more wait")
