"""Team and prompt files: what they say, and each mistake by file and line."""

import pytest

from kinos.domain.errors import ContentError
from kinos.domain.phase import Phase
from kinos.domain.team import EDITS, Member, read_agent, read_team

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
