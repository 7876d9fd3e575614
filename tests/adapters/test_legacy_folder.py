"""Teams of 2024 in a workspace: found, offered beside those of today, and converted."""

import json
from pathlib import Path

import pytest

from kinos.adapters.catalog import FileCatalog
from kinos.adapters.conversion import convert
from kinos.domain.errors import ContentError, UsageError


def put(folder: Path, agents: list[str], identity: str | None = None, **prompts: str) -> Path:
    """A team of 2024 in `folder`, with prompts beside."""
    folder.mkdir(parents=True)
    data = {"id": identity or folder.name.replace("_", "-"), "name": "N", "description": "d", "agents": agents}
    (folder / "config.json").write_text(json.dumps(data), encoding="utf-8")
    for name, text in prompts.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


def test_a_team_of_2024_is_offered_beside_those_of_today(tmp_path: Path) -> None:
    put(tmp_path / "teams" / "field_notes", ["evaluation", "scribe", "nobody"], scribe="Write.", README="About.")
    catalog = FileCatalog(tmp_path)
    assert list(catalog.teams()) == ["book-writing", "coding", "default", "field-notes", "literature-review"]
    team = catalog.team("field-notes")
    assert (team.origin, [member.agent for member in team.members]) == ("2024", ["evaluation", "scribe"])
    assert len(team.mistakes) == 1
    assert "there is no prompt for 'nobody'" in team.mistakes[0]
    assert "scribe" in catalog.agents()
    assert "README" not in catalog.agents()
    assert catalog.agent("evaluation", team).origin == "kinos"
    assert (catalog.agent("scribe", team).origin, catalog.agent("scribe", team).prompt) == ("2024", "Write.")


def test_a_config_that_is_broken_is_named_when_its_folder_is_imported(tmp_path: Path) -> None:
    broken = tmp_path / "old" / "teams" / "x"
    broken.mkdir(parents=True)
    (broken / "config.json").write_text("{", encoding="utf-8")
    for source in (tmp_path / "old", tmp_path / "old" / "teams", broken):
        (told,) = convert(source, tmp_path, replace=False)
        assert told.mistakes[0].startswith(f"{broken / 'config.json'}:1: ")
    put(tmp_path / "old" / "teams" / "good", ["evaluation"])
    assert [bool(told.file) for told in convert(tmp_path / "old", tmp_path, replace=False)] == [True, False]


def test_each_team_has_the_prompt_of_its_own_folder(tmp_path: Path) -> None:
    put(tmp_path / "teams" / "a", ["scribe"], identity="one", scribe="One.")
    put(tmp_path / "teams" / "b", ["scribe"], identity="two", scribe="Two.")
    catalog = FileCatalog(tmp_path)
    assert catalog.agent("scribe", catalog.team("one")).prompt == "One."
    assert catalog.agent("scribe", catalog.team("two")).prompt == "Two."
    assert catalog.agent("scribe").prompt == "One."


def test_an_agent_of_the_type_research_may_search(tmp_path: Path) -> None:
    folder = put(tmp_path / "teams" / "old", ["finder"], finder="Find.", scribe="Write.")
    agents = [{"name": "finder", "type": "research", "weight": 1}, {"name": "scribe", "type": "aider", "weight": 1}]
    (folder / "config.json").write_text(json.dumps({"id": "old", "agents": agents}), encoding="utf-8")
    catalog = FileCatalog(tmp_path)
    assert (catalog.agent("finder").search, catalog.agent("scribe").search) == (3, 0)


def test_files_of_today_come_first_and_the_shipped_ones_last(tmp_path: Path) -> None:
    put(tmp_path / "teams" / "default", ["scribe"], scribe="Write.")
    catalog = FileCatalog(tmp_path)
    assert catalog.team("default").origin == "2024"
    own = tmp_path / ".kinos"
    (own / "teams").mkdir(parents=True)
    (own / "prompts").mkdir()
    (own / "teams" / "default.toml").write_text('summary = "s"\n[[agents]]\nname = "scribe"\n', encoding="utf-8")
    (own / "prompts" / "scribe.md").write_text('+++\nrole = "r"\n+++\nToday.\n', encoding="utf-8")
    assert catalog.team("default").origin == "workspace"
    assert catalog.agent("scribe").prompt == "Today."
    assert catalog.team("coding").origin == "kinos"


def test_of_two_teams_with_one_id_the_first_counts_and_the_other_is_named(tmp_path: Path) -> None:
    put(tmp_path / ".kinos" / "teams" / "a", ["evaluation"], identity="same")
    put(tmp_path / "teams" / "0", ["production"], identity="same")
    team = FileCatalog(tmp_path).team("same")
    assert [member.agent for member in team.members] == ["evaluation"]
    double = tmp_path / "teams" / "0" / "config.json"
    assert f"{double}: there is a team 'same' in {tmp_path / '.kinos' / 'teams' / 'a'} already" in team.mistakes


def test_folders_of_another_program_are_no_teams_but_below_kinos_everything_is_meant_for_us(tmp_path: Path) -> None:
    for folder in (tmp_path / "teams" / "red", tmp_path / ".kinos" / "teams" / "blue"):
        folder.mkdir(parents=True)
        (folder / "config.json").write_text('{"players": 11}', encoding="utf-8")
    (tmp_path / "teams" / "notes.txt").write_text("x", encoding="utf-8")
    catalog = FileCatalog(tmp_path)
    assert "red" not in catalog.teams()
    assert "blue" in catalog.teams()
    with pytest.raises(ContentError, match=r"blue/config\.json:1: agents: a team needs a list"):
        catalog.team("blue")


def test_a_broken_team_does_not_hide_the_others(tmp_path: Path) -> None:
    folder = put(tmp_path / ".kinos" / "teams" / "bad", ["evaluation"])
    (folder / "config.json").write_bytes(b"\xff")
    put(tmp_path / "teams" / "good", ["scribe"], scribe="Write.")
    catalog = FileCatalog(tmp_path)
    assert {"bad", "good"} <= set(catalog.teams())
    assert catalog.agent("scribe").prompt == "Write."
    with pytest.raises(ContentError, match="not UTF-8"):
        catalog.team("bad")


def test_a_conversion_writes_teams_and_the_prompts_that_kinos_has_not(tmp_path: Path) -> None:
    source, root = tmp_path / "old", tmp_path / "new"
    put(source / "teams" / "one", ["evaluation", "scribe"], scribe="Write.", evaluation="Judge.", unused="Idle.")
    put(source / "teams" / "two", ["scribe", "nobody"], scribe="Write more.")
    root.mkdir()
    results = convert(source, root, replace=False)
    own = root / ".kinos"
    assert sorted(path.relative_to(own).as_posix() for path in own.rglob("*") if path.is_file()) == [
        "prompts/scribe.md",
        "teams/one.toml",
        "teams/two.toml",
    ]
    assert {result.file for result in results} - {""} == {str(path) for path in own.rglob("*") if path.is_file()}
    mistakes = [mistake for result in results for mistake in result.mistakes]
    assert len(mistakes) == 2
    assert "there is no prompt for 'nobody'" in mistakes[0]
    assert "was written for another team just now" in mistakes[1]
    catalog = FileCatalog(root)
    assert (catalog.team("one").origin, catalog.agent("scribe").prompt) == ("workspace", "Write.")


def test_a_conversion_writes_over_nothing_unless_told(tmp_path: Path) -> None:
    source = put(tmp_path / "one", ["scribe"], scribe="Write.")
    file = tmp_path / ".kinos" / "teams" / "one.toml"
    file.parent.mkdir(parents=True)
    file.write_text("mine", encoding="utf-8")
    results = convert(source, tmp_path, replace=False)
    assert file.read_text(encoding="utf-8") == "mine"
    assert any("--replace" in mistake for result in results for mistake in result.mistakes)
    results = convert(source, tmp_path, replace=True)
    assert file.read_text(encoding="utf-8") != "mine"
    assert [mistake for result in results for mistake in result.mistakes] == []


def test_a_conversion_tells_of_a_team_that_cannot_be_read_and_goes_on(tmp_path: Path) -> None:
    put(tmp_path / "old" / "empty", [])
    put(tmp_path / "old" / "good", ["evaluation", "scribe"], scribe=" ")
    results = convert(tmp_path / "old", tmp_path, replace=False)
    said = [mistake for result in results for mistake in result.mistakes]
    assert len(said) == 2
    assert "at least one agent" in said[0]
    assert "scribe.md:1: the prompt is empty" in said[1]
    assert (tmp_path / ".kinos" / "teams" / "good.toml").exists()


def test_a_folder_without_a_team_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no team of 2024 in"):
        convert(tmp_path, tmp_path, replace=False)
