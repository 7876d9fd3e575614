"""`kin status` gives a person the whole picture: of the engine that runs, or of what the journal knows."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from fakes.clock import BEGINNING
from fakes.outside import FakeOutside
from fakes.world import World
from kinos.cli.main import run
from kinos.domain.change import Change, ChangeState
from kinos.domain.figure import CycleRecord
from kinos.domain.phase import PhaseRule
from kinos.domain.state import AgentState, AgentView, Sizes, Spend, State, TeamState, TeamView
from kinos.domain.status import picture
from kinos.domain.usage import Usage

CYCLE = CycleRecord(
    "y1", "s1", "crew", "ann", BEGINNING, "failed", "overloaded", "too\nbusy", 1.0, Usage(9), 0.5, False
)
CHANGE = Change("c1", "y1", "s1", "ann", "A title", "why", (), BEGINNING, ChangeState.PROPOSED)
RUNNING = State(
    TeamView("crew", TeamState.RUNNING, "asked", "review", False, BEGINNING),
    {
        "ann": AgentView("ann", AgentState.PLANNING, 2.0, "Write it", landed=3, usage=Usage(90, 10), usd=0.25),
        "bob": AgentView("bob", AgentState.FAILED, 1.0, last_error="no\nanswer", usd=None),
    },
    sizes=Sizes(64_000, 9, 2, 1, "claude-v4.8"),
    spend=Spend(Usage(1000), 0.5, 7, today=1.5),
    waiting=1,
)


@pytest.fixture
def outside() -> FakeOutside:
    return FakeOutside(World())


def answering(outside: FakeOutside, state: State) -> None:
    """An engine in another process that says so."""
    outside.running = [4711]
    told = picture(state, folder="w", trusted=True, rule=PhaseRule(), held_by="", minutes=12.0)
    outside.answers = {"status": told, "figures": [], "history": [CHANGE.described()]}


def test_a_run_of_some_cycles_is_told_with_its_own_end(
    outside: FakeOutside, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(outside, replace(RUNNING, spend=replace(RUNNING.spend, last_run=9)))
    assert run(["status"], outside) == 0
    assert " tokens, 7 of 9 cycles, " in capsys.readouterr().out


def test_what_the_team_is_asked_to_consolidate_is_told(
    outside: FakeOutside, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(outside, replace(RUNNING, asked=("docs/api.md",)))
    assert run(["status"], outside) == 0
    assert "Asked: the team is to consolidate docs/api.md\n" in capsys.readouterr().out


def test_an_agent_that_does_not_go_on_is_told_with_why(
    outside: FakeOutside, capsys: pytest.CaptureFixture[str]
) -> None:
    held = replace(RUNNING.agents["ann"], state=AgentState.LANDING, deferred="waits until you pause in a.md")
    answering(outside, replace(RUNNING, agents={"ann": held}))
    assert run(["status"], outside) == 0
    assert "0.2500 US$  waits until you pause in a.md\n" in capsys.readouterr().out


def test_a_running_team_is_told_with_its_agents_its_spending_and_what_waits(
    outside: FakeOutside, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(outside, RUNNING)
    assert run(["status"], outside) == 0
    said = capsys.readouterr().out
    assert "Team: crew, running since " in said
    assert "changes wait for you, asked" in said
    assert (
        "Spent: 0.50 of 5 US$, 1,000 of 2,000,000 tokens, 7 of 200 cycles, 12 of 120 minutes, 1.50 of 20 US$ today"
        in said
    )
    ann = next(line for line in said.splitlines() if line.startswith("ann"))
    assert ann.split()[1:4] == ["planning", "2", "0"]
    assert ann.endswith("0.2500 US$  Write it")
    assert "Failed: bob: no answer" in said
    assert "Waits: c1  ann: A title" in said
    assert "kin review --accept ID" in said


def test_what_was_used_today_without_a_known_price_is_told(
    outside: FakeOutside, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(outside, replace(RUNNING, spend=replace(RUNNING.spend, unpriced=120_000)))
    assert run(["status"], outside) == 0
    assert "1.50 of 20 US$ today, and 120,000 tokens today without a known price" in capsys.readouterr().out


def test_without_an_engine_what_the_journal_knows_is_told(
    outside: FakeOutside, capsys: pytest.CaptureFixture[str]
) -> None:
    for record in (CYCLE, replace(CYCLE, cycle="y2", result="landed")):
        outside.world.journal.finish(record)
    assert run(["status"], outside) == 0
    said = capsys.readouterr().out
    assert "Before, over all sessions: 2 cycles, 1 landed, 1 failed, 1.00 US$" in said
    assert "Its last failure: ann: overloaded: too busy" in said


def test_stop_names_the_team_that_runs_around_or_inside_the_folder(
    outside: FakeOutside, capsys: pytest.CaptureFixture[str]
) -> None:
    outside.near = (Path("/work/my docs"), 4711)
    assert run(["stop"], outside) == 3
    assert "KinOS (process 4711) has /work/my docs open: kin -C '/work/my docs' stop stops" in capsys.readouterr().out


def test_stop_counts_one_process_as_one(outside: FakeOutside, capsys: pytest.CaptureFixture[str]) -> None:
    outside.running, outside.answers = [4711], {"stopTeam": {"stopped": 1}}
    assert run(["stop"], outside) == 0
    assert capsys.readouterr().out == "Stopped: 1 process ended.\n"


def test_a_fresh_folder_says_nothing_of_agents(outside: FakeOutside, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["status"], outside) == 0
    said = capsys.readouterr().out
    assert "Team: none runs" in said
    assert "Before" not in said
    assert "Waits" not in said


def test_as_json_it_is_the_object_of_the_protocol(outside: FakeOutside, capsys: pytest.CaptureFixture[str]) -> None:
    answering(outside, RUNNING)
    assert run(["status", "--json"], outside) == 0
    assert json.loads(capsys.readouterr().out) == outside.answers["status"]
    assert [method for _, method, _ in outside.asked] == ["status"]
