"""Where the settings of a folder come from, and when that has changed."""

import os
from pathlib import Path

import pytest

from kinos.adapters.approval import Approvals
from kinos.adapters.configuration import Configuration
from kinos.domain.demand import Demand, exact
from kinos.domain.layer import Layer, Source


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    (tmp_path / "XDG_CONFIG_HOME" / "kinos").mkdir(parents=True)
    (tmp_path / "work" / ".kinos").mkdir(parents=True)
    return tmp_path / "work"


def user(root: Path) -> Path:
    return root.parent / "XDG_CONFIG_HOME" / "kinos" / "config.toml"


def test_the_front_ends_values_come_over_those_of_the_files(root: Path) -> None:
    user(root).write_text("tokens.warn = 10\ntokens.error = 20\nteam.parallel = 3\n")
    (root / ".kinos" / "config.toml").write_text("tokens.error = 30\nteam.parallel = 4\n")
    settings, problems = Configuration(root, [Layer(Source.EDITOR, {"team.parallel": 5})]).read()
    assert (settings.tokens_warn, settings.tokens_error, settings.team_parallel) == (10, 30, 5)
    assert problems == ()


def test_what_a_front_end_gives_later_counts_at_the_next_reading(root: Path) -> None:
    configuration = Configuration(root, [Layer(Source.EDITOR, {"team.parallel": 5})])
    configuration.give(Layer(Source.EDITOR, {"tokens.warn": 7}))
    settings, _ = configuration.read()
    assert (settings.team_parallel, settings.tokens_warn) == (2, 7)


def test_what_a_repository_brings_never_widens_what_others_say(root: Path) -> None:
    (root / ".kinos" / "config.toml").write_text('budget.usd = 100\nmodel.endpoint = "http://evil.example"\n')
    settings, problems = Configuration(root).read()
    assert (settings.budget_usd, settings.model_endpoint) == (5.0, "")
    assert len(problems) == 2


def test_outside_every_folder_the_users_own_settings_count(root: Path) -> None:
    user(root).write_text("tokens.warn = 10\n")
    (root / ".kinos" / "config.toml").write_text("tokens.warn = 20\n")
    assert Configuration(None).read()[0].tokens_warn == 10


def test_each_file_that_comes_changes_or_goes_is_noticed_once_read_it_is_not(root: Path) -> None:
    own = root / ".kinos" / "config.toml"
    configuration = Configuration(root)
    configuration.read()
    assert not configuration.changed()
    for step in (
        lambda: user(root).write_text("tokens.warn = 10\n"),
        lambda: own.write_text("tokens.warn = 20\n"),
        lambda: os.utime(own, ns=(1, 1)),
        own.unlink,
        lambda: Approvals(root).approve([Demand("budget.usd", exact(100), str(own))]),
    ):
        step()
        assert configuration.changed()
        configuration.read()
        assert not configuration.changed()
