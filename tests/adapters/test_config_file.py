"""Configuration files: what they say, and what is wrong with them."""

import os
from pathlib import Path

import pytest

from kinos.adapters.config_file import layer, user_file, workspace_file
from kinos.adapters.regular import SMALL
from kinos.domain.layer import Source


def test_a_file_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    found, problems = layer(tmp_path / "config.toml", Source.USER_FILE)
    assert (dict(found.values), problems) == ({}, ())


def test_values_come_by_their_dotted_key_and_prices_stay_a_table(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('\ufeff[budget]\nusd = 2\n[model.prices."m.x"]\ninput = 1\noutput = 2\n', encoding="utf-8")
    found, problems = layer(file, Source.WORKSPACE_FILE)
    assert found.values == {"budget.usd": 2, "model.prices": {"m.x": {"input": 1, "output": 2}}}
    assert (found.source, found.where, problems) == (Source.WORKSPACE_FILE, str(file), ())


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"[budget]\nusd =\n", "config.toml:2: not valid TOML"), (b"\xff", "config.toml: not valid TOML")],
)
def test_a_broken_file_is_named_with_its_line_and_left_aside(tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(content)
    found, (problem,) = layer(file, Source.USER_FILE)
    assert not found.values
    assert says in problem
    assert "left aside" in problem


@pytest.mark.parametrize("kind", ["pipe", "endless", "huge"])
def test_a_file_that_cannot_be_settings_is_left_aside_and_never_waited_for(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "config.toml"
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "endless":
        file.symlink_to("/dev/zero")
    else:
        file.write_bytes(b"#" * (SMALL + 1))
    found, (problem,) = layer(file, Source.WORKSPACE_FILE)
    assert not found.values
    assert "cannot be read: it " in problem


def test_what_is_no_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()
    _, (problem,) = layer(tmp_path / "config.toml", Source.USER_FILE)
    assert "cannot be read" in problem


def test_files_are_where_they_are_documented_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert user_file().parts[-2:] == ("kinos", "config.toml")
    assert workspace_file(tmp_path) == tmp_path / ".kinos" / "config.toml"
