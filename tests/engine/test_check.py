"""The check command: when it runs, when it does not and why, and who is told."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from fakes.catalog import agent
from fakes.world import World
from kinos.domain import event as ev
from kinos.domain.change import ChangeState
from kinos.domain.check import SHOWN, CheckState, trimmed, unreviewed
from kinos.domain.errors import UsageError
from kinos.domain.task import NothingToDo, Task
from kinos.domain.team import Agent
from kinos.engine.check import BURST
from kinos.engine.command import run
from kinos.engine.lifecycle import Start
from kinos.engine.run import Ends

COMMAND = ("make", "test")
TEAM = {"crew": {"ann": (1.0, 1.0), "tess": (1.0, 1.0)}}
TESS = replace(agent("tess"), checks=True)


def world(files: tuple[str, ...] = ("ann.md",), times: int = 1, **more: Any) -> World:
    """ann changes `files`, so many times; tess only looks, and wants to know of checks."""
    settings = {"check_command": COMMAND} | more
    ann = Agent("ann", "r", "p", edits=("**/*",))
    made = World(dict.fromkeys(files, "x\n"), teams=TEAM, agents={"tess": TESS, "ann": ann}, **settings)

    def plan(call: Any) -> Task | NothingToDo:
        if call.agent == "tess" or made.script.planned["ann"] >= times:
            return NothingToDo("all is said")
        made.script.planned["ann"] += 1
        return Task(f"Say {made.script.planned['ann']}", "because", files, "Add a line.")

    made.workers.planner = plan
    return made


async def ran(made: World, landing: str = "") -> World:
    await made.session.open()
    await made.session.start_team(Start("crew", landing=landing, ends=Ends(idle=True)))
    await made.over()
    return made


def results(made: World) -> list[tuple[CheckState, str]]:
    return [(event.check.state, event.check.reason) for event in made.of(ev.CheckEnded)]


async def test_it_runs_after_a_landing_and_the_agents_that_want_to_know_are_shown_it() -> None:
    made = await ran(world())
    assert made.checker.runs == [COMMAND]
    assert results(made) == [(CheckState.PASSED, "")]
    briefs = {call.agent: call.brief for call in made.workers.plans}
    assert "$ make test\npassed" in briefs["tess"]
    assert "1 passed" in briefs["tess"]
    assert not any("1 passed" in call.brief for call in made.workers.plans if call.agent == "ann")
    assert [note.message for note in made.of(ev.Noted)] == ["check.command: passed"]


async def test_a_run_until_idle_waits_for_it_and_for_what_is_said_about_it() -> None:
    made = world()
    made.checker.seconds = 100.0
    await ran(made)
    assert results(made) == [(CheckState.PASSED, "")]
    assert "1 passed" in [call.brief for call in made.workers.plans if call.agent == "tess"][-1]


@pytest.mark.parametrize("ends", [Ends(cycles=2), Ends(at_cap=True)], ids=["cycles", "cap"])
async def test_a_run_that_ends_by_itself_waits_for_it(ends: Ends) -> None:
    made = world(budget_runs=2)
    made.checker.seconds = 100.0
    await made.session.open()
    await made.session.start_team(Start("crew", ends=ends))
    await made.session.finished()
    assert results(made) == [(CheckState.PASSED, "")]


async def test_a_burst_of_landings_is_checked_once_and_never_beside_itself() -> None:
    made = world(times=3)
    made.workers.plan_seconds = made.workers.edit_seconds = 0.1
    made.catalog._agents["ann"] = Agent("ann", "r", "p", edits=("**/*",), pace=0.5)  # type: ignore[index]
    await ran(made)
    assert made.session.tally.landed == 3
    assert len(made.checker.runs) == made.checker.most == 1


async def test_a_burst_that_does_not_end_is_checked_all_the_same() -> None:
    made = world(times=1)
    await made.session.open()
    await made.session.start_team(Start("crew"))
    for seconds, runs in ((BURST - 10, 0), (BURST, 1)):
        for _ in range(int(seconds)):
            made.session.did_save("busy.md")
            await made.clock.passing(1.0)
        assert len(made.checker.runs) == runs
    await made.session.stop_team()


async def test_what_lands_while_it_runs_is_checked_after_it() -> None:
    made = world(times=3)
    made.checker.seconds = 90.0
    await ran(made)
    assert made.checker.most == 1
    assert len(made.checker.runs) >= 2


@pytest.mark.parametrize(
    ("fields", "state", "reason"),
    [
        ({"code": 2}, CheckState.FAILED, "exit code 2"),
        ({"code": -11}, CheckState.FAILED, "ended by signal 11"),
        ({"seconds": 500.0}, CheckState.TIMED_OUT, "ended after 120 s (check.timeout)"),
        (
            {"missing": "There is no program 'make'."},
            CheckState.NOT_STARTED,
            "There is no program 'make'. Correct check.command.",
        ),
    ],
)
async def test_every_end_has_its_own_state_and_none_is_called_success(
    fields: dict[str, Any], state: CheckState, reason: str
) -> None:
    made = world()
    for name, value in fields.items():
        setattr(made.checker, name, value)
    await ran(made)
    assert results(made) == [(state, reason)]
    (note,) = made.of(ev.Noted)
    assert (note.level, note.message) == ("warning", f"check.command: {state}: {reason}")
    assert f"{state}: {reason}" in [call.brief for call in made.workers.plans if call.agent == "tess"][-1]


async def test_without_a_command_or_anybody_who_wants_to_know_nothing_is_run() -> None:
    assert (await ran(world(check_command=()))).checker.runs == []
    made = world()
    made.catalog._agents["tess"] = agent("tess")  # type: ignore[index]
    assert (await ran(made)).checker.runs == []


async def test_a_change_that_was_rejected_or_waits_is_not_checked() -> None:
    made = world()
    await made.session.open()
    await made.session.start_team(Start("crew", landing="review", ends=Ends(idle=True)))
    await made.over()
    assert made.checker.runs == []


async def test_code_that_no_person_accepted_is_not_run_and_it_says_what_to_do() -> None:
    made = await ran(world(("tool.py",)))
    assert made.checker.runs == []
    ((state, reason),) = results(made)
    assert state is CheckState.NOT_RUN
    assert reason.startswith(f"agent-written code was not accepted by a person ({made.change().id}). ")
    assert "check.unreviewed" in reason


async def test_code_that_landed_by_itself_is_run_once_a_person_accepts_it_afterwards() -> None:
    made = world(("tool.py",))
    await made.session.open()
    await made.session.start_team(Start("crew", landing="auto"))
    await made.clock.passing(60)
    ((_, reason),) = results(made)
    assert "accept it with kin review --accept ID" in reason
    moved = len(made.of(ev.ChangeMoved))
    told = await run(made.session, "accept", {"change": made.change().id})
    assert (told["state"], told["accepted"]) == ("landed", True)
    await made.clock.passing(60)
    assert made.checker.runs == [COMMAND]
    assert len(made.of(ev.ChangeMoved)) == moved, "it landed once"
    with pytest.raises(UsageError, match="does not wait for review"):
        await made.session.accept(made.change().id)
    await made.session.stop_team()
    assert made.restart().changes()[0].accepted


async def test_the_user_may_have_it_run_all_the_same() -> None:
    assert (await ran(world(("tool.py",), check_unreviewed=True))).checker.runs == [COMMAND]


async def test_code_that_a_person_accepted_is_run_by_the_next_check() -> None:
    made = world(("tool.py",))
    await made.session.open()
    await made.session.start_team(Start("crew", landing="review"))
    await made.clock.passing(60)
    await made.session.accept(made.change().id)
    assert made.change().accepted
    await made.clock.passing(60)
    await made.session.stop_team()
    assert made.checker.runs == [COMMAND]


async def test_code_that_was_taken_back_holds_nothing_up() -> None:
    made = await ran(world(("tool.py",)))
    assert made.change().state is ChangeState.LANDED
    changes = [replace(made.change(), state=ChangeState.UNDONE)]
    assert unreviewed(changes) == []


async def test_it_waits_until_every_document_is_saved() -> None:
    made = world(editor=True)
    assert made.editor is not None
    await made.session.open()
    made.disk.put("notes.md", "mine\n")
    made.open("notes.md")
    made.editor.type("notes.md", 0, "more\n")
    await made.session.start_team(Start("crew", landing="auto"))
    await made.clock.passing(120)
    assert results(made) == [(CheckState.NOT_RUN, "1 unsaved: it runs once they are saved")]
    assert made.checker.runs == []
    made.save("notes.md")
    await made.clock.passing(120)
    await made.session.stop_team()
    assert made.checker.runs == [COMMAND]
    assert results(made)[-1] == (CheckState.PASSED, "")


async def test_a_stop_ends_it_and_counts_it() -> None:
    made = world()
    made.checker.seconds = 1000.0
    made.settings = replace(made.settings, check_timeout=5000.0)
    made.restart()
    await made.session.open()
    await made.session.start_team(Start("crew"))
    await made.clock.passing(100)
    assert made.checker.running == 1
    alive = made.workers.alive
    assert await made.session.stop_team() == alive + 1
    assert made.checker.running == 0
    assert results(made) == []


async def test_the_last_result_is_shown_and_kept_without_the_output() -> None:
    made = await ran(world())
    check = made.session.picture()["check"]
    assert (check["state"], check["command"], check["seconds"]) == ("passed", ["make", "test"], 30.0)
    assert "1 passed" not in repr(made.journal.last_check())
    await asyncio.sleep(0)
    made.restart()
    await made.session.open()
    assert made.session.picture()["check"] == check


def test_long_output_keeps_its_beginning_and_its_end() -> None:
    text = "".join(f"line {number}\n" for number in range(5000))
    short = trimmed(text, SHOWN)
    assert short.startswith("line 0\n")
    assert short.endswith("line 4999\n")
    assert "characters left out" in short
    assert len(short) < SHOWN + 60
    assert trimmed("short", SHOWN) == "short"
