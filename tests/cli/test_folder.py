"""`kin map`, `phase`, `status`, `stop`, `teams`, `agents`, `history` without a running engine."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kinos.adapters.state_folder import WorkspaceState
from kinos.app import App
from kinos.cli.main import run
from kinos.domain.change import Change, FileChange


def kin(*arguments: object) -> int:
    return run([str(argument) for argument in arguments], App())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    work = tmp_path / "work"
    (work / "docs").mkdir(parents=True)
    (work / "docs" / "a.md").write_text("# A\n\nText.\n", encoding="utf-8")
    (work / "README.md").write_text("# Readme\n", encoding="utf-8")
    return work


def test_the_map_shows_folders_before_files_and_writes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kin("map", "-C", folder) == 0
    out = capsys.readouterr().out
    assert out.index("📁 docs/") < out.index("📄 README.md (0.0k tokens) ✓")
    assert sorted(path.name for path in folder.iterdir()) == ["README.md", "docs"]


def test_a_written_map_is_not_in_itself_and_not_written_again_for_its_date(folder: Path) -> None:
    assert kin("map", "--write", "-C", folder) == 0
    written = (folder / "map (readonly).md").read_bytes()
    assert b"map (readonly)" not in written
    stamp = (folder / "map (readonly).md").stat().st_mtime_ns
    assert kin("map", "--write", "-C", folder) == 0
    assert (folder / "map (readonly).md").stat().st_mtime_ns == stamp


def test_the_map_as_json_has_every_document(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert kin("map", "--json", "-C", folder) == 0
    data = json.loads(capsys.readouterr().out)
    assert [entry["path"] for entry in data["documents"]] == ["README.md", "docs/a.md"]
    assert data["total"] == sum(entry["tokens"] for entry in data["documents"])


def test_a_phase_that_is_set_stays_until_auto(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert kin("phase", "set", "convergence", "-C", folder) == 0
    capsys.readouterr()
    assert kin("phase", "--json", "-C", folder) == 0
    assert json.loads(capsys.readouterr().out)["phase"] | {"since": None} == {
        "name": "CONVERGENCE",
        "reason": "set by hand",
        "since": None,
        "pinned": True,
    }
    assert kin("phase", "set", "auto", "-C", folder) == 0
    assert "EXPANSION" in capsys.readouterr().out


def test_setting_no_phase_is_wrong_use(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert kin("phase", "set", "-C", folder) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Which phase is to be set?" in captured.err


@pytest.mark.parametrize(
    ("word", "close"), [("historyy", "history"), ("codin", "coding"), ("clinic", ""), ("tokns", "tokens")]
)
def test_a_word_that_is_no_command_is_answered_with_those_close_to_it(
    folder: Path, capsys: pytest.CaptureFixture[str], word: str, close: str
) -> None:
    assert kin(word, "-C", folder) == 2
    said = capsys.readouterr().err
    assert f"There is no command or team '{word}'." in said
    assert (f"Did you mean {close}" in said) if close else ("Did you mean" not in said)
    assert "Teams: book-writing, coding, default, literature-review." in said


def test_the_options_of_a_word_that_is_no_command_are_not_the_mistake(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kin("clinic", "--live", "-C", folder) == 2
    assert "There is no command or team 'clinic'." in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        kin("default", "--live", "-C", folder)
    assert "unrecognized arguments: --live" in capsys.readouterr().err


def test_an_unclear_wish_to_rehearse_starts_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KINOS_REHEARSE", "maybe")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "a key that must not be used")
    assert kin("default", "--cycles", "1", "-C", folder) == 2
    assert "KINOS_REHEARSE is 'maybe', which is neither yes nor no." in capsys.readouterr().err


def test_status_without_an_engine_tells_the_sizes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert kin("status", "--json", "-C", folder) == 0
    picture = json.loads(capsys.readouterr().out)
    assert picture["documents"]["count"] == 2
    assert picture["team"]["state"] == "stopped"


def test_stop_without_a_team_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert kin("stop", "-C", folder) == 3
    assert "No team" in capsys.readouterr().out


def test_history_undo_and_review_of_a_fresh_folder_find_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kin("history", "-C", folder) == 0
    assert kin("undo", "-C", folder) == 3
    assert kin("review", "-C", folder) == 3
    assert kin("undo", "c123", "-C", folder) == 2
    assert f"kin -C {folder} history" in capsys.readouterr().err


def test_one_change_is_shown_with_what_it_makes_of_its_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = WorkspaceState(folder, 0, 0)
    with state.hold("a test"):
        images = [state.journal().keep(text) for text in (b"# Readme\n", b"# Read me\n")]
        file = FileChange("README.md", *images)
        made = datetime(2026, 3, 21, 15, 30, tzinfo=UTC)
        state.journal().record(Change("c1", "y1", "s1", "ann", "A better title", "it reads well", (file,), made))
    assert kin("review", "c1", "-C", folder) == 0
    shown = capsys.readouterr().out
    assert "A better title" in shown
    assert "it reads well" in shown
    assert "-# Readme\n+# Read me\n" in shown
    assert kin("review", "c1", "--json", "-C", folder) == 0
    assert "+# Read me" in json.loads(capsys.readouterr().out)["diff"]
    with pytest.raises(SystemExit, match="2"):
        kin("review", "c1", "--accept", "c1", "-C", folder)
    assert kin("review", "c123", "-C", folder) == 2


def test_a_workspace_overrides_a_team_and_its_mistakes_name_file_and_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    teams = folder / ".kinos" / "teams"
    teams.mkdir(parents=True)
    (teams / "mine.toml").write_text('summary = "x"\n[[agents]]\nname = "nobody"\n', encoding="utf-8")
    (teams / "broken.toml").write_text('summary = "x"\nagents = 3\n', encoding="utf-8")
    assert kin("teams", "-C", folder) == 1
    captured = capsys.readouterr()
    assert "mine" in captured.out
    assert "nobody" in captured.err
    assert "broken.toml:2" in captured.err


def test_a_folder_with_a_teams_name_is_told_and_not_offered(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / ".kinos" / "teams" / "dir.toml").mkdir(parents=True)
    (folder / ".kinos" / "prompts" / "production.md").mkdir(parents=True)
    assert kin("teams", "--json", "-C", folder) == 1
    listed = json.loads(capsys.readouterr().out)
    assert "dir" not in [team["name"] for team in listed["found"]]
    assert [error["name"] for error in listed["errors"]] == ["dir"]
    assert kin("agents", "--json", "-C", folder) == 1
    assert [error["name"] for error in json.loads(capsys.readouterr().out)["errors"]] == ["production"]
    assert kin("dir", "--rehearse", "-C", folder) == 2
    assert "dir.toml: it is not a file" in capsys.readouterr().err


OLD_TEAM = """{"id": "old", "name": "Old", "agents": [{"name": "evaluation", "type": "aider", "weight": 1},
  {"name": "scribe", "type": "aider", "weight": 0.5}],
 "phase_config": {"expansion": {"active_agents": [{"name": "scribe", "weight": 1}, {"name": "manager", "weight": 0.5}]},
  "convergence": {"active_agents": [{"name": "evaluation", "weight": 1}]}}}"""


def test_teams_of_2024_are_listed_with_their_mistakes_and_imported(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    team = folder / "teams" / "old"
    team.mkdir(parents=True)
    (team / "config.json").write_text(OLD_TEAM, encoding="utf-8")
    (team / "scribe.md").write_text("# Scribe\n\nYou write.\n", encoding="utf-8")
    manager = "config.json:3: phase_config.expansion.active_agents[1]: 'manager' is not among this team's agents"
    assert kin("teams", "--json", "-C", folder) == 1
    listed = json.loads(capsys.readouterr().out)
    assert {row["name"]: row["origin"] for row in listed["found"]}["old"] == "2024"
    assert [error["name"] for error in listed["errors"]] == ["old"]
    assert manager in listed["errors"][0]["error"]
    assert kin("teams", "--import", folder / "teams", "-C", folder) == 1
    captured = capsys.readouterr()
    assert [Path(line.removeprefix("wrote ")).name for line in captured.out.splitlines()] == ["old.toml", "scribe.md"]
    assert manager in captured.err
    assert kin("teams", "--json", "-C", folder) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["found"]}
    assert (rows["old"]["origin"], rows["old"]["agents"]) == ("workspace", ["evaluation", "scribe"])
    assert kin("teams", "--import", folder / "teams", "--json", "-C", folder) == 1
    assert json.loads(capsys.readouterr().out)["written"] == []
    assert kin("teams", "--import", folder / "docs", "-C", folder) == 2
    assert "There is no team of 2024" in capsys.readouterr().err


def test_the_agents_are_the_eleven_that_ship(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert kin("agents", "--json", "-C", folder) == 0
    assert len(json.loads(capsys.readouterr().out)["found"]) == 11


def test_a_broken_configuration_is_named_and_left_aside(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / ".kinos").mkdir()
    (folder / ".kinos" / "config.toml").write_text(
        "[tokens]\nwarn = 'many'\nerror = 50\n[nope]\nx = 1\n", encoding="utf-8"
    )
    assert kin("tokens", folder, "-C", folder) == 0
    err = capsys.readouterr().err
    assert "tokens.warn" in err
    assert "nope.x" in err
    (folder / ".kinos" / "config.toml").write_text("[tokens\n", encoding="utf-8")
    assert kin("map", "-C", folder) == 0
    assert "config.toml:1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"), [(["default"], "ANTHROPIC_API_KEY"), (["nobody"], "There is no command or team 'nobody'.")]
)
def test_a_run_that_cannot_start_says_what_to_do_and_leaves_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    assert kin(*arguments, "-C", folder) == 2
    assert said in capsys.readouterr().err
    assert not (folder / ".kinos").exists()


def test_a_folder_that_is_a_file_or_missing_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert kin("map", "-C", folder / "README.md") == 2
    assert kin("default", "--rehearse", "-C", folder / "nowhere") == 2
    assert "not a folder" in capsys.readouterr().err


def test_an_unreadable_file_is_named_and_the_rest_goes_on(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "latin.md").write_bytes(b"\xff\xfe\x00binary")
    assert kin("map", "-C", folder) == 0
    out = capsys.readouterr().out
    assert "latin.md has no size" in out
    assert "README.md" in out


def test_a_broken_prompt_is_named_with_its_line_before_anything_starts(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prompts = folder / ".kinos" / "prompts"
    prompts.mkdir(parents=True)
    (prompts / "management.md").write_text('+++\nrole = "x"\nedits = "all"\n+++\nText.\n', encoding="utf-8")
    assert kin("default", "--rehearse", "-C", folder) == 2
    assert "management.md:3" in capsys.readouterr().err
    assert not (folder / ".kinos" / "state").exists()


def test_a_workspace_can_not_name_the_endpoint_or_land_by_itself(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / ".kinos").mkdir()
    config = '[model]\nendpoint = "http://evil.example"\n[landing]\nmode = "auto"\n[budget]\nusd = 500\n'
    (folder / ".kinos" / "config.toml").write_text(config, encoding="utf-8")
    assert kin("map", "-C", folder) == 0
    err = capsys.readouterr().err
    for key in ("model.endpoint", "landing.mode", "budget.usd"):
        assert f"{key} was not taken" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--cycels", "3"], "unrecognized arguments: --cycels"),
        (["default", "--cycels", "3"], "unrecognized arguments: --cycels 3"),
        (["--cycles", "3", "--rehaerse"], "unrecognized arguments: --rehaerse"),
    ],
)
def test_a_mistyped_option_is_the_mistake_and_not_what_stands_after_it(
    arguments: list[str], said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        kin(*arguments, "-C", folder)
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert said in told
    assert "no command or team" not in told
