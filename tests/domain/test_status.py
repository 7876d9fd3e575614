"""The complete picture: every field of the contract, and nothing that JSON cannot say."""

import json
from datetime import UTC, datetime
from typing import Any

from kinos.domain.phase import PhaseRule, PhaseState
from kinos.domain.state import AgentState, AgentView, Revision, Sizes, Spend, State, TeamState, TeamView
from kinos.domain.status import picture
from kinos.domain.usage import Usage

NOW = datetime(2026, 3, 21, tzinfo=UTC)
ANN = AgentView(
    "ann",
    AgentState.EDITING,
    2.0,
    "t",
    ("a.md",),
    NOW,
    None,
    4,
    3,
    1,
    2,
    1,
    Usage(10, 5),
    None,
    6.0,
    "e",
    "r",
    deferred="d",
)
STATE = State(
    TeamView("crew", TeamState.RUNNING, "asked", "review", True, NOW),
    {"ann": ANN},
    PhaseState(since=NOW),
    Sizes(64_000, 9, 2, 1, "claude-v4.8"),
    Spend(Usage(10, 5), 0.5, 7, today=1.25),
    1,
    revision=Revision(8, 3),
)  # fmt: skip


def shown(state: State) -> Any:
    made = picture(state, folder="w", trusted=True, rule=PhaseRule(), held_by="somebody", minutes=1.23456)
    return json.loads(json.dumps(made))


def test_the_picture_has_what_the_contract_says() -> None:
    made = shown(STATE)
    assert made["folder"] == "w"
    assert made["trusted"] is True
    assert made["phase"] == {
        "name": "EXPANSION",
        "reason": "a project starts in EXPANSION",
        "since": "2026-03-21T00:00:00+00:00",
        "pinned": False,
    }
    assert made["tokens"] == {
        "total": 64_000,
        "limit": 128_000,
        "percent": 50.0,
        "toConverge": 12_800,
        "toExpand": 0,
        "tokenizer": "claude-v4.8",
        "counted": "exact",
    }
    assert made["documents"] == {"count": 9, "long": 2, "tooLong": 1}
    assert made["waiting"] == 1
    assert made["revision"] == {"documents": 8, "changes": 3}
    assert made["budget"] == {
        "usd": 0.5,
        "usdCap": 5.0,
        "tokens": 15,
        "tokensCap": 2_000_000,
        "runs": 7,
        "runsCap": 200,
        "runsEnd": None,
        "minutes": 1.23,
        "minutesCap": 120.0,
        "usdToday": 1.25,
        "unpricedToday": 0,
        "usdPerDay": 20.0,
    }


def test_an_agent_has_its_figures_and_an_unknown_cost_is_null() -> None:
    (agent,) = shown(STATE)["agents"]
    assert agent == {
        "name": "ann",
        "state": "editing",
        "weight": 2.0,
        "task": "t",
        "files": ["a.md"],
        "since": "2026-03-21T00:00:00+00:00",
        "nextAt": None,
        "cycles": 4,
        "landed": 3,
        "waiting": 1,
        "refused": 2,
        "failed": 1,
        "tokensIn": 10,
        "tokensOut": 5,
        "usd": None,
        "successRate": None,
        "meanSeconds": 1.5,
        "said": "",
        "lastResult": "r",
        "lastError": "e",
        "deferred": "d",
    }


def test_before_anything_ran_there_is_a_picture_too() -> None:
    made = shown(State(agents={"ann": AgentView("ann")}))
    assert made["team"] == {
        "name": "",
        "state": "stopped",
        "reason": "",
        "landing": "",
        "rehearsal": False,
        "since": None,
        "heldBy": "somebody",
    }
    assert made["agents"][0]["meanSeconds"] is None
