"""Teams and agents from files: shipped ones, and those of a workspace, read anew each time."""

from pathlib import Path

import pytest

from fakes.permission import permissions
from kinos.adapters.catalog import FileCatalog
from kinos.adapters.share import shared
from kinos.domain.errors import ContentError, SetupError, UsageError

TEAM = 'name = "{name}"\nsummary = "mine"\n\n[[agents]]\nname = "scribe"\n'
PROMPT = '+++\nname = "{name}"\nrole = "{role}"\n+++\n\nYou write.\n'


@pytest.fixture
def catalog(tmp_path: Path) -> FileCatalog:
    return FileCatalog(tmp_path)


def put(root: Path, path: str, text: str) -> Path:
    file = root / ".kinos" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_the_shipped_teams_and_agents_are_those_of_the_product() -> None:
    catalog = FileCatalog(None)
    assert list(catalog.teams()) == ["book-writing", "coding", "default", "literature-review"]
    assert set(catalog.agents()) == {
        *("specifications", "production", "management", "evaluation", "chroniqueur", "documentaliste"),
        *("testeur", "validation", "duplication", "redacteur", "research"),
    }
    for name in catalog.teams():
        for member in catalog.team(name).members:
            assert catalog.agent(member.agent).prompt


def test_a_workspace_adds_its_own_and_overrides_shipped_ones(catalog: FileCatalog, tmp_path: Path) -> None:
    put(tmp_path, "teams/mine.toml", TEAM.format(name="mine"))
    put(tmp_path, "teams/default.toml", TEAM.format(name="default"))
    put(tmp_path, "prompts/evaluation.md", PROMPT.format(name="evaluation", role="my own judge"))
    assert "mine" in catalog.teams()
    assert catalog.team("mine").members[0].agent == "scribe"
    assert catalog.team("default").summary == "mine"
    assert catalog.agent("evaluation").role == "my own judge"
    assert catalog.agent("production").role != "my own judge"


def test_a_change_is_seen_without_a_restart(catalog: FileCatalog, tmp_path: Path) -> None:
    file = put(tmp_path, "prompts/scribe.md", PROMPT.format(name="scribe", role="writes"))
    assert catalog.agent("scribe").role == "writes"
    put(tmp_path, "prompts/scribe.md", PROMPT.format(name="scribe", role="rewrites"))
    assert catalog.agent("scribe").role == "rewrites"
    file.unlink()
    with pytest.raises(UsageError):
        catalog.agent("scribe")


def test_a_broken_file_is_named_with_its_line(catalog: FileCatalog, tmp_path: Path) -> None:
    file = put(
        tmp_path, "teams/mine.toml", 'name = "mine"\nsummary = "x"\n[[agents]]\nname = "scribe"\nexpansion = "a lot"\n'
    )
    with pytest.raises(ContentError) as caught:
        catalog.team("mine")
    assert str(caught.value) == f"{file}:5: expansion must be a number, 0 or more"
    prompt = put(tmp_path, "prompts/scribe.md", "You write.\n")
    with pytest.raises(ContentError) as caught:
        catalog.agent("scribe")
    assert str(caught.value).startswith(f"{prompt}:1: ")


def test_a_file_that_is_not_utf_8_is_named(catalog: FileCatalog, tmp_path: Path) -> None:
    put(tmp_path, "teams/mine.toml", "").write_bytes(b"\xff")
    with pytest.raises(ContentError, match=r"mine\.toml: not UTF-8 text"):
        catalog.team("mine")


def test_a_byte_order_mark_does_no_harm(catalog: FileCatalog, tmp_path: Path) -> None:
    put(tmp_path, "prompts/scribe.md", "\ufeff" + PROMPT.format(name="scribe", role="writes"))
    assert catalog.agent("scribe").role == "writes"


def test_a_name_that_is_not_there_is_answered_with_those_that_are(catalog: FileCatalog) -> None:
    with pytest.raises(UsageError) as caught:
        catalog.team("nobody")
    assert "There is no team 'nobody'. There are: book-writing, coding, default, literature-review." in str(
        caught.value
    )


def test_a_name_that_was_misspelt_is_answered_with_the_one_that_was_meant(catalog: FileCatalog) -> None:
    for ask, name, meant in ((catalog.team, "defualt", "default"), (catalog.agent, "managment", "management")):
        with pytest.raises(UsageError, match=f"Did you mean {meant}[?]"):
            ask(name)


@pytest.mark.parametrize("name", ["../../secret", "Upper", "", "a/b", "a.b", "1st"])
def test_a_name_is_never_a_path(catalog: FileCatalog, tmp_path: Path, name: str) -> None:
    put(tmp_path, "teams/Upper.toml", TEAM.format(name="Upper"))
    with pytest.raises(UsageError, match="is no name of a team: small letters"):
        catalog.team(name)
    assert "Upper" not in catalog.teams()
    with pytest.raises(UsageError, match="is no name of an agent: small letters"):
        catalog.agent(name)


def test_notes_beside_the_prompts_are_no_agents(catalog: FileCatalog, tmp_path: Path) -> None:
    put(tmp_path, "prompts/README.md", "About these prompts.\n")
    assert "README" not in catalog.agents()


def test_what_ships_is_found() -> None:
    assert (shared() / "examples" / "workspace" / "demande.md").is_file()


def test_a_broken_installation_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kinos.__file__", str(tmp_path / "a" / "b" / "__init__.py"))
    with pytest.raises(SetupError, match="Install KinOS again"):
        shared()


def test_an_installed_package_finds_what_it_ships_inside_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("teams", "prompts"):
        (tmp_path / "kinos" / "share" / name).mkdir(parents=True)
    monkeypatch.setattr("kinos.__file__", str(tmp_path / "kinos" / "__init__.py"))
    assert shared() == tmp_path / "kinos" / "share"


def test_only_files_are_teams_and_agents_and_the_rest_is_told(catalog: FileCatalog, tmp_path: Path) -> None:
    put(tmp_path, "teams/mine.toml", TEAM.format(name="mine"))
    (tmp_path / ".kinos" / "teams" / "folder.toml").mkdir()
    (tmp_path / ".kinos" / "teams" / "gone.toml").symlink_to("nowhere")
    (tmp_path / ".kinos" / "prompts" / "production.md").mkdir(parents=True)
    assert not {"folder", "gone"} & set(catalog.teams())
    assert catalog.stray_teams().keys() == {"folder", "gone"}
    assert "folder.toml: it is not a file" in catalog.stray_teams()["folder"]
    assert catalog.stray_agents().keys() == {"production"}


def test_what_stands_in_the_place_of_a_file_is_no_silent_way_back_to_the_shipped_one(
    catalog: FileCatalog, tmp_path: Path
) -> None:
    (tmp_path / ".kinos" / "teams" / "default.toml").mkdir(parents=True)
    with pytest.raises(ContentError, match=r"default\.toml: it is not a file"):
        catalog.team("default")


def test_a_folder_of_teams_that_cannot_be_read_is_said(catalog: FileCatalog, tmp_path: Path) -> None:
    folder = put(tmp_path, "teams/mine.toml", TEAM.format(name="mine")).parent
    folder.chmod(0)
    with permissions(), pytest.raises(SetupError, match=r"teams cannot be read: Permission denied"):
        catalog.teams()
    folder.chmod(0o700)


def test_the_stamp_is_another_one_after_each_change_of_a_file_and_the_same_without(
    catalog: FileCatalog, tmp_path: Path
) -> None:
    team = catalog.team("default")
    seen = [catalog.stamp(team)]

    def differs() -> None:
        assert catalog.stamp(team) not in seen
        seen.append(catalog.stamp(team))
        assert catalog.stamp(team) == seen[-1]

    file = put(tmp_path, "prompts/scribe.md", PROMPT.format(name="scribe", role="writes"))
    differs()
    put(tmp_path, "teams/mine.toml", TEAM.format(name="mine"))
    differs()
    file.write_text(PROMPT.format(name="scribe", role="rewrites"), encoding="utf-8")
    differs()
    file.rename(file.with_name("writer.md"))
    differs()
    file.symlink_to("nowhere")
    differs()
    assert FileCatalog(None).stamp(team) == FileCatalog(None).stamp(team)


def test_the_stamp_of_a_team_of_2024_knows_its_folder(catalog: FileCatalog, tmp_path: Path) -> None:
    folder = tmp_path / "teams" / "old"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"id": "old", "agents": ["scribe"]}', encoding="utf-8")
    (folder / "scribe.md").write_text("Write.", encoding="utf-8")
    team = catalog.team("old")
    before, other = catalog.stamp(team), catalog.stamp(catalog.team("default"))
    (folder / "scribe.md").write_text("Write more.", encoding="utf-8")
    assert catalog.stamp(team) != before
    assert catalog.stamp(catalog.team("default")) == other


def test_a_shipped_prompt_becomes_the_workspaces_own_once(catalog: FileCatalog, tmp_path: Path) -> None:
    path, created = catalog.adopt("management")
    assert (path, created) == (str(tmp_path / ".kinos/prompts/management.md"), True)
    assert Path(path).read_bytes() == (shared() / "prompts/management.md").read_bytes()
    assert catalog.agent("management").origin == "workspace"
    Path(path).write_text(PROMPT.format(name="management", role="mine"), encoding="utf-8")
    assert catalog.adopt("management") == (path, False)
    assert catalog.agent("management").role == "mine"


def test_only_an_agent_with_a_prompt_file_has_one_to_edit(catalog: FileCatalog) -> None:
    with pytest.raises(UsageError, match="no agent 'nobody'"):
        catalog.adopt("nobody")
    with pytest.raises(UsageError, match="no name of an agent"):
        catalog.adopt("../x")


def test_a_shipped_team_becomes_the_workspaces_own_once(catalog: FileCatalog, tmp_path: Path) -> None:
    path, created = catalog.adopt_team("coding")
    assert (path, created) == (str(tmp_path / ".kinos/teams/coding.toml"), True)
    assert Path(path).read_bytes() == (shared() / "teams/coding.toml").read_bytes()
    assert catalog.team("coding").origin == "workspace"
    assert catalog.adopt_team("coding") == (path, False)


def test_a_team_of_2024_is_the_workspaces_own(catalog: FileCatalog, tmp_path: Path) -> None:
    file = tmp_path / "teams" / "old" / "config.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"id": "old", "agents": ["management"]}', encoding="utf-8")
    assert catalog.adopt_team("old") == (str(file), False)
    assert not (tmp_path / ".kinos").exists()


def test_only_a_team_that_exists_has_a_file_to_edit(catalog: FileCatalog) -> None:
    with pytest.raises(UsageError, match=r"no team 'codng'.*Did you mean coding"):
        catalog.adopt_team("codng")
    with pytest.raises(UsageError, match="no name of a team"):
        catalog.adopt_team("../x")


@pytest.mark.parametrize("link", [".kinos", ".kinos/prompts"])
def test_no_prompt_is_written_where_a_link_leads(catalog: FileCatalog, tmp_path: Path, link: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / link).parent.mkdir(exist_ok=True)
    (tmp_path / link).symlink_to(elsewhere)
    with pytest.raises(SetupError, match="leads elsewhere"):
        catalog.adopt("management")
    assert not list(elsewhere.rglob("*.md"))
