"""One cycle: every way it can end, and what it leaves behind."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from fakes.catalog import agent
from fakes.editor import Reaction
from fakes.workers import USAGE, Hand, failed
from fakes.world import World
from kinos.domain import event as ev
from kinos.domain.change import ChangeState
from kinos.domain.errors import FailureKind, LandingError
from kinos.domain.message import EditCall, PlanCall
from kinos.domain.model import output_limit
from kinos.domain.state import AgentState, State
from kinos.domain.task import NothingToDo, Task
from kinos.domain.team import Agent
from kinos.engine.call import BYTES_A_TOKEN
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends

ALONE = {"crew": {"ann": (1.0, 1.0)}}


def alone(**settings: Any) -> World:
    """A team of one."""
    return World({"ann.md": "ann\n", "other.md": "other\n"}, teams=ALONE, **settings)


def task(*files: str) -> Task:
    """A task over `files`."""
    return Task("Tidy", "because", files, "Do it.")


async def once(world: World, cycles: int = 1, landing: str = "") -> None:
    """Run the team for so many cycles."""
    await world.session.open()
    await world.session.start_team(Start("crew", landing=landing, ends=Ends(cycles=cycles)))
    await world.session.finished()


def leaving(path: str, text: str) -> Hand:
    """An editor that leaves `text` in `path`."""

    def edit(folder: Path, call: EditCall) -> None:
        (folder / path).write_text(text, encoding="utf-8")

    return edit


def result(world: World) -> tuple[str, str]:
    """How the last cycle ended, and why."""
    (rested,) = world.of(ev.CycleRested)
    return rested.result, rested.reason


async def test_a_cycle_that_lands_goes_through_every_state() -> None:
    world = alone()
    states: list[AgentState] = []
    world.session.subscribe(
        lambda before, after, event: states.append(after.agents["ann"].state) if after.agents else None
    )
    await once(world)
    seen = list(dict.fromkeys(states[:-3]))
    assert " ".join(seen) == "stopped resting planning queued editing landing"
    assert result(world) == ("landed", "Say 1")
    assert world.disk.text("ann.md") == "ann\nline 1\n"


async def test_a_landed_change_says_who_made_it_why_and_at_what_cost() -> None:
    world = alone()
    await once(world)
    change = world.change()
    assert (change.agent, change.title, change.why, change.state) == ("ann", "Say 1", "because", ChangeState.LANDED)
    assert change.session == world.session.id
    assert change.cycle == world.of(ev.CycleStarted)[0].cycle
    assert change.usage == USAGE + USAGE
    assert change.usd == pytest.approx(2 * (1000 * 2 + 100 * 10) / 1e6)
    assert not change.rehearsal


async def test_planning_and_editing_are_each_paid_at_their_own_models_price() -> None:
    world = alone(model_plan="claude-opus-5", model_edit="claude-haiku-4-5")
    await once(world)
    assert world.change().usd == pytest.approx((1000 * 5 + 100 * 25 + 1000 * 1 + 100 * 5) / 1e6)
    assert world.change().usd == pytest.approx(world.session.state.spend.usd)


async def test_the_planner_is_given_prompt_brief_and_settings() -> None:
    world = alone(model_max_tokens=777, model_temperature=0.5, retry_attempts=2)
    await once(world)
    (call,) = world.workers.plans
    assert call.system.startswith("You are ann.")
    assert "How the team works" in call.system
    assert "Agent: ann" in call.brief
    assert (call.model, call.max_tokens) == ("claude-sonnet-5-5", output_limit("claude-sonnet-5-5", 777))
    assert call.temperature == 0.5
    assert (call.retry.attempts, call.endpoint.api_key, call.endpoint.rehearsal) == (2, "key", False)


async def test_the_part_that_is_cached_stays_the_same_to_the_letter_whatever_happens_in_the_workspace() -> None:
    world = alone()
    await once(world, 2)
    world.session.set_phase("convergence")
    await world.session.start_team(Start("crew", ends=Ends(cycles=1)))
    await world.session.finished()
    briefs = [call.brief for call in world.workers.plans]
    assert len(set(briefs)) == 3
    assert "Say 1" in briefs[1]
    assert "Phase: CONVERGENCE" in briefs[2]
    assert len({call.system for call in world.workers.plans}) == 1


async def test_an_agents_own_model_comes_before_the_settings() -> None:
    world = World(teams=ALONE, agents={"ann": agent("ann", model="claude-opus-5")})
    await once(world)
    assert (
        {call.model for call in world.workers.plans}
        == {call.model for call in world.workers.edits}
        == {"claude-opus-5"}
    )


async def test_the_editor_gets_copies_with_line_feeds_and_room_for_its_answer() -> None:
    world = alone()
    world.disk.put("ann.md", b"\xef\xbb\xbfann\r\nand more")
    seen: list[bytes] = []

    def edit(folder: Path, call: EditCall) -> None:
        seen.append((folder / "ann.md").read_bytes())
        (folder / "ann.md").write_bytes(b"ANN\nand more\n")

    world.workers.hand = edit
    await once(world)
    assert seen == [b"ann\nand more"]
    assert world.disk.files["ann.md"] == b"\xef\xbb\xbfANN\r\nand more"
    (call,) = world.workers.edits
    assert call.files == ("ann.md",)
    assert call.max_tokens == output_limit(call.model, len(seen[0]) * 2 // BYTES_A_TOKEN + 2000)


async def test_the_room_for_an_answer_ends_at_what_models_can_give() -> None:
    world = alone()
    world.disk.put("ann.md", "word " * 100_000)
    await once(world)
    assert world.workers.edits[0].max_tokens == output_limit(world.settings.model_edit, 10**9)


async def test_nothing_to_do_is_said_with_its_reason_and_remembered() -> None:
    world = alone()
    world.workers.planner = lambda call: NothingToDo("it is complete")
    await once(world, 2)
    assert [(e.result, e.reason) for e in world.of(ev.CycleRested)] == [("nothing to do", "it is complete")] * 2
    assert "ann found nothing to do: it is complete" in world.workers.plans[1].brief
    assert not world.journal.changes()


async def test_an_editor_that_changes_nothing_is_no_change() -> None:
    world = alone()
    world.workers.hand = lambda folder, call: None
    await once(world)
    assert result(world) == ("no change", "Say 1: Here it is.")
    assert not world.journal.changes()
    assert world.session.tally.landed == 0


@pytest.mark.parametrize("kind", [kind for kind in FailureKind if kind is not FailureKind.BUDGET])
async def test_a_failed_plan_call_is_a_failure_of_its_own_kind(kind: FailureKind) -> None:
    world = alone()
    world.workers.planner = lambda call: failed(kind, "no luck")
    await once(world)
    (event,) = world.of(ev.CycleFailed)
    assert (event.kind, event.message) == (kind.value, "no luck")
    assert world.session.state.agents["ann"].failed == 1
    assert world.session.tally.landed == 0


async def test_a_failed_edit_call_leaves_the_files_as_they_were() -> None:
    world = alone()
    world.workers.hand = lambda folder, call: failed(FailureKind.NO_MATCH, "three edits did not match")
    await once(world)
    assert world.of(ev.CycleFailed)[0].kind == "edit-does-not-match"
    assert world.disk.text("ann.md") == "ann\n"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("demande.md", "never edited"),
        ("map (readonly).md", "never edited"),
        ("../out.md", "not a plain path"),
        ("/etc/passwd", "not a path relative"),
        (".git/config", "hidden"),
        ("id_rsa", "secret"),
        ("hidden.md", "ignored"),
        ("photo.png", "not text"),
    ],
)
async def test_a_task_over_a_forbidden_file_is_refused_before_anything_is_edited(path: str, why: str) -> None:
    world = alone()
    world.disk.hidden = {"hidden.md"}
    world.workers.planner = lambda call: task("ann.md", path)
    await once(world, 2)
    assert {(e.result, why in e.reason) for e in world.of(ev.CycleRested)} == {("refused", True)}
    assert world.workers.edits == []
    assert world.session.tally.refused == 2
    assert "ann was refused: Tidy" in world.workers.plans[1].brief


async def test_two_spellings_of_one_name_are_no_two_files() -> None:
    world = alone()
    world.workers.planner = lambda call: task("New.md", "new.md")
    await once(world)
    assert result(world)[0] == "refused"
    assert "differ only in case" in result(world)[1]


async def test_an_agent_keeps_to_the_files_its_prompt_gives_it() -> None:
    ann = Agent("ann", "role", "You are ann.", edits=("docs/**",))
    world = World(teams=ALONE, agents={"ann": ann})
    world.workers.planner = lambda call: task("README.md")
    await once(world)
    assert result(world) == ("refused", "ann may not edit README.md: it keeps to docs/**.")


async def test_a_file_that_is_not_text_is_refused() -> None:
    world = alone()
    world.disk.put("ann.md", b"\xff\xfe")
    await once(world)
    assert result(world)[0] == "refused"
    assert "not UTF-8" in result(world)[1]


@pytest.mark.parametrize(
    ("leave", "why"),
    [
        (lambda file: file.write_bytes(b"\xff"), "not UTF-8"),
        (lambda file: file.write_bytes(b"a\x00b"), "binary"),
        (lambda file: (file.unlink(), file.mkdir()), "not a file"),
        (lambda file: (file.unlink(), file.symlink_to(__file__)), "not a file"),
    ],
    ids=["bytes", "binary", "folder", "link"],
)
async def test_what_comes_back_as_no_text_file_is_refused(leave: object, why: str) -> None:
    world = alone()
    world.workers.hand = lambda folder, call: leave(folder / "ann.md") and None  # type: ignore[operator]
    await once(world)
    assert result(world)[0] == "refused"
    assert why in result(world)[1]
    assert world.disk.text("ann.md") == "ann\n"


async def test_a_folder_swapped_for_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "ann.md").write_text("a secret", encoding="utf-8")
    world = World({"docs/ann.md": "ann\n"}, teams=ALONE)
    world.workers.planner = lambda call: task("docs/ann.md")

    def edit(folder: Path, call: EditCall) -> None:
        (folder / "docs" / "ann.md").unlink()
        (folder / "docs").rmdir()
        (folder / "docs").symlink_to(tmp_path)

    world.workers.hand = edit
    await once(world)
    assert result(world)[0] == "refused"
    assert world.disk.text("docs/ann.md") == "ann\n"


async def test_a_new_file_is_created_and_a_missing_one_deleted() -> None:
    world = alone()
    world.workers.planner = lambda call: task("new/page.md", "other.md")

    def edit(folder: Path, call: EditCall) -> None:
        (folder / "new" / "page.md").write_text("# New\n", encoding="utf-8")
        (folder / "other.md").unlink()

    world.workers.hand = edit
    await once(world)
    del world.disk.files["map (readonly).md"]
    assert world.disk.files == {"ann.md": b"ann\n", "new/page.md": b"# New\n"}


async def test_what_the_person_did_meanwhile_is_merged() -> None:
    world = alone()
    world.disk.put("ann.md", "one\ntwo\nthree\n")

    def edit(folder: Path, call: EditCall) -> None:
        world.disk.put("ann.md", "ONE\ntwo\nthree\n")
        (folder / "ann.md").write_text("one\ntwo\nTHREE\n", encoding="utf-8")

    world.workers.hand = edit
    await once(world)
    assert world.disk.text("ann.md") == "ONE\ntwo\nTHREE\n"


async def test_a_change_that_no_longer_fits_is_set_aside_and_the_agent_is_told() -> None:
    world = alone()

    def edit(folder: Path, call: EditCall) -> None:
        world.workers.hand = lambda folder, call: None
        world.disk.put("ann.md", "mine\n")
        (folder / "ann.md").write_text("agents\n", encoding="utf-8")

    world.workers.hand = edit
    await once(world, 2)
    assert world.of(ev.CycleRested)[0].result == "set aside"
    assert world.change(0).state is ChangeState.CONFLICTED
    assert world.session.state.waiting == 0
    assert world.disk.text("ann.md") == "mine\n"
    assert "ann set aside: Say 1 (ann.md): ann.md: line 1 has been edited meanwhile." in world.workers.plans[1].brief


async def test_a_disk_that_refuses_sets_the_change_aside_which_no_policy_has_refused() -> None:
    world = alone()
    world.disk.full = {"ann.md"}
    await once(world)
    assert result(world)[0] == "set aside"
    assert "No space left" in result(world)[1]
    assert world.change().state is ChangeState.CONFLICTED
    assert world.session.state.agents["ann"].landed == 0
    assert world.session.state.agents["ann"].refused == 1


async def test_a_file_that_became_forbidden_while_it_was_edited_refuses_the_change() -> None:
    world = alone()

    def edit(folder: Path, call: EditCall) -> None:
        world.disk.protected = {"ann.md"}
        (folder / "ann.md").write_text("agents\n", encoding="utf-8")

    world.workers.hand = edit
    await once(world)
    assert result(world) == ("refused", "ann.md is write-protected.")
    assert world.change().state is ChangeState.REFUSED
    assert world.disk.text("ann.md") == "ann\n"


async def test_a_file_that_cannot_be_read_is_a_failure() -> None:
    world = alone()

    def plan(call: PlanCall) -> Task:
        world.disk.locked = {"ann.md"}
        return task("ann.md")

    world.workers.planner = plan
    await once(world)
    assert "cannot be read" in world.of(ev.CycleFailed)[0].message


async def test_in_review_a_change_waits_and_keeps_its_files() -> None:
    world = alone()
    await once(world, landing="review")
    assert result(world)[0] == "waiting for review"
    assert world.change().state is ChangeState.PROPOSED
    assert world.disk.text("ann.md") == "ann\n"
    assert world.session.state.waiting == 1
    assert world.session.state.agents["ann"].waiting == 1


async def test_a_file_that_waits_for_review_is_named_to_the_planner_and_not_worked_on() -> None:
    world = alone()
    await once(world, 2, landing="review")
    assert [e.result for e in world.of(ev.CycleRested)] == ["waiting for review", "set aside"]
    assert "ann.md waits for review" in world.of(ev.CycleRested)[1].reason
    brief = world.workers.plans[1].brief
    assert "- ann.md" in brief
    assert 'document path="ann.md"' not in brief
    assert 'document path="other.md"' in brief


@pytest.mark.parametrize("path", ["Makefile", "tools/conftest.py", "AGENTS.md", "docs/CLAUDE.md", "package.json"])
async def test_files_that_run_or_instruct_wait_for_a_person_even_in_auto(path: str) -> None:
    world = World({path: "x\n"}, teams=ALONE, agents={"ann": Agent("ann", "r", "p", edits=("**/*",))})
    world.workers.planner = lambda call: task(path)

    def edit(folder: Path, call: EditCall) -> None:
        (folder / path).write_text("y\n", encoding="utf-8")

    world.workers.hand = edit
    await once(world, landing="auto")
    assert result(world)[0] == "waiting for review"
    assert "runs or instructs by itself" in result(world)[1]
    assert world.disk.text(path) == "x\n"


async def test_a_new_way_out_of_the_workspace_waits_for_a_person_even_in_auto() -> None:
    world = alone()
    world.disk.put("ann.md", "ann, see https://example.org/a\n")
    world.workers.hand = leaving("ann.md", "ann ![](https://example.org/b.png) ![](https://evil.example/?all)\n")
    await once(world, landing="auto")
    why = "ann.md would lead to evil.example, where its files did not lead before, so a person must look"
    assert result(world) == ("waiting for review", f"Say 1 [{world.change().id}] ({why})")
    assert (world.change().state, world.change().reason) == (ChangeState.PROPOSED, why)
    assert world.disk.text("ann.md") == "ann, see https://example.org/a\n"
    landed = await world.session.accept(world.change().id)
    assert (landed.state, landed.reason) == (ChangeState.LANDED, "")


async def test_links_to_where_the_files_led_before_land() -> None:
    world = alone()
    world.disk.put("ann.md", "ann, see https://example.org/a\n")
    world.workers.hand = leaving("ann.md", "ann ![](https://example.org/b.png) [x](other.md)\n")
    await once(world, landing="auto")
    assert result(world)[0] == "landed"


async def test_many_new_hosts_are_counted_and_not_all_named() -> None:
    world = alone()
    world.workers.hand = leaving("ann.md", "".join(f"https://{name}.example\n" for name in "abcde"))
    await once(world, landing="auto")
    assert "would lead to a.example, b.example, c.example and 2 more, where" in result(world)[1]


async def test_an_edit_beyond_the_task_is_refused_and_the_team_is_told() -> None:
    world = alone()
    world.workers.hand = lambda folder, call: failed(FailureKind.POLICY, "The edit touches '../x'.")
    await once(world, 2)
    assert {(e.result, e.reason) for e in world.of(ev.CycleRested)} == {("refused", "The edit touches '../x'.")}
    assert "ann was refused: Say 1: The edit touches '../x'." in world.workers.plans[1].brief
    assert world.session.tally.refused == 2


async def test_two_agents_on_one_file_take_turns_and_both_land() -> None:
    world = World({"a.md": "start\n"})

    def plan(call: PlanCall) -> Task:
        return Task(f"{call.agent} adds", "because", ("a.md",), "Add.")

    def edit(folder: Path, call: EditCall) -> None:
        file = folder / "a.md"
        file.write_text(file.read_text(encoding="utf-8") + f"{call.agent}\n", encoding="utf-8")

    world.workers.planner, world.workers.hand = plan, edit
    await once(world, 2)
    assert sorted(world.disk.text("a.md").split()) == ["ann", "bob", "start"]
    assert world.session.tally.landed == 2


async def test_a_denied_call_spends_nothing_and_is_no_failure_of_the_agent() -> None:
    world = alone(budget_tokens=100)
    await world.session.open()
    await world.session.start_team(Start("crew", ends=Ends(at_cap=True)))
    await world.session.finished()
    assert not world.of(ev.CycleFailed)
    (rested,) = world.of(ev.CycleRested)
    assert rested.result == "denied by the budget"
    assert "which would pass the cap of 100" in rested.reason
    view = world.session.state.agents["ann"]
    assert (view.failed, view.last_error) == (0, "")
    tally = world.session.tally
    assert (tally.landed, tally.failed, tally.quiet) == (0, 0, set())
    assert tally.budget
    assert world.session.state.spend.usage.total == 0


async def test_a_call_that_was_killed_counts_in_full() -> None:
    world = alone()
    world.workers.stuck = "plan"
    await world.session.open()
    await world.session.start_team(Start("crew"))
    await world.workers.reached.wait()
    await world.session.stop_team()
    most = world.workers.plans[0].max_tokens
    assert world.session.state.spend.usage.input_tokens == USAGE.input_tokens + most
    assert world.session.state.spend.usd == pytest.approx((1000 * 2 * 1.25 + most * 10) / 1e6)
    assert world.session.state.agents["ann"].usd == pytest.approx(world.session.state.spend.usd)


async def test_a_bad_private_folder_is_a_failure_and_not_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    world = alone()

    def no_folder() -> object:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(world.workers, "folder", no_folder)
    await once(world)
    assert world.of(ev.CycleFailed)[0].kind == "disk"


async def test_a_journal_that_cannot_be_written_lands_nothing() -> None:
    world = alone()
    world.journal.full = {"change"}
    await once(world)
    assert world.of(ev.CycleFailed)[0].message.startswith("The journal cannot be written")
    assert world.disk.text("ann.md") == "ann\n"


async def test_a_stop_while_a_task_waits_for_its_files_frees_them() -> None:
    world = World({"a.md": "start\n"})
    world.workers.planner = lambda call: task("a.md")
    world.workers.stuck = "edit"
    await world.session.open()
    await world.session.start_team(Start("crew"))
    await world.workers.reached.wait()
    await world.clock.passing(60)
    assert {view.state for view in world.session.state.agents.values()} == {AgentState.EDITING, AgentState.QUEUED}
    await world.session.stop_team()
    assert world.session._claims.paths() == frozenset()


async def test_a_landing_under_way_is_finished_before_a_stop_is_obeyed() -> None:
    world = World(teams=ALONE, editor=True)
    assert world.editor
    world.editor.delay = 0.3
    await world.session.open()
    world.open("ann.md")
    await world.session.start_team(Start("crew", landing="auto"))
    landing = asyncio.Event()
    world.session.subscribe(lambda b, a, e: landing.set() if isinstance(e, ev.EditFinished) else None)
    await landing.wait()
    await world.session.stop_team()
    assert world.change().state is ChangeState.LANDED_UNSAVED
    assert world.editor.text("ann.md") == "ann\nline 1\n"


@pytest.mark.parametrize("full", ["image", "change"])
async def test_a_journal_on_a_full_disk_is_a_failure_of_its_own(full: str) -> None:
    world = alone()
    world.journal.full = {full}
    await once(world)
    (failed_,) = world.of(ev.CycleFailed)
    assert failed_.kind == "journal"
    assert "No space left" in failed_.message


async def test_an_edit_the_editor_does_not_take_is_set_aside() -> None:
    world = World(teams=ALONE, editor=True)
    assert world.editor is not None
    world.editor.reaction = Reaction.DROPS
    await world.session.open()
    world.open("ann.md")
    await once(world)
    assert result(world)[0] == "set aside"
    assert world.change().state is ChangeState.CONFLICTED
    assert "did not take" in world.change().reason


async def test_an_agent_whose_edit_waits_for_a_person_says_so_until_they_pause() -> None:
    world = World(teams=ALONE, editor=True)
    editor = world.editor
    assert editor is not None
    await world.session.open()
    world.open("ann.md")
    shown: list[tuple[AgentState, str]] = []
    typed = 0

    def type_on(before: State, after: State, event: ev.Event) -> None:
        nonlocal typed
        if isinstance(event, ev.EditFinished | ev.LandingDeferred) and typed < 2:
            typed += 1
            editor.type("ann.md", 0, "mine\n")
        if "ann" in after.agents:
            shown.append((after.agents["ann"].state, after.agents["ann"].deferred))

    world.session.subscribe(type_on)
    await once(world)
    held = (AgentState.LANDING, "waits until you pause in ann.md")
    at = shown.index(held)
    assert (AgentState.LANDING, "") in shown[at:]
    assert {deferred for _, deferred in shown} == {"", held[1]}
    assert editor.text("ann.md") == "mine\nmine\nann\nline 1\n"


async def test_a_stop_ends_what_an_agent_says_of_its_waiting() -> None:
    world = World(teams=ALONE, editor=True)
    editor = world.editor
    assert editor is not None
    await world.session.open()
    world.open("ann.md")
    held = asyncio.Event()

    def type_on(before: State, after: State, event: ev.Event) -> None:
        if isinstance(event, ev.EditFinished):
            editor.type("ann.md", 0, "mine\n")
        if isinstance(event, ev.LandingDeferred):
            held.set()

    world.session.subscribe(type_on)
    await world.session.start_team(Start("crew"))
    await held.wait()
    await world.session.stop_team()
    assert world.session.state.agents["ann"].deferred == ""
    assert editor.text("ann.md") == "mine\nann\n"


async def test_a_failing_observation_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    world = alone()

    def broken(path: str) -> bytes | None:
        raise LandingError("it cannot be read")

    monkeypatch.setattr(world.session._keeper, "write_map", lambda project_map: None)
    monkeypatch.setattr(world.session._view, "brief", lambda agent: broken("x"))
    await once(world)
    assert world.of(ev.CycleFailed)[0].message == "it cannot be read"


async def test_what_the_models_say_is_told_by_agent_and_cycle_and_shown_until_the_cycle_ends() -> None:
    world = alone()
    world.workers.says = ("I look at\n", "ann.md. ")
    world.workers.planner = lambda call: task("ann.md")
    world.workers.hand = leaving("ann.md", "better\n")
    shown: list[str] = []
    rested: list[str] = []

    def look(before: State, after: State, event: ev.Event) -> None:
        said = [view.said for view in after.agents.values()]
        shown.extend(said)
        if isinstance(event, ev.CycleRested):
            rested.extend(said)

    world.session.subscribe(look)
    await once(world)
    said = world.of(ev.Said)
    assert [event.text for event in said] == ["I look at\n", "ann.md. "] * 2  # it plans, then edits
    assert {(event.agent, event.cycle) for event in said} == {("ann", world.of(ev.CycleRested)[0].cycle)}
    assert "ann.md. " in shown
    assert rested == [""]
