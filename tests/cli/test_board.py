"""The live picture keeps its columns whatever the width, and never wraps."""

import io
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from fakes.clock import BEGINNING as NOW
from kinos.cli.board import ROOM, board, strokes_for
from kinos.domain.budget import Caps
from kinos.domain.change import Change
from kinos.domain.phase import PhaseRule
from kinos.domain.state import AgentState, AgentView, Sizes, Spend, State, TeamState, TeamView
from kinos.domain.status import picture
from kinos.domain.usage import Usage

RESULT = "landed: Keep the paragraph “Every sample carries one of four…” in docs/api/measurements.md alone"
AGENTS = (
    AgentView("specifications", AgentState.PLANNING, 4.0),
    AgentView("documentaliste", AgentState.RESTING, 2.5, landed=12, last_result=RESULT),
    AgentView("evaluation", AgentState.FAILED, 1.0, last_error="the model\nis overloaded"),
)


CHANGES = tuple(
    Change(f"c{number}", "y", "s", "ann", f"Write the document number {number} of many", "w", (), NOW)
    for number in range(5)
)


def shown(
    width: int,
    team: TeamState = TeamState.RUNNING,
    agents: tuple[AgentView, ...] = AGENTS,
    height: int = 100,
    waiting: tuple[Change, ...] = (),
    encoding: str = "utf-8",
    **more: Any,
) -> str:
    state = State(
        team=TeamView("default", team, rehearsal="spend" not in more, landing="review"),
        agents={view.name: view for view in agents},
        sizes=Sizes(57_600, 30, 2, 1, tokenizer="claude-v4.8"),
        **more,
    )
    told = picture(state, folder="f", trusted=True, rule=PhaseRule(128_000, 0.6, 0.5), held_by="", minutes=12.0)
    console = Console(file=io.StringIO(), width=width)
    console.print(board(told, state, width, height, waiting, strokes_for(encoding)))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_who_waits_for_the_api_says_so() -> None:
    deferred = AgentView(
        "evaluation", AgentState.FAILED, 1.0, last_error="it failed", last_result="r", deferred="The model's API"
    )
    assert "The model's API" in shown(120, agents=(deferred,))


def test_an_agent_at_work_that_does_not_go_on_says_why() -> None:
    held = AgentView("production", AgentState.LANDING, 1.0, "Tidy", deferred="waits until you pause in a.md")
    assert "waits until you pause in a.md" in shown(120, agents=(held,))


@pytest.mark.parametrize("width", [20, 36, 40, 48, 60, 70, 80, 120, 200])
def test_nothing_wraps_at_any_width(width: int) -> None:
    lines = shown(width, waiting=CHANGES).rstrip("\n").split("\n")
    assert len(lines) == 1 + 3 + 1 + len(AGENTS) + 4
    assert all(len(line.rstrip()) <= width for line in lines)


@pytest.mark.parametrize("height", range(6, 16))
def test_it_is_never_higher_than_the_terminal_and_uses_all_of_it(height: int) -> None:
    lines = shown(80, height=height, waiting=CHANGES).rstrip("\n").split("\n")
    assert len(lines) == min(height, 1 + 3 + 1 + len(AGENTS) + 4)
    assert "wait for you" in lines[-1]


def test_in_a_low_window_who_works_or_failed_is_shown_before_who_rests() -> None:
    assert "resting" not in shown(80, height=6, waiting=CHANGES)
    assert "planning" in shown(80, height=6, waiting=CHANGES)


@pytest.mark.parametrize("width", [70, 80, 120])
def test_short_columns_are_whole_and_the_result_takes_the_rest(width: int) -> None:
    lines = shown(width).split("\n")
    assert lines[4].split() == ["agent", "state", "weight", "landed", "spent", "task"]
    assert lines[6].startswith("documentaliste  resting      2.5      12     0.0k  landed: Keep ")
    assert lines[6].rstrip().endswith("…")
    assert len(lines[6].rstrip()) == width


def test_columns_stay_where_they_are_when_results_come() -> None:
    before = shown(80, agents=tuple(AgentView(view.name, AgentState.RESTING, view.weight) for view in AGENTS))
    assert shown(80).split("\n")[4] == before.split("\n")[4]


@pytest.mark.parametrize(
    ("width", "columns"),
    [
        (64, ["agent", "state", "landed", "spent", "task"]),
        (56, ["agent", "state", "landed", "task"]),
        (48, ["agent", "state", "task"]),
        (36, ["agent", "state"]),
    ],
)
def test_in_a_narrow_window_the_least_important_columns_go_first(width: int, columns: list[str]) -> None:
    lines = shown(width).split("\n")
    assert lines[4].split() == columns
    assert lines[6].startswith("documentaliste  resting")
    if "task" in columns:
        assert width - lines[4].index("task") >= ROOM


def test_a_team_that_starts_says_so_and_shows_no_figures_that_are_not_known() -> None:
    starting = tuple(AgentView(view.name) for view in AGENTS)
    lines = shown(80, TeamState.STARTING, starting).split("\n")
    assert lines[1].split()[:3] == ["default", "starting…", "EXPANSION"]
    assert lines[5].split() == ["specifications", "starting", "0"]
    assert "stopped" not in "".join(lines)


def test_the_phase_is_a_bar_with_both_thresholds_beside_the_sizes() -> None:
    line = shown(100).split("\n")[2].rstrip()
    assert line == "━━━━━━━━━─│─│─────── 45 %  57.6k of 128.0k tokens  1 too long  2 long  30 documents"
    assert shown(40).split("\n")[2].rstrip() == "━━━━─││─── 45 %  57.6k of 128.0k tokens"


def test_what_is_used_of_each_cap_is_a_bar() -> None:
    spend = Spend(Usage(1_000_000), 4.9, 100, Caps(5, 2_000_000, 200, 120))
    assert shown(120, spend=spend).split("\n")[3].rstrip() == (
        "━━━━━━ 4.90 US$ of 5  ━━━─── 1000.0k tokens of 2000.0k  ━━━─── 100 cycles of 200  ━───── 12 min of 120"
    )
    assert "? US$" in shown(120, spend=Spend(usd=None))
    assert shown(160, spend=replace(spend, today=19.0)).split("\n")[3].rstrip().endswith("━━━━━━ 19.00 US$ today of 20")
    assert shown(120).split("\n")[3].startswith("rehearsal, no cost")


def test_a_run_of_some_cycles_shows_its_own_end_and_not_the_cap_beyond_it() -> None:
    spend = Spend(runs=2, caps=Caps(runs=200), last_run=4)
    assert "━━━─── 2 cycles of 4 " in shown(120, spend=spend)
    assert "2 cycles of 3 " in shown(120, spend=replace(spend, caps=Caps(runs=3)))
    assert "2 cycles of 4 " in shown(120, spend=replace(spend, caps=Caps(runs=0)))


def test_what_an_agent_has_spent_is_dollars_or_tokens_where_they_cost_nothing() -> None:
    paid = (
        AgentView("ann", usage=Usage(1000), usd=0.0123),
        AgentView("bob", usage=Usage(2000)),
        AgentView("cid", usd=None),
    )
    lines = shown(80, agents=paid).split("\n")[5:8]
    assert [line.split()[4] for line in lines] == ["0.0123$", "2.0k", "?"]


def test_what_waits_is_named_by_id_and_the_rest_is_counted() -> None:
    lines = shown(80, waiting=CHANGES).rstrip("\n").split("\n")
    assert [line.split()[1] for line in lines[-4:-1]] == ["c0", "c1", "c2"]
    assert lines[-1].rstrip() == "2 more wait for you, kin review, --accept ID, --reject ID"
    assert (
        shown(80, waiting=CHANGES[:1]).rstrip("\n").split("\n")[-1].rstrip() == "kin review, --accept ID, --reject ID"
    )
    assert "kin review" not in shown(80)


def test_a_terminal_without_unicode_gets_plain_strokes() -> None:
    told = shown(80, waiting=CHANGES, encoding="ascii", agents=AGENTS[:1])
    assert told.isascii()
    assert shown(80, TeamState.STARTING, AGENTS[:1], encoding="ascii").isascii()
    assert "#########-|-|-------" in told


def test_an_error_of_several_lines_stays_in_its_row() -> None:
    assert "the model is overloaded" in shown(80)


def test_what_the_model_says_is_shown_until_there_is_a_task() -> None:
    planning = AgentView("evaluation", AgentState.PLANNING, 1.0, last_result="landed: x", said="I look around\n")
    assert "I look around" in shown(120, agents=(planning,))
    assert "I look around" not in shown(120, agents=(replace(planning, state=AgentState.EDITING, task="Tidy"),))
