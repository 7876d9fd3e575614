"""Events as lines of JSON."""

import json
from datetime import UTC, datetime

from kinos.domain import event as ev
from kinos.domain.budget import Caps
from kinos.domain.change import Change, ChangeState, FileChange
from kinos.domain.phase import PhaseState
from kinos.domain.usage import Usage

NOW = datetime(2026, 3, 21, 15, 30, 45, 123456, tzinfo=UTC)


def test_an_event_is_its_type_its_time_and_its_fields() -> None:
    assert ev.wire(ev.CycleFailed(NOW, "ann", "y1", "timeout", "too late", None, 2.5)) == {
        "type": "CycleFailed",
        "time": "2026-03-21T15:30:45.123+00:00",
        "agent": "ann",
        "cycle": "y1",
        "kind": "timeout",
        "message": "too late",
        "next_at": None,
        "seconds": 2.5,
    }


def test_what_is_inside_becomes_plain_too() -> None:
    change = Change("c1", "y1", "s1", "ann", "t", "w", (FileChange("a.md", None, "x"),), NOW, ChangeState.LANDED)
    events = [
        ev.ChangeMoved(NOW, change, None),
        ev.PhaseMoved(NOW, PhaseState(since=NOW)),
        ev.WeightsSet(NOW, {"ann": 2.0}),
        ev.TeamStarting(NOW, "crew", "asked", "auto", False, ("ann",), Caps()),
        ev.Spent(NOW, "ann", Usage(1), None, Usage(1), None, 1),
    ]
    moved, phase, weights, starting, spent = (json.loads(json.dumps(ev.wire(event))) for event in events)
    assert moved["change"]["files"] == [{"path": "a.md", "base": None, "result": "x", "before": None, "after": None}]
    assert (moved["change"]["state"], moved["change"]["made"]) == ("landed", "2026-03-21T15:30:45.123+00:00")
    assert phase["phase"]["name"] == "EXPANSION"
    assert weights["weights"] == {"ann": 2.0}
    assert starting["caps"]["usd"] == 5.0
    assert spent["usage"]["input_tokens"] == 1
    assert spent["usd"] is None
