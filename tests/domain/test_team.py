"""Team and prompt files: what they say, and each mistake by file and line."""

from pathlib import Path

import pytest

from kinos.domain.errors import ContentError
from kinos.domain.mistake import Code
from kinos.domain.phase import Phase
from kinos.domain.team import EDITS, Member, agent_at, agent_mistakes, read_agent, read_team, team_mistakes

TEAM = 'summary = "s"\n\n[[agents]]\nname = "ann"\nexpansion = 2\n\n[[agents]]\nname = "bob"\nconvergence = 0.5\n'
AGENT = '+++\nrole = "writes"\nedits = ["docs/**"]\npace = 5\nbreadth = 30000\nsearch = 4\n+++\n# Ann\n\nDo it.\n'


def test_a_team_has_its_members_with_a_weight_for_each_phase() -> None:
    team = read_team(TEAM, "t/mine.toml", "mine")
    assert (team.name, team.summary, team.source) == ("mine", "s", "t/mine.toml")
    assert team.members == (Member("ann", 2, 1), Member("bob", 1, 0.5))
    assert team.members[0].weight(Phase.EXPANSION) == 2
    assert team.members[1].weight(Phase.CONVERGENCE) == 0.5
    assert team.member("bob") is team.members[1]
    assert team.member("nobody") is None
    assert (team.model, read_team(f'model = "m"\n{TEAM}', "t/mine.toml", "mine").model) == (None, "m")


def test_an_agent_has_a_model_of_its_own_where_its_file_says_one() -> None:
    assert read_agent(AGENT, "p/ann.md", "ann").model is None
    assert read_agent(AGENT.replace("pace = 5", 'model = "m"'), "p/ann.md", "ann").model == "m"


def test_a_member_knows_its_line_and_is_the_same_on_another_one() -> None:
    first, moved = (read_team(text, "t/mine.toml", "mine").members[1] for text in (TEAM, "# mine\n" + TEAM))
    assert (first.line, moved.line) == (8, 9)
    assert first == moved
    inline = 'summary = "s"\nagents = [\n  {name = "ann"},\n]\n'
    assert read_team(inline, "t/mine.toml", "mine").members[0].line in (3, None)


def test_an_agent_that_a_team_names_and_that_is_not_there_is_told_by_file_and_line_with_the_one_meant() -> None:
    team = read_team(TEAM.replace('"bob"', '"manager"'), "t/mine.toml", "mine")
    assert str(team.stranger("manager", ["ann", "management"])) == (
        "t/mine.toml:8: it names the agent 'manager', which does not exist (there is 'management')"
    )
    assert str(team.stranger("manager", ["ann"])).endswith("which does not exist")


def test_an_agent_has_its_prompt_and_defaults_for_what_is_not_said() -> None:
    agent = read_agent(AGENT, "p/ann.md", "ann")
    assert (agent.name, agent.role, agent.edits, agent.pace) == ("ann", "writes", ("docs/**",), 5)
    assert (agent.breadth, agent.search) == (30_000, 4)
    assert agent.prompt == "# Ann\n\nDo it."
    assert read_agent('+++\nrole = "r"\n+++\nx', "p", "ann").edits == EDITS
    assert read_agent('+++\nrole = "r"\n+++\nx', "p", "ann").search == 0


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ('summary = "s', "not valid TOML", 1),
        ('summary = "s"\n', "at least one [[agents]]", None),
        ("agents = 3\n", "at least one [[agents]]", 1),
        ('summary = "s"\nagents = [3]\n', "each entry of agents is a table", 2),
        ('name = "other"\n' + TEAM, "the file is called 'mine'", 1),
        ("name = 3\n" + TEAM, "must be text", 1),
        (TEAM.replace('summary = "s"\n', ""), "summary is missing", None),
        (TEAM.replace('"bob"', '"ann"'), "listed twice", 8),
        (TEAM.replace('"bob"', '"../bob"'), "not an agent's name", 8),
        (TEAM.replace("convergence = 0.5", "expansion = nan"), "0 or more", 9),
        (TEAM.replace('name = "bob"\n', ""), "name is missing", 7),
        ('summary = "s"\nagents = [{name = "ann", expansion = "x"}]\n', "0 or more", 2),
        ('summary = "s"\n[[agents]]\nname = "ann', "not valid TOML", 3),
        ('summary = "s"\n[[agents', "not valid TOML", 2),
        (TEAM.replace("expansion = 2", "expansion = -1"), "0 or more", 5),
        (TEAM.replace("expansion = 2", "expansion = true"), "0 or more", 5),
        (TEAM.replace("expansion = 2", "wheight = 2"), "unknown key 'wheight'", 5),
        ('colour = "red"\n' + TEAM, "unknown key 'colour'", 1),
    ],
)
def test_a_mistake_in_a_team_is_named_with_its_line(text: str, said: str, line: int | None) -> None:
    with pytest.raises(ContentError) as wrong:
        read_team(text, "t/mine.toml", "mine")
    assert said in wrong.value.problem
    assert wrong.value.line == line
    assert str(wrong.value).startswith("t/mine.toml" if line is None else f"t/mine.toml:{line}: ")


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ("# Ann\n", "starts with a line +++", 1),
        ("", "starts with a line +++", 1),
        ('+++\nrole = "r"\n', "not closed", 1),
        ('+++\nrole = "r"\nx = \n+++\nText', "not valid TOML", 3),
        ('+++\nrole = "r"\n+++\n\n', "the prompt is empty", 3),
        ("+++\n+++\nText", "role is missing", None),
        ('+++\nname = "bob"\nrole = "r"\n+++\nText', "the file is called 'ann'", 2),
        ('+++\nrole = "r"\nedits = "all"\n+++\nText', "list of globs", 3),
        ('+++\nrole = "r"\nwatches = [1]\n+++\nText', "list of globs", 3),
        ('+++\nrole = "r"\npace = "slow"\n+++\nText', "0 or more", 3),
        ('+++\nrole = "r"\nmodel = 4\n+++\nText', "must be text", 3),
        ('+++\nrole = "r"\nsearch = 21\n+++\nText', "whole number from 0 to 20", 3),
        ('+++\nrole = "r"\nsearch = -1\n+++\nText', "whole number from 0 to 20", 3),
        ('+++\nrole = "r"\nsearch = 1.5\n+++\nText', "whole number from 0 to 20", 3),
        ('+++\nrole = "r"\nsearch = true\n+++\nText', "whole number from 0 to 20", 3),
        ('+++\nrole = "r"\nmay-edit = []\n+++\nText', "unknown key", 3),
    ],
)
def test_a_mistake_in_a_prompt_is_named_with_its_line(text: str, said: str, line: int | None) -> None:
    with pytest.raises(ContentError) as wrong:
        read_agent(text, "p/ann.md", "ann")
    assert said in wrong.value.problem
    assert wrong.value.line == line


def test_all_mistakes_of_a_team_are_found_at_once() -> None:
    text = TEAM.replace('summary = "s"', 'colour = "red"').replace("expansion = 2", "expansion = -2")
    found = team_mistakes(text.replace('"bob"', '"ane"'), "mine", ["ann", "anne"])
    assert [(each.code, each.line) for each in found] == [
        (Code.UNKNOWN_KEY, 1),
        (Code.WRONG_VALUE, 5),
        (Code.MISSING_KEY, None),
        (Code.UNKNOWN_AGENT, 8),
    ]
    assert "there is 'anne'" in found[-1].message or "there is 'ann'" in found[-1].message


def test_all_mistakes_of_a_prompt_are_found_at_once() -> None:
    text = '+++\nname = "bob"\npace = "slow"\nmay = 1\n+++\n'
    agent, found = agent_mistakes(text, "ann")
    assert agent is not None
    assert {(each.code, each.line) for each in found} == {
        (Code.UNKNOWN_KEY, 4),
        (Code.WRONG_NAME, 2),
        (Code.EMPTY_PROMPT, 5),
        (Code.MISSING_KEY, None),
        (Code.WRONG_VALUE, 3),
    }


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("# Ann\n", Code.FRONT_MATTER, 1),
        ('+++\nrole = "r"\n', Code.FRONT_MATTER, 1),
        ('+++\nrole = "r"\nx = \n+++\nText', Code.SYNTAX, 3),
    ],
)
def test_a_prompt_that_cannot_be_read_at_all_has_one_mistake(text: str, code: Code, line: int) -> None:
    agent, found = agent_mistakes(text, "ann")
    assert agent is None
    assert [(each.code, each.line) for each in found] == [(code, line)]


def test_a_syntax_mistake_says_its_line_once() -> None:
    (found,) = team_mistakes('summary = "s"\nx = \n', "mine", [])
    assert (found.message, found.line) == ("not valid TOML: Invalid value", 2)
    (found,) = team_mistakes('summary = "s"\nx = [', "mine", [])
    assert found.line == 2


@pytest.mark.parametrize("name", ["default", "coding", "book-writing", "literature-review"])
def test_the_teams_that_are_shipped_have_no_mistakes(name: str) -> None:
    root = Path(__file__).parents[2]
    agents = [file.stem for file in (root / "prompts").glob("*.md")]
    assert team_mistakes((root / "teams" / f"{name}.toml").read_text(encoding="utf-8"), name, agents) == []


@pytest.mark.parametrize(
    ("line", "name"),
    [(0, ""), (1, ""), (2, "ann"), (3, "ann"), (5, "ann"), (6, "bob"), (8, "bob"), (9, "bob"), (99, "bob")],
)
def test_each_line_of_an_entry_is_about_its_agent(line: int, name: str) -> None:
    assert agent_at(TEAM, line) == name


@pytest.mark.parametrize(
    "text", ["", "[[agents]]\nexpansion = 1\n", "[[agents]]\nname = 'ann'\n[other]\n", "[[agents]]\nname = x"]
)
def test_a_line_without_a_named_agent_is_about_none(text: str) -> None:
    assert agent_at(text, text.count("\n")) == ""
