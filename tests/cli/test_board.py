"""The live picture keeps its columns whatever the width, and never wraps."""

import io
from typing import Any

import pytest
from rich.console import Console

from kinos.cli.board import ROOM, board
from kinos.domain.phase import PhaseRule
from kinos.domain.state import AgentState, AgentView, Sizes, State, TeamState, TeamView
from kinos.domain.status import picture

RESULT = "landed: Keep the paragraph “Every sample carries one of four…” in docs/api/measurements.md alone"
AGENTS = (
    AgentView("specifications", AgentState.PLANNING, 4.0),
    AgentView("documentaliste", AgentState.RESTING, 2.5, landed=12, last_result=RESULT),
    AgentView("evaluation", AgentState.FAILED, 1.0, last_error="the model\nis overloaded"),
)


def shown(width: int, team: TeamState = TeamState.RUNNING, agents: tuple[AgentView, ...] = AGENTS, **more: Any) -> str:
    state = State(
        team=TeamView("default", team, rehearsal=True),
        agents={view.name: view for view in agents},
        sizes=Sizes(57_600, 30, tokenizer="claude-v4.8"),
        **more,
    )
    told = picture(state, folder="f", trusted=True, rule=PhaseRule(128_000, 0.6, 0.5), held_by="", minutes=0.0)
    console = Console(file=io.StringIO(), width=width)
    console.print(board(told, state, width))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_who_waits_for_the_api_says_so() -> None:
    deferred = AgentView(
        "evaluation", AgentState.FAILED, 1.0, last_error="it failed", last_result="r", deferred="The model's API"
    )
    assert "The model's API" in shown(120, agents=(deferred,))


@pytest.mark.parametrize("width", [20, 36, 48, 60, 70, 80, 120, 200])
def test_nothing_wraps_at_any_width(width: int) -> None:
    lines = shown(width).rstrip("\n").split("\n")
    assert len(lines) == 1 + 2 + 1 + len(AGENTS)
    assert all(len(line.rstrip()) <= width for line in lines)


@pytest.mark.parametrize("width", [60, 70, 80, 120])
def test_short_columns_are_whole_and_the_result_takes_the_rest(width: int) -> None:
    lines = shown(width).split("\n")
    assert lines[3].split() == ["agent", "state", "weight", "landed", "task"]
    assert lines[5].startswith("documentaliste  resting      2.5      12  landed: Keep the ")
    assert lines[5].rstrip().endswith("…")
    assert len(lines[5].rstrip()) == width


def test_columns_stay_where_they_are_when_results_come() -> None:
    before = shown(80, agents=tuple(AgentView(view.name, AgentState.RESTING, view.weight) for view in AGENTS))
    assert shown(80).split("\n")[3] == before.split("\n")[3]


@pytest.mark.parametrize(
    ("width", "columns"),
    [
        (56, ["agent", "state", "landed", "task"]),
        (48, ["agent", "state", "task"]),
        (36, ["agent", "state"]),
    ],
)
def test_in_a_narrow_window_the_least_important_columns_go_first(width: int, columns: list[str]) -> None:
    lines = shown(width).split("\n")
    assert lines[3].split() == columns
    assert lines[5].startswith("documentaliste  resting")
    if "task" in columns:
        assert width - lines[3].index("task") >= ROOM


def test_a_team_that_starts_says_so_and_shows_no_figures_that_are_not_known() -> None:
    starting = tuple(AgentView(view.name) for view in AGENTS)
    lines = shown(80, TeamState.STARTING, starting).split("\n")
    assert lines[1].split()[:3] == ["default", "starting…", "EXPANSION"]
    assert lines[4].split() == ["specifications", "starting", "0"]
    assert "stopped" not in "".join(lines)


def test_the_head_gives_up_its_last_parts_first() -> None:
    assert "57.6k of 128.0k tokens" in shown(80)
    assert "━" in shown(80)
    lines = shown(36).split("\n")
    assert lines[1].split() == ["default", "running", "EXPANSION"]
    assert lines[2].rstrip() == "rehearsal, no cost · 0 waiting"


def test_an_error_of_several_lines_stays_in_its_row() -> None:
    assert "the model is overloaded" in shown(80)
