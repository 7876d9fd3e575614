"""`kin doctor` prints what was found and ends by it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from fakes.outside import FakeOutside
from fakes.world import World
from kinos.cli.main import run
from kinos.domain.finding import Finding, Verdict

FINE, NOTED = Finding("git", Verdict.OK, "/usr/bin/git"), Finding("lock", Verdict.NOTE, "left by another")
LOST = Finding("key", Verdict.MISSING, "there is no API key", "Set ANTHROPIC_API_KEY.")


@pytest.fixture
def outside() -> FakeOutside:
    return FakeOutside(World())


def test_each_thing_has_a_line_and_what_mends_it(outside: FakeOutside, capsys: pytest.CaptureFixture[str]) -> None:
    outside.found = [FINE, NOTED, LOST]
    assert run(["doctor"], outside) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["ok", "note", "MISSING", "→"]
    assert "Set ANTHROPIC_API_KEY." in lines[-1]


def test_what_is_only_noted_is_no_failure(outside: FakeOutside) -> None:
    outside.found = [FINE, NOTED]
    assert run(["doctor"], outside) == 0


def test_as_json_it_says_whether_all_is_there(outside: FakeOutside, capsys: pytest.CaptureFixture[str]) -> None:
    outside.found = [FINE, LOST]
    assert run(["doctor", "--json"], outside) == 1
    told = json.loads(capsys.readouterr().out)
    assert told == {"sound": False, "findings": [FINE.described(), LOST.described()]}


def test_a_live_call_is_made_only_when_asked_for(outside: FakeOutside, capsys: pytest.CaptureFixture[str]) -> None:
    outside.found = [FINE]
    assert run(["doctor", "--live"], outside) == 0
    assert "it answered" in capsys.readouterr().out
    run(["doctor"], outside)
    assert "it answered" not in capsys.readouterr().out


def test_a_command_that_mends_is_for_the_folder_that_was_looked_at(
    outside: FakeOutside, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outside.found = [replace(NOTED, remedy="kin status; kin stop"), replace(LOST, text="see kin teams")]
    assert run(["doctor", "-C", str(tmp_path)], outside) == 1
    said = capsys.readouterr().out
    assert f"→ kin -C {tmp_path} status; kin -C {tmp_path} stop" in said
    assert f"see kin -C {tmp_path} teams" in said
