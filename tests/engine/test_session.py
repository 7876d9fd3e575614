"""The façade: starting and stopping a team, and what a person does with its changes."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from fakes.clock import settled
from fakes.editor import Reaction
from fakes.world import World
from kinos.domain import event as ev
from kinos.domain.change import ChangeState
from kinos.domain.errors import (
    ConflictError,
    KinosError,
    LandingError,
    NoKeyError,
    PolicyError,
    SetupError,
    UntrustedError,
    UsageError,
    WorkspaceHeldError,
)
from kinos.domain.phase import Phase
from kinos.domain.project_map import MAP_NAME
from kinos.domain.state import AgentState, TeamState
from kinos.domain.task import Task
from kinos.engine.history import Selection
from kinos.engine.lifecycle import Start
from kinos.engine.ports import Begun, Intent
from kinos.engine.run import Ends
from kinos.engine.session import Session

FILES = {"ann.md": "ann\n", "bob.md": "bob\n"}


async def ran(cycles: int = 2, landing: str = "auto", **settings: object) -> World:
    """A world in which a team has run."""
    world = World(**settings)  # type: ignore[arg-type]
    await world.session.open()
    await world.session.start_team(Start("crew", landing=landing, ends=Ends(cycles=cycles)))
    await world.session.finished()
    return world


def documents(world: World) -> dict[str, str]:
    """What is in the workspace, the map apart."""
    return {path: text.decode() for path, text in world.disk.files.items() if path != MAP_NAME}


# -- opening ---------------------------------------------------------------------------------------------------------


async def test_opening_counts_the_folder_and_writes_nothing() -> None:
    world = World({"a.md": "one two three\n", "b.markdown": "four\n", "c.py": "x = 1\n"})
    await world.session.open()
    assert world.session.state.sizes.total == 4
    assert world.session.state.sizes.documents == 2
    assert world.disk.writes == []
    assert not world.folder.made


async def test_opening_takes_up_the_phase_that_was_kept() -> None:
    world = World({"a.md": "word " * 55}, phase_limit=100)
    world.folder.kept["phase"] = {"name": "CONVERGENCE", "reason": "60 %", "pinned": False}
    await world.session.open()
    assert world.session.state.phase.name is Phase.CONVERGENCE


async def test_without_a_kept_phase_it_starts_expanding_and_moves_at_once_if_the_total_says_so() -> None:
    between = World({"a.md": "word " * 55}, phase_limit=100)
    above = World({"a.md": "word " * 61}, phase_limit=100)
    await between.session.open()
    await above.session.open()
    assert between.session.state.phase.name is Phase.EXPANSION
    assert above.session.state.phase.name is Phase.CONVERGENCE


async def test_closing_ends_the_counting_and_the_team() -> None:
    world = World()
    await world.session.open()
    await world.session.start_team(Start("crew"))
    await world.session.close()
    assert world.counting.closed
    assert world.workers.alive == 0


# -- starting --------------------------------------------------------------------------------------------------------


async def test_starting_answers_with_the_team_why_and_its_agents() -> None:
    world = World()
    await world.session.open()
    started = await world.session.start_team(Start("crew"))
    assert (started.team, started.reason, started.agents) == ("crew", "you asked for it", ("ann", "bob"))
    assert world.session.state.team.state is TeamState.RUNNING
    await world.session.stop_team()


async def test_a_second_start_without_a_name_takes_the_last_team_used_here() -> None:
    world = await ran()
    world.restart()
    await world.session.open()
    started = await world.session.start_team(Start())
    assert (started.team, started.reason) == ("crew", "it was the last one used here")
    await world.session.stop_team()


async def test_a_single_agent_is_not_kept_as_the_last_team() -> None:
    world = World(team_name="crew")
    await world.session.open()
    await world.session.start_agent("ann")
    await world.session.stop_team()
    started = await world.session.start_team(Start())
    assert started.reason == "the setting team.name says so"
    await world.session.stop_team()


def untrusted() -> World:
    return World(trusted=False)


def held() -> World:
    world = World()
    world.folder.other = "KinOS in a terminal (process 7, since 12:00)"
    return world


def without_aider() -> World:
    world = World()
    world.workers.missing = "aider is not installed."
    return world


def on_a_full_disk() -> World:
    world = World()

    def store(name: str, value: object) -> None:
        raise SetupError("phase.json cannot be written: No space left on device.")

    world.folder.store = store  # type: ignore[method-assign]
    return world


@pytest.mark.parametrize(
    ("make", "team", "error", "says"),
    [
        (untrusted, "crew", UntrustedError, "not trusted"),
        (World, "nobody", UsageError, "There is no team 'nobody'. There are: crew."),
        (held, "crew", WorkspaceHeldError, "KinOS in a terminal (process 7, since 12:00) works on this folder"),
        (without_aider, "crew", SetupError, "aider is not installed. Install it."),
        (on_a_full_disk, "crew", SetupError, "No space left"),
    ],
)
async def test_a_start_that_is_refused_says_why_and_leaves_nothing_behind(
    make: Callable[[], World], team: str, error: type[KinosError], says: str
) -> None:
    world = make()
    await world.session.open()
    with pytest.raises(error) as caught:
        await world.session.start_team(Start(team))
    assert says in str(caught.value)
    assert world.session.state.team.state is TeamState.STOPPED
    assert world.workers.alive == 0
    assert not world.folder.held
    assert world.disk.writes == []


async def test_without_a_key_a_team_is_refused_and_a_rehearsal_is_not() -> None:
    world = World(model_key="")
    await world.session.open()
    with pytest.raises(NoKeyError, match="kin --rehearse"):
        await world.session.start_team(Start("crew"))
    await world.session.start_team(Start("crew", rehearse=True, ends=Ends(cycles=1)))
    await world.session.finished()
    assert world.change().rehearsal
    assert world.change().usd == 0.0
    assert world.workers.plans[0].endpoint.base_url == "http://127.0.0.1:9"
    assert world.workers.plans[0].endpoint.rehearsal
    assert not world.rehearsal.running


async def test_two_teams_do_not_run_at_once() -> None:
    world = World()
    await world.session.open()
    await world.session.start_team(Start("crew"))
    with pytest.raises(UsageError, match="already running"):
        await world.session.start_team(Start("crew"))
    await world.session.stop_team()


async def test_after_a_refused_start_the_next_one_works() -> None:
    world = without_aider()
    await world.session.open()
    with pytest.raises(SetupError):
        await world.session.start_team(Start("crew"))
    world.workers.missing = ""
    await world.session.start_team(Start("crew", ends=Ends(cycles=1)))
    await world.session.finished()
    assert world.session.tally.landed == 1


@pytest.mark.parametrize(("editor", "landing"), [(True, "review"), (False, "auto")])
async def test_changes_wait_in_an_editor_and_land_in_a_terminal_unless_told_otherwise(
    editor: bool, landing: str
) -> None:
    world = World(editor=editor, landing_mode="")
    await world.session.open()
    await world.session.start_team(Start("crew"))
    assert world.session.state.team.landing == landing
    await world.session.stop_team()


# -- stopping --------------------------------------------------------------------------------------------------------


async def test_a_stop_without_a_team_ends_nothing() -> None:
    world = World()
    await world.session.open()
    assert await world.session.stop_team() == 0


async def test_a_stop_says_how_many_processes_it_ended_the_rehearsal_included() -> None:
    world = World()
    await world.session.open()
    await world.session.start_team(Start("crew", rehearse=True))
    assert await world.session.stop_team() == 2
    assert world.of(ev.TeamStopped)[-1].ended == 2
    assert await world.session.stop_team() == 0


@pytest.mark.parametrize("where", ["plan", "edit"])
async def test_a_stop_in_the_middle_of_a_call_leaves_files_and_journal_as_they_were(where: str) -> None:
    world = World()
    world.workers.stuck = where
    await world.session.open()
    await world.session.start_team(Start("crew"))
    await world.workers.reached.wait()
    assert await world.session.stop_team() == 1
    assert documents(world) == FILES
    assert not world.journal.changes()
    assert not world.journal.pending()
    assert not world.folder.held
    assert {view.state for view in world.session.state.agents.values()} == {AgentState.STOPPED}


async def test_a_stop_while_a_team_starts_cuts_the_start_short() -> None:
    world = World()
    world.workers.stuck = "start"
    await world.session.open()
    starting = asyncio.create_task(world.session.start_team(Start("crew")))
    await world.workers.reached.wait()
    await world.session.stop_team()
    with pytest.raises(UsageError, match="stopped while it was starting"):
        await starting
    assert world.session.state.team.state is TeamState.STOPPED
    assert not world.folder.held


async def test_a_stop_right_after_a_start_was_asked_for_gives_the_folder_back() -> None:
    world = World()
    world.workers.stuck = "start"
    await world.session.open()
    stopping: list[asyncio.Task[int]] = []

    def stop(event: ev.Event) -> None:
        if isinstance(event, ev.TeamStarting):
            stopping.append(asyncio.create_task(world.session.stop_team()))

    world.session.subscribe(lambda before, after, event: stop(event))
    with pytest.raises(UsageError, match="stopped while it was starting"):
        await world.session.start_team(Start("crew"))
    await asyncio.gather(*stopping)
    assert not world.folder.held


async def test_a_start_that_is_cancelled_leaves_nothing_behind() -> None:
    world = World()
    world.workers.stuck = "start"
    await world.session.open()
    starting = asyncio.create_task(world.session.start_team(Start("crew")))
    await world.workers.reached.wait()
    starting.cancel()
    await settled(starting)
    assert starting.cancelled()
    assert world.session.state.team.state is TeamState.STOPPED
    assert not world.folder.held


@pytest.mark.parametrize("write", range(3))
async def test_a_stop_in_the_middle_of_a_landing_finishes_it_or_takes_it_back(write: int) -> None:
    world = World({"a.md": "a\n", "b.md": "b\n", "c.md": "c\n"}, teams={"crew": {"ann": (1.0, 1.0)}})
    world.workers.planner = lambda call: Task("Say 1", "w", ("a.md", "b.md", "c.md"), "i")
    await world.session.open()
    await world.session.start_team(Start("crew"))
    stopping: list[asyncio.Task[int]] = []

    def stop(path: str) -> None:
        if sum(path != MAP_NAME for path in world.disk.writes) == write and not stopping:
            stopping.append(asyncio.create_task(world.session.stop_team()))

    world.disk.on_write = stop
    await world.clock.passing(26)
    await stopping[0]
    assert not world.journal.pending()
    landed = [c for c in world.journal.changes() if c.state is ChangeState.LANDED]
    after = {"a.md": "a\nline 1\n", "b.md": "b\nline 1\n", "c.md": "c\nline 1\n"}
    assert documents(world) == (after if landed else {"a.md": "a\n", "b.md": "b\n", "c.md": "c\n"})


async def test_a_person_who_goes_on_typing_does_not_keep_a_team_alive() -> None:
    world = World(teams={"crew": {"ann": (1.0, 1.0)}}, editor=True)
    assert world.editor
    await world.session.open()
    world.open("ann.md")
    await world.session.start_team(Start("crew", landing="auto"))
    editor = world.editor
    for tenth in range(600):
        world.clock.later(tenth / 10, lambda: editor.type("ann.md", 0, "mine\n"))
    await world.clock.passing(40)
    await world.session.stop_team()
    assert world.clock.monotonic() < 41
    assert world.session.state.team.state is TeamState.STOPPED
    assert "line 1" not in world.editor.text("ann.md")
    assert (world.change().state, world.change().reason) == (
        ChangeState.CONFLICTED,
        "The team was stopped before the change could be made.",
    )


async def test_the_lock_is_given_back_even_when_the_map_cannot_be_written() -> None:
    world = World()
    await world.session.open()
    world.disk.full = {MAP_NAME}
    await world.session.start_team(Start("crew", ends=Ends(cycles=3)))
    await world.session.finished()
    assert not world.folder.held
    notes = [event.message for event in world.of(ev.Noted)]
    assert len(notes) == 1, "said once, not at every change"
    assert "The map could not be written" in notes[0]
    assert world.session.tally.landed == 3


# -- taking back -----------------------------------------------------------------------------------------------------


async def test_undo_takes_the_last_change_back_and_redo_puts_it_back() -> None:
    world = await ran(3)
    after = documents(world)
    last = world.change()
    undone = await world.session.undo(Selection())
    assert undone.changes == (last.id,)
    assert world.change().state is ChangeState.UNDONE
    assert documents(world) != after
    redone = await world.session.redo(Selection())
    assert redone.changes == (last.id,)
    assert world.change().state is ChangeState.LANDED
    assert documents(world) == after


async def test_undo_all_restores_the_folder_and_removes_the_map_kinos_made() -> None:
    world = await ran(6)
    assert MAP_NAME in world.disk.files
    done = await world.session.undo(Selection(everything=True))
    assert len(done.changes) == 6
    assert {path: text.decode() for path, text in world.disk.files.items()} == FILES
    assert world.session.state.sizes.total == 2


async def test_undo_all_keeps_a_map_that_was_there_before() -> None:
    world = World({**FILES, MAP_NAME: "my own map\n"})
    await world.session.open()
    await world.session.start_team(Start("crew", ends=Ends(cycles=2)))
    await world.session.finished()
    await world.session.undo(Selection(everything=True))
    assert MAP_NAME in world.disk.files


async def test_undo_all_while_a_team_runs_keeps_the_map() -> None:
    world = World()
    await world.session.open()
    await world.session.start_team(Start("crew"))
    await world.clock.passing(60)
    await world.session.undo(Selection(everything=True))
    assert MAP_NAME in world.disk.files
    await world.session.stop_team()


async def test_undo_of_one_agent_leaves_the_others_work() -> None:
    world = await ran(4)
    await world.session.undo(Selection(agent="ann"))
    assert world.disk.text("ann.md") == "ann\n"
    assert world.disk.text("bob.md").count("line") >= 1


async def test_undo_keeps_the_persons_edit_and_says_what_it_cannot_take_back() -> None:
    world = await ran(2)
    world.disk.put("ann.md", "ann\nmine\n")
    world.disk.put("bob.md", "mine\n" + world.disk.text("bob.md"))
    done = await world.session.undo(Selection(session=True))
    ((aside, reason),) = done.set_aside
    assert "ann.md" in reason
    assert next(c for c in world.journal.changes() if c.id == aside).state is ChangeState.LANDED
    assert world.disk.text("ann.md") == "ann\nmine\n"
    assert world.disk.text("bob.md") == "mine\nbob\n"


async def test_an_undo_that_a_later_change_stands_in_the_way_of_names_it() -> None:
    world = World({"demande.md": "Write.\n"}, teams={"crew": {"ann": (1.0, 1.0)}})
    await world.session.open()
    await world.session.start_team(Start("crew", landing="auto", ends=Ends(cycles=2)))
    await world.session.finished()
    first, second = world.journal.changes()
    done = await world.session.undo(Selection(change=first.id))
    ((identity, reason),) = done.set_aside
    assert identity == first.id
    assert reason.endswith(f"has been changed meanwhile. {second.id} (ann) changed it later: undo that first.")
    assert len((await world.session.undo(Selection(everything=True))).changes) == 2


async def test_two_undos_at_once_take_back_two_changes() -> None:
    world = await ran(2)
    first, second = await asyncio.gather(world.session.undo(Selection()), world.session.undo(Selection()))
    assert set(first.changes) != set(second.changes)
    assert documents(world) == FILES


async def test_an_undo_that_waits_for_a_typist_holds_up_no_other() -> None:
    world = World(editor=True)
    await world.session.open()
    world.open("ann.md")
    await world.session.start_team(Start("crew", landing="auto", ends=Ends(cycles=2)))
    await world.session.finished()
    assert world.editor is not None
    for tenth in range(50):
        world.clock.later(tenth / 10, lambda: world.editor.type("ann.md", 0, "mine\n"))  # type: ignore[union-attr]
    world.editor.type("ann.md", 0, "mine\n")
    began = world.clock.monotonic()
    waiting = asyncio.create_task(world.session.undo(Selection(agent="ann")))
    await world.session.undo(Selection(agent="bob"))
    assert world.clock.monotonic() < began + 0.2
    assert world.disk.text("bob.md") == "bob\n"
    assert len((await waiting).changes) == 1


async def test_a_redo_puts_back_what_an_undo_under_way_takes_back() -> None:
    world = await ran(1)
    after = documents(world)
    undone, redone = await asyncio.gather(world.session.undo(Selection()), world.session.redo(Selection()))
    assert undone.changes == redone.changes
    assert documents(world) == after


async def test_an_undo_that_is_cancelled_is_finished_first() -> None:
    world = await ran(1)
    undoing = asyncio.create_task(world.session.undo(Selection()))
    world.disk.on_write = lambda path: undoing.cancel()
    await settled(undoing)
    await world.clock.passing(1)
    assert documents(world) == FILES
    assert world.change().state is ChangeState.UNDONE
    assert not world.journal.pending()


async def test_a_folder_where_nothing_was_done_is_not_written_into_by_asking_for_it() -> None:
    world = World()
    await world.session.open()
    for selection in (Selection(), Selection(everything=True), Selection(session=True)):
        assert (await world.session.undo(selection)).changes == ()
        assert (await world.session.redo(selection)).changes == ()
    for missing in (
        world.session.undo(Selection(change="c9")),
        world.session.redo(Selection(agent="ann")),
        world.session.accept("c9"),
        world.session.reject("c9", ""),
    ):
        with pytest.raises(UsageError):
            await missing
    assert not world.folder.made


async def test_undo_needs_the_folder_to_itself() -> None:
    world = await ran(1)
    world.folder.other = "KinOS in a terminal"
    with pytest.raises(WorkspaceHeldError):
        await world.session.undo(Selection())


async def test_undo_in_an_open_document_goes_through_the_editor() -> None:
    world = World(editor=True)
    assert world.editor
    await world.session.open()
    await world.session.start_team(Start("crew", landing="auto", ends=Ends(cycles=2)))
    await world.session.finished()
    world.open("ann.md")
    writes = list(world.disk.writes)
    await world.session.undo(Selection(everything=True))
    assert world.editor.text("ann.md") == "ann\n"
    assert [path for path in world.disk.writes[len(writes) :] if path == "ann.md"] == []


async def test_undo_after_a_stop_waits_for_the_editor_as_ever() -> None:
    world = await landed_open()
    assert world.editor
    await world.session.start_team(Start("crew", landing="auto"))
    await world.session.stop_team()
    world.editor.delay = 3.0
    done = await world.session.undo(Selection())
    assert done.set_aside == ()
    assert world.editor.text("ann.md") == "ann\n"


async def test_a_landing_that_was_interrupted_is_taken_back_at_the_next_start_and_said() -> None:
    world = World()
    was, half = (world.journal.keep(text) for text in (b"ann\n", b"half\n"))
    world.disk.put("ann.md", "half\n")
    world.journal.intend("c9", Begun([Intent("ann.md", was, half, buffer=False)]))
    await world.session.open()
    assert world.disk.text("ann.md") == "half\n", "opening a folder writes nothing"
    await world.session.start_team(Start("crew", ends=Ends(cycles=1)))
    await world.session.finished()
    assert world.of(ev.Noted)[0].message == "c9 was interrupted and has been taken back."
    assert world.disk.text("ann.md").startswith("ann\n")


async def test_what_could_not_be_taken_back_is_named() -> None:
    world = World()
    world.journal.intend("c9", Begun([Intent("ann.md", "0" * 64, world.journal.keep(b"ann\n"), buffer=False)]))
    await world.session.open()
    await world.session.start_team(Start("crew", ends=Ends(cycles=1)))
    await world.session.finished()
    assert "not in ann.md: look at it" in world.of(ev.Noted)[0].message


# -- review ----------------------------------------------------------------------------------------------------------


async def test_an_accepted_change_lands_and_frees_its_files() -> None:
    world = await ran(1, "review")
    landed = await world.session.accept(world.change().id)
    assert landed.state is ChangeState.LANDED
    assert documents(world)["ann.md"] == "ann\nline 1\n"
    assert world.session.state.waiting == 0
    assert world.session.state.agents["ann"].landed == 1
    assert world.session._claims.paths() == frozenset()


async def test_a_rejected_change_leaves_the_files_untouched_and_its_reason_reaches_the_agent() -> None:
    world = await ran(1, "review")
    rejected = await world.session.reject(world.change().id, "too wordy")
    assert (rejected.state, rejected.reason) == (ChangeState.REJECTED, "too wordy")
    assert documents(world) == FILES
    await world.session.start_team(Start("crew", ends=Ends(cycles=1)))
    await world.session.finished()
    assert "ann rejected by the person: Say 1 (ann.md): too wordy" in world.workers.plans[-1].brief


async def test_a_waiting_change_is_merged_again_when_it_is_accepted() -> None:
    world = await ran(1, "review")
    world.disk.put("ann.md", "mine\nann\n")
    await world.session.accept(world.change().id)
    assert world.disk.text("ann.md") == "mine\nann\nline 1\n"


async def test_a_waiting_change_that_no_longer_fits_is_set_aside() -> None:
    world = await ran(1, "review")
    del world.disk.files["ann.md"]
    with pytest.raises(ConflictError):
        await world.session.accept(world.change().id)
    assert world.change().state is ChangeState.CONFLICTED
    assert "ann.md" not in world.disk.files
    assert world.session._claims.paths() == frozenset()
    assert world.session.state.waiting == 0


async def test_a_waiting_change_whose_file_became_forbidden_is_refused() -> None:
    world = await ran(1, "review")
    world.disk.hidden = {"ann.md"}
    with pytest.raises(PolicyError):
        await world.session.accept(world.change().id)
    assert world.change().state is ChangeState.REFUSED


async def test_a_disk_that_refuses_leaves_the_change_waiting_to_be_accepted_again() -> None:
    world = await ran(1, "review")
    world.disk.full = {"ann.md"}
    with pytest.raises(LandingError):
        await world.session.accept(world.change().id)
    assert world.change().state is ChangeState.PROPOSED
    assert world.session._claims.paths() == {"ann.md"}
    world.disk.full = set()
    assert (await world.session.accept(world.change().id)).state is ChangeState.LANDED


async def test_what_landed_is_vouched_for_once_and_never_rejected() -> None:
    world = await ran(1)
    landed = world.change().id
    with pytest.raises(UsageError, match="does not wait for review: it is landed"):
        await world.session.reject(landed, "")
    assert (await world.session.accept(landed)).accepted
    with pytest.raises(UsageError, match="does not wait for review: it is landed"):
        await world.session.accept(landed)
    with pytest.raises(UsageError, match="There is no change c99"):
        await world.session.reject("c99", "")


async def test_a_change_that_is_being_landed_can_be_neither_accepted_twice_nor_rejected() -> None:
    world = World(editor=True)
    await world.session.open()
    world.open("ann.md")
    await world.session.start_team(Start("crew", landing="review", ends=Ends(cycles=1)))
    await world.session.finished()
    assert world.editor is not None
    world.editor.type("ann.md", 0, "mine\n")
    identity = world.change().id
    accepting = asyncio.create_task(world.session.accept(identity))
    await asyncio.sleep(0)
    for again in (world.session.accept(identity), world.session.reject(identity, "no")):
        with pytest.raises(UsageError, match="is being landed now"):
            await again
    assert (await accepting).state is ChangeState.LANDED_UNSAVED


async def test_a_waiting_change_survives_a_restart_with_its_claims() -> None:
    world = await ran(1, "review")
    world.restart()
    await world.session.open()
    assert world.session.state.waiting == 1
    assert world.session._claims.paths() == {"ann.md"}
    await world.session.accept(world.change().id)
    assert world.session.state.waiting == 0


async def test_a_start_takes_up_what_another_engine_left_waiting_or_has_settled() -> None:
    world = World()
    editor = world.session
    await editor.open()
    terminal = world.restart()
    await terminal.open()
    await terminal.start_team(Start("crew", landing="review", ends=Ends(cycles=2)))
    await terminal.finished()
    assert editor.state.waiting == 0
    await once(editor)
    assert editor.state.waiting == 2
    for change in world.journal.changes():
        await terminal.reject(change.id, "no")
    await once(editor)
    assert editor.state.waiting == 0
    assert editor._claims.paths() == frozenset()


async def once(session: Session) -> None:
    """Start a team that does nothing."""
    await session.start_team(Start("crew", ends=Ends(cycles=0)))
    await session.finished()


async def test_a_diff_shows_what_a_change_makes_of_its_files() -> None:
    world = await ran(1, "review")
    assert world.session.diff(world.change().id) == "--- a/ann.md\n+++ b/ann.md\n@@ -1 +1,2 @@\n ann\n+line 1\n"
    with pytest.raises(UsageError):
        world.session.diff("c99")
    assert world.session.image(world.change().files[0].base) == b"ann\n"
    assert world.session.image(None) is None


# -- open documents --------------------------------------------------------------------------------------------------


async def landed_open() -> World:
    """A change has landed in the open ann.md."""
    world = World(editor=True, teams={"crew": {"ann": (1.0, 1.0)}})
    await world.session.open()
    world.open("ann.md")
    await world.session.start_team(Start("crew", landing="auto", ends=Ends(cycles=1)))
    await world.session.finished()
    assert world.change().state is ChangeState.LANDED_UNSAVED
    return world


async def test_a_change_in_an_open_document_has_landed_once_it_is_saved() -> None:
    world = await landed_open()
    world.save("ann.md")
    assert world.change().state is ChangeState.LANDED
    assert world.session.state.agents["ann"].landed == 1


async def test_a_change_in_a_document_closed_unsaved_was_discarded_by_the_person() -> None:
    world = await landed_open()
    await world.session.did_close("ann.md")
    assert world.change().state is ChangeState.DISCARDED
    assert "closed without saving" in world.change().reason
    assert world.session.state.agents["ann"].landed == 0


async def test_a_saved_document_is_closed_without_consequence() -> None:
    world = await landed_open()
    world.save("ann.md")
    await world.session.did_close("ann.md")
    assert world.change().state is ChangeState.LANDED
    await world.session.did_close("ann.md")


async def test_a_change_over_two_open_documents_has_landed_when_both_are_saved() -> None:
    world = World(editor=True, teams={"crew": {"ann": (1.0, 1.0)}})
    world.workers.planner = lambda call: Task("Say 1", "w", ("ann.md", "bob.md"), "i")
    await world.session.open()
    world.open("ann.md")
    world.open("bob.md")
    await world.session.start_team(Start("crew", landing="auto", ends=Ends(cycles=1)))
    await world.session.finished()
    world.save("ann.md")
    assert world.change().state is ChangeState.LANDED_UNSAVED
    world.save("bob.md")
    assert world.change().state is ChangeState.LANDED


async def test_an_editor_that_saves_at_once_leaves_nothing_unsaved() -> None:
    world = World(editor=True, teams={"crew": {"ann": (1.0, 1.0)}})
    assert world.editor
    world.editor.reaction = Reaction.SAVES
    await world.session.open()
    world.open("ann.md")
    await world.session.start_team(Start("crew", landing="auto", ends=Ends(cycles=1)))
    await world.session.finished()
    assert world.change().state is ChangeState.LANDED


async def test_saving_while_another_engine_holds_the_folder_is_no_error() -> None:
    world = await landed_open()
    world.folder.other = "KinOS in a terminal"
    world.save("ann.md")
    await world.session.did_close("ann.md")
    assert world.change().state is ChangeState.LANDED_UNSAVED


async def test_what_is_typed_counts_at_once_and_the_disk_again_after_closing() -> None:
    world = World(editor=True)
    assert world.editor
    await world.session.open()
    world.open("ann.md")
    world.editor.replace("ann.md", "many words are typed here")
    typed = world.session.state.sizes.total
    await world.session.did_close("ann.md")
    assert typed > world.session.state.sizes.total == 2


async def test_a_document_that_is_no_markdown_is_held_but_not_counted() -> None:
    world = World({"a.py": "x = 1\n"}, editor=True)
    await world.session.open()
    world.open("a.py")
    assert "a.py" in world.session.buffers
    assert world.session.state.sizes.documents == 0


# -- phase, map, status ----------------------------------------------------------------------------------------------


async def test_a_phase_set_by_hand_stays_until_auto() -> None:
    world = World()
    await world.session.open()
    world.session.set_phase("Convergence")
    assert world.session.state.phase.pinned
    assert world.folder.kept["phase"] == {"name": "CONVERGENCE", "reason": "set by hand", "pinned": True}
    world.disk.put("ann.md", "more words\n")
    await world.session.did_change_on_disk(["ann.md"])
    assert world.session.picture()["phase"]["name"] == "CONVERGENCE"
    world.session.set_phase("auto")
    assert world.session.picture()["phase"]["name"] == "EXPANSION"
    assert not world.folder.held


async def test_an_unknown_phase_is_refused_with_the_ones_there_are() -> None:
    world = World()
    await world.session.open()
    with pytest.raises(UsageError, match="Use expansion, convergence or auto"):
        world.session.set_phase("panic")


async def test_a_pinned_phase_survives_a_restart() -> None:
    world = World()
    await world.session.open()
    world.session.set_phase("convergence")
    world.restart()
    await world.session.open()
    assert world.session.state.phase.name is Phase.CONVERGENCE
    assert world.session.state.phase.pinned


async def test_the_map_is_written_when_asked_and_shown_without_a_file() -> None:
    world = World()
    await world.session.open()
    assert "## Document Tree" in world.session.map.text()
    assert MAP_NAME not in world.disk.files
    assert world.session.map.write() == MAP_NAME
    assert world.disk.text(MAP_NAME).startswith("# Project Map\nGenerated: ")


@pytest.mark.parametrize(("mode", "written"), [("auto", True), ("always", True), ("never", False)])
async def test_a_running_team_keeps_the_map_as_the_setting_says(mode: str, written: bool) -> None:
    world = await ran(1, map_write=mode)
    assert (MAP_NAME in world.disk.files) is written


async def test_the_map_names_the_active_agents_while_a_team_runs() -> None:
    world = World()
    await world.session.open()
    await world.session.start_team(Start("crew"))
    assert "Active agents: ann (2), bob (1)" in world.session.map.text()
    await world.session.stop_team()
    assert "Active agents" not in world.session.map.text()


async def test_the_status_is_the_complete_picture() -> None:
    world = await ran(2)
    picture = world.session.picture()
    assert picture["team"]["name"] == "crew"
    assert picture["team"]["state"] == "stopped"
    assert picture["budget"]["runs"] == 2
    assert picture["budget"]["minutes"] > 0
    assert [agent["name"] for agent in picture["agents"]] == ["ann", "bob"]
    assert picture["agents"][0]["landed"] == 1
    assert picture["waiting"] == 0


@pytest.mark.parametrize(("rehearse", "caps"), [(True, (0.0, 0)), (False, (5.0, 2_000_000))])
async def test_a_rehearsal_shows_no_caps_on_what_costs_nothing(rehearse: bool, caps: tuple[float, int]) -> None:
    world = World()
    await world.session.open()
    await world.session.start_team(Start("crew", rehearse=rehearse))
    budget = world.session.picture()["budget"]
    assert (budget["usdCap"], budget["tokensCap"]) == caps
    assert (budget["runsCap"], budget["minutesCap"]) == (200, 120.0)
    await world.session.stop_team()


async def test_the_status_names_who_else_holds_the_folder() -> None:
    world = World()
    await world.session.open()
    world.folder.other = "KinOS in a terminal"
    assert world.session.picture()["team"]["heldBy"] == "KinOS in a terminal"


async def test_the_catalog_is_there_to_be_asked() -> None:
    assert World().session.catalog.teams() == ["crew"]


async def test_agents_that_do_not_run_cannot_be_stopped() -> None:
    world = World()
    await world.session.open()
    with pytest.raises(UsageError, match="none, for no team runs here"):
        await world.session.stop_agent("ann")
    await world.session.start_team(Start("crew"))
    with pytest.raises(UsageError, match="Running: ann, bob"):
        await world.session.stop_agent("eve")
    await world.session.stop_team()


async def test_writing_the_map_records_the_sizes_and_the_map_object_tells_how_they_went() -> None:
    world = World({"a.md": "one two\n"})
    await world.session.open()
    world.session.map.write()
    assert world.folder.sizes == [{"a.md": 2}]
    (document,) = world.session.map.object()["documents"]
    assert document["history"] == [{"time": "then", "tokens": 2}]
    await world.session.close()


async def test_what_the_team_just_landed_wakes_nobody_when_the_disk_tells_of_it_but_others_do() -> None:
    world = World()
    await world.session.open(watch=True)
    await world.session.start_team(Start("crew", ends=Ends(cycles=1)))
    await world.session.finished()
    (landed,) = [path for change in world.session.changes() for path in change.paths]
    woken: list[str] = []
    world.session._upkeep.team = Woken(woken)
    world.session._upkeep.found_changed([landed, "other.md"])
    assert woken == ["other.md"]
    await world.clock.passing(10)
    world.session._upkeep.found_changed([landed])
    assert woken == ["other.md", landed]
    world.session._upkeep.team = None
    await world.session.close()


class Woken:
    """Stands where a run does, and remembers what it is told of."""

    def __init__(self, paths: list[str]) -> None:
        self._paths = paths

    def touched(self, paths: Sequence[str], by: str = "") -> None:
        self._paths.extend(paths)


async def test_a_map_is_left_to_whoever_else_holds_the_folder() -> None:
    world = World({"a.md": "one two\n", MAP_NAME: "# Project Map\n"})
    await world.session.open()
    world.folder.other = "KinOS in an editor"
    world.events.clear()
    await world.session.did_change_on_disk(["a.md"])
    assert world.disk.writes == []
    assert not world.of(ev.Noted)
    world.folder.other = ""
    await world.session.did_change_on_disk(["a.md"])
    assert world.disk.writes == [MAP_NAME]
    await world.session.close()


async def test_a_team_does_not_start_where_another_engine_works_around_or_inside() -> None:
    world = World()
    world.folder.neighbour = "KinOS in a terminal works on /work/docs"
    await world.session.open()
    with pytest.raises(WorkspaceHeldError, match="works on /work/docs"):
        await world.session.start_team(Start("crew"))
    assert (world.folder.held, world.workers.alive) == (0, 0)
    assert world.session.state.team.state is TeamState.STOPPED
    world.folder.neighbour = ""
    await world.session.start_team(Start("crew"))
    await world.session.stop_team()
