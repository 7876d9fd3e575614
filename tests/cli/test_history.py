"""`kin history --sessions`: what each session has spent."""

import json

import pytest

from fakes.outside import FakeOutside
from fakes.world import World
from kinos.cli.main import run


@pytest.fixture
def outside() -> FakeOutside:
    return FakeOutside(World())


def session(**more: object) -> dict[str, object]:
    spent = {"minutes": 12.5, "runs": 7, "tokensIn": 1000, "tokensOut": 234, "usd": 0.25}
    times = {"began": "2026-03-21T15:30:45+00:00", "last": "2026-03-21T15:43:00+00:00"}
    return {"session": "s1", "team": "crew", **times, "ended": True, **spent, **more}


def test_what_each_session_has_spent_is_told(outside: FakeOutside, capsys: pytest.CaptureFixture[str]) -> None:
    outside.running = [1]
    outside.answers = {"sessions": [session(), session(team="book", usd=None, ended=False)]}
    assert run(["history", "--sessions"], outside) == 0
    _, first, second = capsys.readouterr().out.splitlines()
    assert first.split()[2:] == ["crew", "12.5", "7", "1,234", "0.2500"]
    assert second.split()[2:7] == ["book", "12.5", "7", "1,234", "?"]
    assert second.rstrip().endswith("runs, or was cut off")
    assert run(["history", "--sessions", "--json"], outside) == 0
    assert json.loads(capsys.readouterr().out) == outside.answers["sessions"]


def test_where_nothing_was_spent_yet_it_says_so(outside: FakeOutside, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["history", "--sessions"], outside) == 0
    assert "No session was run here on a real model yet." in capsys.readouterr().out
