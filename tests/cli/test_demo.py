"""`kin demo` over an engine in memory."""

import re
import sys
from pathlib import Path

import pytest

from fakes.outside import FakeOutside
from fakes.world import World
from kinos.cli.main import run


@pytest.fixture
def outside(tmp_path: Path) -> FakeOutside:
    outside = FakeOutside(World(teams={"default": {"ann": (1.0, 1.0)}}))
    outside.example = tmp_path / "sample"
    outside.example.mkdir()
    return outside


def test_the_demo_ends_with_commands_that_can_be_typed(
    outside: FakeOutside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["/opt/kinos/bin/kin", "demo"])
    assert run(["demo", str(tmp_path / "a demo"), "--cycles", "1"], outside) == 0
    commands = re.findall(r"(/opt/\S+) -C ('.+') (\w+)", capsys.readouterr().out)
    assert [name for _, _, name in commands] == ["map", "history", "undo"]
    assert {(kin, folder) for kin, folder, _ in commands} == {("/opt/kinos/bin/kin", f"'{tmp_path / 'a demo'}'")}


def test_the_demo_says_what_was_wrong_with_the_settings(
    outside: FakeOutside, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outside.problems = ("config.toml: nope.x is not a setting of KinOS.",)
    assert run(["demo", str(tmp_path / "demo"), "--cycles", "1"], outside) == 0
    assert "nope.x is not a setting" in capsys.readouterr().err
